import { InternalError, lookUp } from "../base/assert.ts";
import { onAxis } from "../tensor/shape.ts";
import type { Arguments } from "./arity.ts";
import type { Builder } from "./builder.ts";
import type { OpName } from "./ops.ts";
import { fillOf, type Ops, type Value } from "./program.ts";
import { givenTo } from "./scan.ts";
import { scanAdjoint, type Pull } from "./scan-adjoint.ts";

/** One use of an operation, seen from behind. */
export interface Site<K extends OpName> {
  readonly attributes: Ops[K];
  /** The arguments. */
  readonly x: Arguments<K, Value>;
  /** The result. */
  readonly y: Value;
  /** d(output)/dy: broadcasts to the shape of y, and may be smaller. */
  readonly dy: Value;
  /**
   * The product of `incoming`, which is dy or a reshaping of it, and something else. Behind a selection (`where`, `max`,
   * ...) an exact zero in `incoming` wins over an infinite or NaN factor, so that the branch not taken never leaks.
   * A second derivative through the product is then 0 too where `incoming` is exactly 0.
   */
  readonly guard: (incoming: Value, product: Value) => Value;
  /** dy * factor, guarded. */
  readonly times: (factor: Value) => Value;
  /** dy / divisor, guarded. */
  readonly over: (divisor: Value) => Value;
  /** dy with all of y's shape. */
  readonly full: () => Value;
  /** Derivatives of other values through their equations: how the body of a recurrence is differentiated. */
  readonly pull: Pull;
  /** Whether a derivative can pass to this argument, and is asked for. */
  readonly wanted: (argument: number) => boolean;
  /** dy as it is when a number; else with as many axes as y, some of size 1. */
  readonly aligned: () => Value;
}

/**
 * The contribution of y to the derivative of each argument, computed only when asked for; null where there is none.
 * A contribution broadcasts to the argument, or is the result of broadcasting it: the caller sums what was stretched.
 */
export type GradientRule<K extends OpName> = (b: Builder, site: Site<K>) => Contributions<K>;
type Contributions<K extends OpName> = Arguments<K, (() => Value) | null>;

