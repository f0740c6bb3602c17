import { family } from "./family.ts";
import { log1mExp, positive, real, reals, scalar, standardise } from "./parts.ts";

/** The largest of many: the limit of maxima of light-tailed draws. */
export const gumbel = family({
  name: "gumbel",
  parameters: { loc: real("the mode"), scale: positive("the sd times sqrt(6) / pi") },
  eventRank: 0,
  support: reals,

  // -z - exp(-z) - log(scale), z = (x - loc) / scale; where exp(-z) is infinite the first term would make it NaN
  logDensity(b, x, { loc, scale }) {
    const z = standardise(b, x, loc, scale);
    const first = b.max(z, b.constant(-1000));
    return b.neg(b.add(b.add(first, b.exp(b.neg(z))), b.log(scale)));
  },
  logCdf: (b, x, { loc, scale }) => b.neg(b.exp(standardise(b, loc, x, scale))),
  // Above 40 exp(-z) is all that is left of 1 - exp(-exp(-z)), and later it underflows.
  logSurvival(b, x, { loc, scale }) {
    const z = standardise(b, x, loc, scale);
    const forty = b.constant(40);
    const body = log1mExp(b, b.neg(b.exp(b.neg(b.min(z, forty)))));
    return b.where(b.less(forty, z), b.neg(z), body);
  },

  draw: (random, { loc, scale }) => scalar(loc) - scalar(scale) * Math.log(-Math.log(random.uniform())),
  moments: {
    mean: ({ loc, scale }) => loc + scale * EULER,
    variance: ({ scale }) => (Math.PI * scale) ** 2 / 6,
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, ch. 22",
});

/** -digamma(1) */
const EULER = 0.5772156649015329;
