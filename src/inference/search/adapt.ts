import { concatArrays } from "../../numeric/arrays.ts";
import {
  balanced,
  covarianceOf,
  factorOf,
  spelledOut,
  whitened,
  type Component,
  type Tails,
} from "../../numeric/gaussians.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { eigenSymmetric } from "../../numeric/symmetric.ts";
import type { Target } from "./target.ts";
import { responsibilities, tempered, weigh, type Fitness, type Weighed } from "./weigh.ts";

/** A mixture that has been fitted to the target by its own importance weights. */
export interface Adapted {
  readonly mixture: readonly Component[];
  /** The same, before the broad parts of its components became components of their own. */
  readonly core: readonly Component[];
  readonly fit: Fitness;
  /** Rounds of drawing and refitting. */
  readonly rounds: number;
  readonly splits: number;
}

export interface AdaptOptions {
  /** Draws in each round. */
  readonly draws: number;
  readonly mostRounds: number;
  readonly mostComponents: number;
}

/** Good enough from the start: nothing is refitted. */
const atOnce = { share: 0.9, kHat: 0.5 };
/** Good enough after refitting: an effective share at least this, and k-hat at most that. */
const enough = { share: 0.8, kHat: 0.4 };
/** A round that does not raise the merit by this factor has brought nothing; after it, a component is split. */
const progress = 1.15;
/** Rounds in a row, splits included, without a better mixture: the end. */
const patience = 7;
/** Before so many rounds, nothing is concluded from a lack of progress: a poor start takes its time. */
const fewestRounds = 15;
/** Rounds whose draws are refitted to: a mixture of many parts has more numbers than one round can tell. */
const memory = 4;
/** Components that carry less than this are dropped. */
const smallest = 0.003;

/**
 * Population Monte Carlo: draws from the mixture, weighs the draws, and refits the mixture to them by one weighted EM
 * step, round after round; this lowers KL(p || q), so that the mixture comes to cover the target. Where that no longer
 * helps and the weights are still uneven, the component with the most uneven ones is split in two along the direction
 * in which its draws are least like a Gaussian's. Cappe et al. (2008).
 *
 * A start that is good enough is left alone. Otherwise each of its components gets heavier tails, for good, and a broader
 * companion to be refitted, and all together one broad component that sees what none of them covers (a defensive
 * mixture, Hesterberg 1995).
 */
export async function adapt(
  target: Target,
  start: readonly Component[],
  random: RandomStream,
  { draws, mostRounds, mostComponents }: AdaptOptions,
): Promise<Adapted> {
  const D = target.dimension;
  let mixture = balanced(start);
  const first = (await weigh(target, mixture, random, draws)).fit;
  let best: Adapted = { mixture, core: mixture, fit: first, rounds: 1, splits: 0 };
  if (best.fit.share >= atOnce.share && best.fit.kHat <= atOnce.kHat) return best;
  const tails = tailsIn(D);
  mixture = withDefence(withCompanions(mixture));
  let pool: Weighed[] = [];
  let idle = 0;
  let before = 0;
  let splits = 0;
  for (let rounds = 2; rounds <= mostRounds; rounds++) {
    const drawn = await weigh(target, mixture, random, draws, tails);
    const { fit } = drawn;
    const better = merit(fit) > merit(best.fit) * 1.01;
    best = better ? { mixture: spelledOut(mixture, tails), core: mixture, fit, rounds, splits } : { ...best, rounds };
    idle = better ? 0 : idle + 1;
    if (idle >= patience && rounds >= fewestRounds) break;
    if (isEnough(fit)) break;
    const stalled = merit(fit) < progress * before;
    before = stalled ? 0 : merit(fit);
    // rounds that served far worse than this one tell of places that the mixture has left
    pool = [drawn, ...pool.filter((past) => past.fit.share > fit.share / 2)].slice(0, memory);
    const refitted = refit(mixture, pooled(pool, mixture, tails), D);
    const splitting = stalled && refitted.length < mostComponents;
    if (splitting) splits++;
    const next = splitting ? split(refitted, mixture, drawn, D, random) : refitted;
    // the defence may itself have been dropped, or have become a component of its own
    mixture = withDefence(next.length > 1 && refitted.length === mixture.length ? next.slice(0, -1) : next);
  }
  return best;
}

