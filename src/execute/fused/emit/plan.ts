import { present } from "../../../base/assert.ts";
import type { Shape } from "../../../tensor/shape.ts";
import type { ReductionName } from "../clusters.ts";
import { type Target } from "../target.ts";
import { type Expr, type FunctionBuilder } from "../wasm/assembler.ts";
import { type Access, type Nest } from "./axes.ts";
import { type Moved } from "./reductions.ts";

export type Vector = Expr<"v128">;

/** What a loop does with the vectors it has loaded. */
export interface Plan {
  readonly shape: Shape;
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
  readonly reductions: readonly (Access & { readonly op: ReductionName })[];
  /** What the body costs, in units of a plain load: see `workOf`. */
  readonly work: number;
  /** What all of it takes, in nanoseconds, estimated: what is little is not divided among threads. */
  readonly nanoseconds: number;
  /** From what was read to what is written, then what is reduced. */
  readonly body: (
    f: FunctionBuilder,
    values: readonly Vector[],
  ) => {
    readonly writes: readonly Vector[];
    readonly reduced: readonly Vector[];
  };
}

/** Every access of a plan as a nest moves it: reads, writes, then reductions. */
export function movedBy(t: Target, plan: Plan, { vectors }: Nest): readonly Moved[] {
  return [...plan.reads, ...plan.writes, ...plan.reductions].map(({ base, moving }, index) => {
    const motion = present(vectors.motions[index], "an access's motion");
    // a pair has two entries
    const vectorBytes = motion.stride * t.bytes * (motion.kind === "pairs" ? t.lanes / 2 : t.lanes);
    return { index, base, moving, motion, vectorBytes };
  });
}
