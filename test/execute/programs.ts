import { Builder } from "../../src/program/builder.ts";
import type { OpName } from "../../src/program/ops.ts";
import type { Program, Value } from "../../src/program/program.ts";
import { pullback } from "../../src/program/differentiate.ts";
import { sizeOf, type Shape } from "../../src/tensor/shape.ts";
import { lagged, linear, recurrence, swapping } from "../program/scans.ts";

/** A program with one output, `out`, and values for its inputs. */
export interface Example {
  readonly name: string;
  readonly program: Program;
  readonly inputs: ReadonlyMap<string, readonly number[]>;
}

type Draw = (i: number) => number;
type Argument = readonly [shape: Shape, draw: Draw | readonly number[]];

/** Values that look irregular and are the same everywhere. */
export const wave: Draw = (i) => 3 * Math.sin(1.7 * i + 0.3) + 0.1;
const positive: Draw = (i) => Math.exp(2 * Math.sin(1.7 * i + 0.3));
const unit: Draw = (i) => 0.5 + 0.49 * Math.sin(1.7 * i);

function example(name: string, args: readonly Argument[], body: (b: Builder, ...args: Value[]) => Value): Example {
  const b = new Builder();
  const inputs = new Map<string, readonly number[]>();
  const values = args.map(([shape, draw], i) => {
    inputs.set(
      `x${i}`,
      Array.from({ length: sizeOf(shape) }, (_, j) => (typeof draw === "function" ? draw(j + 10 * i) : draw[j]!)),
    );
    return b.input(`x${i}`, shape, "data");
  });
  b.output("out", body(b, ...values));
  return { name, program: b.finish(), inputs };
}

const edge = [0, -0, 1, -1, 1e-30, -1e-30, 1e30, -1e30, Infinity, -Infinity];
const real = [...edge, 0.5, -0.5, 1.5, -2.5, 3, -3, 7, -7, 20, -20, 60, -60];
const above0 = [1e-30, 1e-6, 0.01, 0.3, 0.99, 1, 1.01, 1.46, 1.99, 2, 2.01, 3.9, 4, 4.1, 9, 50, 1e4, 1e8, 1e20];
const tame = [0, 1e-30, -1e-30, 1e-5, -1e-5, 0.3, -0.3, 1, -1, 2.5, -2.5, 3.7, -3.7, 10, -10, 80, -80];
const tails = [0, 1e-6, -1e-6, 0.5, -0.5, 1, -1, 3, -3, 5, -5, 8, -8, 12, -12, 30, -30, 1e4, -1e4, Infinity, -Infinity];
const list = (values: readonly number[]): Argument => [[values.length], values];
const each = (values: readonly number[], body: (b: Builder, x: Value) => Value, name: string) =>
  example(name, [list(values)], body);

const spd = [4, 2, 0.6, 2, 5, 1, 0.6, 1, 3];
/** Triangular factors whose upper triangles hold traps. */
const lower = [2, NaN, NaN, 0.5, 1.5, NaN, -1, 0.3, 0.8];
const indices = [2, 0, 2, 1];

