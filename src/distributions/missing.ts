import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Family } from "./family.ts";
import { boundValue, interior, maskedLogDensity, type Arguments } from "./support.ts";

/** How a density is asked about entries of which some are missing. */
export interface Missing {
  /** 1 where an entry of x is there, 0 where it is missing; broadcasts against x. */
  readonly mask: Value;
  /** Some vector is there in part. */
  readonly partial: boolean;
  /** Entries that are there may be outside the support (see `maskedLogDensity`). */
  readonly masked: boolean;
}

/**
 * The log density of what is there, 0 where nothing is: as if x were summed or integrated over what is missing. No
 * derivative passes through the missing entries, and none is NaN, whatever stands in their place: the density is asked
 * about a point inside the support there. Shapes as in `Family`.
 */
export function observedLogDensity(
  b: Builder,
  family: Family,
  x: Value,
  args: Arguments,
  { mask, partial, masked }: Missing,
): Value {
  const density = (at: Value): Value =>
    masked ? maskedLogDensity(b, family, at, args) : family.logDensity(b, at, args);
  const nothing = b.constant(0);
  if (family.eventRank === 0) return b.where(mask, density(b.where(mask, x, pointWithin(b, family, args))), nothing);
  if (partial && family.marginal) return family.marginal(b, x, mask, args);
  // vectors that are missing as a whole hold another vector of the data
  const axes = Array.from({ length: family.eventRank }, (_, i) => i - family.eventRank);
  const whole = b.neg(b.reduceMax(b.neg(mask), axes));
  return b.where(whole, density(x), nothing);
}

function pointWithin(b: Builder, family: Family, args: Arguments): Value {
  const { support } = family;
  if (support.kind !== "interval") return b.constant(0);
  const lower = boundValue(b, family, support.lower, args);
  const upper = boundValue(b, family, support.upper, args);
  return interior(b, lower, upper, support.integer);
}
