import type { Pausable } from "../base/turns.ts";

/** Eigenvalues in rising order; row i of `vectors` [n, n] is the eigenvector of value i. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Sweeps of the Jacobi method are many fewer than this: convergence is quadratic in the end. */
const mostSweeps = 60;

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric n x n matrix, row-major, by cyclic Jacobi rotations: small
 * eigenvalues are found as precisely as the matrix defines them. Golub & Van Loan (2013), section 8.5.
 */
export function* eigenSymmetric(matrix: ArrayLike<number>, n: number): Pausable<Eigen> {
  const a = Float64Array.from(matrix);
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++) {
      yield;
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!;
        const app = a[p * n + p]!;
        const aqq = a[q * n + q]!;
        if (Math.abs(apq) <= 1e-16 * Math.sqrt(Math.abs(app * aqq)) || apq === 0) continue;
        rotated = true;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cos = 1 / Math.hypot(t, 1);
        const sin = t * cos;
        for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q, cos, sin);
        for (let k = 0; k < n; k++) {
          turn(a, p * n + k, q * n + k, cos, sin);
          turn(v, p * n + k, q * n + k, cos, sin);
        }
        a[p * n + q] = 0;
        a[q * n + p] = 0;
      }
    }
    if (!rotated) break;
  }
  const order = Array.from({ length: n }, (_, row) => ({ value: a[row * n + row]!, row }));
  order.sort((one, other) => one.value - other.value);
  const vectors = new Float64Array(n * n);
  order.forEach(({ row }, to) => vectors.set(v.subarray(row * n, (row + 1) * n), to * n));
  return { values: Float64Array.from(order, ({ value }) => value), vectors };
}

/** Turns a pair of entries by an angle. */
function turn(x: Float64Array, p: number, q: number, cos: number, sin: number): void {
  const [xp, xq] = [x[p]!, x[q]!];
  x[p] = cos * xp - sin * xq;
  x[q] = sin * xp + cos * xq;
}
