import type { Diagnostic } from "../diagnostic.ts";

/** What a message is known by. */
export type Code = Diagnostic["code"];

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

/** Files as they are written out, and the command that meets them. */
export function sceneOf(files: Scene["files"], command: string): Scene {
  return { files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, lines(text)])), command };
}

/** A mistake in a model alone. */
export function inModel(code: Code, title: string, text: string, wrong: string, right: string): Explanation {
  const scene = (model: string): Scene => sceneOf({ "model.ppl": model }, "check model.ppl");
  return { code, title, text, example: { wrong: scene(wrong), right: scene(right) } };
}

/** One text for both sides, or that of the wrong one and that of the right one. */
type Sides = string | readonly [wrong: string, right: string];

/** A model and the data that it meets. */
export interface DataExample {
  readonly model: Sides;
  readonly data: Sides;
  /** JSON unless it is said. */
  readonly format?: "json" | "csv";
}

/** A mistake of data, or of a model that meets them. */
export function inData(code: Code, title: string, text: string, example: DataExample): Explanation {
  const { model, data, format = "json" } = example;
  const file = `data.${format}`;
  const of = (sides: Sides, side: 0 | 1): string => (typeof sides === "string" ? sides : sides[side]);
  const scene = (side: 0 | 1): Scene =>
    sceneOf({ "model.ppl": of(model, side), [file]: of(data, side) }, `check model.ppl --data ${file}`);
  return { code, title, text, example: { wrong: scene(0), right: scene(1) } };
}

/** The same files, two commands. */
export interface CommandExample {
  readonly files: Scene["files"];
  readonly wrong: string;
  readonly right: string;
}

/** A mistake of the command line. */
export function inCommand(code: Code, title: string, text: string, example: CommandExample): Explanation {
  const { files, wrong, right } = example;
  return { code, title, text, example: { wrong: sceneOf(files, wrong), right: sceneOf(files, right) } };
}

/** What a machine, a folder written by a program, or a call from code brings about. */
export function withoutExample(code: Code, title: string, text: string): Explanation {
  return { code, title, text, example: null };
}
