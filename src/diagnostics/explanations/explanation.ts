import type { Diagnostic } from "../diagnostic.ts";

type Code = Diagnostic["code"];

/** Files by name, and the arguments of `stratum` that meet them. */
export interface Scene {
  readonly files: Readonly<Record<string, string>>;
  readonly command: string;
}

/**
 * The long form of a message: what `stratum explain CODE` prints, and the reference page is made of. The examples are
 * tests: the wrong scene gives this code and no other, the right one none at all.
 */
export interface Explanation {
  readonly code: Code;
  /** The rule that was broken, as a statement of how things are. */
  readonly title: string;
  /** Why the rule is there, and how to keep it. */
  readonly text: string;
  /** Null where no file and no command line brings the message about. */
  readonly example: { readonly wrong: Scene; readonly right: Scene } | null;
}

/** Lines of a source text, with one newline at the end. */
const lines = (text: string): string => `${text.trim()}\n`;

/** A mistake in a model alone. */
export function inModel(code: Code, title: string, text: string, wrong: string, right: string): Explanation {
  const scene = (source: string): Scene => ({
    files: { "model.ppl": lines(source) },
    command: "check model.ppl",
  });
  return { code, title, text, example: { wrong: scene(wrong), right: scene(right) } };
}

/** A mistake of data, or of a model that meets them. Each side is model and data; one text is on both sides. */
export function inData(
  code: Code,
  title: string,
  text: string,
  model: string | readonly [string, string],
  data: string | readonly [string, string],
  format: "json" | "csv" = "json",
): Explanation {
  const file = `data.${format}`;
  const scene = (side: 0 | 1): Scene => ({
    files: {
      "model.ppl": lines(typeof model === "string" ? model : model[side]),
      [file]: lines(typeof data === "string" ? data : data[side]),
    },
    command: `check model.ppl --data ${file}`,
  });
  return { code, title, text, example: { wrong: scene(0), right: scene(1) } };
}

/** A mistake of the command line: the same files, two commands. */
export function inCommand(
  code: Code,
  title: string,
  text: string,
  files: Readonly<Record<string, string>>,
  wrong: string,
  right: string,
): Explanation {
  const kept = Object.fromEntries(Object.entries(files).map(([name, one]) => [name, lines(one)]));
  const scene = (command: string): Scene => ({ files: kept, command });
  return { code, title, text, example: { wrong: scene(wrong), right: scene(right) } };
}

/** What a machine, a folder written by a program, or a call from code brings about. */
export function withoutExample(code: Code, title: string, text: string): Explanation {
  return { code, title, text, example: null };
}
