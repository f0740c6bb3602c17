import { family } from "./family.ts";
import { nonnegatives, positive, scalar } from "./parts.ts";

/** Waiting time for one event. */
export const exponential = family({
  name: "exponential",
  parameters: { rate: positive("events per unit of time: one over the mean") },
  eventRank: 0,
  support: nonnegatives,

  // log(rate) - rate x
  logDensity: (b, x, { rate }) => b.sub(b.log(rate), b.mul(rate, x)),
  logCdf: (b, x, { rate }) => b.log(b.neg(b.expm1(b.neg(b.mul(rate, x))))),
  logSurvival: (b, x, { rate }) => b.neg(b.mul(rate, x)),

  draw: (random, { rate }) => -Math.log(random.uniform()) / scalar(rate),
  moments: { mean: ({ rate }) => 1 / rate, variance: ({ rate }) => 1 / rate ** 2 },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 19",
});
