import type { Pausable } from "../../base/turns.ts";
import { covarianceOf, factorOf, whitened, type Component } from "../../numeric/gaussians.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { eigenSymmetric } from "../../numeric/symmetric.ts";
import type { Weighed } from "./weigh.ts";

/** Halves keep this distance from the old centre, in its standard deviations along the direction. */
const apart = 0.8;

/** Draws that tell the direction. */
const directionDraws = 600;

/** Splits the component whose draws' weights are most uneven. */
export function* split(
  fitted: readonly Component[],
  before: readonly Component[],
  { points, weights, responsible }: Weighed,
  D: number,
  random: RandomStream,
): Pausable<Component[]> {
  if (fitted.length !== before.length) return [...fitted];
  const K = before.length;
  const uneven = before.map((_, k) => weights.reduce((sum, w, i) => sum + w * w * responsible[i * K + k]!, 0));
  const worst = uneven.indexOf(Math.max(...uneven));
  const old = fitted[worst]!;
  const mass = weights.map((w, i) => w * responsible[i * K + worst]!);
  const chosen = systematicChoice(mass, directionDraws, random);
  const z = chosen.map((i) => whitened(old, points.subarray(i * D, (i + 1) * D)));
  const direction = yield* leastGaussian(z, D);
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
function* leastGaussian(z: readonly Float64Array[], D: number): Pausable<Float64Array> {
  if (D === 1) return Float64Array.of(1);
  const G = new Float64Array(D * D);
  for (const [s, a] of z.entries()) {
    yield;
    const sum = new Float64Array(D);
    z.forEach((b, t) => {
      if (s === t) return;
      let product = 0;
      for (let d = 0; d < D; d++) product += a[d]! * b[d]!;
      for (let d = 0; d < D; d++) sum[d]! += product * product * b[d]!;
    });
    for (let i = 0; i < D; i++) for (let j = 0; j < D; j++) G[i * D + j]! += a[i]! * sum[j]!;
  }
  for (let i = 0; i < D; i++)
    for (let j = 0; j < i; j++) {
      const both = (G[i * D + j]! + G[j * D + i]!) / 2;
      G[i * D + j] = both;
      G[j * D + i] = both;
    }
  const { vectors } = yield* eigenSymmetric(G, D);
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
