import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { family } from "./family.ts";
import { interval, log1mExp, positive, scalar } from "./parts.ts";

/** A power law above a least value. */
export const pareto = family({
  name: "pareto",
  parameters: {
    min: positive("the least value"),
    shape: positive("the power: P(X > x) falls like x^-shape"),
  },
  eventRank: 0,
  support: interval({ parameter: "min" }, null),

  // log(shape) - log(x) - shape log(x / min)
  logDensity(b, x, args) {
    const front = b.sub(b.log(args.shape), b.log(x));
    return b.add(front, logSurvival(b, x, args));
  },
  logCdf: (b, x, args) => log1mExp(b, logSurvival(b, x, args)),
  logSurvival,

  draw: (random, { min, shape }) => scalar(min) * random.uniform() ** (-1 / scalar(shape)),
  moments: {
    mean: ({ min, shape }) => (shape > 1 ? (shape * min) / (shape - 1) : Infinity),
    variance: ({ min, shape }) => {
      if (shape > 2) return (min ** 2 * shape) / ((shape - 1) ** 2 * (shape - 2));
      return shape > 1 ? Infinity : NaN;
    },
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 1, ch. 20",
});

/** -shape log(x / min) */
function logSurvival(b: Builder, x: Value, { min, shape }: { readonly min: Value; readonly shape: Value }): Value {
  return b.mul(shape, b.sub(b.log(min), b.log(x)));
}
