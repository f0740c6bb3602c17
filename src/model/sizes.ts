import { InternalError } from "../base/assert.ts";
import type { Dim } from "./model.ts";

/** A size as a sum: whole-number multiples of size names, plus a whole number. */
interface Sum {
  readonly terms: ReadonlyMap<string, number>;
  readonly constant: number;
}

/** `a + b`, canonical: `N + 1` however it was written. */
export function addDims(a: Dim, b: Dim): Dim {
  return combine(a, 1, b);
}

/** `a - b` */
export function subtractDims(a: Dim, b: Dim): Dim {
  return combine(a, -1, b);
}

/** `a * b`, or null when both hold size names: sizes are sums. */
export function multiplyDims(a: Dim, b: number): Dim;
export function multiplyDims(a: Dim, b: Dim): Dim | null;
export function multiplyDims(a: Dim, b: Dim): Dim | null {
  if (typeof b === "number") return combine(0, b, a);
  return typeof a === "number" ? combine(0, a, b) : null;
}

/** Size names in a size. */
export function namesIn(dim: Dim): readonly string[] {
  return typeof dim === "number" ? [] : [...read(dim).terms.keys()];
}

export function sameDims(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** The number behind a size, or null while one of its names is unknown. */
export function resolve(dim: Dim, sizes: ReadonlyMap<string, number>): number | null {
  if (typeof dim === "number") return dim;
  const { terms, constant } = read(dim);
  let total = constant;
  for (const [name, times] of terms) {
    const size = sizes.get(name);
    if (size === undefined) return null;
    total += times * size;
  }
  return total;
}

/**
 * The one unknown name of `dim` and the value that makes `dim` equal `total`; null when none or several are unknown,
 * or when no whole number of at least 0 does.
 */
export function solve(
  dim: Dim,
  total: number,
  sizes: ReadonlyMap<string, number>,
): { readonly name: string; readonly value: number } | null {
  const unknown = namesIn(dim).filter((name) => !sizes.has(name));
  const [name] = unknown;
  if (name === undefined || unknown.length > 1) return null;
  const { terms, constant } = read(dim);
  let rest = total - constant;
  for (const [other, times] of terms) rest -= times * (sizes.get(other) ?? 0);
  const value = rest / (terms.get(name) ?? 0);
  return Number.isInteger(value) && value >= 0 ? { name, value } : null;
}

function combine(a: Dim, factor: number, b: Dim): Dim {
  const left = read(a);
  const right = read(b);
  const terms = new Map(left.terms);
  for (const [name, times] of right.terms) {
    const sum = (terms.get(name) ?? 0) + factor * times;
    if (sum === 0) terms.delete(name);
    else terms.set(name, sum);
  }
  return show({ terms, constant: left.constant + factor * right.constant });
}

/** Names in alphabetical order, then the number: `2 * M - N + 1`. */
function show({ terms, constant }: Sum): Dim {
  if (terms.size === 0) return constant;
  const parts = [...terms]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, times]) => ({
      negative: times < 0,
      text: Math.abs(times) === 1 ? name : `${Math.abs(times)} * ${name}`,
    }));
  if (constant !== 0) parts.push({ negative: constant < 0, text: String(Math.abs(constant)) });
  return parts
    .map(({ negative, text }, i) => (i === 0 ? (negative ? `-${text}` : text) : ` ${negative ? "-" : "+"} ${text}`))
    .join("");
}

function read(dim: Dim): Sum {
  if (typeof dim === "number") return { terms: new Map(), constant: dim };
  const terms = new Map<string, number>();
  let constant = 0;
  for (const [, sign, times, name, number] of dim.matchAll(/([+-]?)\s*(?:(?:(\d+) \* )?([A-Za-z_]\w*)|(\d+))/g)) {
    const factor = sign === "-" ? -1 : 1;
    if (name !== undefined) terms.set(name, factor * Number(times ?? 1));
    else if (number !== undefined) constant += factor * Number(number);
    else throw new InternalError(`${dim} is not a size`);
  }
  return { terms, constant };
}
