import { sizeOf } from "../tensor/shape.ts";
import type { Numbers, Problem, RawArray } from "./arrays.ts";

/** What is kept of one axis: one entry, and the axis goes; or a run of them, to the end where `to` is null. */
type Kept =
  | { readonly kind: "at"; readonly at: number }
  | { readonly kind: "run"; readonly from: number; readonly to: number | null };

/** The entries of one axis that are kept, in an array whose entries lie `stride` apart along it. */
interface Run {
  readonly from: number;
  readonly length: number;
  readonly size: number;
  readonly stride: number;
  /** Whether the axis is one of the part. */
  readonly stays: boolean;
}

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
  const runs: Run[] = [];
  for (const [axis, size] of shape.entries()) {
    const kept = axes[axis] ?? { kind: "run", from: 0, to: null };
    const problem = outside(kept, axis, size);
    if (problem) return problem;
    const stride = sizeOf(shape.slice(axis + 1));
    const stays = kept.kind === "run";
    if (stays) runs.push({ from: kept.from, length: (kept.to ?? size) - kept.from, size, stride, stays });
    else runs.push({ from: kept.at, length: 1, size, stride, stays });
  }
  const kept = runs.filter(({ stays }) => stays).map(({ length }) => length);
  // A run on one axis with everything below it lies in one piece.
  const last = runs.findLastIndex(({ length, size }) => length !== size);
  const inner = runs[last];
  if (!inner) return { shape: kept, values };
  const out = emptyLike(values, sizeOf(kept));
  const piece = inner.length * inner.stride;
  let next = 0;
  let copy = (start: number): void => {
    const first = start + inner.from * inner.stride;
    if (piece === 1) out[next] = values[first]!;
    else out.set(values.subarray(first, first + piece), next);
    next += piece;
  };
  for (const { from, length, stride } of runs.slice(0, last).toReversed()) {
    const within = copy;
    copy = (start) => {
      for (let i = from; i < from + length; i++) within(start + i * stride);
    };
  }
  if (out.length > 0) copy(0);
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
