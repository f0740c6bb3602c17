import type { Diagnostic } from "../diagnostic.ts";
import { suggest } from "../suggest.ts";
import { usage } from "./make.ts";

// Codes 770 to 799: how the command line is used. What is drawn has its own file, draws.ts.

/** "did you mean `x`?", or the choices when none is close. */
function nearest(found: string, choices: readonly string[]): string | null {
  const close = suggest(found, choices);
  if (close !== null) return `did you mean \`${close}\`?`;
  if (choices.length === 0) return null;
  return `choose one of ${choices.map((choice) => `\`${choice}\``).join(", ")}`;
}

/** What the argument parser says: an unknown option or command, one argument too many. */
export function malformedCommand(at: { readonly message: string; readonly command: string }): Diagnostic {
  const [what, meant] = at.message
    .replace(/^error: /, "")
    .split("\n")
    .map((line) => line.trim());
  const close = /\(Did you mean (?:one of )?(.*)\?\)/.exec(meant ?? "")?.[1];
  return usage(
    "PPL770",
    (what ?? "").replaceAll("'", "`"),
    at.command,
    close ? `did you mean \`${close.split(", ")[0]}\`?` : `\`${at.command} --help\` lists what it takes`,
  );
}

/** A command that there is not, run or asked about. */
export function unknownCommand(at: {
  readonly name: string;
  readonly known: readonly string[];
  /** `stratum`, or `stratum help`. */
  readonly where: string;
}): Diagnostic {
  return usage("PPL770", `unknown command \`${at.name}\``, at.where, nearest(at.name, at.known));
}

/** An option's value is not one it takes. */
export function optionValue(at: {
  /** As it is written there: `--lr` on the command line, `lr` in a program. */
  readonly option: string;
  readonly found: string;
  readonly expected: string;
  readonly choices: readonly string[];
  /** The command line, or the options file. */
  readonly where: string;
}): Diagnostic {
  return usage(
    "PPL771",
    `\`${at.option}\` takes ${at.expected}, and is given \`${at.found}\``,
    at.where,
    nearest(at.found, at.choices),
  );
}

/** A name in `options.json`, or in a call, is no option. */
export function unknownOption(at: {
  readonly name: string;
  readonly known: readonly string[];
  readonly where: string;
  /** What takes options: `infer` unless told. */
  readonly of?: string;
  /** Where they are listed. */
  readonly advice: string;
}): Diagnostic {
  const close = suggest(at.name, at.known);
  return usage(
    "PPL772",
    `\`${at.name}\` is not an option of \`${at.of ?? "infer"}\``,
    at.where,
    close === null ? at.advice : `did you mean \`${close}\`?`,
  );
}

/** Two options that answer the same question. */
export function optionsExclude(at: {
  /** As they are written, with their dashes. */
  readonly first: string;
  readonly second: string;
  readonly because: string;
}): Diagnostic {
  return usage(
    "PPL773",
    `\`${at.first}\` and \`${at.second}\` do not go together: ${at.because}`,
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
export function unreadableOptions(at: { readonly path: string; readonly problem: string }): Diagnostic {
  return usage("PPL775", `the options cannot be read: ${at.problem}`, at.path, null);
}

export function unwritable(at: { readonly path: string; readonly problem: string }): Diagnostic {
  return usage("PPL776", `the result cannot be written: ${at.problem}`, at.path, null);
}

export function unknownStage(at: { readonly stage: string; readonly stages: readonly string[] }): Diagnostic {
  return usage(
    "PPL777",
    `\`${at.stage}\` is not a stage of the compiler`,
    "stratum emit",
    nearest(at.stage, at.stages),
  );
}

/** A model with data, and no data given. */
export function noDataGiven(at: {
  /** A file of the model folder whose name is nearly that of its data. */
  readonly near?: string | null;
  readonly model: string;
  readonly needs: readonly string[];
  readonly what: string;
}): Diagnostic {
  return usage(
    "PPL778",
    `${at.what} needs the data of \`${at.model}\`: ${at.needs.map((name) => `\`${name}\``).join(", ")}`,
    null,
    at.near
      ? `did you mean \`--data ${at.near}\`? a model folder's own data are \`data.json\` or \`data.csv\``
      : "give a JSON or CSV file with `--data FILE`",
  );
}

