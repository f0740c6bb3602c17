import { broadcastStrides, sizeOf, type Shape } from "../../tensor/shape.ts";
import type { OpName } from "../ops.ts";
import type { Ops } from "../program.ts";

/** Computes one equation: reads the arguments' entries, writes every entry of `out`. All row-major. */
export type Kernel = (args: readonly Float64Array[], out: Float64Array) => void;

/** What a kernel may prepare from: everything about an equation but the numbers. */
export interface EvalSite<K extends OpName> {
  readonly attributes: Ops[K];
  /** Of the arguments. */
  readonly shapes: readonly Shape[];
  /** Of the result. */
  readonly shape: Shape;
}

/** Prepares the kernel of one equation. */
export type EvalRule<K extends OpName> = (site: EvalSite<K>) => Kernel;

/**
 * How to walk broadcast operands beside a row-major result: `starts[k].length` runs of `inner` entries, operand k
 * moving by `steps[k]` (0 or 1) inside a run.
 */
export interface BroadcastPlan {
  readonly inner: number;
  readonly steps: readonly number[];
  readonly starts: readonly Int32Array[];
}

export function broadcastPlan(shapes: readonly Shape[], shape: Shape): BroadcastPlan {
  const strides = shapes.map((s) => alignedStrides(s, shape.length));
  let inner = 1;
  let axis = shape.length;
  let steps = shapes.map(() => 0);
  while (axis > 0) {
    const size = shape[axis - 1]!;
    if (size !== 1) {
      const here = strides.map((s) => s[axis - 1]!);
      if (inner === 1) steps = here.map((stride) => (stride === 0 ? 0 : 1));
      const continues = here.every((stride, k) => stride === steps[k]! * inner);
      if (!continues) break;
      inner *= size;
    }
    axis--;
  }
  const outer = shape.slice(0, axis);
  return { inner, steps, starts: strides.map((s) => offsets(outer, s.slice(0, axis))) };
}

/** Where each entry of a row-major tensor of `shape` lies when its axes move by `strides`. */
export function offsets(shape: Shape, strides: readonly number[], base = 0): Int32Array {
  const out = new Int32Array(sizeOf(shape));
  if (out.length === 0) return out;
  const at = new Array<number>(shape.length).fill(0);
  let place = base;
  for (let i = 0; i < out.length; i++) {
    out[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++at[axis]! < shape[axis]!) break;
      place -= strides[axis]! * shape[axis]!;
      at[axis] = 0;
    }
  }
  return out;
}

/** Broadcast strides of `shape`, with zeros in front for the axes that it lacks. */
export function alignedStrides(shape: Shape, rank: number): number[] {
  return [...new Array<number>(rank - shape.length).fill(0), ...broadcastStrides(shape)];
}

/** The sizes before, at and after an axis. */
export function around(shape: Shape, axis: number): { outer: number; size: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    size: shape[axis]!,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}
