import { broadcastStrides, onAxis, sizeOf, type Shape } from "../../tensor/shape.ts";
import type { Arguments } from "../arity.ts";
import type { OpName } from "../ops.ts";
import type { Ops } from "../program.ts";

/** Computes one equation: reads the arguments' entries, writes every entry of `out`. All row-major. */
export type Kernel<K extends OpName> = (args: Arguments<K, Float64Array>, out: Float64Array) => void;

/** What a kernel may prepare from: everything about an equation but the numbers. */
export interface EvalSite<K extends OpName> {
  readonly attributes: Ops[K];
  /** Of the arguments. */
  readonly shapes: Arguments<K, Shape>;
  /** Of the result. */
  readonly shape: Shape;
}

/** Prepares the kernel of one equation. */
export type EvalRule<K extends OpName> = (site: EvalSite<K>) => Kernel<K>;

/** How one operand is read beside a row-major result, run by run: each run begins somewhere and moves by 0 or 1. */
export interface Operand {
  readonly step: number;
  readonly starts: Int32Array;
}

/** How to walk broadcast operands: in runs of `inner` entries of the result, as many as each operand has starts. */
export interface BroadcastPlan<Operands> {
  readonly inner: number;
  readonly operands: Operands;
}

export function broadcastPlan<S extends readonly Shape[]>(
  shapes: S,
  shape: Shape,
): BroadcastPlan<{ readonly [I in keyof S]: Operand }>;
export function broadcastPlan(shapes: readonly Shape[], shape: Shape): BroadcastPlan<readonly Operand[]> {
  const operands = shapes.map((own) => ({ strides: alignedStrides(own, shape.length), step: 0 }));
  let inner = 1;
  let axis = shape.length;
  for (const size of shape.toReversed()) {
    const at = axis - 1;
    if (size !== 1) {
      if (inner === 1) for (const operand of operands) operand.step = operand.strides[at] === 0 ? 0 : 1;
      if (!operands.every(({ strides, step }) => strides[at] === step * inner)) break;
      inner *= size;
    }
    axis = at;
  }
  const outer = shape.slice(0, axis);
  return {
    inner,
    operands: operands.map(({ strides, step }) => ({ step, starts: offsets(outer, strides.slice(0, axis)) })),
  };
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
      const [size, stride] = [shape[axis]!, strides[axis]!];
      place += stride;
      if (++at[axis]! < size) break;
      place -= stride * size;
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
    size: onAxis(shape, axis),
    inner: sizeOf(shape.slice(axis + 1)),
  };
}
