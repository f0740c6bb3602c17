import { assert } from "../base/assert.ts";
import type { Pausable } from "../base/turns.ts";
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
    const here = weights[i]!;
    total += here * values[i]!;
    weight += here;
  }
  return total / weight;
}

/** The standard deviation of the weighted empirical distribution (no small-sample correction). */
export function weightedSd(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  const centre = weightedMean(values, weights);
  let total = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    const here = weights[i]!;
    total += here * (values[i]! - centre) ** 2;
    weight += here;
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
    const { here, before } = binOf(sums, target);
    const first = sums.findLastIndex((sum, i) => i < here && sum > 0);
    const next = sums.findIndex((sum, i) => i > here && sum > 0);
    const [from, to] = [first < 0 ? here : first, next < 0 ? here : next];
    const near: Weighted[] = [];
    bin.forEach((at, i) => {
      const weight = weights[i]!;
      if (weight > 0 && at >= from && at <= to) near.push({ value: values[i]!, weight });
    });
    near.sort((a, b) => a.value - b.value);
    return interpolated(near, target - before + (sums[first] ?? 0));
  });
}

/** The bin in which the running sum of weights reaches the target, and the sum before it. */
function binOf(sums: Float64Array, target: number): { readonly here: number; readonly before: number } {
  let before = 0;
  for (const [here, sum] of sums.entries()) {
    if (here === sums.length - 1 || !(before + sum < target)) return { here, before };
    before += sum;
  }
  return { here: 0, before };
}

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** Fewer values than this are sorted outright. */
const fewValues = 100;

/** Which of n / 4 bins of equal width each value is in, and the weight in each: to sort a few bins is less than to sort all. */
function binned(values: ArrayLike<number>, weights: ArrayLike<number>) {
  const n = values.length;
  const bin = new Uint32Array(n);
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (value < least) least = value;
    if (value > most) most = value;
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
function interpolated(order: readonly Weighted[], target: number): number {
  let below: number | null = null;
  let [middle, before] = [0, 0];
  for (const { value, weight } of order) {
    const previous = middle;
    middle = before + weight / 2;
    before += weight;
    if (middle >= target) {
      if (below === null) return value;
      const share = (target - previous) / (middle - previous);
      return below + share * (value - below);
    }
    below = value;
  }
  return below ?? NaN;
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
  add(logWeights: ArrayLike<number>, rows: number, stride: number): Pausable<number>;
  results(): LogMean[];
}

/**
 * A streaming logMeanExp in constant memory: weights are held relative to the largest seen, their mean and sum of
 * squared deviations updated by Welford (1962), so that nearly equal weights keep a standard error near 0.
 */
export function logMeanColumns(columns: number): LogMeanColumns {
  const sums = Array.from({ length: columns }, newSum);
  let count = 0;
  return {
    *add(logWeights, rows, stride) {
      let broken = 0;
      for (let row = 0; row < rows; row++) {
        yield;
        count++;
        for (let c = 0; c < columns; c++) {
          const logWeight = logWeights[row * stride + c]!;
          if (!(logWeight < Infinity)) broken++;
          take(sums[c]!, logWeight, count);
        }
      }
      return broken;
    },
    results: () => sums.map((sum) => logMeanOf(sum, count)),
  };
}

/** Of the weights of a column, relative to the largest: their mean and the sum of their squared deviations from it. */
interface WeightSum {
  largest: number;
  centre: number;
  deviations: number;
}

function newSum(): WeightSum {
  return { largest: -Infinity, centre: 0, deviations: 0 };
}

/** Takes in one more weight, the `count`-th. */
function take(sum: WeightSum, logWeight: number, count: number): void {
  if (logWeight > sum.largest) {
    const shrink = Math.exp(sum.largest - logWeight);
    sum.centre *= shrink;
    sum.deviations *= shrink * shrink;
    sum.largest = logWeight;
  }
  const weight = logWeight === -Infinity ? 0 : Math.exp(logWeight - sum.largest);
  const step = weight - sum.centre;
  sum.centre += step / count;
  sum.deviations += step * (weight - sum.centre);
}

function logMeanOf({ largest, centre, deviations }: WeightSum, count: number): LogMean {
  const squares = deviations + count * centre * centre;
  return {
    value: largest + Math.log(centre),
    standardError: Math.sqrt(deviations / (count - 1) / count) / centre,
    effectiveSampleSize: squares === 0 ? 0 : (count * centre) ** 2 / squares,
    count,
  };
}

/** log of the mean of exp(logWeights), with its standard error and effective sample size. */
export function logMeanExp(logWeights: ArrayLike<number>): LogMean {
  const sum = newSum();
  for (let i = 0; i < logWeights.length; i++) take(sum, logWeights[i]!, i + 1);
  return logMeanOf(sum, logWeights.length);
}

/** (sum w)^2 / sum w^2 of log weights; 0 when every weight is 0. */
export function effectiveSampleSize(logWeights: ArrayLike<number>): number {
  return logMeanExp(logWeights).effectiveSampleSize;
}

/** exp(logWeights) scaled to sum to 1. */
export function normalisedWeights(logWeights: ArrayLike<number>): Float64Array {
  const largest = Array.from(logWeights).reduce((most, logWeight) => Math.max(most, logWeight), -Infinity);
  const weights = Float64Array.from(logWeights, (logWeight) => Math.exp(logWeight - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function sameLength(values: ArrayLike<number>, weights: ArrayLike<number>): void {
  assert(values.length === weights.length, `${values.length} values, ${weights.length} weights`);
}
