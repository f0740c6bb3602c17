import type { Builder } from "../../src/program/builder.ts";
import type { OpName } from "../../src/program/ops.ts";
import type { Value } from "../../src/program/program.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { lagged, linear, recurrence, swapping } from "./scans.ts";

/** One use of an operation, away from kinks, and what it is worth at entry 0 when worked out by other means. */
export interface Example {
  readonly name: string;
  readonly inputs: Readonly<Record<string, readonly [Shape, readonly number[]]>>;
  readonly build: (b: Builder, values: Readonly<Record<string, Value>>) => Value;
  /** The result's entries, row-major, to 12 digits. */
  readonly gives: readonly number[];
  /** False where no derivative exists to check. */
  readonly smooth?: false;
}

function one(build: (b: Builder, x: Value) => Value, values: readonly number[], gives: readonly number[]): Example {
  return {
    name: `at ${values.join(", ")}`,
    inputs: { x: [[values.length], values] },
    build: (b, { x }) => build(b, x!),
    gives,
  };
}

function two(
  build: (b: Builder, x: Value, y: Value) => Value,
  x: readonly [Shape, readonly number[]],
  y: readonly [Shape, readonly number[]],
  gives: readonly number[],
): Example {
  return {
    name: `[${x[0].join(", ")}] with [${y[0].join(", ")}]`,
    inputs: { x, y },
    build: (b, { x, y }) => build(b, x!, y!),
    gives,
  };
}

function three(
  name: string,
  build: (b: Builder, s: Value, x: Value, p: Value) => Value,
  s: readonly [Shape, readonly number[]],
  x: readonly [Shape, readonly number[]],
  p: readonly [Shape, readonly number[]],
  gives: readonly number[],
): Example {
  return { name, inputs: { s, x, p }, build: (b, { s, x, p }) => build(b, s!, x!, p!), gives };
}

function rough(example: Example): Example {
  return { ...example, smooth: false };
}

const pair = [[2], [3, 5]] as const;
const row = [
  [1, 2],
  [2, -4],
] as const;
const column = [
  [2, 1],
  [1, 3],
] as const;
const matrix = [
  [2, 3],
  [1, 2, 3, 4, 5, 6],
] as const;
const half = Math.log(2);
const euler = 0.577215664901532860606;

