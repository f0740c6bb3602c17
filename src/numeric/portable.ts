import acos from "@stdlib/math-base-special-acos";
import atan from "@stdlib/math-base-special-atan";
import stdExp from "@stdlib/math-base-special-exp";
import expm1 from "@stdlib/math-base-special-expm1";
import log from "@stdlib/math-base-special-ln";
import log1p from "@stdlib/math-base-special-log1p";
import stdPow from "@stdlib/math-base-special-pow";
import reduce from "@stdlib/math-base-special-rempio2";
import tan from "@stdlib/math-base-special-tan";

/*
 * Elementary functions whose digits are the same on every host: the language leaves the last digit of Math.exp and its
 * like to the host, and Node, Deno, Bun and browsers differ in it. `scripts/build.ts` puts these in the place of those of
 * `Math` in what is published; nothing imports them. Most are those of fdlibm, as stdlib has them, which are what Node 20
 * computes. Sine, cosine and the hyperbolic tangent stand here, since stdlib's differ from fdlibm's.
 */

const view = new DataView(new ArrayBuffer(8));

/** The upper 32 bits of a number, without its sign: they order numbers by size. */
function upper(x: number): number {
  view.setFloat64(0, x);
  return view.getInt32(0) & 0x7fffffff;
}

function fromUpper(bits: number): number {
  view.setInt32(0, bits);
  view.setInt32(4, 0);
  return view.getFloat64(0);
}

/** Minimax polynomials in z = x^2, ascending: (sin x - x) / x^3 and (cos x - 1 + z / 2) / z^2, |x| <= pi / 4. */
const sines = [
  -1.66666666666666324348e-1, 8.33333333332248946124e-3, -1.98412698298579493134e-4, 2.75573137070700676789e-6,
  -2.50507602534068634195e-8, 1.58969099521155010221e-10,
] as const;
const cosines = [
  4.16666666666666019037e-2, -1.38888888888741095749e-3, 2.48015872894767294178e-5, -2.75573143513906633035e-7,
  2.0875723212981748279e-9, -1.13596475577881948265e-11,
] as const;

/** Below 2^-27 the first term is all; of the tangent below 2^-28. */
const tiny = 0x3e400000;
const tinyest = 1 / 0x10000000;

/** The sine of x + rest, within pi / 4 of 0. */
function nearSine(x: number, rest: number): number {
  if (upper(x) < tiny) return x;
  const [s1, s2, s3, s4, s5, s6] = sines;
  const z = x * x;
  const cube = z * x;
  const tail = s2 + z * (s3 + z * (s4 + z * (s5 + z * s6)));
  return rest === 0 ? x + cube * (s1 + z * tail) : x - (z * (0.5 * rest - cube * tail) - rest - cube * s1);
}

/** The cosine of x + rest, within pi / 4 of 0. */
function nearCosine(x: number, rest: number): number {
  const size = upper(x);
  if (size < tiny) return 1;
  const [c1, c2, c3, c4, c5, c6] = cosines;
  const z = x * x;
  const tail = z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * c6)))));
  // from 0.3 on, about x / 4 is taken off exactly, so that 1 - z / 2 keeps its digits
  if (size < 0x3fd33333) return 1 - (0.5 * z - (z * tail - x * rest));
  const quarter = size > 0x3fe90000 ? 0.28125 : fromUpper(size - 0x00200000);
  return 1 - quarter - (0.5 * z - quarter - (z * tail - x * rest));
}

/** By how many right angles an argument is turned back, modulo 4, and what is left of it, in two parts. */
function turned(x: number): readonly [quarter: number, x: number, rest: number] {
  if (Math.abs(x) <= Math.PI / 4) return [0, x, 0];
  const left = [0, 0];
  const quarter = reduce(x, left) & 3;
  return [quarter, left[0] ?? 0, left[1] ?? 0];
}

function exp(x: number): number {
  return x === 1 ? Math.E : stdExp(x);
}

/** Powers of 0 and of infinities are the language's, which leaves nothing to the host there. */
function pow(x: number, power: number): number {
  if (power === 2) return x * x;
  return Number.isFinite(x) && x !== 0 ? stdPow(x, power) : Math.pow(x, power);
}

function sin(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const [quarter, left, rest] = turned(x);
  const size = quarter % 2 === 0 ? nearSine(left, rest) : nearCosine(left, rest);
  return quarter < 2 ? size : -size;
}

function cos(x: number): number {
  if (!Number.isFinite(x)) return NaN;
  const [quarter, left, rest] = turned(x);
  const size = quarter % 2 === 0 ? nearCosine(left, rest) : nearSine(left, rest);
  return quarter === 0 || quarter === 3 ? size : -size;
}

function tanh(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x) || size < tinyest) return x;
  if (size >= 22) return Math.sign(x);
  const grown = expm1(size >= 1 ? 2 * size : -2 * size);
  const there = size >= 1 ? 1 - 2 / (grown + 2) : -grown / (grown + 2);
  return x < 0 ? -there : there;
}

/** Scaled by the largest, and summed with compensation. */
function hypot(...values: readonly number[]): number {
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  if (values.some((x) => Math.abs(x) === Infinity)) return Infinity;
  if (largest === 0 || Number.isNaN(largest)) return largest;
  let [sum, lost] = [0, 0];
  for (const x of values) {
    const share = x / largest;
    const part = share * share - lost;
    const next = sum + part;
    lost = next - sum - part;
    sum = next;
  }
  return Math.sqrt(sum) * largest;
}

/** By their names in `Math`. */
export const portable = { acos, atan, cos, exp, expm1, hypot, log, log1p, pow, sin, tan, tanh } as const;
