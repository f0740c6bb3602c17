import { InternalError } from "../base/assert.ts";
import { broadcastShapes, sameShape, showShape, onAxis, sizeOf, type Shape } from "../tensor/shape.ts";
import type { Arguments } from "./arity.ts";
import type { OpName } from "./ops.ts";
import type { Ops } from "./program.ts";
import { scanShape } from "./scan.ts";

/** The result's shape from the arguments' shapes; throws InternalError when they do not fit. */
export type TypeRule<K extends OpName> = (attributes: Ops[K], shapes: Arguments<K, Shape>) => Shape;

/** Shapes of results, one row per operation. */
export const typeRules: { readonly [K in OpName]: TypeRule<K> } = {
  input: ({ shape }) => shape,
  constant: ({ shape, values }) =>
    values.length === 1 || values.length === sizeOf(shape)
      ? shape
      : misfit("constant", `${values.length} values for`, shape),

  neg: unary,
  exp: unary,
  expm1: unary,
  log: unary,
  log1p: unary,
  sqrt: unary,
  abs: unary,
  sign: unary,
  floor: unary,
  sin: unary,
  cos: unary,
  atan: unary,
  tanh: unary,
  sigmoid: unary,
  softplus: unary,
  lgamma: unary,
  digamma: unary,
  trigamma: unary,
  erf: unary,
  log_ndtr: unary,

  add: elementwise,
  sub: elementwise,
  mul: elementwise,
  div: elementwise,
  pow: elementwise,
  max: elementwise,
  min: elementwise,
  less: elementwise,
  less_equal: elementwise,
  equal: elementwise,
  where: elementwise,
  stop: unary,

  reshape: ({ shape }, [x]) => (sizeOf(shape) === sizeOf(x) ? shape : misfit("reshape", "to", shape, x)),
  transpose: ({ permutation }, [x]) =>
    sameShape(
      [...permutation].sort((a, b) => a - b),
      x.map((_, axis) => axis),
    )
      ? permutation.map((axis) => onAxis(x, axis))
      : misfit("transpose", `by [${permutation.join(", ")}]`, x),
  broadcast: ({ shape }, [x]) =>
    sameShape(broadcastShapes(x, shape) ?? [-1], shape) ? shape : misfit("broadcast", "to", shape, x),
  slice: ({ begin, size }, [x]) =>
    begin.length === x.length &&
    size.length === x.length &&
    begin.every((b, axis) => b >= 0 && onAxis(size, axis) >= 0 && b + onAxis(size, axis) <= onAxis(x, axis))
      ? size
      : misfit("slice", `[${begin.join(", ")}] + [${size.join(", ")}] of`, x),
  pad: ({ before, after }, [x]) =>
    before.length === x.length && after.length === x.length
      ? x.map((size, axis) => onAxis(before, axis) + size + onAxis(after, axis))
      : misfit("pad", "of", x),
  concat: ({ axis }, shapes) => {
    const [first] = shapes;
    if (!first || axis < 0 || axis >= first.length) return misfit("concat", `on axis ${axis} of`, ...shapes);
    const fits = shapes.every(
      (shape) => shape.length === first.length && shape.every((size, a) => a === axis || size === first[a]),
    );
    if (!fits) return misfit("concat", `on axis ${axis} of`, ...shapes);
    return first.with(
      axis,
      shapes.reduce((total, shape) => total + onAxis(shape, axis), 0),
    );
  },

  sum: reduction,
  reduce_max: reduction,
  logsumexp: reduction,
  cumsum: ({ axis }, [x]) => (axis >= 0 && axis < x.length ? x : misfit("cumsum", "of", x)),

  matmul: ({ transposeA, transposeB }, [a, b]) => {
    if (a.length < 2 || b.length < 2) return misfit("matmul", "of", a, b);
    const [rows, innerA] = lastTwo(a, transposeA);
    const [innerB, columns] = lastTwo(b, transposeB);
    const leading = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    if (innerA !== innerB || !leading) return misfit("matmul", "of", a, b);
    return [...leading, rows, columns];
  },
  cholesky: (_, [a]) => (a.length >= 2 && a.at(-1) === a.at(-2) ? a : misfit("cholesky", "of", a)),
  solve_triangular: (_, [a, b]) => {
    const leading = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    const square = a.length >= 2 && a.at(-1) === a.at(-2);
    if (!square || b.length < 2 || b.at(-2) !== a.at(-1) || !leading) return misfit("solve_triangular", "of", a, b);
    return [...leading, ...b.slice(-2)];
  },

  gather: ({ axis }, [x, indices]) =>
    axis >= 0 && axis < x.length
      ? [...x.slice(0, axis), ...indices, ...x.slice(axis + 1)]
      : misfit("gather", `on axis ${axis} of`, x),
  scatter_add: ({ axis, size }, [updates, indices]) => {
    const rank = indices.length;
    if (!sameShape(updates.slice(axis, axis + rank), indices))
      misfit("scatter_add", `on axis ${axis} of`, updates, indices);
    return [...updates.slice(0, axis), size, ...updates.slice(axis + rank)];
  },

  scan: scanShape,
};

function unary(_: unknown, [x]: readonly [Shape]): Shape {
  return x;
}

function elementwise(_: unknown, shapes: readonly Shape[]): Shape {
  return shapes.reduce<Shape>((a, b) => broadcastShapes(a, b) ?? misfit("elementwise operation", "of", ...shapes), []);
}

function reduction({ axes }: { readonly axes: readonly number[] }, [x]: readonly [Shape]): Shape {
  const fits = axes.every((axis, i) => axis >= 0 && axis < x.length && axis > (axes[i - 1] ?? -1));
  if (!fits) misfit("reduction", `over axes [${axes.join(", ")}] of`, x);
  return x.filter((_, axis) => !axes.includes(axis));
}

function lastTwo(shape: Shape, transposed: boolean): [number, number] {
  const [rows, columns] = [onAxis(shape, -2), onAxis(shape, -1)];
  return transposed ? [columns, rows] : [rows, columns];
}

function misfit(what: string, how: string, ...shapes: readonly Shape[]): never {
  throw new InternalError(`${what} ${how} ${shapes.map(showShape).join(" and ")}`);
}
