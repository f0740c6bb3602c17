import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { onAxis } from "../tensor/shape.ts";
import { row, type Operand } from "./function.ts";
import { leadingShape, misfit, ownShape, real } from "./helpers.ts";
import { nonnegative } from "../model/ranges.ts";

/**
 * What is added to the variance at each point, relative to it. A smooth kernel at close points is positive definite by
 * less than rounding; this much is 10^5 roundings of 64 bits, and far below any noise that a model would speak of.
 */
const jitter = 1e-10;

/** The covariance of a Gaussian process with a squared exponential kernel (Rasmussen & Williams 2006, eq. 4.9). */
export const gpExpQuad = row({
  name: "gp_exp_quad",
  signature: "gp_exp_quad(x, sd, length)",
  doc:
    "Covariance sd^2 exp(-|x[i] - x[j]|^2 / (2 length^2)) of a Gaussian process at the points x[i], numbers or rows; " +
    "length may be one number for each column. 1e-10 sd^2 is added on the diagonal, so that it has a Cholesky factor.",
  count: "three",
  type: ([x, sd, length]) => {
    const [n, columns, ...more] = x.shape;
    if (n === undefined || more.length > 0) return misfit(0, "a vector or a matrix");
    if (sd.shape.length > 0) return misfit(1, "a single number");
    const each = columns !== undefined && length.shape.length === 1 && length.shape[0] === columns;
    if (length.shape.length > 0 && !each)
      return misfit(
        2,
        columns === undefined ? "a single number" : `a single number, or one for each of the ${columns} columns`,
      );
    return real([n, n], nonnegative);
  },
  lower: (b, [x, sd, length]) => {
    const n = onAxis(ownShape(b, x), 0);
    const points = x.rank === 1 ? withOwn(b, x, [n, 1]) : x.value;
    const scale = withOwn(b, length, [1, length.rank === 1 ? onAxis(ownShape(b, length), 0) : 1]);
    const scaled = b.div(points, scale);
    const difference = b.sub(b.expand(scaled, -2), b.expand(scaled, -3));
    const correlation = b.exp(b.scale(-0.5, b.sum(b.square(difference), [-1])));
    const diagonal = b.array(
      [n, n],
      Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? jitter : 0)),
    );
    return b.mul(b.square(withOwn(b, sd, [1, 1])), b.add(correlation, diagonal));
  },
  discontinuous: false,
  missing: "mixing",
});

/** The same numbers under other axes of its own. */
function withOwn(b: Builder, operand: Operand, own: readonly number[]): Value {
  return b.reshape(operand.value, [...leadingShape(b, operand), ...own]);
}
