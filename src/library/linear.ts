import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { onAxis } from "../tensor/shape.ts";
import { row, type Counts, type LibraryFunction, type Operand } from "./function.ts";
import type { Dim, ValueType } from "../model/model.ts";
import { gpExpQuad } from "./kernels.ts";
import { countOf, misfit, ownShape, real, showDims, type Typing } from "./helpers.ts";
import { anyReal, hull, mulRanges, point, sumRange } from "../model/ranges.ts";

/** The size of a square matrix; null of anything else. */
function squareSize({ shape }: ValueType): Dim | null {
  const [rows, columns, ...more] = shape;
  return rows !== undefined && rows === columns && more.length === 0 ? rows : null;
}

/** The size of a vector; null of anything else. */
function vectorSize({ shape }: ValueType): Dim | null {
  const [size, ...more] = shape;
  return size !== undefined && more.length === 0 ? size : null;
}

function square(
  name: string,
  doc: string,
  type: (a: ValueType) => Typing,
  lower: (b: Builder, a: Value) => Value,
): LibraryFunction {
  return row({
    name,
    signature: `${name}(A)`,
    doc,
    count: "one",
    type: ([a]) => (squareSize(a) === null ? misfit(0, "a square matrix") : type(a)),
    lower: (b, [a]) => lower(b, a.value),
    discontinuous: false,
    missing: "mixing",
  });
}

/** 1 on the diagonal of an n x n matrix. */
function identity(b: Builder, n: number): Value {
  return b.array(
    [n, n],
    Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
  );
}

function diagonal(b: Builder, a: Value): Value {
  const n = onAxis(b.shapeOf(a), -1);
  return b.sum(b.mul(a, identity(b, n)), [-1]);
}

function product([a, b]: Counts<ValueType>["two"]): Typing {
  const [left, right] = [a.shape, b.shape];
  const inner = left.at(-1);
  if (inner === undefined || left.length > 2) return misfit(0, "a matrix or a vector");
  if (right.length === 0 || right.length > 2) return misfit(1, "a matrix or a vector");
  if (inner !== right[0]) return misfit(1, `a first size of ${inner}, the last of the left side's ${showDims(left)}`);
  const shape: readonly Dim[] = [...left.slice(0, -1), ...right.slice(1)];
  return {
    shape,
    integer: a.integer && b.integer,
    range: sumRange(mulRanges(a.range, b.range), countOf([inner])),
  };
}

function matmul(b: Builder, [x, y]: Counts<Operand>["two"]): Value {
  const left = x.rank === 1 ? b.expand(x.value, -2) : x.value;
  const right = y.rank === 1 ? b.expand(y.value, -1) : y.value;
  const result = b.matmul(left, right);
  const shape = b.shapeOf(result);
  const kept = [
    ...shape.slice(0, -2),
    ...(x.rank === 1 ? [] : shape.slice(-2, -1)),
    ...(y.rank === 1 ? [] : shape.slice(-1)),
  ];
  return b.reshape(result, kept);
}

export const linear: readonly LibraryFunction[] = [
  row({
    name: "matmul",
    signature: "A @ B",
    doc: "Matrix product; a vector counts as a row on the left and as a column on the right.",
    count: "two",
    type: product,
    lower: matmul,
    discontinuous: false,
    missing: "mixing",
  }),
  row({
    name: "dot",
    signature: "dot(a, b)",
    doc: "Inner product of two vectors.",
    count: "two",
    type: ([x, y]) => {
      if (vectorSize(x) === null) return misfit(0, "a vector");
      return vectorSize(y) === null ? misfit(1, "a vector") : product([x, y]);
    },
    lower: (b, [x, y]) => b.sum(b.mul(x.value, y.value), [-1]),
    discontinuous: false,
    missing: "mixing",
  }),
  row({
    name: "outer",
    signature: "outer(a, b)",
    doc: "Matrix of all products of an entry of a with an entry of b.",
    count: "two",
    type: ([x, y]) => {
      const [rows, columns] = [vectorSize(x), vectorSize(y)];
      if (rows === null) return misfit(0, "a vector");
      if (columns === null) return misfit(1, "a vector");
      return {
        shape: [rows, columns],
        integer: x.integer && y.integer,
        range: mulRanges(x.range, y.range),
      };
    },
    lower: (b, [x, y]) => b.mul(b.expand(x.value, -1), b.expand(y.value, -2)),
    discontinuous: false,
    missing: "mixing",
  }),
  row({
    name: "transpose",
    signature: "transpose(A)",
    doc: "Rows become columns.",
    count: "one",
    type: ([a]) => {
      const [rows, columns, ...more] = a.shape;
      if (rows === undefined || columns === undefined || more.length > 0) return misfit(0, "a matrix");
      return { shape: [columns, rows], integer: a.integer, range: a.range };
    },
    lower: (b, [a]) => {
      const rank = b.shapeOf(a.value).length;
      const axes = Array.from({ length: rank }, (_, i) => i);
      return b.transpose(a.value, [...axes.slice(0, -2), rank - 1, rank - 2]);
    },
    discontinuous: false,
    missing: "moving",
  }),
  row({
    name: "diag",
    signature: "diag(x)",
    doc: "The diagonal matrix of a vector; the diagonal of a square matrix.",
    count: "one",
    type: ([x]) => {
      const [side, size] = [squareSize(x), vectorSize(x)];
      if (side !== null) return { shape: [side], integer: x.integer, range: x.range };
      if (size === null) return misfit(0, "a vector or a square matrix");
      return { shape: [size, size], integer: x.integer, range: hull(x.range, point(0)) };
    },
    lower: (b, [x]) =>
      x.rank === 2 ? diagonal(b, x.value) : b.mul(b.expand(x.value, -1), identity(b, onAxis(ownShape(b, x), 0))),
    discontinuous: false,
    missing: "mixing",
  }),
  square(
    "cholesky",
    "Lower triangular L with L @ transpose(L) = A, for a positive definite A.",
    (a) => real(a.shape, anyReal),
    (b, a) => b.cholesky(a),
  ),
  square(
    "log_det",
    "Log determinant of a positive definite matrix.",
    () => real([], anyReal),
    (b, a) => b.scale(2, b.sum(b.log(diagonal(b, b.cholesky(a))), [-1])),
  ),
  row({
    name: "solve_lower",
    signature: "solve_lower(L, b)",
    doc: "x with L @ x = b, for a lower triangular L; b is a vector or a matrix.",
    count: "two",
    type: ([l, r]) => {
      const side = squareSize(l);
      if (side === null) return misfit(0, "a square matrix");
      const { shape } = r;
      if (shape.length === 0 || shape.length > 2) return misfit(1, "a vector or a matrix");
      if (shape[0] !== side) return misfit(1, `a first size of ${side}`);
      return real(shape, anyReal);
    },
    lower: (b, [l, r]) => {
      if (r.rank === 2) return b.solveTriangular(l.value, r.value);
      const solved = b.solveTriangular(l.value, b.expand(r.value, -1));
      return b.reshape(solved, b.shapeOf(solved).slice(0, -1));
    },
    discontinuous: false,
    missing: "mixing",
  }),
  gpExpQuad,
];
