import { choleskyInPlace, solveLowerInPlace } from "../../numeric/linalg.ts";
import { onAxis, sizeOf, type Shape } from "../../tensor/shape.ts";
import { alignedStrides, offsets, type EvalRule } from "./plan.ts";

export const matmul: EvalRule<"matmul"> = ({ attributes: { transposeA, transposeB }, shapes: [a, b], shape }) => {
  const [rows, columns] = [onAxis(shape, -2), onAxis(shape, -1)];
  const inner = onAxis(a, transposeA ? -2 : -1);
  const startA = matrixStarts(a, shape);
  const startB = matrixStarts(b, shape);
  const [rowA, innerA] = transposeA ? [1, rows] : [inner, 1];
  const [innerB, columnB] = transposeB ? [1, inner] : [columns, 1];
  return ([x, y], out) => {
    out.fill(0);
    startA.forEach((fromA, batch) => {
      const fromB = startB[batch]!;
      for (let i = 0; i < rows; i++) {
        const row = (batch * rows + i) * columns;
        for (let k = 0; k < inner; k++) {
          const factor = x[fromA + i * rowA + k * innerA]!;
          let q = fromB + k * innerB;
          for (let j = 0; j < columns; j++, q += columnB) out[row + j]! += factor * y[q]!;
        }
      }
    });
  };
};

export const cholesky: EvalRule<"cholesky"> = ({ shape }) => {
  const n = onAxis(shape, -1);
  const batches = sizeOf(shape.slice(0, -2));
  return ([a], out) => {
    out.set(a);
    for (let batch = 0; batch < batches; batch++) choleskyInPlace(out, n, batch * n * n);
  };
};

export const solveTriangular: EvalRule<"solve_triangular"> = ({ attributes: { transpose }, shapes: [a, b], shape }) => {
  const [n, m] = [onAxis(shape, -2), onAxis(shape, -1)];
  const startA = matrixStarts(a, shape);
  const startB = matrixStarts(b, shape);
  return ([l, right], out) => {
    startA.forEach((fromA, batch) => {
      const at = batch * n * m;
      const fromB = startB[batch]!;
      out.set(right.subarray(fromB, fromB + n * m), at);
      solveLowerInPlace({ entries: l, size: n, at: fromA }, { entries: out, columns: m, at }, transpose);
    });
  };
};

/** Where the matrix of `shape` begins that serves each matrix of the result. */
function matrixStarts(shape: Shape, result: Shape): Int32Array {
  const leading = result.slice(0, -2);
  const area = onAxis(shape, -2) * onAxis(shape, -1);
  return offsets(
    leading,
    alignedStrides(shape.slice(0, -2), leading.length).map((stride) => stride * area),
  );
}
