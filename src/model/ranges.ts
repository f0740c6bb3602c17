import type { Range } from "./model.ts";

/** Interval arithmetic: the smallest range that holds every result, up to rounding. */

export const anyReal: Range = { lower: -Infinity, upper: Infinity };
export const nonnegative: Range = { lower: 0, upper: Infinity };
export const unit: Range = { lower: 0, upper: 1 };

export function point(value: number): Range {
  return { lower: value, upper: value };
}

/** The range that holds both. */
export function hull(a: Range, b: Range): Range {
  return { lower: Math.min(a.lower, b.lower), upper: Math.max(a.upper, b.upper) };
}

export function isPoint(range: Range): boolean {
  return range.lower === range.upper;
}

/** From possible ends, where an undefined one (such as Infinity - Infinity) says nothing. */
export function ends(...values: readonly number[]): Range {
  return values.some(Number.isNaN) ? anyReal : { lower: Math.min(...values), upper: Math.max(...values) };
}

export const increasing =
  (f: (x: number) => number) =>
  ({ lower, upper }: Range): Range => {
    const range = { lower: f(lower), upper: f(upper) };
    return {
      lower: Number.isNaN(range.lower) ? -Infinity : range.lower,
      upper: Number.isNaN(range.upper) ? Infinity : range.upper,
    };
  };

export const addRanges = (a: Range, b: Range): Range => ({
  lower: a.lower + b.lower,
  upper: a.upper + b.upper,
});
export const negRange = (a: Range): Range => ({ lower: -a.upper || 0, upper: -a.lower || 0 });
export const subRanges = (a: Range, b: Range): Range => addRanges(a, negRange(b));

/** 0 * Infinity counts as 0: the infinity is a bound that is approached, the zero is attained. */
const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);

export const mulRanges = (a: Range, b: Range): Range =>
  ends(times(a.lower, b.lower), times(a.lower, b.upper), times(a.upper, b.lower), times(a.upper, b.upper));

export function divRanges(a: Range, b: Range): Range {
  if (isPoint(a) && isPoint(b) && b.lower !== 0) return point(a.lower / b.lower);
  if (b.lower < 0 && b.upper > 0) return anyReal;
  return mulRanges(a, { lower: reciprocal(b.upper, -1), upper: reciprocal(b.lower, 1) });
}

/** 1 / x at an end of a range that does not cross 0; 0 itself is approached from inside the range. */
function reciprocal(x: number, side: 1 | -1): number {
  return x === 0 ? side * Infinity : 1 / x;
}

export const absRange = ({ lower, upper }: Range): Range =>
  lower >= 0
    ? { lower, upper }
    : upper <= 0
      ? negRange({ lower, upper })
      : { lower: 0, upper: Math.max(-lower, upper) };

export function squareRange(x: Range): Range {
  const a = absRange(x);
  return { lower: a.lower * a.lower, upper: a.upper * a.upper };
}

export function powRange(a: Range, b: Range): Range {
  if (isPoint(b) && Number.isInteger(b.lower) && b.lower >= 0) {
    const even = b.lower % 2 === 0;
    const x = even ? absRange(a) : a;
    return { lower: x.lower ** b.lower, upper: x.upper ** b.lower };
  }
  if (a.lower < 0) return anyReal;
  const corners = ends(a.lower ** b.lower, a.lower ** b.upper, a.upper ** b.lower, a.upper ** b.upper);
  return { lower: Math.max(0, corners.lower), upper: corners.upper };
}

export const maxRanges = (a: Range, b: Range): Range => ({
  lower: Math.max(a.lower, b.lower),
  upper: Math.max(a.upper, b.upper),
});
export const minRanges = (a: Range, b: Range): Range => ({
  lower: Math.min(a.lower, b.lower),
  upper: Math.min(a.upper, b.upper),
});

/** A sum of `count` entries; null when their number is not known. */
export function sumRange(x: Range, count: number | null): Range {
  if (count !== null) return mulRanges(x, point(count));
  return { lower: x.lower >= 0 ? 0 : -Infinity, upper: x.upper <= 0 ? 0 : Infinity };
}
