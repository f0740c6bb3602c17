import { coefficients } from "./coefficients.ts";
import type { Lanes, Register, Vector } from "./lanes.ts";

/** x = n log 2 + r, |r| <= log(2) / 2. */
export interface Reduced {
  /** A whole number in the low bits of each lane, the high ones unspecified. */
  readonly n: Register;
  readonly r: Register;
}

/** Beyond these exp is 0 and infinite, also after rounding. */
const limits = { f32: [-105, 89], f64: [-746, 710], wide: [-746, 710] } as const;
/** Below this expm1 is -1. */
const expm1Floor = -40;

/** @param low  added to x, small: the part of an argument that did not fit */
export function reduceExp(v: Lanes, x: Register, low?: Vector): Reduced {
  const n = v.let(v.add(v.mul(x, Math.LOG2E), v.layout.rounder));
  const k = v.let(v.sub(n, v.layout.rounder));
  const [high, rest] = v.layout.ln2;
  const r = v.sub(v.sub(x, v.mul(k, high)), v.mul(k, rest));
  return { n, r: v.let(low ? v.add(r, low) : r) };
}

/** exp(r) - 1 for |r| <= log(2) / 2: r + r^2 q(r). */
function expm1Reduced(v: Lanes, r: Register): Vector {
  const square = v.mul(r, r);
  return v.add(r, v.mul(square, v.polynomial(coefficients.exp[v.format], r)));
}

/** 2^(n + shift), which must be a normal number. */
function powerOfTwo(v: Lanes, n: Vector, shift = 0): Vector {
  const biased = v.int32.add(n, v.layout.bias + shift);
  return v.whole.shl(biased, v.layout.fraction);
}

/** exp of a reduced argument within 1 ulp; exponents that leave the normal range are taken in two steps. */
export function expReduced(v: Lanes, { n, r }: Reduced): Vector {
  const half = v.let(v.int32.shr_s(n, 1));
  const value = v.add(expm1Reduced(v, r), 1);
  return v.mul(v.mul(value, powerOfTwo(v, half)), powerOfTwo(v, v.int32.sub(n, half)));
}

/** exp of a number that is surely in the range: -80 (single) or -700 (double) to 0. */
export function expOfModerate(v: Lanes, x: Register): Vector {
  const { n, r } = reduceExp(v, x);
  return v.mul(v.add(expm1Reduced(v, r), 1), powerOfTwo(v, n));
}

/** exp(x), or exp(x + low). Cody & Waite's reduction. */
export function exp(v: Lanes, x: Vector, low?: Vector): Vector {
  const [least, most] = limits[v.format];
  return expReduced(v, reduceExp(v, v.let(v.atMost(v.atLeast(x, least), most)), low));
}

/** exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1), in halves because 2^n may be too large; where n = 0 these are exact. */
export function expm1(v: Lanes, x: Register): Vector {
  const inside = v.let(v.atMost(v.atLeast(x, expm1Floor), limits[v.format][1]));
  const { n, r } = reduceExp(v, inside);
  const scale = v.let(powerOfTwo(v, n, -1));
  const rest = v.let(v.sub(scale, 0.5));
  const part = v.mul(v.mul(expm1Reduced(v, r), 2), scale);
  return v.withSign(v.add(v.add(part, rest), rest), x);
}

/** -t / (t + 2) with t = exp(-2 |x|) - 1, and the sign of x. */
export function tanh(v: Lanes, x: Register): Vector {
  const twice = v.let(v.mul(v.abs(x), -2));
  const { n, r } = reduceExp(v, v.let(v.atLeast(twice, expm1Floor)));
  const scale = v.let(powerOfTwo(v, n));
  const t = v.let(v.add(v.mul(expm1Reduced(v, r), scale), v.sub(scale, 1)));
  return v.withSign(v.abs(v.div(t, v.add(t, 2))), x);
}

/** 1 / (1 + e) for x >= 0 and e / (1 + e) below, with e = exp(-|x|). */
export function sigmoid(v: Lanes, x: Register): Vector {
  const e = v.let(exp(v, v.neg(v.abs(x))));
  return v.div(v.where(v.lt(x, 0), e, 1), v.add(e, 1));
}

/**
 * max(x, 0) + log(1 + e), e = exp(-|x|). The logarithm is t + t^3 P(t^2) with t = 2 e / (2 + e): twice the series of
 * the inverse hyperbolic tangent of t / 2.
 */
export function softplus(v: Lanes, x: Register): Vector {
  const e = v.let(exp(v, v.neg(v.abs(x))));
  const t = v.let(v.div(v.add(e, e), v.add(e, 2)));
  const square = v.let(v.mul(t, t));
  const series = v.polynomial(coefficients.softplus[v.arithmetic], square);
  const log = v.add(t, v.mul(v.mul(t, square), series));
  return v.add(v.atLeast(x, 0), log);
}
