import { coefficients } from "./coefficients.ts";
import { exp } from "./exponential.ts";
import { narrow, widen, type Lanes, type Register, type Vector } from "./lanes.ts";
import { logNormal, splitExponent } from "./logarithm.ts";

/** Exponents beyond this give 0, 1 or infinity, as this does, and would overflow on the way. */
const largestExponent = 2 ** 64;

/** x^y as `Math.pow` has it, edge cases included. */
export function pow(v: Lanes, x: Register, y: Register): Vector {
  if (v.format === "f32") {
    const [[x0, x1], [y0, y1]] = [widen(x), widen(y)];
    return narrow(v.calls.pow("wide", x0, y0), v.calls.pow("wide", x1, y1));
  }
  const rare = v.let(v.or(v.unusual(x), v.not(v.lt(v.abs(y), Infinity))));
  return v.except(rare, powNormal(v, x, y), () => v.piece("pow_edges", powEdges, x, y));
}

/** exp(y log x) for positive normal x; `exponent` is added to that of x. */
function powNormal(v: Lanes, x: Register, y: Register, exponent?: Vector): Vector {
  const power = v.let(v.atMost(v.atLeast(y, -largestExponent), largestExponent));
  const also = exponent ? { exponent } : {};
  if (v.format === "wide") return exp(v, v.mul(power, logNormal(v, x, also)));
  const [high, low] = logInTwo(v, x, exponent);
  const main = v.let(v.mul(power, high));
  const [p, q] = [inTwo(v, power), inTwo(v, high)];
  const cross = v.add(v.mul(p.head, q.rest), v.mul(p.rest, q.head));
  const lost = v.add(v.add(v.sub(v.mul(p.head, q.head), main), cross), v.mul(p.rest, q.rest));
  // Tiny where the result is neither 0 nor infinite; elsewhere it must not bring it back.
  const rest = v.atMost(v.atLeast(v.add(lost, v.mul(power, low)), -1 / 32), 1 / 32);
  return exp(v, main, rest);
}

/** x as a sum of two numbers of half its digits, whose products are exact. Dekker (1971), by truncation. */
function inTwo(v: Lanes, x: Register): { readonly head: Register; readonly rest: Register } {
  const head = v.let(v.and(x, v.bits(-(1n << 27n))));
  return { head, rest: v.let(v.sub(x, head)) };
}

/**
 * log(x) as a sum, within 2^-57 of it: the terms of `logNormal`, with s and the first sums in two parts. The rest of the
 * series is below 1 % of s, so that its rounding does not count for more than that.
 */
function logInTwo(v: Lanes, x: Register, exponent?: Vector): readonly [Register, Register] {
  const split = splitExponent(v, x);
  const k = v.let(exponent ? v.add(split.k, exponent) : split.k);
  const m = v.let(split.m);
  const f = v.let(v.sub(m, 1));
  const below = v.let(v.add(m, 1));
  const belowRest = v.sub(m, v.sub(below, 1));
  const divisor = inTwo(v, below);
  const s = v.let(v.div(f, below));
  const sHead = v.let(v.and(s, v.bits(-(1n << 27n))));
  const divisorRest = v.add(divisor.rest, belowRest);
  const left = v.sub(v.sub(f, v.mul(sHead, divisor.head)), v.mul(sHead, divisorRest));
  const sRest = v.let(v.div(left, below));
  const square = v.let(v.mul(s, s));
  const series = v.mul(v.mul(s, square), v.polynomial(coefficients.log.f64, square));

  const [ln2High, ln2Rest] = v.layout.ln2;
  const whole = v.let(v.mul(k, ln2High));
  const twice = v.let(v.add(sHead, sHead));
  const main = v.let(v.add(whole, twice));
  const lost = v.sub(twice, v.sub(main, whole));
  const small = v.add(v.add(v.add(sRest, sRest), series), v.mul(k, ln2Rest));
  const rest = v.let(v.add(lost, small));
  const high = v.let(v.add(main, rest));
  return [high, v.let(v.sub(rest, v.sub(high, main)))];
}

/** Where x is no positive normal finite number or y is not finite, in some lane. */
function powEdges(v: Lanes, x: Register, y: Register): Vector {
  const size = v.let(v.abs(x));
  const zero = v.let(v.eq(size, 0));
  const infinite = v.let(v.eq(size, Infinity));
  const ordinary = v.let(v.where(v.or(zero, infinite), 1, size));
  const tiny = v.let(v.lt(ordinary, v.layout.smallestNormal));
  const normal = v.let(v.where(tiny, v.mul(ordinary, 2 ** 54), ordinary));
  const common = powNormal(v, normal, y, v.and(tiny, v.constant(-54)));

  const rising = v.let(v.gt(y, 0));
  const ofZero = v.where(rising, 0, Infinity);
  const ofInfinity = v.where(rising, Infinity, 0);
  const positive = v.where(zero, ofZero, v.where(infinite, ofInfinity, common));

  const whole = v.let(v.eq(v.floor(y), y));
  const half = v.let(v.mul(y, 0.5));
  const odd = v.andNot(whole, v.eq(v.floor(half), half));
  const signed = v.xor(positive, v.and(v.signOf(x), odd));
  const noRoot = v.andNot(v.and(v.lt(x, 0), v.gt(x, -Infinity)), whole);
  const endless = v.and(v.eq(size, 1), v.eq(v.abs(y), Infinity));
  const unknown = v.or(v.not(v.eq(x, x)), v.not(v.eq(y, y)));
  const value = v.where(v.or(v.or(noRoot, endless), unknown), NaN, signed);
  return v.where(v.eq(y, 0), 1, value);
}
