import { family } from "./family.ts";
import { HALF_LOG_2PI, nonnegatives, positive, scalar } from "./parts.ts";

/** The absolute value of a normal with mean 0. */
export const halfNormal = family({
  name: "half_normal",
  parameters: { scale: positive("the standard deviation of the normal before folding") },
  eventRank: 0,
  support: nonnegatives,

  // log 2 - z^2 / 2 - log(scale) - log sqrt(2 pi), z = x / scale
  logDensity(b, x, { scale }) {
    const kernel = b.scale(-0.5, b.square(b.div(x, scale)));
    return b.sub(kernel, b.shift(b.log(scale), HALF_LOG_2PI - Math.LN2));
  },
  logCdf: (b, x, { scale }) => b.log(b.erf(b.scale(Math.SQRT1_2, b.div(x, scale)))),
  logSurvival: (b, x, { scale }) => b.shift(b.logNdtr(b.neg(b.div(x, scale))), Math.LN2),

  draw: (random, { scale }) => scalar(scale) * Math.abs(random.normal()),
  moments: {
    mean: ({ scale }) => scale * Math.sqrt(2 / Math.PI),
    variance: ({ scale }) => scale ** 2 * (1 - 2 / Math.PI),
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 13, s. 10.1",
});
