import { coefficients } from "./coefficients.ts";
import type { Lanes, Register, Vector } from "./lanes.ts";

/** y = 2^k m, m between the square roots of 1/2 and of 2. */
export interface Split {
  /** As a float. */
  readonly k: Vector;
  readonly m: Vector;
  /** 2^-k; nonsense where k is the largest exponent. */
  readonly inverse: () => Vector;
}

/** @param y  positive, normal and finite, or any answer will do */
export function splitExponent(v: Lanes, y: Register): Split {
  const { fraction, bias, sqrtHalf } = v.layout;
  const low = v.bits((1n << BigInt(fraction)) - 1n);
  const one = BigInt(bias) << BigInt(fraction);
  if (v.format === "f32") {
    const above = v.let(v.int32.sub(y, v.bits(sqrtHalf)));
    const k = v.let(v.int32.shr_s(above, fraction));
    return {
      k: v.fromInt32(k),
      m: v.int32.add(v.and(above, low), v.bits(sqrtHalf)),
      inverse: () => v.int32.sub(v.bits(one), v.int32.shl(k, fraction)),
    };
  }
  // Biased, the exponent is not negative: 64-bit arithmetic shifts are slow. Its bits under those of 2^52 are a float.
  const above = v.let(v.whole.sub(y, v.bits(sqrtHalf - one)));
  const biased = v.let(v.whole.shr_u(above, fraction));
  const twoTo52 = 2 ** 52;
  return {
    k: v.sub(v.or(biased, v.constant(twoTo52)), twoTo52 + bias),
    m: v.whole.add(v.and(above, low), v.bits(sqrtHalf)),
    inverse: () => v.whole.shl(v.whole.sub(v.bits(2 * bias), biased), fraction),
  };
}

/** What to add before the logarithm is taken and after. */
interface Also {
  /** Of the rounding error of y, small beside it. */
  readonly correction?: Vector;
  /** Of a y that is larger by 2^-exponent than it should be. */
  readonly exponent?: Vector;
  /** Where y is so large that the correction does not count. */
  readonly huge?: Vector;
}

/**
 * log(y) for positive normal finite y, within 1 ulp. With f = m - 1 and s = f / (2 + f),
 * log(m) = f - (f^2 / 2 - s (f^2 / 2 + R)), R = s^2 P(s^2). Source: fdlibm, e_log.c.
 */
export function logNormal(v: Lanes, y: Register, also: Also = {}): Vector {
  const split = splitExponent(v, y);
  const { correction, exponent, huge } = also;
  const k = v.let(exponent ? v.add(split.k, exponent) : split.k);
  let fraction = v.sub(split.m, 1);
  if (correction) {
    const inverse = split.inverse();
    const scale = huge ? v.andNot(inverse, huge) : inverse;
    fraction = v.add(fraction, v.mul(correction, scale));
  }
  return logOfParts(v, k, v.let(fraction));
}

/** k log 2 + log(1 + f), for f between the square roots of 1/2 and of 2, less 1. */
function logOfParts(v: Lanes, k: Register, f: Register): Vector {
  const s = v.let(v.div(f, v.add(f, 2)));
  const square = v.let(v.mul(s, s));
  const half = v.let(v.mul(v.mul(f, f), 0.5));
  const series = v.mul(square, v.polynomial(coefficients.log[v.format], square));
  const [high, rest] = v.layout.ln2;
  const small = v.add(v.mul(s, v.add(half, series)), v.mul(k, rest));
  return v.sub(v.mul(k, high), v.sub(v.sub(half, small), f));
}

/** log(x) for any x. */
export function log(v: Lanes, x: Register): Vector {
  const unusual = v.let(v.unusual(x));
  return v.except(unusual, logNormal(v, x), () => v.piece("log_edges", logEdges, x));
}

/** Subnormal numbers, and what is no positive finite number. */
function logEdges(v: Lanes, x: Register): Vector {
  const shift = v.layout.fraction + 2;
  const scaled = v.let(v.mul(x, 2 ** shift));
  const value = logNormal(v, scaled, { exponent: v.constant(-shift) });
  const subnormal = v.and(v.gt(x, 0), v.lt(x, v.layout.smallestNormal));
  return v.where(subnormal, value, logOfLimits(v, x));
}

/** log(x) for x = 0, x = Infinity, and NaN: for x < 0 too. */
function logOfLimits(v: Lanes, x: Register): Vector {
  return v.where(v.eq(x, 0), -Infinity, v.where(v.ge(x, 0), x, NaN));
}

/**
 * log(1 + x): the logarithm of u = 1 + x, rounded, with f corrected for the rounding. Where no rounding is left, at small
 * x, f is x itself.
 */
export function log1p(v: Lanes, x: Register): Vector {
  const u = v.let(v.add(x, 1));
  const below = v.sub(u, x);
  const correction = v.where(v.gt(x, 1), v.sub(1, below), v.sub(x, v.sub(u, 1)));
  const usual = logNormal(v, u, { correction, huge: v.gt(u, 2 ** 60) });
  // The logarithm has the sign of x, also at -0.
  return v.except(v.let(v.unusual(u)), v.withSign(usual, x), () => logOfLimits(v, u));
}
