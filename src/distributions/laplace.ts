import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { family } from "./family.ts";
import { positive, real, reals, scalar, standardise } from "./parts.ts";

/** Two exponentials back to back: a peak at its centre and heavier tails than the normal's. */
export const laplace = family({
  name: "laplace",
  parameters: { loc: real("the median"), scale: positive("the mean distance from it") },
  eventRank: 0,
  support: reals,

  // -|z| - log(2 scale), z = (x - loc) / scale
  logDensity(b, x, { loc, scale }) {
    const distance = b.abs(standardise(b, x, loc, scale));
    return b.neg(b.add(distance, b.shift(b.log(scale), Math.LN2)));
  },
  logCdf: (b, x, { loc, scale }) => standardLogCdf(b, standardise(b, x, loc, scale)),
  logSurvival: (b, x, { loc, scale }) => standardLogCdf(b, standardise(b, loc, x, scale)),

  draw(random, { loc, scale }) {
    const sign = random.uniform() < 0.5 ? -1 : 1;
    return scalar(loc) - sign * scalar(scale) * Math.log(random.uniform());
  },
  moments: { mean: ({ loc }) => loc, variance: ({ scale }) => 2 * scale ** 2 },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, ch. 24",
});

/** log of exp(z) / 2 below 0, of 1 - exp(-z) / 2 above. */
function standardLogCdf(b: Builder, z: Value): Value {
  const tail = b.neg(b.abs(z));
  const upper = b.log1p(b.scale(-0.5, b.exp(tail)));
  return b.where(b.less(z, b.constant(0)), b.shift(tail, -Math.LN2), upper);
}
