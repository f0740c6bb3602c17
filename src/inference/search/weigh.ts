import { breathe, inTurns, type Pausable } from "../../base/turns.ts";
import { densitiesOf, drawFrom, noTails, type Component, type Densities, type Tails } from "../../numeric/gaussians.ts";
import { paretoSmooth } from "../../numeric/pareto.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { logMeanExp, normalisedWeights, type LogMean } from "../../numeric/statistics.ts";
import type { Target } from "./target.ts";

/** Draws from a mixture, and what they weigh against the target. */
export interface Weighed {
  /** [draws, D] */
  readonly points: Float64Array;
  /** log p - log q, as they came. */
  readonly logWeights: Float64Array;
  /** Of Pareto-smoothed weights; they sum to 1. */
  readonly weights: Float64Array;
  /** Which component is responsible for each draw [draws, K]: sums to 1 over components. */
  readonly responsible: Float64Array;
  /** 1 / scale^2 expected of each, as `Densities` has it [draws, K]. */
  readonly precision: Float64Array;
  readonly fit: Fitness;
}

/** How well a mixture serves as a proposal. */
export interface Fitness {
  readonly kHat: number;
  /** Effective share of the draws, of smoothed weights: 1 is perfect. */
  readonly relativeEss: number;
  /** log of the mean weight: the evidence, nats. */
  readonly evidence: LogMean;
  /** Mean log weight, nats. */
  readonly elbo: number;
}

export async function weigh(
  target: Target,
  mixture: readonly Component[],
  random: RandomStream,
  count: number,
  tails: Tails = noTails,
): Promise<Weighed> {
  const { signal } = target;
  const points = await inTurns(drawFrom(mixture, count, random, tails), signal);
  const log = await target.values(points);
  const densities = await inTurns(densitiesOf(mixture, points, tails), signal);
  const { total } = densities;
  // a density that is infinite or not a number makes no proposal better
  const usable = log.map((value, i) => (value === Infinity ? -Infinity : value - total[i]!));
  await breathe(signal);
  const smooth = paretoSmooth(usable);
  const weights = normalisedWeights(smooth.logWeights);
  return {
    points,
    logWeights: usable,
    weights,
    responsible: shares(densities, mixture.length),
    precision: densities.precision,
    fit: fitness(usable, smooth.k, weights),
  };
}

/** Which component is responsible for each point [points, K]; rows sum to 1. */
export function* responsibilities(
  mixture: readonly Component[],
  points: Float64Array,
  tails: Tails,
): Pausable<Pick<Weighed, "responsible" | "precision">> {
  const densities = yield* densitiesOf(mixture, points, tails);
  return { responsible: shares(densities, mixture.length), precision: densities.precision };
}

function shares({ each, total }: Pick<Densities, "each" | "total">, K: number): Float64Array {
  const out = new Float64Array(each.length);
  for (let i = 0; i < total.length; i++)
    for (let k = 0; k < K; k++) {
      const one = each[i * K + k]!;
      if (one > -Infinity) out[i * K + k] = Math.exp(one - total[i]!);
    }
  return out;
}

/** How well the proposal served that gave these log weights. */
export function fitnessOf(logWeights: Float64Array): Fitness {
  const usable = logWeights.map((value) => (Number.isNaN(value) || value === Infinity ? -Infinity : value));
  const smooth = paretoSmooth(usable);
  return fitness(usable, smooth.k, normalisedWeights(smooth.logWeights));
}

function fitness(logWeights: Float64Array, kHat: number, weights: Float64Array): Fitness {
  const count = weights.length;
  const relativeEss = 1 / (count * weights.reduce((sum, w) => sum + w * w, 0));
  return {
    kHat,
    relativeEss: Number.isFinite(relativeEss) ? relativeEss : 0,
    evidence: logMeanExp(logWeights),
    elbo: logWeights.reduce((sum, value) => sum + value, 0) / count,
  };
}

/** Weights raised to a power below 1, the largest that leaves this many effective draws; unchanged where there are. */
export function tempered(weights: Float64Array, effective: number): Float64Array {
  const raised = (power: number): Float64Array => {
    const out = weights.map((w) => (w > 0 ? w ** power : 0));
    const total = out.reduce((sum, w) => sum + w, 0);
    return out.map((w) => w / total);
  };
  const size = (w: Float64Array): number => 1 / w.reduce((sum, x) => sum + x * x, 0);
  if (size(weights) >= effective) return weights;
  let [low, high] = [0, 1];
  for (let i = 0; i < 12; i++) {
    const middle = (low + high) / 2;
    if (size(raised(middle)) >= effective) low = middle;
    else high = middle;
  }
  return raised(low);
}
