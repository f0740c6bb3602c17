import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { lgamma } from "../numeric/special.ts";
import { family } from "./family.ts";
import { log1mExp, nonnegatives, positive, scalar, xLogY } from "./parts.ts";

/** A waiting time whose risk grows (shape above 1) or wears off (below 1). */
export const weibull = family({
  name: "weibull",
  parameters: {
    shape: positive("the shape: 1 is exponential"),
    scale: positive("the scale: 63 % of the draws are below it"),
  },
  eventRank: 0,
  support: nonnegatives,

  // log(shape / scale) + (shape - 1) log(z) - z^shape, z = x / scale
  logDensity(b, x, { shape, scale }) {
    const front = b.sub(b.log(shape), b.log(scale));
    const kernel = xLogY(b, b.shift(shape, -1), b.div(x, scale));
    return b.sub(b.add(front, kernel), hazard(b, x, shape, scale));
  },
  logCdf: (b, x, { shape, scale }) => log1mExp(b, b.neg(hazard(b, x, shape, scale))),
  logSurvival: (b, x, { shape, scale }) => b.neg(hazard(b, x, shape, scale)),

  draw: (random, { shape, scale }) => scalar(scale) * (-Math.log(random.uniform())) ** (1 / scalar(shape)),
  moments: {
    mean: ({ shape, scale }) => scale * Math.exp(lgamma(1 + 1 / shape)),
    variance: ({ shape, scale }) =>
      scale ** 2 * (Math.exp(lgamma(1 + 2 / shape)) - Math.exp(2 * lgamma(1 + 1 / shape))),
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 21",
});

/** (x / scale)^shape: minus the log of the survival function. */
function hazard(b: Builder, x: Value, shape: Value, scale: Value): Value {
  return b.pow(b.div(x, scale), shape);
}
