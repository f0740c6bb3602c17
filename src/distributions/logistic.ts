import { family } from "./family.ts";
import { positive, real, reals, scalar, standardise } from "./parts.ts";

/** The distribution whose distribution function is the sigmoid. */
export const logistic = family({
  name: "logistic",
  parameters: { loc: real("the mean"), scale: positive("the sd times sqrt(3) / pi") },
  eventRank: 0,
  support: reals,

  // -z - 2 log(1 + exp(-z)) - log(scale), which is the same for -z
  logDensity(b, x, { loc, scale }) {
    const distance = b.abs(standardise(b, x, loc, scale));
    const kernel = b.add(distance, b.scale(2, b.softplus(b.neg(distance))));
    return b.neg(b.add(kernel, b.log(scale)));
  },
  logCdf: (b, x, { loc, scale }) => b.neg(b.softplus(standardise(b, loc, x, scale))),
  logSurvival: (b, x, { loc, scale }) => b.neg(b.softplus(standardise(b, x, loc, scale))),

  draw(random, { loc, scale }) {
    const u = random.uniform();
    return scalar(loc) + scalar(scale) * (Math.log(u) - Math.log1p(-u));
  },
  moments: {
    mean: ({ loc }) => loc,
    variance: ({ scale }) => (Math.PI * scale) ** 2 / 3,
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, ch. 23",
});
