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
}
