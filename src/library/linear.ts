import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { LibraryFunction, Operand } from "./function.ts";
import type { Dim, ValueType } from "../model/model.ts";
import { gpExpQuad } from "./kernels.ts";
import { countOf, misfit, ownShape, real, showDims, type Typing } from "./helpers.ts";
import { anyReal, hull, mulRanges, point, sumRange } from "../model/ranges.ts";

const two = { min: 2, max: 2 };
const one = { min: 1, max: 1 };

function isSquare({ shape }: ValueType): boolean {
  return shape.length === 2 && shape[0] === shape[1];
}

function square(
  name: string,
  doc: string,
  type: (a: ValueType) => Typing,
  lower: (b: Builder, a: Value) => Value,
): LibraryFunction {
  // prettier-ignore
  return {
    name,
    signature: `${name}(A)`,
    doc,
    arity: one,
    type: ([a]) => (isSquare(a!) ? type(a!) : misfit(0, "a square matrix")),
    lower: (b, [a]) => lower(b, a!.value),
    discontinuous: false,
  };
}

/** 1 on the diagonal of an n x n matrix. */
function identity(b: Builder, n: number): Value {
  return b.array(
    [n, n],
    Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
  );
}

function diagonal(b: Builder, a: Value): Value {
  const n = b.shapeOf(a).at(-1)!;
  return b.sum(b.mul(a, identity(b, n)), [-1]);
}

function product(args: readonly ValueType[]): Typing {
  const [a, b] = args;
  const [left, right] = [a!.shape, b!.shape];
  if (left.length === 0 || left.length > 2) return misfit(0, "a matrix or a vector");
  if (right.length === 0 || right.length > 2) return misfit(1, "a matrix or a vector");
  const inner = left.at(-1)!;
  if (inner !== right[0]) return misfit(1, `a first size of ${inner}, the last of the left side's ${showDims(left)}`);
  const shape: readonly Dim[] = [...left.slice(0, -1), ...right.slice(1)];
  return {
    shape,
    integer: a!.integer && b!.integer,
    range: sumRange(mulRanges(a!.range, b!.range), countOf([inner])),
  };
}

function matmul(b: Builder, args: readonly Operand[]): Value {
  const [x, y] = args;
  const left = x!.rank === 1 ? b.expand(x!.value, -2) : x!.value;
  const right = y!.rank === 1 ? b.expand(y!.value, -1) : y!.value;
  const result = b.matmul(left, right);
  const shape = b.shapeOf(result);
  const kept = [
    ...shape.slice(0, -2),
    ...(x!.rank === 1 ? [] : [shape.at(-2)!]),
    ...(y!.rank === 1 ? [] : [shape.at(-1)!]),
  ];
  return b.reshape(result, kept);
}

export const linear: readonly LibraryFunction[] = [
  {
    name: "matmul",
    signature: "A @ B",
    doc: "Matrix product; a vector counts as a row on the left and as a column on the right.",
    arity: two,
    type: product,
    lower: matmul,
    discontinuous: false,
  },
  {
    name: "dot",
    signature: "dot(a, b)",
    doc: "Inner product of two vectors.",
    arity: two,
    type: (args) => {
      const odd = args.findIndex((arg) => arg.shape.length !== 1);
      return odd < 0 ? product(args) : misfit(odd, "a vector");
    },
    lower: (b, [x, y]) => b.sum(b.mul(x!.value, y!.value), [-1]),
    discontinuous: false,
  },
  {
    name: "outer",
    signature: "outer(a, b)",
    doc: "Matrix of all products of an entry of a with an entry of b.",
    arity: two,
    type: (args) => {
      const odd = args.findIndex((arg) => arg.shape.length !== 1);
      if (odd >= 0) return misfit(odd, "a vector");
      const [x, y] = args;
      return {
        shape: [x!.shape[0]!, y!.shape[0]!],
        integer: x!.integer && y!.integer,
        range: mulRanges(x!.range, y!.range),
      };
    },
    lower: (b, [x, y]) => b.mul(b.expand(x!.value, -1), b.expand(y!.value, -2)),
    discontinuous: false,
  },
  {
    name: "transpose",
    signature: "transpose(A)",
    doc: "Rows become columns.",
    arity: one,
    type: ([a]) =>
      a!.shape.length === 2
        ? { shape: [a!.shape[1]!, a!.shape[0]!], integer: a!.integer, range: a!.range }
        : misfit(0, "a matrix"),
    lower: (b, [a]) => {
      const rank = b.shapeOf(a!.value).length;
      const axes = Array.from({ length: rank }, (_, i) => i);
      return b.transpose(a!.value, [...axes.slice(0, -2), rank - 1, rank - 2]);
    },
    discontinuous: false,
  },
  {
    name: "diag",
    signature: "diag(x)",
    doc: "The diagonal matrix of a vector; the diagonal of a square matrix.",
    arity: one,
    type: ([x]) => {
      if (isSquare(x!)) return { shape: [x!.shape[0]!], integer: x!.integer, range: x!.range };
      if (x!.shape.length !== 1) return misfit(0, "a vector or a square matrix");
      const [n] = x!.shape;
      return { shape: [n!, n!], integer: x!.integer, range: hull(x!.range, point(0)) };
    },
    lower: (b, [x]) =>
      x!.rank === 2 ? diagonal(b, x!.value) : b.mul(b.expand(x!.value, -1), identity(b, ownShape(b, x!)[0]!)),
    discontinuous: false,
  },
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
  {
    name: "solve_lower",
    signature: "solve_lower(L, b)",
    doc: "x with L @ x = b, for a lower triangular L; b is a vector or a matrix.",
    arity: two,
    type: ([l, r]) => {
      if (!isSquare(l!)) return misfit(0, "a square matrix");
      const { shape } = r!;
      if (shape.length === 0 || shape.length > 2) return misfit(1, "a vector or a matrix");
      if (shape[0] !== l!.shape[0]) return misfit(1, `a first size of ${l!.shape[0]}`);
      return real(shape, anyReal);
    },
    lower: (b, [l, r]) => {
      if (r!.rank === 2) return b.solveTriangular(l!.value, r!.value);
      const solved = b.solveTriangular(l!.value, b.expand(r!.value, -1));
      return b.reshape(solved, b.shapeOf(solved).slice(0, -1));
    },
    discontinuous: false,
  },
  gpExpQuad,
];
