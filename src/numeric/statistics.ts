import { assert } from "../base/assert.ts";
import { erfc } from "./special.ts";

/** P(Z <= z) for a standard normal Z. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2);
}

/** The mean; NaN of no numbers. */
export function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total / values.length;
}

/** The unbiased variance, about the mean in a second pass; NaN of fewer than two numbers. */
export function variance(values: ArrayLike<number>): number {
  if (values.length < 2) return NaN;
  const centre = mean(values);
  let total = 0;
  for (let i = 0; i < values.length; i++) total += (values[i]! - centre) ** 2;
  return total / (values.length - 1);
}

/** The square root of the unbiased variance. */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/** sum w x / sum w. Weights are at least 0 and need not sum to 1; NaN when all are 0. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  sameLength(values, weights);
  let total = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    total += weights[i]! * values[i]!;
    weight += weights[i]!;
  }
  return total / weight;
}

/** The standard deviation of the weighted empirical distribution (no small-sample correction). */
export function weightedSd(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const centre = weightedMean(values, weights);
  let total = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    total += weights[i]! * (values[i]! - centre) ** 2;
    weight += weights[i]!;
  }
  return Math.sqrt(total / weight);
}

/** The p-quantile with linear interpolation between order statistics: type 7 of Hyndman & Fan (1996). */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (at - below) * (high - low);
}

/**
 * p-quantiles of the weighted empirical distribution, one per entry of `ps`: linear between the points
 * (sum of the weights before it + half its own) / sum, and flat outside them. Values of weight 0 are ignored.
 */
export function weightedQuantiles(
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  ps: readonly number[],
): number[] {
  sameLength(values, weights);
  const { bin, sums } = binned(values, weights);
  const total = sums.reduce((sum, weight) => sum + weight, 0);
  return ps.map((p) => {
    // the points on both sides of the target lie in the bin where the sum passes it, or in the next that hold something
    const target = p * total;
    let before = 0;
    let here = 0;
    while (here < sums.length - 1 && before + sums[here]! < target) before += sums[here++]!;
    const first = sums.findLastIndex((sum, i) => i < here && sum > 0);
    const next = sums.findIndex((sum, i) => i > here && sum > 0);
    const [from, to] = [first < 0 ? here : first, next < 0 ? here : next];
    const near: number[] = [];
    for (let i = 0; i < bin.length; i++) if (weights[i]! > 0 && bin[i]! >= from && bin[i]! <= to) near.push(i);
    near.sort((a, b) => values[a]! - values[b]!);
    return near.length === 0
      ? NaN
      : interpolated(near, values, weights, target - before + (first < 0 ? 0 : sums[first]!));
  });
}

/** Fewer values than this are sorted outright. */
const fewValues = 100;

/** Which of n / 4 bins of equal width each value is in, and the weight in each: to sort a few bins is less than to sort all. */
function binned(values: ArrayLike<number>, weights: ArrayLike<number>) {
  const n = values.length;
  const bin = new Uint32Array(n);
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    if (values[i]! < least) least = values[i]!;
    if (values[i]! > most) most = values[i]!;
  }
  const scale = n / 4 / (most - least);
  const count = n < fewValues || !(scale > 0 && scale < Infinity) ? 1 : Math.floor(n / 4) + 1;
  const sums = new Float64Array(count);
  for (let i = 0; i < n; i++) {
    const at = count === 1 ? 0 : Math.min(count - 1, Math.floor((values[i]! - least) * scale));
    bin[i] = at;
    sums[at]! += weights[i]!;
  }
  return { bin, sums };
}

