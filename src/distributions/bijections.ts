import { assert } from "../base/assert.ts";
import { choleskyInPlace } from "../numeric/linalg.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { onAxis, sizeOf, type Shape } from "../tensor/shape.ts";
import type { SupportKind } from "../tensor/support.ts";
import { fromTriangle, mask, triangle } from "./triangles.ts";

/** Ends of an interval, null where there is none. Values that broadcast against [...leading, ...event]. */
export interface Bounds {
  readonly lower: Value | null;
  readonly upper: Value | null;
}

/** The same as numbers: one for all entries, or one for each. */
export interface PlainBounds {
  readonly lower: number | ArrayLike<number> | null;
  readonly upper: number | ArrayLike<number> | null;
}

export const unbounded = { lower: null, upper: null } as const;

/**
 * A smooth one-to-one map from real vectors onto a support. Bounds matter to `interval` only; the other kinds take
 * `unbounded`.
 *
 * An event has shape [...batch, ...base], the base being [] for intervals, [K] for simplex and the ordered kinds and
 * [K, K] for matrices; batches of bases are mapped one by one.
 */
export interface Bijection {
  readonly kind: SupportKind;
  /** Shape of the real vectors for an event of this shape. */
  unconstrained(event: Shape): Shape;
  /**
   * The event and log |d event / d u|, the volume being that of the support's free coordinates: all but the last entry
   * of a simplex, the entries below the diagonal of a correlation factor, the lower triangle of a covariance.
   *
   * @param u   [...leading, ...unconstrained(event)]
   * @returns   value [...leading, ...event]; logDet [...leading], summed over the event
   */
  forward(b: Builder, u: Value, event: Shape, bounds: Bounds): Image;
  /**
   * The u that is mapped to each event of `values`, which holds any number of them; infinite on the support's edge and
   * NaN outside it, so clip first what may be there.
   */
  inverse(values: Float64Array, event: Shape, bounds: PlainBounds): Float64Array;
}
export interface Image {
  readonly value: Value;
  readonly logDet: Value;
}

/** A map for every kind of support, after the Stan Reference Manual, "Constraint Transforms". */
export const bijections: { readonly [K in SupportKind]: Bijection } = {
  interval: {
    kind: "interval",
    unconstrained: (event) => event,
    forward: intervalForward,
    inverse: intervalInverse,
  },
  simplex: {
    kind: "simplex",
    unconstrained: (event) => [...event.slice(0, -1), onAxis(event, -1) - 1],
    forward: simplexForward,
    inverse: (values, event) => mapBases(values, event.slice(-1), simplexInverse),
  },
  ordered: {
    kind: "ordered",
    unconstrained: (event) => event,
    forward: orderedForward,
    inverse: (values, event) => mapBases(values, event.slice(-1), orderedInverse),
  },
  positive_ordered: {
    kind: "positive_ordered",
    unconstrained: (event) => event,
    // x[k] = exp(u[0]) + ... + exp(u[k])
    forward: (b, u, event) => ({
      value: b.cumsum(b.exp(u), -1),
      logDet: sumEvent(b, u, event.length),
    }),
    inverse: (values, event) => mapBases(values, event.slice(-1), (x) => logSteps(x, 0)),
  },
  cholesky_corr: {
    kind: "cholesky_corr",
    unconstrained: (event) => [...event.slice(0, -2), triangle(onAxis(event, -1) - 1)],
    forward: choleskyCorrForward,
    inverse: (values, event) => mapBases(values, event.slice(-2), choleskyCorrInverse),
  },
  cov_matrix: {
    kind: "cov_matrix",
    unconstrained: (event) => [...event.slice(0, -2), triangle(onAxis(event, -1))],
    forward: covMatrixForward,
    inverse: (values, event) => mapBases(values, event.slice(-2), covMatrixInverse),
  },
};

// ---- interval: u, lower + exp(u), upper - exp(u), or lower + (upper - lower) sigmoid(u)

