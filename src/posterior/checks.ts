import { quantile } from "../numeric/statistics.ts";

/** What the importance weights of a guide's draws came to, datum by datum (one datum: a global block). */
export interface Weighed {
  /** Pareto k-hat of each datum's weights. */
  readonly kHats: ArrayLike<number>;
  /** (sum w)^2 / sum w^2 of each. */
  readonly effective: ArrayLike<number>;
  /** Draws behind each k-hat, and behind each effective sample size. */
  readonly kDraws: number;
  readonly draws: number;
  /** Draws whose log weight is NaN or +Infinity: the density itself failed there. */
  readonly broken: number;
}

/** Whether importance weights of the guide's draws can be relied on, in a few numbers. Vehtari et al. (2024). */
export interface Checks {
  /** Pareto k-hat: one fit for the global block, else one for each datum. */
  readonly kHat: {
    readonly largest: number;
    readonly median: number;
    /** Share of the data whose k-hat is above the threshold, in doubt or not. */
    readonly shareAbove: number;
    readonly threshold: number;
    /** The datum (flat, over all blocks) with the largest, in doubt or not; 0 for a global block. */
    readonly worst: number;
    readonly data: number;
    /** Draws that each k-hat is fitted to. */
    readonly draws: number;
  };
  /** (sum w)^2 / sum w^2 over all draws of a datum. */
  readonly effectiveSampleSize: {
    readonly smallest: number;
    readonly median: number;
    readonly draws: number;
  };
  /** Share of the data that are in doubt: see `standingOf`. */
  readonly doubtful: number;
  readonly broken: number;
}

/** Fewer log weights than this have no tail to fit. */
export const fewestDraws = 25;

/**
 * Weights whose effective sample size is at least this share of the draws need no judging of their tail: their
 * variance is at most 5 % of their squared mean. k-hat does not see that, since it does not change when a constant is
 * added to all weights: the small differences that are left when a guide is nearly exact may have any tail.
 */
export const evenShare = 0.95;

/** Weights that are even to this share are equal but for rounding: their relative standard deviation is below 0.001. */
export const equalShare = 1 - 1e-6;

/** Summaries of fewer effective draws than this say little, whatever k-hat found in those that it was fitted to. */
export function fewestEffective(draws: number): number {
  return Math.min(100, draws / 10);
}

/** The largest k-hat at which `draws` draws suffice: min(1 - 1 / log10 S, 0.7). Vehtari et al. (2024), eq. 13. */
export function kThreshold(draws: number): number {
  return Math.min(1 - 1 / Math.log10(draws), 0.7);
}

/**
 * How the weights of one datum stand. `light` and `even` ones can be relied on: k-hat is within its threshold, or it is
 * above and the weights are so nearly even that their tail does not matter. `heavy` and `few` ones are in doubt: k-hat
 * is above (or undefined), or hardly any draws count.
 */
export type Standing = "light" | "even" | "heavy" | "few";

/** One datum and how its weights stand. */
export interface Judged {
  readonly observation: number;
  readonly kHat: number;
  readonly effective: number;
  readonly standing: Standing;
}

/** Every datum, judged by the one rule that the verdict and its sentence both count by. */
export function judge({ kHats, effective, kDraws, draws }: Weighed): readonly Judged[] {
  const threshold = kThreshold(kDraws);
  const sizes = Array.from(effective);
  return Array.from(kHats, (kHat, observation) => {
    const own = sizes[observation] ?? 0;
    return { observation, kHat, effective: own, standing: standingOf(kHat, own, threshold, draws) };
  });
}

function standingOf(kHat: number, effective: number, threshold: number, draws: number): Standing {
  if (effective < fewestEffective(draws)) return "few";
  if (kHat <= threshold) return "light";
  return effective >= evenShare * draws ? "even" : "heavy";
}

/** Whether the weights of a datum cannot be relied on. */
export const inDoubt = ({ standing }: Judged): boolean => standing === "heavy" || standing === "few";

/** The numbers that a report shows beside the verdict. */
export function checksOf(weighed: Weighed): Checks {
  const { kDraws, draws, broken } = weighed;
  const kHats = Array.from(weighed.kHats);
  const effective = Array.from(weighed.effective);
  const threshold = kThreshold(kDraws);
  const largest = largestOf(kHats);
  return {
    kHat: {
      largest,
      median: middle(kHats),
      shareAbove: kHats.filter((k) => k > threshold).length / kHats.length,
      threshold,
      worst: kHats.indexOf(largest),
      data: kHats.length,
      draws: kDraws,
    },
    effectiveSampleSize: { smallest: smallestOf(effective), median: middle(effective), draws },
    doubtful: judge(weighed).filter(inDoubt).length / kHats.length,
    broken,
  };
}

/** The largest of any number of values; -Infinity of none. */
export function largestOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}

/** The smallest of any number of values; Infinity of none. */
export function smallestOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity);
}

/** The middle order statistic where interpolation would meet infinities, else the median. */
function middle(values: readonly number[]): number {
  const exact = quantile(values, 0.5);
  return Number.isNaN(exact) ? (values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN) : exact;
}
