import type { Kind } from "./kinds.ts";

/** One of some values of another option. */
export interface Condition {
  readonly option: string;
  readonly among: readonly string[];
}

/** What only the plan of a model with its data knows of a fit, see uses.ts. */
export type PlanUse =
  | "mixture"
  | "component"
  | "rank"
  | "widths"
  | "activation"
  | "weights"
  | "local latents"
  | "nesting"
  | "training"
  | "cosine"
  | "plateau";

/** What an option is for: elsewhere its value changes nothing. */
export type Use =
  | { readonly of: "options"; readonly anyOf: readonly [Condition, ...Condition[]] }
  | { readonly of: "plan"; readonly use: PlanUse }
  | { readonly of: "test data" };

/** For some values of other options. */
export const under = (...anyOf: readonly [Condition, ...Condition[]]): Use => ({ of: "options", anyOf });
/** For plans in which there is such a thing. */
export const where = (use: PlanUse): Use => ({ of: "plan", use });

/** One option: the types, the command line, option files and the manual are read off rows of these. */
export interface Option<T, Missing extends null = never> {
  /** Its value in help: `--lr <rate>`; empty where it takes none. */
  readonly argument: string;
  readonly kind: Kind<T>;
  /** What is assumed; null where nothing is. */
  readonly otherwise: T | Missing;
  /** For help, where the name and the argument stand beside it. */
  readonly doc: string;
  /** For the API, where the phrase of `doc` would not do alone. */
  readonly says?: string;
  /** May be given several times on the command line. */
  readonly repeats?: true;
  /** Of a yes or no: what help says of `--no-NAME`; without it, there is none. */
  readonly negated?: string;
  /** What it is for, all of it; without it, there is always something that it changes. */
  readonly uses?: readonly Use[];
}

type More = Pick<Option<unknown>, "says" | "repeats" | "negated" | "uses">;

/** An option with a default. */
export function option<T>(
  argument: string,
  kind: Kind<T>,
  otherwise: NoInfer<T>,
  doc: string,
  more: More = {},
): Option<T> {
  return { argument, kind, otherwise, doc, ...more };
}

/** An option that may be left out. */
export function optional<T>(argument: string, kind: Kind<T>, doc: string, more: More = {}): Option<T, null> {
  return { argument, kind, otherwise: null, doc, ...more };
}

/** Options by their names in the API. */
export type Table = Readonly<Record<string, Option<unknown, null>>>;

/** What every option of a table ended up as. */
export type ValuesOf<Rows extends Table> = { readonly [K in keyof Rows]: Rows[K]["otherwise"] };

/** `evidenceDraws` is `evidence-draws` on the command line and in option files; `innerT` is `inner-T`. */
export function flagName(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => (letter === "T" ? "-T" : `-${letter.toLowerCase()}`));
}