/** What every component has of breadth beyond its own; a tail that no draw has met cannot be refitted to. */
const heavier: Tails = { share: 0.12, scale: 2.5 };
/** In more dimensions than these, typical draws of anything so much broader lie where nothing is: it is less so. */
const tailDimensions = 5;

function tailsIn(D: number): Tails {
  const { share, scale } = heavier;
  return { share, scale: 1 + (scale - 1) * Math.min(1, Math.sqrt(tailDimensions / D)) };
}

/** Share of a broader companion, and how much broader: their typical draws are some of the narrow one's far ones. */
const companion = { weight: 0.25, scale: 1.5 };

function withCompanions(parts: readonly Component[]): Component[] {
  return parts.flatMap((part) => [
    { ...part, weight: (1 - companion.weight) * part.weight },
    {
      ...part,
      weight: companion.weight * part.weight,
      factor: part.factor.map((x) => companion.scale * x),
    },
  ]);
}

/** As broad as everything together, and broader: what no component covers is at least seen. */
const defence = { weight: 0.05, scale: 1.5 };

function withDefence(parts: readonly Component[]): Component[] {
  const D = parts[0]!.centre.length;
  const all = balanced(parts);
  const centre = new Float64Array(D);
  for (const { weight, centre: c } of all) c.forEach((x, d) => (centre[d]! += weight * x));
  const covariance = new Float64Array(D * D);
  for (const { weight, centre: c, factor } of all) {
    const own = covarianceOf(factor, D);
    for (let i = 0; i < D; i++)
      for (let j = 0; j < D; j++)
        covariance[i * D + j]! += weight * (own[i * D + j]! + (c[i]! - centre[i]!) * (c[j]! - centre[j]!));
  }
  const factor = factorOf(covariance, D);
  if (factor === null) return all;
  return [
    ...all.map((part) => ({ ...part, weight: (1 - defence.weight) * part.weight })),
    { weight: defence.weight, centre, factor: factor.map((x) => defence.scale * x) },
  ];
}

/** Whether a mixture serves so well that refitting it further is not worth its while. */
export function isEnough({ share, kHat }: Fitness): boolean {
  return share >= enough.share && kHat <= enough.kHat;
}

/** What a better proposal has more of: effective draws, counted less where a heavy tail says that they are overrated. */
export function merit({ share, kHat }: Fitness): number {
  return share * (kHat <= 0.5 ? 1 : Math.max(0.05, 1 - 1.5 * (kHat - 0.5)));
}

/** Draws of several rounds as one set, each round with the say that its effective draws give it. */
function pooled(rounds: readonly Weighed[], mixture: readonly Component[], tails: Tails): Weighed {
  const [latest, ...past] = rounds;
  if (past.length === 0) return latest!;
  const total = rounds.reduce((sum, { fit }) => sum + fit.share, 0);
  const points = concatArrays(rounds.map((round) => round.points));
  const earlier = responsibilities(mixture, points.subarray(latest!.points.length), tails);
  return {
    points,
    logWeights: concatArrays(rounds.map((round) => round.logWeights)),
    weights: concatArrays(rounds.map(({ weights, fit }) => weights.map((w) => (w * fit.share) / total))),
    responsible: concatArrays([latest!.responsible, earlier.responsible]),
    precision: concatArrays([latest!.precision, earlier.precision]),
    fit: latest!.fit,
  };
}

/** Draws that have less than this share of an even one's say in a covariance are passed over. */
const faint = 1e-3;

