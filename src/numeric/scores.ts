import { assert } from "../base/assert.ts";
import { mean, standardDeviation } from "./statistics.ts";

/** A mean over data, and its standard error: the standard deviation over data / sqrt(count); NaN for one datum. */
export interface MeanOverData {
  readonly mean: number;
  readonly standardError: number;
}

export function meanOverData(values: ArrayLike<number>): MeanOverData {
  return {
    mean: mean(values),
    standardError: standardDeviation(values) / Math.sqrt(values.length),
  };
}

/** The share of data that something holds of, and its binomial standard error sqrt(a (1 - a) / count). */
export function shareOf(hits: ArrayLike<number>): MeanOverData {
  const share = mean(hits);
  return { mean: share, standardError: Math.sqrt((share * (1 - share)) / hits.length) };
}

/** The most probable class of one datum; the first of them on a tie. */
export function topClass(probabilities: ArrayLike<number>): number {
  let top = 0;
  let most = probabilities[0] ?? NaN;
  for (let c = 1; c < probabilities.length; c++) {
    const p = probabilities[c]!;
    if (!(p > most)) continue;
    top = c;
    most = p;
  }
  return top;
}

/** sum_c (p_c - [c is true])^2, from 0 to 2. Brier (1950), in its original form over all classes. */
export function brierOf(probabilities: ArrayLike<number>, truth: number): number {
  let sum = 0;
  for (let c = 0; c < probabilities.length; c++) sum += (probabilities[c]! - Number(c === truth)) ** 2;
  return sum;
}

/** Data whose confidence lies in (from, to]; the first bin holds 0 too. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean probability of the class that was thought most likely, and how often it was the true one; null when empty. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

export interface Calibration {
  /** sum over bins of count / n |accuracy - confidence|. */
  readonly ece: number;
  /**
   * What would be expected of it were every confidence right, for so many data: a mean of absolute values is never 0.
   * sum over bins of sqrt(2 v / pi) / n, v being the variance of the hits there, sum p (1 - p): normal in each bin.
   */
  readonly eceByChance: number;
  readonly bins: readonly CalibrationBin[];
}

/**
 * Expected calibration error with bins of equal width: bin m holds confidences in (m / M, (m + 1) / M].
 * Guo, Pleiss, Sun & Weinberger (2017), On calibration of modern neural networks, section 2.
 *
 * @param confidences  probabilities of the top class; rounding above 1 counts as 1
 * @param hits         1 where the top class is the true one, else 0
 */
export function calibrationOf(confidences: ArrayLike<number>, hits: ArrayLike<number>, bins = 15): Calibration {
  assert(confidences.length === hits.length, "a hit or a miss for each confidence");
  const filled = Array.from({ length: bins }, () => ({ count: 0, confident: 0, right: 0, variance: 0 }));
  for (let i = 0; i < confidences.length; i++) {
    const confidence = confidences[i]!;
    const bin = filled[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.count++;
    bin.confident += confidence;
    bin.right += hits[i]!;
    bin.variance += confidence * Math.max(0, 1 - confidence);
  }
  const n = Math.max(1, confidences.length);
  const eceByChance = filled.reduce((sum, { variance }) => sum + Math.sqrt((2 * variance) / Math.PI), 0) / n;
  let ece = 0;
  const made = filled.map(({ count, confident, right }, m): CalibrationBin => {
    const empty = count === 0;
    ece += Math.abs(right - confident) / n;
    return {
      from: m / bins,
      to: (m + 1) / bins,
      count,
      confidence: empty ? null : confident / count,
      accuracy: empty ? null : right / count,
    };
  });
  return { ece, eceByChance, bins: made };
}