export function notARun(at: {
  readonly path: string;
  readonly problem: string;
  /** A folder of a similar name. */
  readonly near?: string | null;
}): Diagnostic {
  return usage(
    "PPL779",
    `this is not a saved run: ${at.problem}`,
    at.path,
    at.near ? `did you mean \`${at.near}\`?` : "`stratum infer MODEL --out DIR` writes one",
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

/** A command that needs a model is given none. */
export function noModel(at: { readonly command: string }): Diagnostic {
  return usage(
    "PPL781",
    "the model is missing",
    at.command,
    "give a `.ppl` file, a model folder, or `-` for standard input",
  );
}

/** A saved guide that knows nothing of data it was not trained on. */
export function notAmortized(at: { readonly sites: readonly string[]; readonly global: boolean }): Diagnostic {
  const sites = at.sites.map((name) => `\`${name}\``).join(", ");
  return usage(
    "PPL782",
    `this guide does not apply to new data: what it learned of ${sites} is about the data it was trained on`,
    "--data",
    at.global
      ? "fit the model to the new data with `stratum infer`"
      : "train with `--amortize`, so that a network reads latents off their data",
  );
}

/** New data whose shapes ask for a guide of another size. */
export function otherLayout(at: { readonly expected: number; readonly found: number }): Diagnostic {
  return usage(
    "PPL783",
    `the new data ask for a guide of ${at.found} numbers, and the saved one has ${at.expected}`,
    "--data",
    "data may differ in number from those of training, not in shape",
  );
}

/** A run is looked at again, with other data than it saw. */
export function otherDataThanRun(at: { readonly name: string }): Diagnostic {
  const told = usage(
    "PPL741",
    `\`${at.name}\` is not what the run was trained on`,
    "--data",
    "give the data of the run, unless it is meant",
  );
  return { ...told, severity: "warning" };
}

/** A function of the caller's own, which is called while work goes on. */
export function callbackThrew(at: { readonly name: string; readonly thrown: string }): Diagnostic {
  return usage("PPL746", `\`${at.name}\` threw ${at.thrown}`, null, "the `cause` of this error is what it threw");
}

/** A run of another model than the one named. */
export function runOfOtherModel(at: { readonly run: string; readonly model: string }): Diagnostic {
  return usage(
    "PPL742",
    `the run in \`${at.run}\` is of another text than \`${at.model}\``,
    "--run",
    "name the model as it was then: the run keeps its text in `model.ppl`, to be used with `--data`",
  );
}

/** A size that nothing tells. */
export function sizeNeeded(at: { readonly name: string }): Diagnostic {
  return usage("PPL784", `the size \`${at.name}\` is not known`, null, `give it, as in \`--size ${at.name}=100\``);
}

export function unknownSize(at: { readonly name: string; readonly sizes: readonly string[] }): Diagnostic {
  return usage("PPL785", `\`${at.name}\` is not a size of this model`, "--size", nearest(at.name, at.sizes));
}

export function unknownCode(at: { readonly code: string; readonly known: readonly string[] }): Diagnostic {
  const close = suggest(at.code.toUpperCase(), at.known);
  return usage(
    "PPL795",
    `there is no message \`${at.code}\``,
    "stratum explain",
    close === null ? "`stratum explain` lists them" : `did you mean \`${close}\`?`,
  );
}

/** A file of a model folder that looks like one that is read, and is not. */
export function fileNotRead(at: { readonly path: string; readonly found: string; readonly meant: string }): Diagnostic {
  return {
    ...usage("PPL796", `\`${at.found}\` is not read`, at.path, `did you mean \`${at.meant}\`?`),
    severity: "warning",
  };
}

/** A statistic that the language does not have. */
export function unknownStatistic(at: { readonly name: string; readonly known: readonly string[] }): Diagnostic {
  return usage("PPL792", `\`${at.name}\` is not a statistic of data`, "--statistic", nearest(at.name, at.known));
}

/** A file whose ending names no format that results are written in. */
export function unwritableFormat(at: { readonly path: string; readonly known: readonly string[] }): Diagnostic {
  const known = at.known.map((ending) => `\`${ending}\``).join(" or ");
  return usage("PPL793", "the format of the result is not known", at.path, `let the name end in ${known}`);
}
