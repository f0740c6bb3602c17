import type { Diagnostic } from "../diagnostic.ts";
import { suggest } from "../suggest.ts";

/** Codes 770 to 799: how the command line is used. No place in the model is to blame, so `elsewhere` says where. */
function usage(
  code: Diagnostic["code"],
  message: string,
  elsewhere: string | null,
  hint: string | null,
): Diagnostic {
  return {
    code,
    severity: "error",
    message,
    labels: [],
    ...(elsewhere === null ? {} : { elsewhere }),
    ...(hint === null ? {} : { hint }),
  };
}

/** "did you mean `x`?", or the choices when none is close. */
function nearest(found: string, choices: readonly string[]): string | null {
  const close = suggest(found, choices);
  if (close !== null) return `did you mean \`${close}\`?`;
  if (choices.length === 0) return null;
  return `choose one of ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
}

/** What the argument parser says: an unknown option or command, one argument too many. */
export function malformedCommand(at: {
  readonly message: string;
  readonly command: string;
}): Diagnostic {
  const [what, meant] = at.message
    .replace(/^error: /, "")
    .split("\n")
    .map((line) => line.trim());
  const close = /\(Did you mean (?:one of )?(.*)\?\)/.exec(meant ?? "")?.[1];
  return usage(
    "PPL770",
    (what ?? "").replaceAll("'", "`"),
    at.command,
    close
      ? `did you mean \`${close.split(", ")[0]}\`?`
      : `\`${at.command} --help\` lists what it takes`,
  );
}

/** An option's value is not one it takes. */
export function optionValue(at: {
  readonly option: string;
  readonly found: string;
  readonly expected: string;
  readonly choices: readonly string[];
  /** The command line, or the options file. */
  readonly where: string;
}): Diagnostic {
  return usage(
    "PPL771",
    `\`--${at.option}\` takes ${at.expected}, and is given \`${at.found}\``,
    at.where,
    nearest(at.found, at.choices),
  );
}

/** A name in `options.json` is no option. */
export function unknownOption(at: {
  readonly name: string;
  readonly known: readonly string[];
  readonly where: string;
}): Diagnostic {
  const close = suggest(at.name, at.known);
  return usage(
    "PPL772",
    `\`${at.name}\` is not an option of \`infer\``,
    at.where,
    close === null
      ? "use the long names that `stratum infer --help` lists, without dashes"
      : `did you mean \`${close}\`?`,
  );
}

/** Two options that answer the same question. */
export function optionsExclude(at: {
  readonly first: string;
  readonly second: string;
  readonly because: string;
}): Diagnostic {
  return usage(
    "PPL773",
    `\`--${at.first}\` and \`--${at.second}\` do not go together: ${at.because}`,
    null,
    "leave one of them out",
  );
}

export function unreadableModel(at: {
  readonly path: string;
  readonly problem: string;
  readonly beside: readonly string[];
}): Diagnostic {
  const close = suggest(at.path, at.beside);
  const hint =
    close !== null
      ? `did you mean \`${close}\`?`
      : at.beside.length > 0
        ? `there ${at.beside.length === 1 ? "is" : "are"} ${at.beside
            .slice(0, 8)
            .map((name) => `\`${name}\``)
            .join(", ")}`
        : "give the path of a `.ppl` file, a model folder, or `-` for standard input";
  return usage("PPL774", `the model cannot be read: ${at.problem}`, at.path, hint);
}

/** `options.json` is not an object of options. */
export function unreadableOptions(at: {
  readonly path: string;
  readonly problem: string;
}): Diagnostic {
  return usage("PPL775", `the options cannot be read: ${at.problem}`, at.path, null);
}

export function unwritable(at: { readonly path: string; readonly problem: string }): Diagnostic {
  return usage("PPL776", `the result cannot be written: ${at.problem}`, at.path, null);
}

export function unknownStage(at: {
  readonly stage: string;
  readonly stages: readonly string[];
}): Diagnostic {
  return usage(
    "PPL777",
    `\`${at.stage}\` is not a stage of the compiler`,
    "stratum emit",
    nearest(at.stage, at.stages),
  );
}

/** A model with data, and no data given. */
export function noDataGiven(at: {
  readonly model: string;
  readonly needs: readonly string[];
  readonly what: string;
}): Diagnostic {
  return usage(
    "PPL778",
    `${at.what} needs the data of \`${at.model}\`: ${at.needs.map((name) => `\`${name}\``).join(", ")}`,
    null,
    "give a JSON or CSV file with `--data FILE`",
  );
}

export function notARun(at: { readonly path: string; readonly problem: string }): Diagnostic {
  return usage(
    "PPL779",
    `this is not a saved run: ${at.problem}`,
    at.path,
    "`stratum infer MODEL --out DIR` writes one",
  );
}

/** Standard input can be read only once. */
export function stdinTwice(): Diagnostic {
  return usage(
    "PPL780",
    "both the model and the data are to be read from standard input",
    null,
    "give one of them as a file",
  );
}
