import { family } from "./family.ts";
import { drawStandardGamma, gamma } from "./gamma.ts";
import { nonnegatives, positive, scalar } from "./parts.ts";

/** The sum of df squared standard normals: gamma(df / 2, 1 / 2). */
export const chiSquared = family({
  name: "chi_squared",
  parameters: { df: positive("degrees of freedom: the mean") },
  eventRank: 0,
  support: nonnegatives,

  logDensity: (b, x, { df }) => gamma.logDensity(b, x, { shape: b.scale(0.5, df), rate: b.constant(0.5) }),

  draw: (random, { df }) => 2 * drawStandardGamma(random, scalar(df) / 2),
  moments: { mean: ({ df }) => df, variance: ({ df }) => 2 * df },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 18",
});
