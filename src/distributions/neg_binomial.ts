import { family } from "./family.ts";
import { drawStandardGamma } from "./gamma.ts";
import { integers, nonnegative, positive, scalar, xLogY } from "./parts.ts";
import { drawPoisson } from "./poisson.ts";

/** A count more spread out than Poisson's: variance mean + mean^2 / dispersion. */
export const negBinomial = family({
  name: "neg_binomial",
  parameters: {
    mean: nonnegative("the mean"),
    dispersion: positive("small is more spread out; infinite is Poisson"),
  },
  eventRank: 0,
  support: integers(0, null),

  // log C(x + d - 1, x) + x log(mean / (d + mean)) - d log(1 + mean / d)
  logDensity(b, x, { mean, dispersion }) {
    const ways = b.sub(b.sub(b.lgamma(b.add(x, dispersion)), b.lgamma(dispersion)), b.lgamma(b.shift(x, 1)));
    const hit = xLogY(b, x, b.div(mean, b.add(dispersion, mean)));
    const miss = b.mul(dispersion, b.log1p(b.div(mean, dispersion)));
    return b.add(ways, b.sub(hit, miss));
  },

  // Poisson with a gamma rate
  draw(random, { mean, dispersion }) {
    const d = scalar(dispersion);
    return drawPoisson(random, (drawStandardGamma(random, d) * scalar(mean)) / d);
  },
  moments: {
    mean: ({ mean }) => mean,
    variance: ({ mean, dispersion }) => mean + mean ** 2 / dispersion,
  },
  source: "Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 5",
});
