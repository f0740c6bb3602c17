import { present } from "../base/assert.ts";
import type { Builder } from "../program/builder.ts";
import { onAxis } from "../tensor/shape.ts";
import type { Value } from "../program/program.ts";
import { tableBound, type FamilyBound } from "../tensor/support.ts";
import type { Family } from "./family.ts";

/**
 * How far from 1 the entries of a simplex may sum: float32 executors round each entry and their sum, and people
 * write proportions to six digits.
 */
export const SIMPLEX_TOLERANCE = 1e-5;

/** Arguments by name; of a group of alternatives, only the one that was given is there. */
export type Arguments = Readonly<Record<string, Value>>;

/**
 * The density where x is in the family's support, -Infinity elsewhere: never NaN there, and no derivative flows from
 * outside, because the density itself is only ever asked about points inside.
 *
 * Shapes as in `Family`. Costs a handful of comparisons more than the density; nothing for families on the whole
 * real line.
 */
export function maskedLogDensity(b: Builder, family: Family, x: Value, args: Arguments): Value {
  const place = locate(b, family, x, args);
  if (place === null) return family.logDensity(b, x, args);
  const density = family.logDensity(b, place.safe, args);
  return b.where(place.inside, density, b.constant(-Infinity));
}

/** 1 where x is in the support, with the density's leading axes, and x moved inside wherever it is not. */
function locate(
  b: Builder,
  family: Family,
  x: Value,
  args: Arguments,
): { readonly inside: Value; readonly safe: Value } | null {
  const { support } = family;
  // Only ever asked about factors that a bijection made, or that were checked with the data.
  if (support.kind === "cholesky_corr") return null;
  if (support.kind === "counts") {
    const total = b.expand(argument(args, support.total), -1);
    const whole = b.mul(b.equal(b.floor(x), x), b.lessEqual(b.constant(0), x));
    const wrong = b.sum(b.sub(b.constant(1), whole), [-1]);
    const off = b.abs(b.sub(b.sum(x, [-1]), argument(args, support.total)));
    const inside = b.equal(b.add(wrong, off), b.constant(0));
    const first = b.equal(b.iota(onAxis(b.shapeOf(x), -1)), b.constant(0));
    const allInOne = b.where(first, total, b.constant(0));
    return { inside, safe: b.where(b.expand(inside, -1), x, allInOne) };
  }
  if (support.kind === "simplex") {
    const size = onAxis(b.shapeOf(x), -1);
    const least = b.neg(b.reduceMax(b.neg(x), [-1]));
    const off = b.abs(b.shift(b.sum(x, [-1]), -1));
    const inside = b.mul(b.lessEqual(b.constant(0), least), b.lessEqual(off, b.constant(SIMPLEX_TOLERANCE)));
    return { inside, safe: b.where(b.expand(inside, -1), x, b.constant(1 / size)) };
  }

  const lower = boundValue(b, family, support.lower, args);
  const upper = boundValue(b, family, support.upper, args);
  if (lower === null && upper === null && !support.integer) return null;
  const conditions = [
    lower === null ? b.less(b.constant(-Infinity), x) : b.lessEqual(lower, x),
    upper === null ? b.less(x, b.constant(Infinity)) : b.lessEqual(x, upper),
    ...(support.integer ? [b.equal(b.floor(x), x)] : []),
  ];
  const each = conditions.reduce((all, condition) => b.mul(all, condition));
  if (family.eventRank === 1) {
    // a vector is inside when every entry of it is
    const inside = b.neg(b.reduceMax(b.neg(each), [-1]));
    return { inside, safe: b.where(each, x, interior(b, lower, upper, support.integer)) };
  }
  const inside = each;
  return { inside, safe: b.where(inside, x, interior(b, lower, upper, support.integer)) };
}

/** A point at which every density of the family is finite. */
export function interior(b: Builder, lower: Value | null, upper: Value | null, integer: boolean): Value {
  if (lower !== null && upper !== null && !integer) return b.scale(0.5, b.add(lower, upper));
  if (lower !== null) return integer ? lower : b.shift(lower, 1);
  return upper === null ? b.constant(0) : b.shift(upper, -1);
}

/** An end of a family's interval, given its arguments; null where it is open. */
export function boundValue(b: Builder, family: Family, bound: FamilyBound, args: Arguments): Value | null {
  if (bound === null) return null;
  if (typeof bound === "number") return b.constant(bound);
  if ("parameter" in bound) return argument(args, bound.parameter);
  const { table, less } = tableBound(bound);
  return b.constant(onAxis(b.shapeOf(argument(args, givenName(family, table, args))), -1) - less);
}

/** The argument of this name, which is given. */
function argument(args: Arguments, name: string): Value {
  return present(args[name], name);
}

/** The name itself, or that of the alternative given in its place. */
export function givenName(family: Family, name: string, args: Readonly<Record<string, unknown>>): string {
  const group = family.alternatives.find((names) => names.includes(name)) ?? [name];
  return group.find((each) => args[each] !== undefined) ?? name;
}
