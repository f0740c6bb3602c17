import type { Source } from "../options/config.ts";
import type { Table, ValuesOf } from "../options/option.ts";
import type { OptionName } from "../options/rows.ts";
import type { Io } from "./io.ts";
import type { Output } from "./output.ts";

/** An argument, in the order of the command line. */
export interface Argument {
  readonly name: string;
  readonly takes: "one" | "at most one" | "several";
  readonly doc: string;
}

/** What a command is called and takes: one row of `stratum --help`. */
export interface Usage<Args extends readonly Argument[] = readonly Argument[], Options extends Table = Table> {
  readonly name: string;
  readonly doc: string;
  readonly args: Args;
  /** Its own options and those of `infer`, in the order of its help. */
  readonly options: Options;
  /** Command lines that somebody might type, for its help. */
  readonly examples: readonly [string, ...string[]];
}

type ValueOf<A extends Argument> = {
  readonly one: string;
  readonly "at most one": string | undefined;
  readonly several: readonly string[];
}[A["takes"]];

type ArgsOf<Args extends readonly Argument[]> = { readonly [K in keyof Args]: ValueOf<Args[K]> };

/** What a person asked for. */
export interface Request<U extends Usage = Usage> {
  readonly command: string;
  readonly args: ArgsOf<U["args"]>;
  /** Options of the command itself, read. */
  readonly flags: ValuesOf<Omit<U["options"], OptionName>>;
  /** Options of `infer`, to be read together with those of the model folder. */
  readonly options: Source;
}

/** One command at work: what was asked for, the outside world, and where its words go. */
export interface Call<R = Request> {
  readonly request: R;
  readonly io: Io;
  readonly output: Output;
}

/** Runs one command. Resolves to the exit status. */
export type Run<U extends Usage> = (call: Call<Request<U>>) => Promise<number>;

/** Keeps the types of a row exact. */
export const usage = <const Args extends readonly Argument[], Options extends Table>(
  row: Usage<Args, Options>,
): Usage<Args, Options> => row;

/** The argument of most commands. */
export const modelArgument = {
  name: "model",
  takes: "one",
  doc: "a `.ppl` file, a model folder, or `-` for standard input",
} as const satisfies Argument;

export const runArgument = {
  name: "run",
  takes: "one",
  doc: "a folder that `stratum infer --out` wrote",
} as const satisfies Argument;

/** How help writes an argument: `<model>`, `[code]`, `<models...>`. */
export function argumentText({ name, takes }: Argument): string {
  switch (takes) {
    case "one":
      return `<${name}>`;
    case "at most one":
      return `[${name}]`;
    case "several":
      return `<${name}...>`;
  }
}
