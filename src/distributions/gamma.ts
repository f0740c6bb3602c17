import type { RandomStream } from "../numeric/random.ts";
import { family } from "./family.ts";
import { nonnegatives, positive, scalar, xLogY } from "./parts.ts";

/** Waiting time for `shape` events that arrive at `rate` per unit time. */
export const gamma = family({
  name: "gamma",
  parameters: { shape: positive("the shape"), rate: positive("one over the scale") },
  eventRank: 0,
  support: nonnegatives,

  // shape log(rate) - lgamma(shape) + (shape - 1) log(x) - rate x
  logDensity(b, x, { shape, rate }) {
    const normaliser = b.sub(b.mul(shape, b.log(rate)), b.lgamma(shape));
    const kernel = b.sub(xLogY(b, b.shift(shape, -1), x), b.mul(rate, x));
    return b.add(normaliser, kernel);
  },

  draw: (random, { shape, rate }) => drawStandardGamma(random, scalar(shape)) / scalar(rate),
  moments: {
    mean: ({ shape, rate }) => shape / rate,
    variance: ({ shape, rate }) => shape / rate ** 2,
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 17",
});

/** One draw from gamma(shape, 1). */
export function drawStandardGamma(random: RandomStream, shape: number): number {
  return Math.exp(drawLogGamma(random, shape));
}

/**
 * The logarithm of one draw from gamma(shape, 1), which does not underflow where the draw would (shapes near 0).
 * Marsaglia & Tsang (2000); shapes below one are boosted by U^(1/shape).
 */
export function drawLogGamma(random: RandomStream, shape: number): number {
  if (shape < 1) return drawLogGamma(random, shape + 1) + Math.log(random.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = random.normal();
    const cubeRoot = 1 + c * z;
    if (cubeRoot <= 0) continue;
    const logV = 3 * Math.log(cubeRoot);
    const accept = 0.5 * z * z + d * (1 - cubeRoot ** 3 + logV);
    if (Math.log(random.uniform()) < accept) return Math.log(d) + logV;
  }
}
