import { coefficients, halfLog2Pi } from "./coefficients.ts";
import type { Lanes, Register, Vector } from "./lanes.ts";
import { logNormal } from "./logarithm.ts";

/*
 * lgamma and its derivatives: below 8, the recurrence takes eight steps at once, up to where the asymptotic series hold.
 * Opposite factors of x (x + 1) ... (x + 7) pair up: with u = x (x + 7) they are u, u + 6, u + 10, u + 12.
 */
const steps = 8;
const pairs = [0, 6, 10, 12];
const product = (v: Lanes, factors: readonly Vector[]) => factors.reduce((a, b) => v.mul(a, b));
const shifted = (v: Lanes, u: Register) => pairs.map((c) => (c === 0 ? u : v.add(u, c)));

type Log = (x: Register) => Vector;

/** Holds where a lane is not well inside (0, Infinity). */
const unusual = (v: Lanes, x: Register): Register => v.let(v.not(v.and(v.ge(x, 1e-300), v.le(x, 1e300))));

export function lgamma(v: Lanes, x: Register): Vector {
  const usual = lgammaPositive(v, x, (y) => logNormal(v, y));
  return v.except(unusual(v, x), usual, () => v.piece("lgamma_edges", lgammaEdges, x));
}

/** Stirling's series at z, less the logarithm of the product that leads from x to z. */
function lgammaPositive(v: Lanes, x: Register, log: Log): Vector {
  const low = v.let(v.lt(x, steps));
  const z = v.let(v.where(low, v.add(x, steps), x));
  const u = v.let(v.mul(x, v.add(x, steps - 1)));
  const path = v.let(v.where(low, product(v, shifted(v, u)), 1));
  const inverse = v.let(v.div(1, z));
  const square = v.let(v.mul(inverse, inverse));
  const series = v.mul(inverse, v.polynomial(coefficients.stirling[v.inDouble()], square));
  const main = v.mul(v.sub(z, 0.5), v.sub(log(z), 1));
  return v.add(v.sub(main, log(path)), v.add(series, halfLog2Pi - 0.5));
}

/** Euler's reflection: log pi - log |x| - log |sin(pi x)| - lgamma(|x|) for x < 0. */
function lgammaEdges(v: Lanes, x: Register): Vector {
  const log: Log = (y) => v.call("log", y);
  const size = v.let(v.abs(x));
  const positive = v.let(lgammaPositive(v, size, log));
  const sine = v.let(v.abs(v.call("sin", v.let(turn(v, x)))));
  const logs = v.add(log(size), log(sine));
  const reflected = v.sub(v.sub(Math.log(Math.PI), logs), positive);
  const value = v.where(v.lt(x, 0), reflected, positive);
  const infinite = v.eq(size, Infinity);
  // Tiny numbers would lose digits in the sine: there, only the pole is left.
  const pole = v.neg(log(size));
  return v.where(infinite, Infinity, v.where(v.lt(size, 1e-300), pole, value));
}

/** pi times the distance to the nearest whole number: the angle of the reflection formulas. */
function turn(v: Lanes, x: Register): Vector {
  return v.mul(v.sub(x, v.nearest(x)), Math.PI);
}

export function digamma(v: Lanes, x: Register): Vector {
  const usual = digammaPositive(v, x, (y) => logNormal(v, y));
  return v.except(unusual(v, x), usual, () => v.piece("digamma_edges", digammaEdges, x));
}

/** The asymptotic series at z, less the sum of 1 / (x + i): the logarithmic derivative of their product. */
function digammaPositive(v: Lanes, x: Register, log: Log): Vector {
  const low = v.let(v.lt(x, steps));
  const z = v.let(v.where(low, v.add(x, steps), x));
  const u = v.let(v.mul(x, v.add(x, steps - 1)));
  // The derivative of u (u + 6) (u + 10) (u + 12) by u.
  const slope = v.polynomial([720, 504, 84, 4], u);
  const sums = v.div(v.mul(slope, v.add(v.add(x, x), steps - 1)), product(v, shifted(v, u)));
  const inverse = v.let(v.div(1, z));
  const square = v.let(v.mul(inverse, inverse));
  const series = v.mul(square, v.polynomial(coefficients.digamma[v.inDouble()], square));
  const main = v.sub(v.sub(log(z), v.mul(inverse, 0.5)), series);
  return v.sub(main, v.and(low, sums));
}

/** digamma(1 - x) - pi / tan(pi x) for x < 0. */
function digammaEdges(v: Lanes, x: Register): Vector {
  const negative = v.let(v.lt(x, 0));
  const y = v.let(v.where(negative, v.sub(1, x), x));
  const positive = v.let(digammaPositive(v, y, (z) => v.call("log", z)));
  const angle = v.let(turn(v, x));
  const cotangent = v.div(v.call("cos", angle), v.call("sin", angle));
  const reflected = v.sub(positive, v.mul(cotangent, Math.PI));
  const pole = v.and(v.le(x, 0), v.eq(angle, 0));
  return v.where(pole, NaN, v.where(negative, reflected, positive));
}

export function trigamma(v: Lanes, x: Register): Vector {
  const negative = v.let(v.lt(x, 0));
  const usual = trigammaPositive(v, x);
  return v.except(negative, usual, () => v.piece("trigamma_edges", trigammaEdges, x));
}

/**
 * The asymptotic series at z, and the sum of 1 / (x + i)^2: 1 / x^2 by itself, which may be too large for a product, then
 * eight more from y = x + 1, where a pair with the product p adds up to ((2 y + 7)^2 - 2 p) / p^2.
 */
function trigammaPositive(v: Lanes, x: Register): Vector {
  const low = v.let(v.lt(x, steps));
  const z = v.let(v.where(low, v.add(x, steps + 1), x));
  const y = v.let(v.add(x, 1));
  const u = v.let(v.mul(y, v.add(y, steps - 1)));
  const ends = v.let(v.add(v.add(y, y), steps - 1));
  const endsSquare = v.let(v.mul(ends, ends));
  const terms = shifted(v, u).map((p) => {
    const factor = v.let(p);
    const over = v.let(v.sub(endsSquare, v.add(factor, factor)));
    return { over, under: v.let(v.mul(factor, factor)) };
  });
  const sum = terms.reduce((a, b) => ({
    over: v.let(v.add(v.mul(a.over, b.under), v.mul(b.over, a.under))),
    under: v.let(v.mul(a.under, b.under)),
  }));
  const first = v.let(v.div(1, x));
  const passed = v.add(v.mul(first, first), v.div(sum.over, sum.under));
  const inverse = v.let(v.div(1, z));
  const square = v.let(v.mul(inverse, inverse));
  const series = v.mul(v.mul(square, inverse), v.polynomial(coefficients.trigamma[v.inDouble()], square));
  const main = v.add(v.add(inverse, v.mul(square, 0.5)), series);
  return v.add(main, v.and(low, passed));
}

/** (pi / sin(pi x))^2 - trigamma(1 - x), for x < 0. */
function trigammaEdges(v: Lanes, x: Register): Vector {
  const positive = v.let(trigammaPositive(v, v.let(v.sub(1, x))));
  const ratio = v.let(v.div(Math.PI, v.call("sin", v.let(turn(v, x)))));
  return v.sub(v.mul(ratio, ratio), positive);
}
