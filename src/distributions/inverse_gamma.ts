import { drawLogGamma } from "./gamma.ts";
import { family } from "./family.ts";
import { nonnegatives, positive, scalar } from "./parts.ts";

/** One over a gamma: the conjugate prior of a normal's variance. */
export const inverseGamma = family({
  name: "inverse_gamma",
  parameters: {
    shape: positive("the shape: the upper tail falls like x^-(shape + 1)"),
    scale: positive("the scale: the rate of the gamma it is one over"),
  },
  eventRank: 0,
  support: nonnegatives,

  // shape log(scale) - lgamma(shape) - (shape + 1) log(x) - scale / x; the limit at 0 is -Infinity
  logDensity(b, x, { shape, scale }) {
    const atZero = b.equal(x, b.constant(0));
    const safe = b.where(atZero, b.constant(1), x);
    const normaliser = b.sub(b.mul(shape, b.log(scale)), b.lgamma(shape));
    const kernel = b.add(b.mul(b.shift(shape, 1), b.log(safe)), b.div(scale, safe));
    return b.where(atZero, b.constant(-Infinity), b.sub(normaliser, kernel));
  },

  draw: (random, { shape, scale }) => Math.exp(Math.log(scalar(scale)) - drawLogGamma(random, scalar(shape))),
  moments: {
    mean: ({ shape, scale }) => (shape > 1 ? scale / (shape - 1) : Infinity),
    variance: ({ shape, scale }) => {
      if (shape > 2) return scale ** 2 / ((shape - 1) ** 2 * (shape - 2));
      return shape > 1 ? Infinity : NaN;
    },
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 17, s. 9",
});
