import { family } from "./family.ts";
import { logCauchyCdf, nonnegatives, positive, scalar } from "./parts.ts";

/** The absolute value of a Cauchy centred at 0: a scale that is probably moderate and possibly large. */
export const halfCauchy = family({
  name: "half_cauchy",
  parameters: { scale: positive("the median") },
  eventRank: 0,
  support: nonnegatives,

  // log(2 / (pi scale)) - log(1 + z^2), z = x / scale
  logDensity(b, x, { scale }) {
    const kernel = b.log1p(b.square(b.div(x, scale)));
    return b.neg(b.add(kernel, b.shift(b.log(scale), Math.log(Math.PI / 2))));
  },
  logCdf: (b, x, { scale }) => b.log(b.scale(2 / Math.PI, b.atan(b.div(x, scale)))),
  logSurvival: (b, x, { scale }) => b.shift(logCauchyCdf(b, b.neg(b.div(x, scale))), Math.LN2),

  draw: (random, { scale }) => scalar(scale) * Math.tan((Math.PI / 2) * random.uniform()),
  moments: { mean: () => Infinity, variance: () => NaN },
  source: "Gelman (2006), Prior distributions for variance parameters in hierarchical models",
});
