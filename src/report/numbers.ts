/**
 * Numbers as people read them: as many digits as mean something, and no more.
 *
 * A number with a standard error shows two significant digits of the error and ends at the same decimal place. A
 * number with a scale (a posterior standard deviation) ends one place further than needed to tell a tenth of it.
 */

/** The widest number that is written out; beyond it, and below its inverse, exponents are used. */
const widest = 1e7;

/** Decimal places at which the `digits`-th significant digit of `scale` stands; negative left of the point. */
function placesFor(scale: number, digits: number): number {
  // toExponential has done the rounding: 0.0996 has its first digit where 0.10 has.
  const exponent = Number(scale.toExponential(digits - 1).split("e")[1]);
  return digits - 1 - exponent;
}

/** Rounded to a decimal place, with thousands separated: 12,600 and -1.5114. */
function atPlace(value: number, places: number): string {
  if (!Number.isFinite(value)) return special(value);
  const step = 10 ** Math.max(0, -places);
  const rounded = Math.round(value / step) * step;
  const text = (places > 0 ? value : rounded).toFixed(Math.max(0, Math.min(places, 20)));
  // A value that rounds to nothing has no sign.
  const unsigned = /^-[0.]+$/.test(text) ? text.slice(1) : text;
  return separated(unsigned);
}

function separated(text: string): string {
  const [whole = "", decimals] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
}

function special(value: number): string {
  if (Number.isNaN(value)) return "unknown";
  return value > 0 ? "infinity" : "-infinity";
}

/** A spread this small beside the value is what the rounding of sums leaves, not an error. */
const rounding = 1e-12;

/** `-1.5114 ± 0.0031`. An error of 0 is exact to rounding: six digits. */
export function measured(value: number, standardError: number): string {
  if (!Number.isFinite(value)) return special(value);
  if (!Number.isFinite(standardError)) return `${plain(value)} ± ${special(standardError)}`;
  if (standardError <= rounding * Math.abs(value)) return `${plain(value, 6)} ± 0`;
  const places = placesFor(standardError, 2);
  const size = Math.max(Math.abs(value), standardError);
  if (places > 7 || size >= widest) {
    const exponent = Math.floor(Math.log10(size));
    const scaled = (x: number) => atPlace(x / 10 ** exponent, places + exponent);
    return `(${scaled(value)} ± ${scaled(standardError)})e${exponent}`;
  }
  return `${atPlace(value, places)} ± ${atPlace(standardError, places)}`;
}

/** A number to at most so many significant digits: 0.04213, 0.7, 12,600, 3.1e-9. */
export function plain(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return special(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= widest || size < 1e-5) return value.toExponential(digits - 1);
  if (Number.isInteger(value) && size < 1e5) return separated(String(value));
  return atPlace(value, Math.max(0, placesFor(size, digits)))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

/** A value read against a spread: `digits` significant digits of the spread decide where it ends. */
export function against(value: number, scale: number, digits = 3): string {
  if (!Number.isFinite(value)) return special(value);
  if (!Number.isFinite(scale) || scale <= 0) return plain(value, 5);
  const places = placesFor(scale, digits);
  if (places > 9 || Math.abs(value) >= widest) return value === 0 ? "0" : value.toExponential(4);
  return atPlace(value, Math.max(0, places));
}

/** A whole number with its thousands separated. */
export const count = (value: number): string => separated(String(value));

/** Seconds as `41 ms`, `3.2 s`, `12 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 0.9995) return `${plain(seconds * 1000, seconds < 0.01 ? 2 : 3)} ms`;
  if (seconds < 119.5) return `${atPlace(seconds, seconds < 10 ? 1 : 0)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