/** The calculus table. Conventions at kinks: abs has slope 0 at 0; a tie in max or min goes to the first argument. */
export const gradientRules: { readonly [K in OpName]: GradientRule<K> } = {
  input: () => [],
  constant: () => [],

  neg: (b, { dy }) => [() => b.neg(dy)],
  exp: (_, { y, times }) => [() => times(y)],
  expm1: (b, { x: [x], times }) => [() => times(b.exp(x))],
  log: (_, { x: [x], over }) => [() => over(x)],
  log1p: (b, { x: [x], over }) => [() => over(b.shift(x, 1))],
  sqrt: (b, { y, over }) => [() => over(b.scale(2, y))],
  abs: (b, { x: [x], times }) => [() => times(b.sign(x))],
  sign: () => [null],
  floor: () => [null],
  sin: (b, { x: [x], times }) => [() => times(b.cos(x))],
  cos: (b, { x: [x], times }) => [() => b.neg(times(b.sin(x)))],
  atan: (b, { x: [x], over }) => [() => over(b.shift(b.square(x), 1))],
  tanh: (b, { y, times }) => [() => times(b.sub(b.constant(1), b.square(y)))],
  // y (1 - y), written so that it keeps its digits when y rounds to 1.
  sigmoid: (b, { x: [x], y, times }) => [() => times(b.mul(y, b.sigmoid(b.neg(x))))],
  softplus: (b, { x: [x], times }) => [() => times(b.sigmoid(x))],
  lgamma: (b, { x: [x], times }) => [() => times(b.digamma(x))],
  digamma: (b, { x: [x], times }) => [() => times(b.trigamma(x))],
  trigamma: () => [
    () => {
      throw new InternalError("the derivative of trigamma is not in the vocabulary");
    },
  ],
  // 2 / sqrt(pi) exp(-x^2)
  erf: (b, { x: [x], times }) => [() => times(b.scale(2 / Math.sqrt(Math.PI), b.exp(b.neg(b.square(x)))))],
  // phi(x) / Phi(x), both in logs: finite in the far left tail, where it tends to -x.
  log_ndtr: (b, { x: [x], y, times }) => [
    () => {
      const logPdf = b.shift(b.scale(-0.5, b.square(x)), -0.5 * Math.log(2 * Math.PI));
      return times(b.exp(b.sub(logPdf, y)));
    },
  ],

  add: (_, { dy }) => [() => dy, () => dy],
  sub: (b, { dy }) => [() => dy, () => b.neg(dy)],
  mul: (b, { x: [p, q], times }) => (p === q ? [() => times(b.scale(2, p)), null] : [() => times(q), () => times(p)]),
  div: (b, { x: [, q], y, over, times }) => [() => over(q), () => times(b.neg(b.div(y, q)))],
  pow: powRule,
  max: (b, { x: [p, q], dy }) => {
    const second = (): Value => b.less(p, q);
    return [() => b.where(second(), b.constant(0), dy), () => b.where(second(), dy, b.constant(0))];
  },
  min: (b, { x: [p, q], dy }) => {
    const second = (): Value => b.less(q, p);
    return [() => b.where(second(), b.constant(0), dy), () => b.where(second(), dy, b.constant(0))];
  },
  less: () => [null, null],
  less_equal: () => [null, null],
  equal: () => [null, null],
  where: (b, { x: [condition], dy }) => [
    null,
    () => b.where(condition, dy, b.constant(0)),
    () => b.where(condition, b.constant(0), dy),
  ],
  stop: () => [null],

  reshape: (b, { x: [x], dy, full }) => [() => (b.shapeOf(dy).length === 0 ? dy : b.reshape(full(), b.shapeOf(x)))],
  transpose: (b, { attributes: { permutation }, dy, aligned }) => [
    () => {
      if (b.shapeOf(dy).length === 0) return dy;
      const inverse: number[] = [];
      permutation.forEach((from, to) => (inverse[from] = to));
      return b.transpose(aligned(), inverse);
    },
  ],
  broadcast: (_, { dy }) => [() => dy],
  slice: (b, { attributes: { begin, size }, x: [x], full }) => [
    () => {
      const after = b.shapeOf(x).map((all, axis) => all - onAxis(begin, axis) - onAxis(size, axis));
      return b.pad(full(), begin, after);
    },
  ],
  pad: (b, { attributes: { before }, x: [x], dy, full }) => [
    () => (b.shapeOf(dy).length === 0 ? dy : b.slice(full(), before, b.shapeOf(x))),
  ],
  concat: (b, { attributes: { axis }, x, dy, full }) => {
    let at = 0;
    return x.map((part) => {
      const length = onAxis(b.shapeOf(part), axis);
      const from = at;
      at += length;
      return () => (b.shapeOf(dy).length === 0 ? dy : b.narrow(full(), axis, from, length));
    });
  },

  sum: (b, { attributes: { axes }, aligned }) => [() => restoreAxes(b, aligned(), axes)],
  // A tie for the largest shares the derivative equally.
  reduce_max: (b, { attributes: { axes }, x: [x], y, aligned }) => [
    () => {
      const largest = b.equal(x, restoreAxes(b, y, axes));
      const count = restoreAxes(b, b.sum(largest, axes), axes);
      const share = b.div(restoreAxes(b, aligned(), axes), count);
      return b.where(largest, share, b.constant(0));
    },
  ],
  // dy softmax(x). Where every entry is -Infinity so is y: raising it to the lowest float32 makes the softmax 0, not NaN.
  logsumexp: (b, { attributes: { axes }, x: [x], y, aligned, guard }) => [
    () => {
      const finite = restoreAxes(b, b.max(y, b.constant(LOWEST)), axes);
      const incoming = restoreAxes(b, aligned(), axes);
      return guard(incoming, b.mul(incoming, b.exp(b.sub(x, finite))));
    },
  ],
  cumsum: (b, { attributes: { axis, reverse }, full }) => [() => b.cumsum(full(), axis, !reverse)],

  matmul: (b, { attributes: { transposeA: ta, transposeB: tb }, x: [p, q], full }) => [
    () => (ta ? b.matmul(q, full(), tb, true) : b.matmul(full(), q, false, !tb)),
    () => (tb ? b.matmul(full(), p, true, ta) : b.matmul(p, full(), !ta, false)),
  ],
  cholesky: choleskyRule,
  // A X = B gives dB = A' \ dX and dA = -tril(dB X'); A' X = B gives dB = A \ dX and dA = -tril(X dB').
  solve_triangular: (b, { attributes: { transpose }, x: [a], y, full }) => {
    const right = (): Value => b.solveTriangular(a, full(), !transpose);
    return [
      () => {
        const product = transpose ? b.matmul(y, right(), false, true) : b.matmul(right(), y, false, true);
        return b.mul(product, lowerTriangle(b, onAxis(b.shapeOf(a), -1), -1, -1));
      },
      right,
    ];
  },

  gather: (b, { attributes: { axis }, x: [x, indices], full }) => [
    () => b.scatterAdd(full(), indices, axis, onAxis(b.shapeOf(x), axis)),
    null,
  ],
  scatter_add: (b, { attributes: { axis }, x: [, indices], full }) => [() => b.gather(full(), indices, axis), null],

  scan: (b, { attributes, x, y, full, pull, wanted }) => {
    const given = givenTo(attributes.body, x);
    const asked = new Set([...given.keys()].filter((_, i) => wanted(i)));
    let adjoints: ReadonlyMap<string, Value> | undefined;
    const all = (): ReadonlyMap<string, Value> =>
      (adjoints ??= scanAdjoint(b, { attributes, given, y, dy: full() }, asked, pull));
    return [...given.keys()].map((name) => (asked.has(name) ? () => lookUp(all(), name) : null));
  },
};