/** Examples that between them use every operation; each row is named for what it is about. */
// prettier-ignore
export const examples: { readonly [K in OpName]: readonly Example[] } = {
  input: [example("input is its value", [[[2, 3], wave]], (_, x) => x)],
  constant: [
    example("constants of every form", [[[2, 2], wave]], (b, x) =>
      b.add(
        b.add(x, b.array([2, 2], [1, -0, 0.1, 1e-8])),
        b.add(b.fill([2, 2], 3), b.constant(-2.5)),
      ),
    ),
    example("a constant is an output", [], (b) => b.array([3], [1, 2, 3])),
    example("scalars with array names", [[[], [1]]], (b, x) =>
      b.add(b.mul(b.constant(1), b.array([2], [5, 6])), b.mul(x, b.constant(2))),
    ),
  ],

  neg: [each(real, (b, x) => b.neg(x), "neg")],
  exp: [each(tails, (b, x) => b.exp(x), "exp")],
  expm1: [each(tame, (b, x) => b.expm1(x), "expm1")],
  log: [each([0, Infinity, ...above0], (b, x) => b.log(x), "log")],
  log1p: [each([0, -0.9, -1e-6, Infinity, ...above0], (b, x) => b.log1p(x), "log1p")],
  sqrt: [each([0, Infinity, ...above0], (b, x) => b.sqrt(x), "sqrt")],
  abs: [each(real, (b, x) => b.abs(x), "abs")],
  sign: [each(real, (b, x) => b.sign(x), "sign")],
  floor: [each(real, (b, x) => b.floor(x), "floor")],
  sin: [each([0, 1, -1, 3, -10, 100], (b, x) => b.sin(x), "sin")],
  cos: [each([0, 1, -1, 3, -10, 100], (b, x) => b.cos(x), "cos")],
  atan: [each(real, (b, x) => b.atan(x), "atan")],
  tanh: [each(tame, (b, x) => b.tanh(x), "tanh")],
  sigmoid: [each(tails, (b, x) => b.sigmoid(x), "sigmoid")],
  softplus: [each(tails, (b, x) => b.softplus(x), "softplus")],
  lgamma: [each(above0, (b, x) => b.lgamma(x), "lgamma")],
  digamma: [each(above0, (b, x) => b.digamma(x), "digamma")],
  trigamma: [each(above0.slice(2), (b, x) => b.trigamma(x), "trigamma")],
  erf: [each([...tame, Infinity, -Infinity], (b, x) => b.erf(x), "erf")],
  log_ndtr: [each(tails, (b, x) => b.logNdtr(x), "log_ndtr")],

  add: [
    example("add broadcasts both ways", [[[4, 1, 3], wave], [[5, 1], wave]], (b, x, y) => b.add(x, y)),
    example("add in five dimensions", [[[2, 3, 2, 1, 4], wave], [[2, 1, 1, 3, 4], wave]], (b, x, y) => b.add(x, y)),
    example("a value with itself", [[[3], wave]], (b, x) => b.add(b.exp(x), b.exp(x))),
  ],
  sub: [
    example(
      "sub",
      [
        [[3, 2], wave],
        [[2], wave],
      ],
      (b, x, y) => b.sub(x, y),
    ),
  ],
  mul: [
    example(
      "mul",
      [
        [[3, 2], wave],
        [[], wave],
      ],
      (b, x, y) => b.mul(x, y),
    ),
  ],
  div: [
    example(
      "div",
      [
        [[3, 2], wave],
        [[3, 1], wave],
      ],
      (b, x, y) => b.div(x, y),
    ),
  ],
  pow: [
    example(
      "pow",
      [
        [[5], positive],
        [[5], wave],
      ],
      (b, x, y) => b.pow(x, y),
    ),
    example("pow at its corners", [list([0, 0, -2, 2]), list([0, 2, 3, -1])], (b, x, y) => b.pow(x, y)),
  ],
  max: [
    example(
      "max",
      [
        [[4], wave],
        [[2, 1], wave],
      ],
      (b, x, y) => b.max(x, y),
    ),
  ],
  min: [
    example(
      "min",
      [
        [[4], wave],
        [[2, 1], wave],
      ],
      (b, x, y) => b.min(x, y),
    ),
  ],
  less: [example("less", [list(real), [[], [1]]], (b, x, y) => b.less(x, y))],
  less_equal: [example("less_equal", [list(real), [[], [1]]], (b, x, y) => b.lessEqual(x, y))],
  equal: [example("equal", [list(real), [[], [1]]], (b, x, y) => b.equal(x, y))],

  where: [
    example("where lets nothing through", [list([-1, 0, 1, 4])], (b, x) =>
      b.where(b.less(b.constant(0), x), b.log(x), b.constant(0)),
    ),
    example("where on numbers", [list([0, 2, NaN]), [[3, 1], wave], [[1, 3], wave]], (b, c, x, y) => b.where(c, x, y)),
    example(
      "where with a mask to stretch",
      [
        [[3], wave],
        [[2, 3], wave],
      ],
      (b, x, y) => b.where(b.less(x, b.constant(0)), y, b.neg(y)),
    ),
    example("a mask that is also a number", [[[3], wave]], (b, x) => {
      const mask = b.less(x, b.constant(0));
      return b.add(mask, b.where(mask, x, b.constant(1)));
    }),
  ],
  stop: [
    example("stop", [[[3], wave]], (b, x) => {
      const y = b.exp(x);
      return b.add(b.add(b.stopGradient(y), b.stopGradient(x)), b.mul(y, b.stopGradient(b.stopGradient(b.constant(2)))));
    }),
  ],

  reshape: [example("reshape", [[[2, 6], wave]], (b, x) => b.exp(b.reshape(x, [3, 1, 4])))],
  transpose: [
    example("transpose", [[[2, 3, 4], wave]], (b, x) => b.transpose(x, [2, 0, 1])),
    example("transpose in five dimensions", [[[2, 3, 2, 1, 4], wave]], (b, x) => b.transpose(x, [4, 1, 3, 0, 2])),
  ],
  broadcast: [
    example("broadcast", [[[3, 1], wave]], (b, x) => b.broadcast(x, [2, 3, 4])),
    example("broadcast a scalar", [[[], wave]], (b, x) => b.broadcast(x, [2, 2])),
  ],
  slice: [
    example("slice", [[[4, 5, 2], wave]], (b, x) => b.slice(x, [1, 0, 1], [2, 5, 1])),
    example("slice the front", [[[4, 5], wave]], (b, x) => b.slice(x, [1, 0], [2, 5])),
    example("slice in five dimensions", [[[2, 3, 2, 2, 4], wave]], (b, x) => b.slice(x, [1, 1, 0, 1, 2], [1, 2, 2, 1, 1])),
  ],
  pad: [
    example("pad", [[[2, 3], wave]], (b, x) => b.pad(x, [1, 0], [0, 2])),
    example("pad in five dimensions", [[[1, 2, 2, 1, 2], wave]], (b, x) => b.pad(x, [1, 0, 0, 1, 0], [0, 1, 0, 0, 1])),
  ],
  concat: [
    example("concat", [[[2, 1], wave], [[2, 3], wave], [[2, 2], wave]], (b, ...parts) => b.concat(parts, 1)),
    example("concat a value twice", [[[2], wave]], (b, x) => b.concat([b.exp(x), b.exp(x), x], 0)),
  ],

  sum: [
    example("sum over the middle", [[[3, 4, 5], wave]], (b, x) => b.sum(x, [1])),
    example("sum over all", [[[3, 4, 5], wave]], (b, x) => b.sum(x)),
    example("sum over the outer axes", [[[3, 4, 5], wave]], (b, x) => b.sum(x, [0, 2])),
  ],
  reduce_max: [
    example("reduce_max", [[[3, 4, 5], wave]], (b, x) => b.reduceMax(x, [1])),
    example("reduce_max of -Infinity", [[[2, 2], [-Infinity, -Infinity, -3, -Infinity]]], (b, x) => b.reduceMax(x, [1])),
  ],
  logsumexp: [
    example("logsumexp", [[[3, 4, 5], (i) => 40 * wave(i)]], (b, x) => b.logSumExp(x, [0, 2])),
    example("logsumexp at infinity", [[[4, 2], [-Infinity, -Infinity, -Infinity, 1, Infinity, 1, NaN, 1]]], (b, x) => b.logSumExp(x, [1])),
  ],
  cumsum: [
    example("cumsum", [[[3, 4], wave]], (b, x) => b.cumsum(x, 1)),
    example("cumsum from the end", [[[3, 4, 2], wave]], (b, x) => b.cumsum(x, 0, true)),
  ],

  matmul: [
    example(
      "matmul",
      [
        [[3, 4], wave],
        [[4, 2], wave],
      ],
      (b, x, y) => b.matmul(x, y),
    ),
    example("matmul transposed", [[[4, 3], wave], [[2, 4], wave]], (b, x, y) => b.matmul(x, y, true, true)),
    example(
      "many times one",
      [
        [[2, 3, 4], wave],
        [[4, 2], wave],
      ],
      (b, x, y) => b.matmul(x, y),
    ),
    example(
      "one times many",
      [
        [[3, 4], wave],
        [[5, 4, 2], wave],
      ],
      (b, x, y) => b.matmul(x, y),
    ),
    example("one transposed times many", [[[4, 3], wave], [[5, 4, 2], wave]], (b, x, y) => b.matmul(x, y, true)),
    example("many transposed times one", [[[2, 4, 3], wave], [[4, 2], wave]], (b, x, y) => b.matmul(x, y, true)),
    example("batches that broadcast both ways", [[[2, 1, 3, 4], wave], [[3, 4, 2], wave]], (b, x, y) => b.matmul(x, y)),
    example("a batch against a batch", [[[2, 3, 4], wave], [[2, 5, 4], wave]], (b, x, y) => b.matmul(x, y, false, true)),
  ],
  cholesky: [
    example("cholesky", [[[3, 3], spd]], (b, x) => b.cholesky(x)),
    example("cholesky of a batch, lower triangle only", [[[2, 2, 2], [4, NaN, 2, 5, 9, NaN, -3, 2]]], (b, x) => b.cholesky(x)),
    example("cholesky of one by one", [[[1, 1], [9]]], (b, x) => b.cholesky(x)),
  ],
  solve_triangular: [
    example("solve_triangular", [[[3, 3], lower], [[3, 2], wave]], (b, x, y) => b.solveTriangular(x, y)),
    example("solve_triangular transposed", [[[3, 3], lower], [[3, 2], wave]], (b, x, y) => b.solveTriangular(x, y, true)),
    example("solve_triangular of batches", [[[3, 3], lower], [[2, 2, 3, 1], wave]], (b, x, y) => b.solveTriangular(x, y)),
  ],

  gather: [
    example(
      "gather",
      [
        [[3, 2], wave],
        [[4], indices],
      ],
      (b, x, i) => b.gather(x, i, 0),
    ),
    example("gather at a table, in the middle", [[[2, 3, 2], wave], [[2, 2], indices]], (b, x, i) => b.gather(x, i, 1)),
    example("gather at a constant", [[[3, 2], wave]], (b, x) => b.gather(x, b.array([4], indices), 0)),
    example(
      "gather at one place",
      [
        [[3, 2], wave],
        [[], [1]],
      ],
      (b, x, i) => b.gather(x, i, 0),
    ),
  ],
  scatter_add: [
    example(
      "scatter_add",
      [
        [[4, 2], wave],
        [[4], indices],
      ],
      (b, x, i) => b.scatterAdd(x, i, 0, 3),
    ),
    example("scatter_add at a table, in the middle", [[[2, 2, 2, 3], wave], [[2, 2], indices]], (b, x, i) => b.scatterAdd(x, i, 1, 4)),
    example("scatter_add of scalars at a constant", [[[4], wave]], (b, x) => b.scatterAdd(x, b.array([4], indices), 0, 3)),
    example("scatter_add at one place", [[[2], wave], [[], [1]]], (b, x, i) => b.scatterAdd(x, i, 0, 3)),
    example("scatter_add of numbers on the last axis", [[[3, 4], unit], [[4], indices]], (b, x, i) => b.scatterAdd(x, i, 1, 3)),
  ],
  scan: [
    example("a scan of numbers", [[[], [1]], [[5], wave], [[], [0.5]]], (b, s, x, p) => recurrence(b, linear, { s, x, p })),
    example("a scan of rows, backwards", [[[7], wave], [[4, 7], wave], [[], [0.5]]], (b, s, x, p) => recurrence(b, linear, { s, x, p }, true)),
    example("a scan of transposed rows", [[[3], wave], [[3, 4], wave], [[3], wave]], (b, s, x, p) => b.transpose(recurrence(b, linear, { s, x: b.transpose(x, [1, 0]), p }), [1, 0])),
    example("a scan with products of matrices", [[[3, 2], wave], [[4, 3, 2], wave], [[3, 3], wave]], (b, s, x, p) => recurrence(b, (t, v) => t.tanh(t.add(t.matmul(v.p, v.s), v.x)), { s, x, p })),
    example("a scan with a factor in each turn", [[[3, 2], wave], [[4, 3, 2], wave], [[3, 3], spd]], (b, s, x, p) => recurrence(b, (t, v) => t.tanh(t.add(t.solveTriangular(t.cholesky(v.p), v.s), v.x)), { s, x, p })),
    example("a scan with sums and a concatenation", [[[3], wave], [[4, 3], wave], [[], [0.5]]], (b, s, x, p) => recurrence(b, (t, v) => t.mul(v.p, t.concat([t.narrow(v.s, 0, 1, 2), t.reshape(t.sum(v.x), [1])], 0)), { s, x, p })),
    example("a scan of constants", [[[2], wave]], (b, x) => recurrence(b, linear, { s: b.fill([2], 1), x: b.expand(x, 0), p: b.constant(2) })),
    example("two states that move along", [[[2], wave], [[], [0.5]]], (b, x, p) => lagged(b, x, p, 6)),
    example("two states that change places", [[[2], wave], [[], [0.5]]], (b, x, p) => swapping(b, x, p, 5)),
    example("no turn", [[[2], wave], [[], [0.5]]], (b, x, p) => lagged(b, x, p, 0)),
    example(
      "a scan's gradient",
      [
        [[2], wave],
        [[4, 2], wave],
        [[], [0.5]],
      ],
      (b, s, x, p) => {
        const all = recurrence(b, (t, v) => t.tanh(t.add(t.mul(v.p, v.s), v.x)), { s, x, p });
        const [ds, dx, dp] = pullback(b, b.sum(b.square(all)), [s, x, p]);
        return b.concat([ds!, b.reshape(dx!, [8]), b.reshape(dp!, [1])], 0);
      },
    ),
  ],
};
