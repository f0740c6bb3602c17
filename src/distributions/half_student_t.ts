import { family } from "./family.ts";
import { drawStudentT, studentT } from "./student_t.ts";
import { lgamma } from "../numeric/special.ts";
import { nonnegatives, positive, scalar } from "./parts.ts";

/** The absolute value of a Student's t centred at 0. */
export const halfStudentT = family({
  name: "half_student_t",
  parameters: {
    df: positive("degrees of freedom: 1 is half_cauchy, infinite half_normal"),
    scale: positive("the scale of the t before folding"),
  },
  eventRank: 0,
  support: nonnegatives,

  // log 2 more than student_t(df, 0, scale)
  logDensity: (b, x, { df, scale }) => b.shift(studentT.logDensity(b, x, { df, loc: b.constant(0), scale }), Math.LN2),

  draw: (random, { df, scale }) => Math.abs(scalar(scale) * drawStudentT(random, scalar(df))),
  moments: {
    mean: ({ df, scale }) => scale * standardMean(df),
    variance: ({ df, scale }) =>
      df > 2 ? scale ** 2 * (df / (df - 2) - standardMean(df) ** 2) : df > 1 ? Infinity : NaN,
  },
  source: "Gelman (2006), Prior distributions for variance parameters in hierarchical models",
});

/** 2 sqrt(df / pi) Gamma((df + 1) / 2) / (Gamma(df / 2) (df - 1)) */
function standardMean(df: number): number {
  if (df <= 1) return Infinity;
  const ratio = Math.exp(lgamma((df + 1) / 2) - lgamma(df / 2));
  return (2 * Math.sqrt(df / Math.PI) * ratio) / (df - 1);
}
