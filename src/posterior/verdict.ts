import { quantile } from "../numeric/statistics.ts";

/** Whether importance weights of the guide's draws can be relied on. Vehtari et al. (2024). */
export interface Checks {
  /** Pareto k-hat: one fit for the global block, else one for each datum. */
  readonly kHat: {
    readonly largest: number;
    readonly median: number;
    /** Share of the data whose k-hat is above the threshold. */
    readonly shareAbove: number;
    readonly threshold: number;
    /** The datum (flat, over all blocks) with the largest; 0 for a global block. */
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
  /**
   * Share of the data whose weights cannot be relied on: k-hat is above the threshold and they are not nearly even, or
   * hardly any of their draws count.
   */
  readonly doubtful: number;
  /** Draws whose log weight is NaN or +Infinity: the density itself failed there. */
  readonly broken: number;
}

/** In plain words. */
export interface Verdict {
  readonly trusted: boolean;
  readonly sentence: string;
  /** Null when there is nothing to do. */
  readonly suggestion: string | null;
}

/** A few k-hats of many cross the threshold by chance (their standard error is about 0.15 for 1,000 draws). */
const tolerated = 0.05;

/**
 * Weights whose effective sample size is at least this share of the draws need no judging of their tail: their
 * variance is at most 5 % of their squared mean. k-hat does not see that, since it does not change when a constant is
 * added to all weights: the small differences that are left when a guide is nearly exact may have any tail.
 */
const even = 0.95;

/** Summaries of fewer effective draws than this say little, whatever k-hat found in those that it was fitted to. */
function fewestEffective(draws: number): number {
  return Math.min(100, draws / 10);
}

/** The largest k-hat at which `draws` draws suffice: min(1 - 1 / log10 S, 0.7). Vehtari et al. (2024), eq. 13. */
export function kThreshold(draws: number): number {
  return Math.min(1 - 1 / Math.log10(draws), 0.7);
}

export function checksOf(given: {
  readonly kHats: ArrayLike<number>;
  readonly effective: ArrayLike<number>;
  /** Draws behind each k-hat, and behind each effective sample size. */
  readonly kDraws: number;
  readonly draws: number;
  readonly broken: number;
}): Checks {
  const kHats = Array.from(given.kHats);
  const threshold = kThreshold(given.kDraws);
  const largest = kHats.reduce((most, k) => Math.max(most, k), -Infinity);
  const effective = Array.from(given.effective);
  const suspect = (k: number, n: number): boolean =>
    (k > threshold && n < even * given.draws) || n < fewestEffective(given.draws);
  return {
    kHat: {
      largest,
      median: middle(kHats),
      shareAbove: kHats.filter((k) => k > threshold).length / kHats.length,
      threshold,
      worst: kHats.indexOf(largest),
      data: kHats.length,
      draws: given.kDraws,
    },
    effectiveSampleSize: {
      smallest: effective.reduce((least, n) => Math.min(least, n), Infinity),
      median: middle(effective),
      draws: given.draws,
    },
    doubtful: kHats.filter((k, i) => suspect(k, effective[i]!)).length / kHats.length,
    broken: given.broken,
  };
}

/** The middle order statistic where interpolation would meet infinities, else the median. */
function middle(values: readonly number[]): number {
  const exact = quantile(values, 0.5);
  return Number.isNaN(exact) ? (values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN) : exact;
}

export function verdictOf({ kHat, effectiveSampleSize, doubtful, broken }: Checks): Verdict {
  const share = `${((100 * effectiveSampleSize.smallest) / effectiveSampleSize.draws).toFixed(1)} %`;
  const { largest, threshold, data, draws, worst } = kHat;
  const limit = threshold.toFixed(2);
  if (broken > 0)
    return {
      trusted: false,
      sentence: `The density could not be computed at ${broken} of the guide's draws.`,
      suggestion: "look for a term that overflows, and give its latent a bound or a tighter prior",
    };
  if (draws < fewestDraws)
    return {
      trusted: false,
      sentence: `${draws} draws are too few to judge the approximation.`,
      suggestion: "ask for more draws, 1,000 or more",
    };
  if (data === 1) {
    const k = Number.isFinite(largest) ? largest.toFixed(2) : String(largest);
    if (largest === -Infinity)
      return {
        trusted: true,
        sentence: "All importance weights are equal: the guide is the posterior.",
        suggestion: null,
      };
    if (largest <= threshold && doubtful > 0)
      return {
        trusted: false,
        sentence: `Only ${Math.round(effectiveSampleSize.smallest)} of ${effectiveSampleSize.draws} importance draws are effective: a few of them carry nearly all the weight.`,
        suggestion: improve,
      };
    if (largest > threshold && doubtful === 0)
      return {
        trusted: true,
        sentence: `The importance weights are nearly equal: ${share} of the draws are effective.`,
        suggestion: null,
      };
    return largest <= threshold
      ? {
          trusted: true,
          sentence: `The approximation is good enough to correct: Pareto k-hat is ${k}, at most ${limit}.`,
          suggestion: null,
        }
      : {
          trusted: false,
          sentence: `The approximation is poor: Pareto k-hat is ${k}, above ${limit}, so its summaries cannot be corrected by importance weights.`,
          suggestion: improve,
        };
  }
  const count = Math.round(doubtful * data);
  if (count === 0)
    return {
      trusted: true,
      sentence:
        largest <= threshold
          ? `The approximation is good enough to correct for all ${data} data: the largest Pareto k-hat is ${showK(largest)}.`
          : `The approximation is good enough to correct for all ${data} data: Pareto k-hat is at most ${limit}, or the importance weights are nearly equal.`,
      suggestion: null,
    };
  const fewest = fewestEffective(effectiveSampleSize.draws);
  const which = `for ${count} of ${data} data, Pareto k-hat is above ${limit} or fewer than ${fewest} draws are effective (largest k-hat ${showK(largest)}, datum ${worst})`;
  return doubtful <= tolerated
    ? {
        trusted: true,
        sentence: `The approximation is good enough to correct for nearly all data: ${which}.`,
        suggestion: null,
      }
    : {
        trusted: false,
        sentence: `The approximation is poor for many data: ${which}.`,
        suggestion: improve,
      };
}

/** A verdict that importance weights alone would give, told of what independent searches did not agree on. */
export function verdictAfter(
  verdict: Verdict,
  found: { readonly disagree: boolean; readonly incomplete: boolean },
): Verdict {
  if (!verdict.trusted || !(found.disagree || found.incomplete)) return verdict;
  return found.incomplete
    ? {
        trusted: false,
        sentence: `${verdict.sentence} But every search for modes found one that those before it had missed: there may be more.`,
        suggestion: "run it again with other seeds, and compare; look for symmetries of the model",
      }
    : {
        trusted: false,
        sentence: `${verdict.sentence} But independent searches disagree on the evidence.`,
        suggestion: "run it again with other seeds, and compare",
      };
}

/** A verdict on a guide that was trained at another beta than 1, and so not towards the posterior. */
export function verdictAtBeta(verdict: Verdict, beta: number): Verdict {
  if (verdict.trusted || beta === 1) return verdict;
  return {
    ...verdict,
    suggestion: `train at beta = 1 if the posterior is what you want: at beta = ${beta} prior and likelihood were weighed otherwise, and such a guide is judged by its predictions (--test)`,
  };
}

/** Fewer log weights than this have no tail to fit. */
const fewestDraws = 25;

const improve =
  "train for more steps, use more components (K) or full_rank ones, or rewrite the model so that its latents depend less on each other";

function showK(k: number): string {
  return Number.isFinite(k) ? k.toFixed(2) : String(k);
}
