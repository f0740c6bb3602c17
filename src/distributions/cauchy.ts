import { family } from "./family.ts";
import { logCauchyCdf, positive, real, reals, scalar, standardise } from "./parts.ts";

/** Student's t with one degree of freedom: so heavy in its tails that it has no mean. */
export const cauchy = family({
  name: "cauchy",
  parameters: { loc: real("the median"), scale: positive("half the interquartile range") },
  eventRank: 0,
  support: reals,

  // -log(pi scale) - log(1 + z^2), z = (x - loc) / scale
  logDensity(b, x, { loc, scale }) {
    const kernel = b.log1p(b.square(standardise(b, x, loc, scale)));
    return b.neg(b.add(kernel, b.shift(b.log(scale), Math.log(Math.PI))));
  },
  logCdf: (b, x, { loc, scale }) => logCauchyCdf(b, standardise(b, x, loc, scale)),
  logSurvival: (b, x, { loc, scale }) => logCauchyCdf(b, standardise(b, loc, x, scale)),

  draw: (random, { loc, scale }) => scalar(loc) + scalar(scale) * Math.tan(Math.PI * (random.uniform() - 0.5)),
  moments: { mean: () => NaN, variance: () => NaN },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 16",
});
