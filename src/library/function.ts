import { assert } from "../base/assert.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { ValueType } from "../model/model.ts";

/** An argument as a function sees it: leading axes broadcast against the other arguments', then `rank` of its own. */
export interface Operand {
  readonly value: Value;
  readonly rank: number;
  /** The number itself, for number, size and scalar const expressions; functions that take sizes need it. */
  readonly constant?: number;
}

/** Why arguments do not fit: an argument (counted from 0, or null for all), what was expected, in words. */
export interface Misfit {
  readonly argument: number | null;
  readonly expected: string;
}

/**
 * What becomes of the result where an entry of an argument is missing:
 * - `entrywise`: it is missing there, since each entry is made of those at the same place;
 * - `moving`: it is missing where the entry has gone;
 * - `mixing`: a single number is missing altogether; of an array nobody can tell which entries are;
 * - `entrywise of two`: entrywise with two arguments, mixing with one.
 */
export type Missing = "entrywise" | "moving" | "mixing" | "entrywise of two";

/** One function of the library, operators included. */
export interface LibraryFunction {
  readonly name: string;
  /** As in the manual: "sum(x)", "where(c, a, b)". */
  readonly signature: string;
  readonly doc: string;
  readonly arity: { readonly min: number; readonly max: number };
  /**
   * Arguments from this one on are sizes: they are number, const or size expressions, their types carry `size` and
   * their operands `constant`. `[N, 2]` as written becomes two arguments.
   */
  readonly sizesFrom?: number;
  readonly type: (args: readonly ValueType[]) => ValueType | { readonly misfit: Misfit };
  /** The result has the arguments' broadcast leading axes, then the rank that `type` says. */
  readonly lower: (b: Builder, args: readonly Operand[]) => Value;
  /** True when the value jumps or is flat between jumps: no pathwise gradient may flow through it. */
  readonly discontinuous: boolean;
  readonly missing: Missing;
}

/** How many arguments a function may have, and what a row that says so is given. */
export interface Counts<T> {
  readonly one: readonly [T];
  readonly two: readonly [T, T];
  readonly three: readonly [T, T, T];
  readonly "one or two": readonly [T] | readonly [T, T];
  readonly "one or more": readonly [T, ...T[]];
  readonly "two or more": readonly [T, T, ...T[]];
}
export type Count = keyof Counts<unknown>;

const arities: { readonly [C in Count]: LibraryFunction["arity"] } = {
  one: { min: 1, max: 1 },
  two: { min: 2, max: 2 },
  three: { min: 3, max: 3 },
  "one or two": { min: 1, max: 2 },
  "one or more": { min: 1, max: Infinity },
  "two or more": { min: 2, max: Infinity },
};

/** A row of the library: its type rule and its lowering see as many arguments as it says that there are. */
export interface Row<C extends Count> extends Omit<LibraryFunction, "arity" | "type" | "lower"> {
  readonly count: C;
  readonly type: (args: Counts<ValueType>[C]) => ReturnType<LibraryFunction["type"]>;
  readonly lower: (b: Builder, args: Counts<Operand>[C]) => Value;
}

/** The function of a row. */
export function row<C extends Count>({ count, type, lower, ...rest }: Row<C>): LibraryFunction {
  return {
    ...rest,
    arity: arities[count],
    type: (args) => type(counted(args, count)),
    lower: (b, args) => lower(b, counted(args, count)),
  };
}

/** The arguments as what they have been counted to be. */
function counted<T, C extends Count>(args: readonly T[], count: C): Counts<T>[C] {
  const { min, max } = arities[count];
  assert(args.length >= min && args.length <= max, `${args.length} arguments where there should be ${count}`);
  return args as Counts<T>[C];
}
