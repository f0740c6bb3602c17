import { contiguousStrides, sizeOf, type Shape } from "../../tensor/shape.ts";

/** Strides of an array as a larger shape sees it: axes line up from the right, and those of size 1 do not move. */
export function stretched(shape: Shape, strides: readonly number[], space: Shape): number[] {
  const lead = space.length - shape.length;
  return space.map((_, axis) => (shape[axis - lead] === 1 ? 0 : (strides[axis - lead] ?? 0)));
}

/** Whether entries lie one after the other, as they are counted. */
export function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  const expected = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** The entries of a row are neighbours, and rows do not overlap. */
export function hasRows(shape: Shape, strides: readonly number[]): boolean {
  const [rows = 1, length = 1] = shape.slice(-2);
  const [step = 0, within] = strides.slice(-2);
  return (length === 1 || within === 1) && (rows === 1 || step >= length);
}

/** Axes that are one after merging: how many entries, and how far from one to the next. */
interface Run {
  readonly size: number;
  readonly stride: number;
}

/** Strides of the same memory under another shape; null where there are none. */
export function reshaped(from: Shape, strides: readonly number[], to: Shape): number[] | null {
  if (sizeOf(from) === 1) return to.map(() => 0);
  const runs = runsOf(from, strides);
  const out: number[] = [];
  // innermost first: each axis of the new shape takes its entries from the innermost run that has some left
  let run: Run = { size: 1, stride: 0 };
  for (const size of to.toReversed()) {
    if (size === 1) {
      out.unshift(0);
      continue;
    }
    if (run.size === 1) run = runs.pop() ?? run;
    if (run.size % size !== 0) return null;
    out.unshift(run.stride);
    run = { size: run.size / size, stride: run.stride * size };
  }
  return out;
}

/** Axes of more than one entry, outermost first; neighbours that lie together are one. */
function runsOf(shape: Shape, strides: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const stride = strides[axis] ?? 0;
    const last = runs.at(-1);
    if (last?.stride === stride * size) runs[runs.length - 1] = { size: last.size * size, stride };
    else runs.push({ size, stride });
  });
  return runs;
}
