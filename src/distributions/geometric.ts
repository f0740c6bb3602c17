import { family } from "./family.ts";
import { integers, scalar, unit, xLog1mY } from "./parts.ts";

/** The number of failures before the first success. */
export const geometric = family({
  name: "geometric",
  parameters: { p: unit("the probability of success in each trial") },
  eventRank: 0,
  support: integers(0, null),

  // log(p) + x log(1 - p)
  logDensity: (b, x, { p }) => b.add(b.log(p), xLog1mY(b, x, p)),
  // More than x failures: x + 1 of them in a row.
  logCdf: (b, x, { p }) => b.log(b.neg(b.expm1(xLog1mY(b, b.shift(x, 1), p)))),
  logSurvival: (b, x, { p }) => xLog1mY(b, b.shift(x, 1), p),

  draw: (random, { p }) => (scalar(p) === 1 ? 0 : Math.floor(Math.log(random.uniform()) / Math.log1p(-scalar(p)))),
  moments: { mean: ({ p }) => (1 - p) / p, variance: ({ p }) => (1 - p) / p ** 2 },
  source: "Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 5, s. 2",
});
