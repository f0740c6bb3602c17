import { family } from "./family.ts";
import { HALF_LOG_2PI, nonnegatives, positive, real, scalar, standardise } from "./parts.ts";

/** A positive number whose logarithm is normal. */
export const logNormal = family({
  name: "log_normal",
  parameters: {
    mean: real("the mean of the logarithm"),
    sd: positive("the standard deviation of the logarithm"),
  },
  eventRank: 0,
  support: nonnegatives,

  // -z^2 / 2 - log(sd) - log sqrt(2 pi) - log(x), z = (log(x) - mean) / sd; the limit at 0 is -Infinity
  logDensity(b, x, { mean, sd }) {
    const atZero = b.equal(x, b.constant(0));
    const logX = b.log(b.where(atZero, b.constant(1), x));
    const kernel = b.scale(-0.5, b.square(standardise(b, logX, mean, sd)));
    const density = b.sub(b.sub(kernel, logX), b.shift(b.log(sd), HALF_LOG_2PI));
    return b.where(atZero, b.constant(-Infinity), density);
  },
  logCdf: (b, x, { mean, sd }) => b.logNdtr(standardise(b, b.log(x), mean, sd)),
  logSurvival: (b, x, { mean, sd }) => b.logNdtr(standardise(b, mean, b.log(x), sd)),

  draw: (random, { mean, sd }) => Math.exp(scalar(mean) + scalar(sd) * random.normal()),
  moments: {
    mean: ({ mean, sd }) => Math.exp(mean + sd ** 2 / 2),
    variance: ({ mean, sd }) => Math.expm1(sd ** 2) * Math.exp(2 * mean + sd ** 2),
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 14",
});
