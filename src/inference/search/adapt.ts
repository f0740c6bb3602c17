import { balanced, covarianceOf, factorOf, whitened, type Component } from "../../numeric/gaussians.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { eigenSymmetric } from "../../numeric/symmetric.ts";
import type { Target } from "./target.ts";
import { tempered, weigh, type Fitness, type Weighed } from "./weigh.ts";

/** A mixture that has been fitted to the target by its own importance weights. */
export interface Adapted {
  readonly mixture: readonly Component[];
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
  /** Good enough: an effective share at least this, and k-hat at most that. */
  readonly share: number;
  readonly kHat: number;
}

export const defaultAdaptOptions: AdaptOptions = {
  draws: 3000,
  mostRounds: 40,
  mostComponents: 12,
  share: 0.8,
  kHat: 0.4,
};

/** A round that does not raise the effective share by this factor has brought nothing; after it, a component is split. */
const progress = 1.05;
/** Rounds in a row, splits included, without a better mixture: the end. */
const patience = 6;
/** Components that carry less than this are dropped. */
const smallest = 0.003;

/**
 * Population Monte Carlo: draws from the mixture, weighs the draws, and refits the mixture to them by one weighted EM
 * step, round after round; this lowers KL(p || q), so that the mixture comes to cover the target. Where that no longer
 * helps and the weights are still uneven, the component with the most uneven ones is split in two along the direction
 * in which its draws are least like a Gaussian's. Cappe et al. (2008).
 */
export async function adapt(
  target: Target,
  start: readonly Component[],
  random: RandomStream,
  options: AdaptOptions = defaultAdaptOptions,
): Promise<Adapted> {
  const D = target.dimension;
  const { draws } = options;
  let mixture = balanced(start);
  let best: Adapted | null = null;
  let idle = 0;
  let before = 0;
  let splits = 0;
  for (let rounds = 1; rounds <= options.mostRounds; rounds++) {
    const drawn = await weigh(target, mixture, random, draws);
    const { fit } = drawn;
    if (best === null || merit(fit) > merit(best.fit) * 1.01) {
      best = { mixture, fit, rounds, splits };
      idle = 0;
    } else if (++idle >= patience) break;
    best = { ...best, rounds };
    if (fit.share >= options.share && fit.kHat <= options.kHat) break;
    const stalled = merit(fit) < progress * before;
    before = stalled ? 0 : merit(fit);
    const refitted = refit(mixture, drawn, D);
    if (stalled && refitted.length < options.mostComponents) {
      mixture = split(refitted, mixture, drawn, D, random);
      splits++;
    } else mixture = refitted;
  }
  return best!;
}

/** What a better proposal has more of: effective draws, counted less where a heavy tail says that they are overrated. */
export function merit({ share, kHat }: Fitness): number {
  return share * (kHat <= 0.5 ? 1 : Math.max(0.05, 1 - 1.5 * (kHat - 0.5)));
}

/** One weighted EM step; components keep some of what they were where few draws speak for a change. */
function refit(
  mixture: readonly Component[],
  { points, weights, responsible }: Weighed,
  D: number,
): Component[] {
  const even = tempered(weights, Math.min(points.length / 4, 10 * D * mixture.length));
  const fitted = mixture.flatMap((component, k): Component[] => {
    let total = 0;
    let squares = 0;
    const mass = even.map((w, i) => w * responsible[i]![k]!);
    for (const m of mass) {
      total += m;
      squares += m * m;
    }
    if (!(total > smallest)) return [];
    const effective = (total * total) / squares;
    const trust = effective / (effective + D + 1);
    const centre = new Float64Array(D);
    points.forEach((u, i) => {
      for (let d = 0; d < D; d++) centre[d]! += (mass[i]! / total) * u[d]!;
    });
    const covariance = covarianceOf(component.factor, D).map((c) => (1 - trust) * c);
    points.forEach((u, i) => {
      const share = (trust * mass[i]!) / total;
      if (share === 0) return;
      for (let a = 0; a < D; a++)
        for (let b = 0; b <= a; b++)
          covariance[a * D + b]! += share * (u[a]! - centre[a]!) * (u[b]! - centre[b]!);
    });
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
  const uneven = before.map((_, k) =>
    weights.reduce((sum, w, i) => sum + w * w * responsible[i]![k]!, 0),
  );
  const worst = uneven.indexOf(Math.max(...uneven));
  const old = fitted[worst]!;
  const mass = weights.map((w, i) => w * responsible[i]![worst]!);
  const chosen = systematicChoice(mass, judges, random);
  const z = chosen.map((i) => whitened(old, points[i]!));
  const direction = leastGaussian(z, D);
  const along = new Float64Array(D);
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) along[i]! += old.factor[i * D + j]! * direction[j]!; // prettier-ignore
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