/** Just above -3.4e38, the lowest float32. */
const LOWEST = -3e38;

/** b a^(b - 1) and, for positive a only, a^b log a (0 elsewhere). An exponent that is a constant is met exactly. */
function powRule(b: Builder, { x: [base, exponent], y, dy, times }: Site<"pow">): Contributions<"pow"> {
  const constant = fillOf(b.equation(exponent));
  const dBase = (): Value => {
    if (constant === 0) return b.mul(dy, b.constant(0));
    if (constant === 1) return dy;
    if (constant === 2) return times(b.scale(2, base));
    if (constant !== null) return times(b.scale(constant, b.pow(base, b.constant(constant - 1))));
    const slope = b.mul(exponent, b.pow(base, b.shift(exponent, -1)));
    return times(b.where(b.equal(exponent, b.constant(0)), b.constant(0), slope));
  };
  const dExponent = (): Value => {
    const positive = b.less(b.constant(0), base);
    const log = b.log(b.where(positive, base, b.constant(1)));
    return times(b.where(positive, b.mul(y, log), b.constant(0)));
  };
  return [dBase, dExponent];
}

/**
 * With P = tril(L' dL), diagonal halved: dA = L'^-1 (P + P') L^-1, halved on the diagonal and folded onto the lower
 * triangle, the only one that is read. Murray (2016), Differentiation of the Cholesky decomposition, eq. 10.
 */
function choleskyRule(b: Builder, { y, full }: Site<"cholesky">): Contributions<"cholesky"> {
  return [
    () => {
      const shape = b.shapeOf(y);
      const flip = shape.map((_, axis) => axis);
      flip.splice(-2, 2, shape.length - 1, shape.length - 2);
      const halved = lowerTriangle(b, onAxis(shape, -1), 1, 0.5);
      const p = b.mul(b.matmul(y, full(), true, false), halved);
      const symmetric = b.add(p, b.transpose(p, flip));
      const left = b.solveTriangular(y, symmetric, true);
      return b.mul(b.solveTriangular(y, b.transpose(left, flip), true), halved);
    },
  ];
}

/** [n, n]: `below` below the diagonal, `on` on it, 0 above. */
function lowerTriangle(b: Builder, n: number, below: number, on: number): Value {
  const entry = (i: number, j: number): number => (i === j ? on : i > j ? below : 0);
  return b.array(
    [n, n],
    Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n)),
  );
}

/** Puts reduced axes back with size 1; a number stays one. */
function restoreAxes(b: Builder, value: Value, axes: readonly number[]): Value {
  const restored = [...b.shapeOf(value)];
  if (restored.length === 0) return value;
  for (const axis of axes) restored.splice(axis, 0, 1);
  return b.reshape(value, restored);
}
