import type { RandomStream } from "../numeric/random.ts";
import { sigmoid } from "../numeric/special.ts";
import { family } from "./family.ts";
import { drawLogGamma } from "./gamma.ts";
import { interval, positive, scalar, xLog1mY, xLogY } from "./parts.ts";

/** A proportion; after a uniform prior, the posterior of one that was seen a - 1 times and missed b - 1 times. */
export const beta = family({
  name: "beta",
  parameters: { a: positive("weight towards 1"), b: positive("weight towards 0") },
  eventRank: 0,
  support: interval(0, 1),

  // lgamma(a + b) - lgamma(a) - lgamma(b) + (a - 1) log(x) + (b - 1) log(1 - x)
  logDensity(builder, x, { a, b }) {
    const total = builder.lgamma(builder.add(a, b));
    const normaliser = builder.sub(builder.sub(total, builder.lgamma(a)), builder.lgamma(b));
    const kernel = builder.add(xLogY(builder, builder.shift(a, -1), x), xLog1mY(builder, builder.shift(b, -1), x));
    return builder.add(normaliser, kernel);
  },

  draw: (random, { a, b }) => drawBeta(random, scalar(a), scalar(b)),
  moments: {
    mean: ({ a, b }) => a / (a + b),
    variance: ({ a, b }) => (a * b) / ((a + b) ** 2 * (a + b + 1)),
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, ch. 25",
});

/** X / (X + Y) of two gamma draws, divided on the log scale so that small shapes do not give 0 / 0. */
export function drawBeta(random: RandomStream, a: number, b: number): number {
  return sigmoid(drawLogGamma(random, a) - drawLogGamma(random, b));
}