function intervalForward(b: Builder, u: Value, event: Shape, { lower, upper }: Bounds): Image {
  const summed = (logSlope: Value): Value => sumEvent(b, logSlope, event.length);
  if (lower !== null && upper !== null) {
    const width = b.sub(upper, lower);
    const value = b.add(lower, b.mul(width, b.sigmoid(u)));
    const logSlope = b.neg(b.add(b.softplus(u), b.softplus(b.neg(u))));
    return { value, logDet: summed(b.add(b.log(width), logSlope)) };
  }
  if (lower !== null) return { value: b.add(lower, b.exp(u)), logDet: summed(u) };
  if (upper !== null) return { value: b.sub(upper, b.exp(u)), logDet: summed(u) };
  const shape = b.shapeOf(u);
  return { value: u, logDet: b.fill(shape.slice(0, shape.length - event.length), 0) };
}

function intervalInverse(values: Float64Array, _event: Shape, { lower, upper }: PlainBounds): Float64Array {
  const at = (bound: number | ArrayLike<number>, i: number): number =>
    typeof bound === "number" ? bound : bound[i % bound.length]!;
  return values.map((value, i) => {
    if (lower !== null && upper !== null) return Math.log(value - at(lower, i)) - Math.log(at(upper, i) - value);
    if (lower !== null) return Math.log(value - at(lower, i));
    if (upper !== null) return Math.log(at(upper, i) - value);
    return value;
  });
}

// ---- simplex: break z[k] = sigmoid(u[k] - log(K - 1 - k)) of what is left off a stick; u = 0 is the centre

function simplexForward(b: Builder, u: Value, event: Shape): Image {
  const size = onAxis(event, -1);
  if (size === 1) return onlyOnes(b, u, event, 1);
  const offset = b.array(
    [size - 1],
    Array.from({ length: size - 1 }, (_, k) => stickOffset(size, k)),
  );
  const logits = b.add(u, offset);
  const logPart = b.neg(b.softplus(b.neg(logits)));
  const logRest = b.neg(b.softplus(logits));
  const left = padLast(b, b.cumsum(logRest, -1), 1, 0);
  const logDet = b.add(b.add(logPart, logRest), b.narrow(left, -1, 0, size - 1));
  return {
    value: b.exp(b.add(left, padLast(b, logPart, 0, 1))),
    logDet: sumEvent(b, logDet, event.length),
  };
}

/** Makes the K parts equal at u = 0: -log(K - 1 - k). */
function stickOffset(size: number, k: number): number {
  return -Math.log(size - 1 - k);
}

function simplexInverse(x: Float64Array): Float64Array {
  const u = new Float64Array(x.length - 1);
  // What is left after part k, summed from the far end: 1 - x[0] - ... would lose the small parts.
  let left = x[u.length]!;
  for (let k = u.length - 1; k >= 0; k--) {
    const part = x[k]!;
    u[k] = Math.log(part) - Math.log(left) - stickOffset(x.length, k);
    left += part;
  }
  return u;
}

// ---- ordered: x[0] = u[0], x[k] = x[k - 1] + exp(u[k])

function orderedForward(b: Builder, u: Value, event: Shape): Image {
  const first = b.equal(b.iota(onAxis(event, -1)), b.constant(0));
  const logSlope = b.where(first, b.constant(0), u);
  return {
    value: b.cumsum(b.where(first, u, b.exp(logSlope)), -1),
    logDet: sumEvent(b, logSlope, event.length),
  };
}

function orderedInverse(x: Float64Array): Float64Array {
  const [first] = x;
  const u = logSteps(x, -Infinity);
  return first === undefined ? u : u.with(0, first);
}

/** Logarithms of the steps from entry to entry, the first one from `start`. */
function logSteps(x: Float64Array, start: number): Float64Array {
  let before = start;
  return x.map((entry) => {
    const step = Math.log(entry - before);
    before = entry;
    return step;
  });
}

// ---- cholesky_corr: rows are unit vectors, L[i, j] = z[i, j] sqrt(1 - sum of L[i, j']^2 over j' < j), z = tanh(u)

