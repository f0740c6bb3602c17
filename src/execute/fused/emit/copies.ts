import { sizeOf, type Shape } from "../../../tensor/shape.ts";
import type { Place } from "../views.ts";
import { vectorOps, type Target } from "../target.ts";
import { workOfCopy } from "../threads/work.ts";
import type { FunctionBuilder } from "../wasm/assembler.ts";
import type { Access } from "./axes.ts";
import { emitPlan, startOf, type Emitted, type Memory } from "./loops.ts";

/** A strided array, and where it is to be. */
export interface Copy {
  readonly shape: Shape;
  readonly from: Place;
  readonly to: Place;
}

/** A strided array, and the number that all its entries are to be. */
export interface Fill {
  readonly shape: Shape;
  readonly value: number;
  readonly to: Place;
}

/** Copies a strided array to another place of the same shape. */
export function emitCopy(
  f: FunctionBuilder,
  t: Target,
  { shape, from, to }: Copy,
  memory: Pick<Memory, "address" | "moving">,
): Emitted {
  const access = (at: Place): Access => ({ ...startOf(t, memory, at), strides: at.strides });
  return emitPlan(f, t, {
    shape,
    nanoseconds: workOfCopy(sizeOf(shape), t.lanes),
    reads: [access(from)],
    writes: [access(to)],
    reductions: [],
    work: 0,
    body: (_, values) => ({ writes: values, reduced: [] }),
  });
}

/** Sets a strided array to one number. */
export function emitFill(
  f: FunctionBuilder,
  t: Target,
  { shape, value, to }: Fill,
  memory: Pick<Memory, "address" | "moving">,
): Emitted {
  return emitPlan(f, t, {
    shape,
    nanoseconds: workOfCopy(sizeOf(shape), t.lanes),
    reads: [],
    writes: [{ ...startOf(t, memory, to), strides: to.strides }],
    reductions: [],
    work: 0,
    body: () => ({ writes: [vectorOps(t).constant(value)], reduced: [] }),
  });
}
