import { Argument, Command, Option } from "commander";
import type { Io } from "./io.ts";
import type { Output } from "./output.ts";
import { compileRows, inferRows, runRows, testRows, trainRows, type Given } from "../api/options.ts";

/** What a person asked for, as commander hands it over. */
export interface Request {
  readonly command: CommandName;
  readonly args: readonly string[];
  /** Flags of the command itself: `json`, `out`, `svg`, ... */
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** Options of the tables in options.ts. */
  readonly given: Given;
}

/** Runs one command: what was asked for, the outside world, and where its words go. Resolves to the exit status. */
export type Run = (request: Request, io: Io, output: Output) => Promise<number>;

export type CommandName =
  | "check"
  | "format"
  | "graph"
  | "emit"
  | "compile"
  | "simulate"
  | "infer"
  | "posterior"
  | "explain"
  | "predict"
  | "check-gradients"
  | "calibrate"
  | "plot"
  | "sweep";

type Table = Readonly<Record<string, (typeof inferRows)[keyof typeof inferRows]>>;

const modelArgument = (): Argument =>
  new Argument("<model>", "a `.ppl` file, a model folder, or `-` for standard input");

/**
 * The command line: what `--help` prints, and what the reference page is generated from. `act` is called with what
 * was asked for.
 */
export function commandLine(version: string, act: (request: Request) => Promise<void>): Command {
  const root = new Command("stratum")
    .description("Probabilistic programs with mixture guides: from a .ppl file to a posterior.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText(
      "after",
      "\nExit status: 0 fine; 1 the model, the data or the command line is at fault; 2 it ran, but its own" +
        "\nchecks say that the answer is not to be trusted; 130 interrupted, with what was learned saved.",
    );

  const command = (name: CommandName, doc: string, args: readonly Argument[]): Command => {
    const made = root.command(name).description(doc);
    for (const argument of args) made.addArgument(argument);
    made.option("--json", "print the result as JSON");
    made.action(async (...params: unknown[]) => {
      const values = params.slice(0, args.length).flat() as string[];
      await act({ command: name, args: values, ...split(made) });
    });
    return made;
  };

  withData(command("check", "Check a model (and its data, when there are some).", [modelArgument()]));
  addRows(root.commands.at(-1)!, pick("set", "size"));

  command("format", "Print a model in the canonical form.", [
    new Argument("<models...>", "`.ppl` files, folders of them, or `-` for standard input"),
  ])
    .option("--check", "change nothing; exit 1 when a model is not in that form")
    .option("--write", "rewrite the files in place");

  command("graph", "Print the graphical model as Graphviz DOT.", [modelArgument()])
    .option("--svg", "draw it: SVG instead of DOT")
    .option("--out <file>", "write to a file");

  const emit = command("emit", "Print an intermediate form of the compiler.", [
    new Argument("<stage>", "the form to print; `stratum emit list` names them"),
    new Argument("[model]", "a `.ppl` file, a model folder, or `-` for standard input"),
  ]);
  addRows(withData(emit), compileRows);

  const compile = command("compile", "Compile a training step to a JavaScript module.", [modelArgument()]).option(
    "--out <file>",
    "where the module goes, `-` for standard output; its declarations go beside it",
    "step.mjs",
  );
  addRows(withData(compile), compileRows);

  const simulate = command("simulate", "Draw data from the model.", [modelArgument()]).option(
    "--out <file>",
    "write to a file",
  );
  addRows(withData(simulate), { ...pick("seed", "size", "set") });

  const infer = command("infer", "Fit a guide to data and report the posterior.", [modelArgument()])
    .option("--out <dir>", "save the run in this folder")
    .option("--profile", "measure where the time of a training step goes, by source line")
    .option("--print-config", "print what every option ended up as, and stop");
  addRows(withData(infer), compileRows);
  addRows(infer, trainRows);
  addRows(infer, runRows);
  infer.option("--test <file>", "data that are not trained on, to score predictions with; as `--data`", collect);
  addRows(infer, testRows);

  const posterior = command("posterior", "Report a saved run, or apply it to new data.", [
    new Argument("<run>", "a folder that `stratum infer --out` wrote"),
  ]);
  addRows(withData(posterior), pick("seed", "evidence-draws", "engine", "backend", "threads"));

  command("explain", "Explain a message by its code, with an example; without a code, list them.", [
    new Argument("[code]", "as in `error[PPL304]`: `PPL304` or `304`"),
  ]);

  const predict = command("predict", "Predict data with a saved run, and score the predictions.", [
    new Argument("<run>", "a folder that `stratum infer --out` wrote"),
  ])
    .option(
      "--draws <count>",
      "draws that predictions are averaged over, and data sets to draw, at most (default: 1000)",
    )
    .option("--scores", "the scores, and nothing that has to be simulated")
    .option("--statistic <names>", "of data, compared with those observed (default: mean,sd,min,max,median)")
    .option("--out <file>", "write the summaries of every datum: `.csv` or `.json`");
  addRows(withData(predict), pick("seed", "size", "engine", "backend", "threads"));

  const gradients = command("check-gradients", "Compare the gradient's estimators with each other.", [modelArgument()])
    .option(
      "--run <dir>",
      "at the trained parameters of this run, with its guide and options; the model gives the data",
    )
    .option(
      "--objectives <bounds>",
      "bounds to compare, with their draws: `siwae:10,selbo:100` (default: the one of the options)",
    )
    .option("--repeats <count>", "times each gradient is estimated (default: enough for a few seconds)")
    .option(
      "--points <count>",
      "points: the starting (trained) parameters, then random ones near (default: 3; with --run, 1)",
    );
  addRows(withData(gradients), { ...compileRows, ...pick("seed", "engine", "backend") });

  const calibrate = command("calibrate", "Fit simulated data: are the true values found where they should be?", [
    modelArgument(),
  ])
    .option("--simulations <count>", "data sets to simulate and fit (default: 100)")
    .option("--draws <count>", "posterior draws that each true value is ranked among (default: 99)");
  addRows(withData(calibrate), compileRows);
  addRows(calibrate, trainRows);
  addRows(calibrate, runRows);

  const plot = command("plot", "Draw a picture of a saved run, as SVG.", [
    new Argument("<run>", "a folder that `stratum infer --out` wrote"),
    new Argument("<kind>", "`trace`, `draws`, `latent` or `reliability`"),
  ])
    .option("--out <file>", "write to a file")
    .option("--site <names>", "latents to draw (default: the first coordinates of all)")
    .option("--datum <rows>", "rows of the data, counted from 0 (default: the first, or the first few)")
    .option("--draws <count>", "draws that are shown (default: 250)");
  addRows(withData(plot), pick("seed", "engine", "backend", "threads"));

  command("sweep", "Fit a grid of settings, in processes side by side; what is done is not done again.", [
    new Argument("<file>", "a sweep file (JSON): model, data, options, grid, metrics, plots"),
  ])
    .option("--out <dir>", "results go here (default: a folder beside the file, named like it)")
    .option("--jobs <count>", "fits at once (default: the number of cores)")
    .option("--dry-run", "list the fits and which are done, and stop")
    .option("--report-only", "write tables and plots of what is done, and run nothing");
  return root;
}

