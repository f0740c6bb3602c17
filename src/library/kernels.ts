import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { LibraryFunction, Operand } from "./function.ts";
import { leadingShape, misfit, ownShape, real } from "./helpers.ts";
import { nonnegative } from "../model/ranges.ts";

/**
 * What is added to the variance at each point, relative to it. A smooth kernel at close points is positive definite by
 * less than rounding; this much is 10^5 roundings of 64 bits, and far below any noise that a model would speak of.
 */
const jitter = 1e-10;

/** The covariance of a Gaussian process with a squared exponential kernel (Rasmussen & Williams 2006, eq. 4.9). */
export const gpExpQuad: LibraryFunction = {
  name: "gp_exp_quad",
  signature: "gp_exp_quad(x, sd, length)",
  doc:
    "Covariance sd^2 exp(-|x[i] - x[j]|^2 / (2 length^2)) of a Gaussian process at the points x[i], numbers or rows; " +
    "length may be one number for each column. 1e-10 sd^2 is added on the diagonal, so that it has a Cholesky factor.",
  arity: { min: 3, max: 3 },
  type: ([x, sd, length]) => {
    if (x!.shape.length === 0 || x!.shape.length > 2) return misfit(0, "a vector or a matrix");
    if (sd!.shape.length > 0) return misfit(1, "a single number");
    const columns = x!.shape[1];
    const each = columns !== undefined && length!.shape.length === 1 && length!.shape[0] === columns;
    if (length!.shape.length > 0 && !each)
      return misfit(
        2,
        columns === undefined ? "a single number" : `a single number, or one for each of the ${columns} columns`,
      );
    const [n] = x!.shape;
    return real([n!, n!], nonnegative);
  },
  lower: (b, [x, sd, length]) => {
    const [n] = ownShape(b, x!);
    const points = x!.rank === 1 ? withOwn(b, x!, [n!, 1]) : x!.value;
    const scale = withOwn(b, length!, [1, length!.rank === 1 ? ownShape(b, length!)[0]! : 1]);
    const scaled = b.div(points, scale);
    const difference = b.sub(b.expand(scaled, -2), b.expand(scaled, -3));
    const correlation = b.exp(b.scale(-0.5, b.sum(b.square(difference), [-1])));
    const diagonal = b.array(
      [n!, n!],
      Array.from({ length: n! * n! }, (_, i) => (i % (n! + 1) === 0 ? jitter : 0)),
    );
    return b.mul(b.square(withOwn(b, sd!, [1, 1])), b.add(correlation, diagonal));
  },
  discontinuous: false,
};

/** The same numbers under other axes of its own. */
function withOwn(b: Builder, operand: Operand, own: readonly number[]): Value {
  return b.reshape(operand.value, [...leadingShape(b, operand), ...own]);
}