function choleskyCorrForward(b: Builder, u: Value, event: Shape): Image {
  const size = onAxis(event, -1);
  if (size === 1) return onlyOnes(b, u, event, 2);
  const below = mask(b, size, (i, j) => j < i);
  const diagonal = mask(b, size, (i, j) => i === j);
  const z = b.where(below, fromTriangle(b, u, size, -1), b.constant(0));
  // log(1 - tanh(z)^2) = 2 (log 2 - z - softplus(-2 z))
  const logCosh = b.shift(b.add(z, b.softplus(b.scale(-2, z))), -Math.LN2);
  const logRest = b.where(below, b.neg(logCosh), b.constant(0));
  const running = padLast(b, b.cumsum(logRest, -1), 1, 0);
  const logLeft = b.narrow(running, -1, 0, size);
  const direction = b.where(diagonal, b.constant(1), b.tanh(z));
  const logDet = b.where(below, b.add(logLeft, b.scale(2, logRest)), b.constant(0));
  return {
    value: b.mul(b.exp(logLeft), direction),
    logDet: sumEvent(b, logDet, event.length),
  };
}

function choleskyCorrInverse(factor: Float64Array): Float64Array {
  const size = Math.sqrt(factor.length);
  const u = new Float64Array(triangle(size - 1));
  let at = 0;
  for (let i = 0; i < size; i++) {
    // The squared length of the rest of row i, from its far end, which is exact where 1 - sum would cancel.
    const rest = new Float64Array(i + 1);
    rest[i] = factor[i * size + i]! ** 2;
    for (let j = i - 1; j >= 0; j--) rest[j] = rest[j + 1]! + factor[i * size + j]! ** 2;
    for (let j = 0; j < i; j++) u[at++] = Math.asinh(factor[i * size + j]! / Math.sqrt(rest[j + 1]!));
  }
  return u;
}

// ---- cov_matrix: L L', the rows of L in u one after another, their diagonal entries as logarithms

function covMatrixForward(b: Builder, u: Value, event: Shape): Image {
  const size = onAxis(event, -1);
  const below = mask(b, size, (i, j) => j < i);
  const diagonal = mask(b, size, (i, j) => i === j);
  const entries = fromTriangle(b, u, size, 0);
  const logs = b.where(diagonal, entries, b.constant(0));
  const lower = b.where(below, entries, b.constant(0));
  const factor = b.where(diagonal, b.exp(logs), lower);
  // log |det| = K log 2 + sum_k (K + 1 - k) log L[k, k], the diagonal's own exp included
  const weights = b.array(
    [size, 1],
    Array.from({ length: size }, (_, k) => size + 1 - k),
  );
  const matrices = sizeOf(event) / (size * size);
  return {
    value: b.matmul(factor, factor, false, true),
    logDet: b.shift(sumEvent(b, b.mul(weights, logs), event.length), matrices * size * Math.LN2),
  };
}

function covMatrixInverse(matrix: Float64Array): Float64Array {
  const size = Math.sqrt(matrix.length);
  const factor = matrix.slice();
  choleskyInPlace(factor, size);
  const u: number[] = [];
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const entry = factor[i * size + j]!;
      u.push(i === j ? Math.log(entry) : entry);
    }
  return Float64Array.from(u);
}

// ---- shared

function sumEvent(b: Builder, x: Value, rank: number): Value {
  return b.sum(
    x,
    Array.from({ length: rank }, (_, axis) => -1 - axis),
  );
}

/** Where the base has one entry, and that is 1, u is empty. */
function onlyOnes(b: Builder, u: Value, event: Shape, baseRank: 1 | 2): Image {
  const shape = b.shapeOf(u);
  const leading = shape.slice(0, shape.length - 1 - (event.length - baseRank));
  return { value: b.fill([...leading, ...event], 1), logDet: b.fill(leading, 0) };
}

/** Zeros before and after the entries of the last axis. */
function padLast(b: Builder, x: Value, before: number, after: number): Value {
  const others = b
    .shapeOf(x)
    .slice(1)
    .map(() => 0);
  return b.pad(x, [...others, before], [...others, after]);
}

/** Applies a map to each base of a row-major array. */
function mapBases(values: Float64Array, base: Shape, map: (base: Float64Array) => Float64Array): Float64Array {
  const size = sizeOf(base);
  assert(size > 0 && values.length % size === 0, `${values.length} values in bases of ${size}`);
  const images: number[] = [];
  for (let at = 0; at < values.length; at += size) images.push(...map(values.subarray(at, at + size)));
  return Float64Array.from(images);
}
