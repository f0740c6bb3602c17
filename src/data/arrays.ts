import { bounds } from "../base/bounds.ts";
import { sizeOf } from "../tensor/shape.ts";

/** Numbers as a file holds them, a byte kept as a byte: they become float64 when they are bound or scaled. */
export type Numbers = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** A row-major array, as `bind` takes it beside nested lists. */
export interface RawArray {
  readonly shape: readonly number[];
  readonly values: Numbers;
}

/** A problem, as the end of a sentence. */
export interface Problem {
  readonly problem: string;
}

/** What a reader gave, as one array: a number, lists of lists (`null` is NaN), or `{ shape, values }`. */
export function arrayOf(raw: unknown): RawArray | Problem {
  if (isRawArray(raw)) return raw;
  if (isShaped(raw)) {
    const values = flat(raw.values, [sizeOf(raw.shape)]);
    return "problem" in values ? values : { shape: raw.shape, values: values.values };
  }
  const shape: number[] = [];
  for (let at = raw; Array.isArray(at); at = at[0] as unknown) {
    shape.push(at.length);
    if (at.length === 0) break;
  }
  const values = flat(raw, shape);
  return "problem" in values ? values : { shape, values: values.values };
}

function isRawArray(raw: unknown): raw is RawArray {
  return isShaped(raw) && ArrayBuffer.isView(raw.values);
}

function isShaped(raw: unknown): raw is { readonly shape: readonly number[]; values: unknown } {
  if (typeof raw !== "object" || raw === null || !("shape" in raw) || !("values" in raw)) return false;
  const { shape } = raw;
  return (
    Array.isArray(shape) && shape.length <= bounds.depth && shape.every((size) => Number.isInteger(size) && size >= 0)
  );
}

function flat(raw: unknown, shape: readonly number[]): { values: Float64Array } | Problem {
  const [expected, length] = [sizeOf(shape), entriesIn(raw, shape, 0)];
  // where rows differ, what they hold decides what is said of them, and no room is made
  const values = new Float64Array(length === expected ? expected : 0);
  let next = 0;
  const visit = (at: unknown, depth: number): Problem | null => {
    if (depth === shape.length) {
      if (typeof at !== "number" && at !== null)
        return { problem: Array.isArray(at) ? "its rows differ in depth" : `it holds ${worded(at)}` };
      values[next++] = at ?? NaN;
      return null;
    }
    if (!Array.isArray(at)) return { problem: "its rows differ in depth" };
    if (at.length !== shape[depth]) return { problem: "its rows differ in length" };
    for (const item of at) {
      const problem = visit(item, depth + 1);
      if (problem) return problem;
    }
    return null;
  };
  return visit(raw, 0) ?? { values };
}

/** How many entries there are, as far as lists stand inside one another like those of the first entries. */
function entriesIn(raw: unknown, shape: readonly number[], depth: number): number {
  if (depth === shape.length || !Array.isArray(raw)) return 1;
  if (depth + 1 === shape.length) return raw.length;
  return raw.reduce((sum: number, one: unknown) => sum + entriesIn(one, shape, depth + 1), 0);
}

function worded(found: unknown): string {
  if (typeof found === "string") return `the text "${found.slice(0, 20)}"`;
  return typeof found === "object" ? "an object" : `\`${String(found)}\``;
}

/** What becomes of `from[0]` and `from[1]`; everything else goes along on the same line, outside the range too. */
export interface Scale {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/**
 * The ends of one range land exactly on the ends of the other, and of whole numbers everything between is rounded only
 * once: in the division.
 */
export function scaled({ shape, values }: RawArray, { from: [a, b], to: [c, d] }: Scale): RawArray {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) {
    const x = values[i]!;
    out[i] = x === a ? c : x === b ? d : (c * (b - x) + d * (x - a)) / (b - a);
  }
  return { shape, values: out };
}
