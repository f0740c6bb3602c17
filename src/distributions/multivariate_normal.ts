import { InternalError, present } from "../base/assert.ts";
import { choleskyInPlace, solveLowerInPlace } from "../numeric/linalg.ts";
import type { Builder } from "../program/builder.ts";
import { onAxis } from "../tensor/shape.ts";
import type { Value } from "../program/program.ts";
import { family } from "./family.ts";
import { choleskyFactor, entries, HALF_LOG_2PI, positiveDefinite, realVector, reals } from "./parts.ts";

/** The bell curve in several dimensions, its shape given in one of three ways. */
export const multivariateNormal = family({
  name: "multivariate_normal",
  parameters: {
    mean: realVector("the mean"),
    covariance: positiveDefinite("the covariance matrix"),
    cholesky: choleskyFactor("the lower Cholesky factor of the covariance"),
    precision: positiveDefinite("the inverse of the covariance matrix"),
  },
  alternatives: [["covariance", "cholesky", "precision"]],
  eventRank: 1,
  support: reals,

  // -|z|^2 / 2 - log |L| - D log sqrt(2 pi), with covariance = L L', L z = x - mean;
  // or precision = M M', z = M' (x - mean), |L| = 1 / |M|
  logDensity(b, x, { mean, covariance, cholesky, precision }) {
    const column = b.expand(b.sub(x, mean), -1);
    const size = onAxis(b.shapeOf(column), -2);
    if (precision !== undefined) {
      const factor = b.cholesky(precision);
      const logRoot = b.sub(logDiagonal(b, factor), b.constant(size * HALF_LOG_2PI));
      return b.add(kernel(b, b.matmul(factor, column, true)), logRoot);
    }
    const factor = cholesky ?? b.cholesky(covariance);
    const logRoot = b.shift(logDiagonal(b, factor), size * HALF_LOG_2PI);
    return b.sub(kernel(b, b.solveTriangular(factor, column)), logRoot);
  },

  // rows and columns of what is missing become those of the identity, and its deviations 0
  marginal(b, x, mask, { mean, covariance, cholesky, precision }) {
    const size = onAxis(b.shapeOf(x), -1);
    const whole = covariance ?? covarianceOf(b, size, cholesky, precision);
    const both = b.mul(b.expand(mask, -1), b.expand(mask, -2));
    const alone = b.mul(identity(b, size), b.expand(b.sub(b.constant(1), mask), -1));
    const factor = b.cholesky(b.add(b.mul(whole, both), alone));
    const column = b.expand(b.mul(mask, b.sub(x, mean)), -1);
    const logRoot = b.add(logDiagonal(b, factor), b.scale(HALF_LOG_2PI, b.sum(mask, [-1])));
    return b.sub(kernel(b, b.solveTriangular(factor, column)), logRoot);
  },

  draw(random, { mean, covariance, cholesky, precision }) {
    const centre = entries(mean);
    const z = centre.map(() => random.normal());
    const size = z.length;
    const factor = entries(cholesky ?? precision ?? covariance).slice();
    if (cholesky === undefined && !choleskyInPlace(factor, size))
      throw new InternalError("multivariate_normal: the matrix is not positive definite");
    if (precision !== undefined) solveLowerInPlace({ entries: factor, size }, { entries: z, columns: 1 }, true);
    else multiplyLowerInPlace(factor, z);
    return centre.map((entry, i) => entry + z[i]!);
  },
  source: "Kotz, Balakrishnan & Johnson, Continuous Multivariate Distributions 1, ch. 45",
});

/** L L', or the inverse of M M' as Z' Z with M Z = I. */
function covarianceOf(b: Builder, size: number, cholesky: Value | undefined, precision: Value | undefined): Value {
  if (cholesky !== undefined) return b.matmul(cholesky, cholesky, false, true);
  const factor = b.cholesky(present(precision, "one of the three matrices"));
  const root = b.solveTriangular(factor, b.broadcast(identity(b, size), b.shapeOf(factor)));
  return b.matmul(root, root, true, false);
}

function identity(b: Builder, size: number): Value {
  return b.array(
    [size, size],
    Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0)),
  );
}

/** -|z|^2 / 2 of column vectors. */
function kernel(b: Builder, z: Value): Value {
  return b.scale(-0.5, b.sum(b.square(z), [-2, -1]));
}

/** The sum of the logarithms of a matrix's diagonal. */
function logDiagonal(b: Builder, matrix: Value): Value {
  const index = b.iota(onAxis(b.shapeOf(matrix), -1));
  const onDiagonal = b.equal(b.expand(index, -1), index);
  return b.sum(b.log(b.sum(b.where(onDiagonal, matrix, b.constant(0)), [-1])), [-1]);
}

/** Overwrites z by L z; L is row-major and lower triangular. */
function multiplyLowerInPlace(lower: Float64Array, z: Float64Array): void {
  const size = z.length;
  for (let i = size - 1; i >= 0; i--) {
    let total = 0;
    for (let j = 0; j <= i; j++) total += lower[i * size + j]! * z[j]!;
    z[i] = total;
  }
}
