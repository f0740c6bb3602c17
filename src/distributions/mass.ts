import { assert, present } from "../base/assert.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Family } from "./family.ts";
import { log1mExp, logDiffExp } from "./parts.ts";
import { boundValue, interior, maskedLogDensity, type Arguments } from "./support.ts";

/** One end of an interval, with the number where it is known while the program is written. */
export interface MassEnd {
  readonly value: Value;
  readonly fixed: number | null;
}

/**
 * log P(low <= X <= high) of a scalar family, in nats; null is no bound. -Infinity where nothing is between.
 *
 * By the distribution function where the family has one, taken from the tail in which it is small, so that nothing
 * cancels. Otherwise, for whole numbers, as the sum of the probabilities from 0 (or from `low`) to a fixed `high`, or
 * as 1 less the sum below a fixed `low`: absolute accuracy there.
 */
export function logMass(b: Builder, family: Family, args: Arguments, low: MassEnd | null, high: MassEnd | null): Value {
  assert(family.eventRank === 0 && family.support.kind === "interval", `${family.name} is scalar`);
  const { integer } = family.support;
  if (!family.logCdf) return summedMass(b, family, args, low, high);
  const tails = tailsOf(b, family, args);
  // X >= low is X > low - 1 among whole numbers
  if (low === null) return high === null ? b.constant(0) : tails.cdf(high.value);
  const below = integer ? b.shift(low.value, -1) : low.value;
  if (high === null) return tails.survival(below);
  const inUpperTail = b.less(b.constant(Math.log(0.5)), tails.cdf(below));
  const upper = logDiffExp(b, tails.survival(below), tails.survival(high.value));
  const lower = logDiffExp(b, tails.cdf(high.value), tails.cdf(below));
  const between = b.where(inUpperTail, upper, lower);
  return b.where(b.less(high.value, low.value), b.constant(-Infinity), between);
}

interface Tails {
  /** log P(X <= x) */
  readonly cdf: (x: Value) => Value;
  /** log P(X > x) */
  readonly survival: (x: Value) => Value;
}

/** Both tails at any number: 0 and 1 beyond the ends of the support, where the family's own functions are not asked. */
function tailsOf(b: Builder, family: Family, args: Arguments): Tails {
  const { support } = family;
  assert(support.kind === "interval", "a support with ends");
  const [cdf, survival] = [present(family.logCdf, "a cdf"), present(family.logSurvival, "a tail")];
  const least = boundValue(b, family, support.lower, args);
  const most = boundValue(b, family, support.upper, args);
  const none = b.constant(-Infinity);
  const all = b.constant(0);
  const at = (x: Value, write: typeof cdf, before: Value, after: Value): Value => {
    const isBefore = least && (support.integer ? b.less(x, least) : b.lessEqual(x, least));
    const isAfter = most && b.lessEqual(most, x);
    if (!isBefore && !isAfter) return write(b, x, args);
    const inner = interior(b, least, most, support.integer);
    const moved = isBefore ? b.where(isBefore, inner, x) : x;
    const inside = write(b, isAfter ? b.where(isAfter, inner, moved) : moved, args);
    const upper = isAfter ? b.where(isAfter, after, inside) : inside;
    return isBefore ? b.where(isBefore, before, upper) : upper;
  };
  return {
    cdf: (x) => at(x, cdf, none, all),
    survival: (x) => at(x, survival, all, none),
  };
}

function summedMass(b: Builder, family: Family, args: Arguments, low: MassEnd | null, high: MassEnd | null): Value {
  const from = Math.max(0, low === null ? 0 : present(low.fixed, "a fixed bound"));
  if (high === null) return from === 0 ? b.constant(0) : log1mExp(b, summed(b, family, args, 0, from - 1));
  return summed(b, family, args, from, present(high.fixed, "a fixed bound"));
}

/** log of the sum of the probabilities of from, ..., to. */
function summed(b: Builder, family: Family, args: Arguments, from: number, to: number): Value {
  if (to < from) return b.constant(-Infinity);
  const points = b.shift(b.iota(to - from + 1), from);
  const wide = Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      const { rank } = present(family.parameters[name], name);
      return [name, b.expand(value, -1 - rank)];
    }),
  );
  return b.logSumExp(maskedLogDensity(b, family, points, wide), [-1]);
}
