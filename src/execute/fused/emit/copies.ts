import { sizeOf, type Shape } from "../../../tensor/shape.ts";
import type { Place } from "../layout.ts";
import { vectorOps, type Target } from "../target.ts";
import { workOfCopy } from "../threads/work.ts";
import type { FunctionBuilder } from "../wasm/assembler.ts";
import type { Access } from "./axes.ts";
import { emitPlan, startOf, type Emitted, type Memory } from "./loops.ts";

/** Copies a strided array to another place of the same shape. */
export function emitCopy(
  f: FunctionBuilder,
  t: Target,
  shape: Shape,
  from: Place,
  to: Place,
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
    body: (_, [value]) => ({ writes: [value!], reduced: [] }),
  });
}

/** Sets a strided array to one number. */
export function emitFill(
  f: FunctionBuilder,
  t: Target,
  shape: Shape,
  value: number,
  to: Place,
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