function withData(command: Command): Command {
  return command
    .option(
      "--data <file>",
      "JSON, CSV or TSV; NAME=FILE for one datum, then IDX too; gzipped or not; `-` for JSON on standard input",
      collect,
    )
    .option("--select <name=part>", "keep a part of a datum: `x=[0..1000, :, 3]`", collect)
    .option("--scale <name=ranges>", "map a datum linearly, a to c and b to d: `x=0..255:-1..1`", collect)
    .option("--data-folder <dir>", "where the files are that a data file names (default: beside it)");
}

/** The values of an option that may be given several times, in their order. */
const collect = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

function pick(...names: readonly (keyof typeof inferRows)[]): Table {
  return Object.fromEntries(names.map((name) => [name, inferRows[name]]));
}

function addRows(command: Command, rows: Table): void {
  for (const [name, { argument, doc, otherwise, repeats }] of Object.entries(rows)) {
    const option = new Option(`--${name} <${argument}>`, doc + assumed(otherwise));
    // Values are read by options.ts, which knows what to say about them; here they stay texts.
    option.argParser((text: string, before: unknown) =>
      repeats && typeof before === "string" ? `${before},${text}` : text,
    );
    command.addOption(option);
  }
  if ("hidden" in rows) {
    command.option("--amortize", "read local latents off their data by a network");
    command.option("--no-amortize", "give each datum guide parameters of its own");
  }
}

/** How the manual writes a default. */
function assumed(otherwise: unknown): string {
  if (otherwise === null) return "";
  if (Array.isArray(otherwise)) return ` (default: ${otherwise.join(",")})`;
  return typeof otherwise === "object" ? "" : ` (default: ${String(otherwise)})`;
}

/** Commander's camel-cased values, sorted into flags and table options under their long names. */
function split(command: Command): Pick<Request, "flags" | "given"> {
  const flags: Record<string, string | boolean | readonly string[]> = {};
  const given: Record<string, string | boolean> = {};
  for (const option of command.options) {
    const key = option.attributeName();
    const value = command.getOptionValue(key) as string | boolean | readonly string[] | undefined;
    if (value === undefined) continue;
    const name = option.name().replace(/^no-/, "");
    if (name in inferRows || name === "amortize") given[name] = value as string | boolean;
    else flags[name] = value;
  }
  return { flags, given };
}