/** Uses of every operation. Total: an operation without an example does not compile. */
// prettier-ignore
export const examples: { readonly [K in OpName]: readonly [Example, ...Example[]] } = {
  input: [one((_, x) => x, [1.5, -2], [1.5, -2])],
  constant: [
    one((b, x) => b.mul(x, b.array([2], [3, 4])), [1, 2], [3, 8]),
    one((b, x) => b.mul(x, b.fill([2], 3)), [1, 2], [3, 6]),
  ],

  neg: [one((b, x) => b.neg(x), [2, -3], [-2, 3])],
  exp: [one((b, x) => b.exp(x), [0, 1], [1, Math.E])],
  expm1: [one((b, x) => b.expm1(x), [0, 1e-10], [0, 1.00000000005e-10])],
  log: [one((b, x) => b.log(x), [1, Math.E], [0, 1])],
  log1p: [one((b, x) => b.log1p(x), [0, 1e-10], [0, 9.9999999995e-11])],
  sqrt: [one((b, x) => b.sqrt(x), [4, 2], [2, Math.SQRT2])],
  abs: [one((b, x) => b.abs(x), [2, -3], [2, 3])],
  sign: [one((b, x) => b.sign(x), [2, -3], [1, -1])],
  floor: [one((b, x) => b.floor(x), [2.5, -2.5], [2, -3])],
  sin: [one((b, x) => b.sin(x), [Math.PI / 6, 1], [0.5, 0.841470984807896507])],
  cos: [one((b, x) => b.cos(x), [Math.PI / 3, 1], [0.5, 0.540302305868139717])],
  atan: [one((b, x) => b.atan(x), [1, -1], [Math.PI / 4, -Math.PI / 4])],
  tanh: [one((b, x) => b.tanh(x), [0, 1], [0, 0.761594155955764888])],
  sigmoid: [one((b, x) => b.sigmoid(x), [0, 1, -40], [0.5, 0.731058578630004879, 4.248354255291588995e-18])],
  softplus: [one((b, x) => b.softplus(x), [0, 1, -40], [half, 1.31326168751822281, 4.24835425529158898e-18])],
  lgamma: [one((b, x) => b.lgamma(x), [0.5, 5], [Math.log(Math.PI) / 2, Math.log(24)])],
  digamma: [one((b, x) => b.digamma(x), [1, 0.5], [-euler, -euler - 2 * half])],
  trigamma: [rough(one((b, x) => b.trigamma(x), [1, 0.5], [Math.PI ** 2 / 6, Math.PI ** 2 / 2]))],
  erf: [one((b, x) => b.erf(x), [0, 1], [0, 0.842700792949714869])],
  log_ndtr: [one((b, x) => b.logNdtr(x), [0, -1, -20], [-half, -1.84102164500926351, -203.917155371097264])],

  add: [
    two((b, x, y) => b.add(x, y), pair, [[], [1]], [4, 6]),
    two((b, x, y) => b.add(x, y), row, column, [3, -3, 5, -1]),
  ],
  sub: [
    two((b, x, y) => b.sub(x, y), pair, [[], [1]], [2, 4]),
    two((b, x, y) => b.sub(x, y), row, column, [1, -5, -1, -7]),
  ],
  mul: [
    two((b, x, y) => b.mul(x, y), pair, [[2], [2, 4]], [6, 20]),
    two((b, x, y) => b.mul(x, y), row, column, [2, -4, 6, -12]),
    one((b, x) => b.mul(x, x), [3, -2], [9, 4]),
  ],
  div: [
    two((b, x, y) => b.div(x, y), pair, [[2], [2, 4]], [1.5, 1.25]),
    two((b, x, y) => b.div(x, y), row, column, [2, -4, 2 / 3, -4 / 3]),
  ],
  pow: [
    two((b, x, y) => b.pow(x, y), pair, [[2], [2, 0.5]], [9, Math.sqrt(5)]),
    one((b, x) => b.pow(x, b.constant(3)), [2, -2], [8, -8]),
    one((b, x) => b.pow(x, b.constant(2)), [2, -2], [4, 4]),
    one((b, x) => b.pow(x, b.constant(1)), [2, 0], [2, 0]),
    one((b, x) => b.pow(x, b.constant(0)), [2, 0], [1, 1]),
    one((b, x) => b.pow(x, b.array([2], [0, 2])), [2, 3], [1, 9]),
    one((b, x) => b.pow(b.constant(2), x), [2, -1], [4, 0.5]),
  ],
  max: [two((b, x, y) => b.max(x, y), row, column, [2, 1, 3, 3])],
  min: [two((b, x, y) => b.min(x, y), row, column, [1, -4, 2, -4])],
  less: [two((b, x, y) => b.less(x, y), row, column, [0, 1, 1, 1])],
  less_equal: [two((b, x, y) => b.lessEqual(x, y), pair, [[], [3.5]], [1, 0])],
  equal: [rough(two((b, x, y) => b.equal(x, y), pair, [[], [3]], [1, 0]))],
  where: [
    two((b, x, y) => b.where(b.array([2, 1], [1, 0]), x, y), row, column, [2, -4, 3, 3]),
    two((b, x, y) => b.where(b.array([2], [0, 2]), x, y), [[], [7]], [[], [8]], [8, 7]),
  ],
  stop: [rough(one((b, x) => b.stopGradient(x), [2, 3], [2, 3]))],

  reshape: [
    two((b, x, y) => b.mul(b.reshape(x, [3, 2]), y), matrix, [[2], [1, -1]], [1, -2, 3, -4, 5, -6]),
  ],
  transpose: [
    two((b, x, y) => b.mul(b.transpose(x, [1, 0]), y), matrix, [[2], [1, -1]], [1, -4, 2, -5, 3, -6]),
    one((b, x) => b.transpose(b.reshape(x, [1, 2, 3]), [2, 0, 1]), matrix[1], [1, 4, 2, 5, 3, 6]),
  ],
  broadcast: [
    one((b, x) => b.broadcast(x, [3, 2]), [1, 2], [1, 2, 1, 2, 1, 2]),
    two((b, x, y) => b.add(b.broadcast(x, [2, 2]), y), column, [[], [1]], [2, 2, 4, 4]),
  ],
  slice: [one((b, x) => b.slice(b.reshape(x, [2, 3]), [1, 1], [1, 2]), matrix[1], [5, 6])],
  pad: [one((b, x) => b.pad(x, [1], [2]), [3, 4], [0, 3, 4, 0, 0])],
  concat: [
    two((b, x, y) => b.concat([x, y, x], 1), column, [[2, 2], [5, 6, 7, 8]], [1, 5, 6, 1, 3, 7, 8, 3]),
    two((b, x, y) => b.concat([x, y], 0), row, [[1, 2], [5, 6]], [2, -4, 5, 6]),
  ],

  sum: [
    one((b, x) => b.sum(b.reshape(x, [2, 3]), [0]), matrix[1], [5, 7, 9]),
    one((b, x) => b.sum(b.reshape(x, [2, 3]), [1]), matrix[1], [6, 15]),
    one((b, x) => b.sum(b.square(x)), matrix[1], [91]),
    one((b, x) => b.sum(b.reshape(x, [1, 2, 3]), [0, 2]), matrix[1], [6, 15]),
  ],
  reduce_max: [
    one((b, x) => b.reduceMax(b.reshape(x, [2, 3]), [1]), [1, 7, 3, 9, 5, 6], [7, 9]),
    one((b, x) => b.reduceMax(x), [1, 7, 3], [7]),
  ],
  logsumexp: [
    one((b, x) => b.logSumExp(x), [Math.log(1), Math.log(3)], [Math.log(4)]),
    one((b, x) => b.logSumExp(b.reshape(x, [2, 2]), [0]), [0, 1000, Math.log(3), 1000], [Math.log(4), 1000 + half]),
  ],
  cumsum: [
    one((b, x) => b.cumsum(x, 0), [1, 2, 4], [1, 3, 7]),
    one((b, x) => b.cumsum(b.reshape(x, [2, 3]), 1, true), matrix[1], [6, 5, 3, 15, 11, 6]),
    one((b, x) => b.cumsum(b.reshape(x, [2, 3]), 0), matrix[1], [1, 2, 3, 5, 7, 9]),
  ],

  matmul: [
    two((b, x, y) => b.matmul(x, y), matrix, [[3, 1], [1, 0, -1]], [-2, -2]),
    two((b, x, y) => b.matmul(x, y, true), matrix, [[2, 1], [1, -1]], [-3, -3, -3]),
    two((b, x, y) => b.matmul(x, y, false, true), matrix, [[1, 3], [1, 0, -1]], [-2, -2]),
    two((b, x, y) => b.matmul(x, y, true, true), matrix, [[1, 2], [1, -1]], [-3, -3, -3]),
    two((b, x, y) => b.matmul(x, y), [[2, 1, 2], [1, 2, 3, 4]], [[2, 2], [1, 2, 3, 4]], [7, 10, 15, 22]),
    two((b, x, y) => b.matmul(x, y, true), [[2, 1], [1, 2]], [[2, 2, 1], [1, 2, 3, 4]], [5, 11]),
  ],
  cholesky: [
    one((b, x) => b.cholesky(b.reshape(x, [2, 2])), [4, 99, 2, 5], [2, 0, 1, 2]),
    one((b, x) => b.cholesky(b.reshape(x, [3, 3])), [4, 0, 0, 2, 5, 0, 2, 3, 11], [2, 0, 0, 1, 2, 0, 1, 1, 3]),
    one((b, x) => b.cholesky(b.reshape(x, [2, 1, 1])), [4, 9], [2, 3]),
  ],
  solve_triangular: [
    two((b, x, y) => b.solveTriangular(x, y), [[2, 2], [2, 99, 1, 4]], [[2, 1], [2, 9]], [1, 2]),
    two((b, x, y) => b.solveTriangular(x, y, true), [[2, 2], [2, 99, 1, 4]], [[2, 1], [4, 8]], [1, 2]),
    two((b, x, y) => b.solveTriangular(x, y), [[2, 2], [2, 99, 1, 4]], [[2, 2, 1], [2, 9, 4, 6]], [1, 2, 2, 1]),
    two((b, x, y) => b.solveTriangular(x, y, true), [[2, 1, 1], [2, 4]], [[1, 2], [4, 8]], [2, 4, 1, 2]),
  ],

  gather: [
    one((b, x) => b.gather(x, b.array([3], [2, 0, 2])), [5, 6, 7], [7, 5, 7]),
    one((b, x) => b.gather(b.reshape(x, [2, 3]), b.array([2, 2], [2, 0, 1, 1]), 1), matrix[1], [3, 1, 2, 2, 6, 4, 5, 5]),
    one((b, x) => b.gather(b.reshape(x, [2, 3]), b.constant(1), 0), matrix[1], [4, 5, 6]),
  ],
  scatter_add: [
    one((b, x) => b.scatterAdd(x, b.array([3], [2, 0, 2]), 0, 4), [5, 6, 7], [6, 0, 12, 0]),
    one((b, x) => b.scatterAdd(b.reshape(x, [2, 3]), b.array([3], [1, 1, 0]), 1, 2), matrix[1], [3, 3, 6, 9]),
  ],

  scan: [
    three("x = x / 2 + u", (b, s, x, p) => recurrence(b, linear, { s, x, p }), [[], [1]], [[3], [1, 2, 3]], [[], [0.5]], [1.5, 2.75, 4.375]),
    three("backwards", (b, s, x, p) => recurrence(b, linear, { s, x, p }, true), [[], [1]], [[3], [1, 2, 3]], [[], [0.5]], [2.875, 3.75, 3.5]),
    three("one turn", (b, s, x, p) => recurrence(b, linear, { s, x, p }), [[2], [1, 2]], [[1, 2], [1, 0]], [[], [3]], [4, 6]),
    three("a matrix times a vector", (b, s, x, p) => recurrence(b, (t, v) => t.add(t.matmul(v.p, v.s), v.x), { s, x, p }), [[2, 1], [1, 2]], [[2, 2, 1], [0, 0, 1, 1]], [[2, 2], [0, 1, 1, 1]], [2, 3, 4, 6]),
    two((b, x, p) => lagged(b, x, p, 5), pair, [[], [1]], [55]),
    two((b, x, p) => lagged(b, x, p, 0), pair, [[], [1]], [5]),
    two((b, x, p) => swapping(b, x, p, 3), pair, [[], [2]], [9 + 10, 25 + 6, 9 + 10]),
  ],
};
