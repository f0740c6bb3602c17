import { sizeOf } from "../tensor/shape.ts";
import type { Numbers, Problem, RawArray } from "./arrays.ts";

/** What is kept of one axis: one entry, and the axis goes; or a run of them, to the end where `to` is null. */
type Kept =
  | { readonly kind: "at"; readonly at: number }
  | { readonly kind: "run"; readonly from: number; readonly to: number | null };

/** What is kept of an array, axis by axis from the first; later axes are kept whole. */
export interface Selection {
  readonly text: string;
  readonly axes: readonly Kept[];
}

/** The language's own notation for parts of an array, with numbers in it: `[0..1000, :, 14]`. */
export function parseSelection(text: string): Selection | Problem {
  const inside = /^\s*\[(.*)\]\s*$/s.exec(text)?.[1];
  if (inside === undefined) return { problem: "it stands in brackets" };
  if (inside.trim() === "") return { problem: "there is nothing between the brackets" };
  const axes: Kept[] = [];
  for (const part of inside.split(",").map((one) => one.trim())) {
    if (part === "") return { problem: "there is nothing beside a comma" };
    if (/^-\s*\d/.test(part)) return { problem: `\`${part}\` is below 0, where indices start` };
    const [, at] = /^(\d+)$/.exec(part) ?? [];
    const [whole, from, to] = /^(\d*)\s*\.\.\s*(\d*)$/.exec(part) ?? [];
    if (at !== undefined) axes.push({ kind: "at", at: Number(at) });
    else if (part === ":") axes.push({ kind: "run", from: 0, to: null });
    else if (whole !== undefined) axes.push({ kind: "run", from: Number(from), to: to === "" ? null : Number(to) });
    else if (part.includes(":")) return { problem: `a range is written \`a..b\`, not \`${part}\`` };
    else return { problem: `\`${part}\` is no number, range or \`:\`` };
  }
  return { text: text.trim(), axes };
}

/** The part of an array; as wide as the array's own numbers. Nothing but the part is copied. */
export function selected({ shape, values }: RawArray, { axes }: Selection): RawArray | Problem {
  if (axes.length > shape.length) return { problem: `it names ${axes.length} axes, and there are ${shape.length}` };
  const runs: { readonly from: number; readonly length: number }[] = [];
  for (const [axis, size] of shape.entries()) {
    const kept = axes[axis] ?? { kind: "run", from: 0, to: null };
    const problem = outside(kept, axis, size);
    if (problem) return problem;
    if (kept.kind === "at") runs.push({ from: kept.at, length: 1 });
    else runs.push({ from: kept.from, length: (kept.to ?? size) - kept.from });
  }
  // A run on one axis with everything below it lies in one piece.
  let last = shape.length - 1;
  while (last >= 0 && runs[last]!.length === shape[last]) last--;
  const kept = shape.flatMap((_, axis) => (axes[axis]?.kind === "at" ? [] : [runs[axis]!.length]));
  if (last < 0) return { shape: kept, values };
  const out = emptyLike(values, sizeOf(kept));
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const piece = runs[last]!.length * strides[last]!;
  let next = 0;
  const copy = (axis: number, start: number): void => {
    const { from, length } = runs[axis]!;
    const stride = strides[axis]!;
    const first = start + from * stride;
    if (axis < last) {
      for (let i = 0; i < length; i++) copy(axis + 1, first + i * stride);
      return;
    }
    if (piece === 1) out[next] = values[first]!;
    else out.set(values.subarray(first, first + piece), next);
    next += piece;
  };
  if (out.length > 0) copy(0, 0);
  return { shape: kept, values: out };
}

function outside(kept: Kept, axis: number, size: number): Problem | null {
  const there = `axis ${axis} has ${size} entries`;
  if (kept.kind === "at") return kept.at < size ? null : { problem: `there is no entry ${kept.at}, ${there}` };
  const to = kept.to ?? size;
  if (to > size) return { problem: `${kept.from}..${to} ends too late, ${there}` };
  if (kept.from > to) return { problem: `the range ${kept.from}..${to} ends before it begins` };
  return null;
}

function emptyLike(values: Numbers, length: number): Numbers {
  const Same = values.constructor as new (length: number) => Numbers;
  // bytes out of a file are a `Buffer` now and then, whose constructor is another thing
  return values instanceof Uint8Array ? new Uint8Array(length) : new Same(length);
}
