import type { RandomStream } from "../numeric/random.ts";
import { family } from "./family.ts";
import { drawStandardGamma } from "./gamma.ts";
import { positive, real, reals, scalar, standardise } from "./parts.ts";

/** A normal whose precision is itself uncertain; its tails fall like |x|^-(df + 1). */
export const studentT = family({
  name: "student_t",
  parameters: {
    df: positive("degrees of freedom: small is heavy-tailed, infinite is normal"),
    loc: real("the centre"),
    scale: positive("the scale, which is less than the standard deviation"),
  },
  eventRank: 0,
  support: reals,

  // lgamma((df + 1) / 2) - lgamma(df / 2) - log(df pi) / 2 - log(scale) - (df + 1) / 2 log(1 + z^2 / df)
  logDensity(b, x, { df, loc, scale }) {
    const half = b.scale(0.5, b.shift(df, 1));
    const gammas = b.sub(b.lgamma(half), b.lgamma(b.scale(0.5, df)));
    const width = b.add(b.log(scale), b.scale(0.5, b.log(b.scale(Math.PI, df))));
    const square = b.square(standardise(b, x, loc, scale));
    return b.sub(b.sub(gammas, width), b.mul(half, b.log1p(b.div(square, df))));
  },

  draw: (random, { df, loc, scale }) => scalar(loc) + scalar(scale) * drawStudentT(random, scalar(df)),
  moments: {
    mean: ({ df, loc }) => (df > 1 ? loc : NaN),
    variance: ({ df, scale }) => (df > 2 ? (scale ** 2 * df) / (df - 2) : df > 1 ? Infinity : NaN),
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, ch. 28",
});

/** One draw with centre 0 and scale 1: a normal over the root of an independent gamma of mean 1. */
export function drawStudentT(random: RandomStream, df: number): number {
  const precision = drawStandardGamma(random, df / 2) / (df / 2);
  return random.normal() / Math.sqrt(precision);
}