/** Where the sum of the weights reaches the target: linear between the middles of values in ascending order. */
function interpolated(
  order: readonly number[],
  values: ArrayLike<number>,
  weights: ArrayLike<number>,
  target: number,
): number {
  let below = -1;
  let [middle, before] = [0, 0];
  for (const i of order) {
    const previous = middle;
    middle = before + weights[i]! / 2;
    before += weights[i]!;
    if (middle >= target) {
      if (below < 0) return values[i]!;
      const share = (target - previous) / (middle - previous);
      return values[below]! + share * (values[i]! - values[below]!);
    }
    below = i;
  }
  return values[below]!;
}

/** What a set of log weights says about the log of their mean. */
export interface LogMean {
  /** log((1/n) sum w): -Infinity when every weight is 0. */
  readonly value: number;
  /** Monte-Carlo standard error of `value` by the delta method, sd(w) / (mean(w) sqrt(n)); NaN for n < 2. */
  readonly standardError: number;
  /** (sum w)^2 / sum w^2, between 1 and n; 0 when every weight is 0. Kong (1992). */
  readonly effectiveSampleSize: number;
  readonly count: number;
}

/** Takes log weights of several columns, row by row, and remembers four numbers for each column. */
export interface LogMeanColumns {
  /** Rows [rows, stride] whose first columns are taken. Returns how many weights were NaN or +Infinity. */
  add(logWeights: ArrayLike<number>, rows: number, stride: number): number;
  results(): LogMean[];
}

/**
 * A streaming logMeanExp in constant memory: weights are held relative to the largest seen, their mean and sum of
 * squared deviations updated by Welford (1962), so that nearly equal weights keep a standard error near 0.
 */
export function logMeanColumns(columns: number): LogMeanColumns {
  const largest = new Float64Array(columns).fill(-Infinity);
  const centre = new Float64Array(columns);
  const deviations = new Float64Array(columns);
  let count = 0;
  return {
    add(logWeights, rows, stride) {
      let broken = 0;
      for (let row = 0; row < rows; row++) {
        count++;
        for (let c = 0; c < columns; c++) {
          const logWeight = logWeights[row * stride + c]!;
          if (!(logWeight < Infinity)) broken++;
          if (logWeight > largest[c]!) {
            const shrink = Math.exp(largest[c]! - logWeight);
            centre[c]! *= shrink;
            deviations[c]! *= shrink * shrink;
            largest[c] = logWeight;
          }
          const weight = logWeight === -Infinity ? 0 : Math.exp(logWeight - largest[c]!);
          const step = weight - centre[c]!;
          centre[c]! += step / count;
          deviations[c]! += step * (weight - centre[c]!);
        }
      }
      return broken;
    },
    results: () =>
      Array.from(largest, (most, c) => {
        const [mean, spread] = [centre[c]!, deviations[c]!];
        const squares = spread + count * mean * mean;
        return {
          value: most + Math.log(mean),
          standardError: Math.sqrt(spread / (count - 1) / count) / mean,
          effectiveSampleSize: squares === 0 ? 0 : (count * mean) ** 2 / squares,
          count,
        };
      }),
  };
}

/** log of the mean of exp(logWeights), with its standard error and effective sample size. */
export function logMeanExp(logWeights: ArrayLike<number>): LogMean {
  const column = logMeanColumns(1);
  column.add(logWeights, logWeights.length, 1);
  return column.results()[0]!;
}

/** (sum w)^2 / sum w^2 of log weights; 0 when every weight is 0. */
export function effectiveSampleSize(logWeights: ArrayLike<number>): number {
  return logMeanExp(logWeights).effectiveSampleSize;
}

/** exp(logWeights) scaled to sum to 1. */
export function normalisedWeights(logWeights: ArrayLike<number>): Float64Array {
  let largest = -Infinity;
  for (let i = 0; i < logWeights.length; i++) largest = Math.max(largest, logWeights[i]!);
  const weights = Float64Array.from(logWeights, (logWeight) => Math.exp(logWeight - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function sameLength(values: ArrayLike<number>, weights: ArrayLike<number>): void {
  assert(values.length === weights.length, `${values.length} values, ${weights.length} weights`);
}
