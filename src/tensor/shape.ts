import { InternalError } from "../base/assert.ts";

/** Sizes of the axes of a tensor, outermost first. A scalar is `[]`. */
export type Shape = readonly number[];

/** Entries that one array may have: 4 GB of them. */
export const mostEntries = 2 ** 29;

/** Number of entries. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** What a shape, or any list of one number for each axis, holds on an axis; a negative one counts from the end. */
export function onAxis(list: readonly number[], axis: number): number {
  const number = list.at(axis);
  if (number === undefined) throw new InternalError(`there is no axis ${axis} in ${showShape(list)}`);
  return number;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape both stretch to under NumPy's rule (align right; equal, or one of them is 1), or null if there is none. */
export function broadcastShapes(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) return null;
    out.push(x === 1 ? y : x);
  }
  return out;
}

/** Row-major strides, axes of size 1 included: how entries lie in memory. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= onAxis(shape, axis);
  }
  return strides;
}

/** Row-major strides; an axis of size 1 gets stride 0, so that indexing broadcasts. */
export function broadcastStrides(shape: Shape): number[] {
  const strides: number[] = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = shape[axis] === 1 ? 0 : stride;
    stride *= onAxis(shape, axis);
  }
  return strides;
}

/** Where the entry at a row-major place lies: its number along each axis. */
export function unravel(shape: Shape, flat: number): number[] {
  const at = new Array<number>(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = onAxis(shape, axis);
    at[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return at;
}

/** `[T, 4, 32]` as people read it. */
export function showShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

/** A tensor on the host: row-major float64 values. */
export interface HostTensor {
  readonly shape: Shape;
  readonly values: Float64Array;
}

export function hostTensor(shape: Shape, values: ArrayLike<number>): HostTensor {
  if (values.length !== sizeOf(shape))
    throw new InternalError(`${values.length} values do not fill ${showShape(shape)}`);
  return { shape, values: values instanceof Float64Array ? values : Float64Array.from(values) };
}

export function hostScalar(value: number): HostTensor {
  return { shape: [], values: Float64Array.of(value) };
}
