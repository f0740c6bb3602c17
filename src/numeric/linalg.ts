/**
 * Overwrites the symmetric n x n matrix that starts at `at` (row-major; only its lower triangle is read) by its lower
 * Cholesky factor, zeros above the diagonal. When the matrix is not positive definite the whole block becomes NaN and
 * the answer is false.
 */
export function choleskyInPlace(a: Float64Array, n: number, at = 0): boolean {
  for (let j = 0; j < n; j++) {
    const rowJ = at + j * n;
    let pivot = a[rowJ + j]!;
    for (let k = 0; k < j; k++) pivot -= a[rowJ + k]! * a[rowJ + k]!;
    if (!(pivot > 0) || pivot === Infinity) {
      a.fill(NaN, at, at + n * n);
      return false;
    }
    const diagonal = Math.sqrt(pivot);
    a[rowJ + j] = diagonal;
    for (let i = j + 1; i < n; i++) {
      const rowI = at + i * n;
      let entry = a[rowI + j]!;
      for (let k = 0; k < j; k++) entry -= a[rowI + k]! * a[rowJ + k]!;
      a[rowI + j] = entry / diagonal;
    }
    a.fill(0, rowJ + j + 1, rowJ + n);
  }
  return true;
}

/** A lower triangular matrix, size x size and row-major from `at` on; what is above its diagonal is never read. */
export interface Lower {
  readonly entries: Float64Array;
  readonly size: number;
  readonly at?: number;
}

/** A right side of as many rows as a matrix has, row-major from `at` on. */
export interface RightSide {
  readonly entries: Float64Array;
  readonly columns: number;
  readonly at?: number;
}

/** Solves L X = B, or L' X = B when `transpose`, overwriting B by X. */
export function solveLowerInPlace(
  { entries: l, size: n, at: atL = 0 }: Lower,
  { entries: b, columns: m, at: atB = 0 }: RightSide,
  transpose = false,
): void {
  for (let step = 0; step < n; step++) {
    const i = transpose ? n - 1 - step : step;
    const row = atB + i * m;
    const from = transpose ? i + 1 : 0;
    const to = transpose ? n : i;
    for (let k = from; k < to; k++) {
      const factor = l[transpose ? atL + k * n + i : atL + i * n + k]!;
      const other = atB + k * m;
      for (let c = 0; c < m; c++) b[row + c]! -= factor * b[other + c]!;
    }
    const diagonal = l[atL + i * n + i]!;
    for (let c = 0; c < m; c++) b[row + c]! /= diagonal;
  }
}
