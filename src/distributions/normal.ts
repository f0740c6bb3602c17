import { family } from "./family.ts";
import { HALF_LOG_2PI, positive, real, reals, scalar, standardise } from "./parts.ts";

/** The bell curve. */
export const normal = family({
  name: "normal",
  parameters: { mean: real("the mean"), sd: positive("the standard deviation") },
  eventRank: 0,
  support: reals,

  // -z^2 / 2 - log(sd) - log sqrt(2 pi), z = (x - mean) / sd
  logDensity(b, x, { mean, sd }) {
    const kernel = b.scale(-0.5, b.square(standardise(b, x, mean, sd)));
    return b.sub(kernel, b.shift(b.log(sd), HALF_LOG_2PI));
  },
  logCdf: (b, x, { mean, sd }) => b.logNdtr(standardise(b, x, mean, sd)),
  logSurvival: (b, x, { mean, sd }) => b.logNdtr(standardise(b, mean, x, sd)),

  draw: (random, { mean, sd }) => scalar(mean) + scalar(sd) * random.normal(),
  moments: { mean: ({ mean }) => mean, variance: ({ sd }) => sd ** 2 },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 13",
});
