import { coefficients, erfCut } from "./coefficients.ts";
import { exp, expOfModerate } from "./exponential.ts";
import type { Lanes, Register, Vector } from "./lanes.ts";
import { logNormal } from "./logarithm.ts";

/**
 * erf(x) = x P(x^2) for small |x|. Beyond, in double precision 1 - exp(-x^2) E(1 / (|x| + 2)); in single
 * 1 - exp(-Q(|x|)).
 */
export function erf(v: Lanes, x: Register): Vector {
  const size = v.let(v.abs(x));
  const square = v.let(v.mul(x, x));
  const near = v.mul(x, v.polynomial(coefficients.erfNear[v.arithmetic], square));
  // At 4 and at 6 the error function is 1, rounded.
  const capped = v.let(v.atMost(size, v.format === "f32" ? 4 : 6));
  const tail = v.format === "f32" ? singleTail(v, capped) : doubleTail(v, capped);
  const far = v.withSign(v.sub(1, tail), x);
  return v.where(v.le(size, erfCut), near, far);
}

function singleTail(v: Lanes, x: Register): Vector {
  return expOfModerate(v, v.let(v.neg(v.polynomial(coefficients.erfFar.f32, x))));
}

function doubleTail(v: Lanes, x: Register): Vector {
  const inverse = v.let(v.div(1, v.add(x, 2)));
  const gaussian = expOfModerate(v, v.let(v.neg(v.mul(x, x))));
  return v.mul(gaussian, v.polynomial(coefficients.erfFar.f64, inverse));
}

/**
 * log of the standard normal distribution function. With a = |x| / sqrt(2) and erfcx(a) = exp(a^2) erfc(a),
 *
 *     x < 0:   log(erfcx(a) / 2) - x^2 / 2
 *     x >= 0:  log(1 - q), q = exp(-x^2 / 2) erfcx(a) / 2
 *
 * by one logarithm and one polynomial in (a - 3.75) / (a + 3.75): Shepherd & Laframboise (1981).
 */
export function logNdtr(v: Lanes, x: Register): Vector {
  const negative = v.let(v.lt(x, 0));
  // Where it is larger, x^2 / 2 is infinite and the rest must be finite.
  const size = v.let(v.atMost(v.abs(x), 1e300));
  const a = v.let(v.mul(size, Math.SQRT1_2));
  const t = v.let(v.div(v.sub(a, 3.75), v.add(a, 3.75)));
  const scaled = v.polynomial(coefficients.erfcx[v.inDouble()], t);
  const half = v.let(v.div(v.mul(scaled, 0.5), v.add(v.add(a, a), 1)));
  const q = v.let(v.mul(half, gaussian(v, v.let(v.atMost(size, 40)))));
  const complement = v.let(v.sub(1, q));
  const y = v.let(v.where(negative, half, complement));
  const correction = v.andNot(v.sub(v.sub(1, complement), q), negative);
  const log = logNormal(v, y, { correction });
  return v.sub(log, v.and(negative, v.mul(v.mul(x, x), 0.5)));
}

/** exp(-x^2 / 2), its exponent exact: x = head + rest, where the square of head has no rounding. */
function gaussian(v: Lanes, x: Register): Vector {
  if (v.format === "wide") return exp(v, v.mul(v.mul(x, x), -0.5));
  const head = v.let(v.and(x, v.bits(-(1n << 27n))));
  const square = v.mul(v.mul(head, head), -0.5);
  const rest = v.mul(v.mul(v.sub(x, head), v.add(x, head)), -0.5);
  return exp(v, square, rest);
}