/** One weighted EM step; components keep some of what they were where few draws speak for a change. */
function refit(
  mixture: readonly Component[],
  { points, weights, responsible, precision }: Weighed,
  D: number,
): Component[] {
  const n = weights.length;
  const K = mixture.length;
  const even = tempered(weights, Math.min(n / 4, 10 * D * K));
  const mass = new Float64Array(n);
  const fitted = mixture.flatMap((component, k): Component[] => {
    let total = 0;
    let squares = 0;
    let pull = 0;
    const centre = new Float64Array(D);
    for (let i = 0; i < n; i++) {
      const m = even[i]! * responsible[i * K + k]!;
      const precise = m * precision[i * K + k]!;
      mass[i] = precise;
      if (m === 0) continue;
      pull += precise;
      total += m;
      squares += m * m;
      for (let d = 0; d < D; d++) centre[d]! += precise * points[i * D + d]!;
    }
    if (!(total > smallest)) return [];
    for (let d = 0; d < D; d++) centre[d]! /= pull;
    const effective = (total * total) / squares;
    const trust = effective / (effective + 1 + D + (D * D) / 8);
    const covariance = covarianceOf(component.factor, D).map((c) => (1 - trust) * c);
    const apart = new Float64Array(D);
    for (let i = 0; i < n; i++) {
      const share = (trust * mass[i]!) / total;
      if (share < faint / n) continue;
      for (let d = 0; d < D; d++) apart[d] = points[i * D + d]! - centre[d]!;
      for (let a = 0; a < D; a++) {
        const scaled = share * apart[a]!;
        for (let b = 0; b <= a; b++) covariance[a * D + b]! += scaled * apart[b]!;
      }
    }
    for (let d = 0; d < D; d++) centre[d] = trust * centre[d]! + (1 - trust) * component.centre[d]!;
    const factor = factorOf(covariance, D);
    return [factor ? { weight: total, centre, factor } : { ...component, weight: total }];
  });
  return fitted.length > 0 ? balanced(fitted) : [...mixture];
}

/** Halves keep this distance from the old centre, in its standard deviations along the direction. */
const apart = 0.8;
/** Draws that judge the direction. */
const judges = 600;

/** Splits the component whose draws' weights are most uneven. */
function split(
  fitted: readonly Component[],
  before: readonly Component[],
  { points, weights, responsible }: Weighed,
  D: number,
  random: RandomStream,
): Component[] {
  if (fitted.length !== before.length) return [...fitted];
  const K = before.length;
  const uneven = before.map((_, k) => weights.reduce((sum, w, i) => sum + w * w * responsible[i * K + k]!, 0));
  const worst = uneven.indexOf(Math.max(...uneven));
  const old = fitted[worst]!;
  const mass = weights.map((w, i) => w * responsible[i * K + worst]!);
  const chosen = systematicChoice(mass, judges, random);
  const z = chosen.map((i) => whitened(old, points.subarray(i * D, (i + 1) * D)));
  const direction = leastGaussian(z, D);
  const along = new Float64Array(D);
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) along[i]! += old.factor[i * D + j]! * direction[j]!;
  const covariance = covarianceOf(old.factor, D).map(
    (c, at) => c - apart ** 2 * along[Math.floor(at / D)]! * along[at % D]!,
  );
  const factor = factorOf(covariance, D) ?? old.factor;
  const half = (sign: number): Component => ({
    weight: old.weight / 2,
    centre: old.centre.map((c, i) => c + sign * apart * along[i]!),
    factor,
  });
  return [...fitted.slice(0, worst), half(1), half(-1), ...fitted.slice(worst + 1)];
}

/**
 * The direction along which third moments are largest: that of a funnel's neck, or along a bent ridge. With T the tensor
 * of third moments of whitened draws, the first eigenvector of G_ij = sum_kl T_ikl T_jkl, from products of pairs of draws.
 */
function leastGaussian(z: readonly Float64Array[], D: number): Float64Array {
  if (D === 1) return Float64Array.of(1);
  const G = new Float64Array(D * D);
  z.forEach((a, s) => {
    const sum = new Float64Array(D);
    z.forEach((b, t) => {
      if (s === t) return;
      let product = 0;
      for (let d = 0; d < D; d++) product += a[d]! * b[d]!;
      for (let d = 0; d < D; d++) sum[d]! += product * product * b[d]!;
    });
    for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) G[i * D + j]! += a[i]! * sum[j]!;
  });
  for (let i = 0; i < D; i++)
    for (let j = 0; j < i; j++) {
      const both = (G[i * D + j]! + G[j * D + i]!) / 2;
      G[i * D + j] = both;
      G[j * D + i] = both;
    }
  const { vectors } = eigenSymmetric(G, D);
  return vectors.slice((D - 1) * D, D * D);
}

/** Indices, index i about count times its share of the mass. */
function systematicChoice(mass: Float64Array, count: number, random: RandomStream): number[] {
  const total = mass.reduce((sum, m) => sum + m, 0);
  const offset = random.uniform();
  const chosen: number[] = [];
  let below = 0;
  mass.forEach((m, i) => {
    below += m / total;
    while (chosen.length < count && (chosen.length + offset) / count < below) chosen.push(i);
  });
  return chosen;
}
