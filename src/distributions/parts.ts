import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { onAxis, broadcastShapes } from "../tensor/shape.ts";
import type { Domain, FamilyBound, FamilySupport } from "../tensor/support.ts";
import type { Parameter, Plain } from "./family.ts";

// What the families' records are written with.

/** log sqrt(2 pi) */
export const HALF_LOG_2PI = 0.9189385332046728;

function parameterMaker(rank: 0 | 1 | 2, domain: Domain): (doc: string) => Parameter {
  return (doc) => ({ rank, domain, doc });
}
export const real = parameterMaker(0, "real");
export const positive = parameterMaker(0, "positive");
export const nonnegative = parameterMaker(0, "nonnegative");
export const unit = parameterMaker(0, "unit");
export const count = parameterMaker(0, "count");
export const realVector = parameterMaker(1, "real");
export const positiveVector = parameterMaker(1, "positive");
export const simplexVector = parameterMaker(1, "simplex");
export const simplexRows = parameterMaker(2, "simplex");
export const increasingVector = parameterMaker(1, "increasing");
export const positiveDefinite = parameterMaker(2, "positive_definite");
export const choleskyFactor = parameterMaker(2, "cholesky");

/** Real numbers from lower to upper; null is no bound. */
export function interval(lower: FamilyBound, upper: FamilyBound): FamilySupport {
  return { kind: "interval", lower, upper, integer: false };
}
/** Whole numbers from lower to upper, both included. */
export function integers(lower: FamilyBound, upper: FamilyBound): FamilySupport {
  return { kind: "interval", lower, upper, integer: true };
}
export const reals = interval(null, null);
export const nonnegatives = interval(0, null);

/** (x - loc) / scale */
export function standardise(b: Builder, x: Value, loc: Value, scale: Value): Value {
  return b.div(b.sub(x, loc), scale);
}

/**
 * a log(y), which is 0 where a = y = 0 (its limit along a = y). Its derivatives there are 0, and everywhere else
 * they are what calculus says: the guard does not touch a = 0 at y > 0.
 */
export function xLogY(b: Builder, a: Value, y: Value): Value {
  const zero = b.constant(0);
  const both = b.mul(b.equal(a, zero), b.equal(y, zero));
  return b.mul(a, b.log(b.where(both, b.constant(1), y)));
}

/** a log(1 - y), which is 0 where a = 0 and y = 1. */
export function xLog1mY(b: Builder, a: Value, y: Value): Value {
  const both = b.mul(b.equal(a, b.constant(0)), b.equal(y, b.constant(1)));
  return b.mul(a, b.log1p(b.neg(b.where(both, b.constant(0), y))));
}

/** The value stretched over the leading axes of other scalars, for densities that do not mention x. */
export function stretch(b: Builder, value: Value, ...over: readonly Value[]): Value {
  const shape = [value, ...over]
    .map((each) => b.shapeOf(each))
    .reduce((sofar, each) => broadcastShapes(sofar, each) ?? sofar);
  return b.broadcast(value, shape);
}

/** `table[..., x]` for a whole number x: table has one more axis than x, and leading axes broadcast. */
export function entryAt(b: Builder, table: Value, x: Value): Value {
  const size = onAxis(b.shapeOf(table), -1);
  const chosen = b.equal(b.expand(x, -1), b.iota(size));
  return b.sum(b.where(chosen, table, b.constant(0)), [-1]);
}

/** log(1 - exp(x)) for x <= 0, with full relative accuracy at both ends (Maechler 2012); -Infinity at 0. */
export function log1mExp(b: Builder, x: Value): Value {
  const near = b.less(b.constant(-Math.LN2), x);
  const small = b.log(b.neg(b.expm1(b.where(near, x, b.constant(-1)))));
  return b.where(near, small, b.log1p(b.neg(b.exp(b.where(near, b.constant(-1), x)))));
}

/** log(exp(large) - exp(small)); `small` may be -Infinity, and equal ones give -Infinity. */
export function logDiffExp(b: Builder, large: Value, small: Value): Value {
  const nothing = b.lessEqual(small, b.constant(-Infinity));
  const gap = b.sub(b.where(nothing, b.constant(0), small), b.where(nothing, b.constant(0), large));
  return b.where(nothing, large, b.add(large, log1mExp(b, gap)));
}

/** log P(Z <= z) of the standard Cauchy: relative accuracy in the lower tail, absolute elsewhere. */
export function logCauchyCdf(b: Builder, z: Value): Value {
  const minusOne = b.constant(-1);
  const turn = b.constant(1 / Math.PI);
  const tail = b.atan(b.div(minusOne, b.min(z, minusOne)));
  const body = b.shift(b.mul(b.atan(b.max(z, minusOne)), turn), 0.5);
  return b.log(b.where(b.less(z, minusOne), b.mul(tail, turn), body));
}

/** A rank-0 parameter as the number it is. */
export function scalar(plain: Plain): number {
  return plain as number;
}

/** A parameter of higher rank as its entries. */
export function entries(plain: Plain): Float64Array {
  return plain as Float64Array;
}
