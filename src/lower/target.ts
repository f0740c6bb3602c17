import { present } from "../base/assert.ts";
import { axesOf } from "../guide/guide.ts";
import { drawAll, faithful } from "../objective/sample.ts";
import type { Plan } from "../plan/plan.ts";
import { pullback } from "../program/differentiate.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { inputName } from "../program/names.ts";

/** `log_joint` of one global block at given points on the unconstrained scale, and its gradient. */
export function targetProgram(plan: Plan, points: number, gradient: boolean): Program {
  const { guide } = plan;
  const { b, context } = draft(plan, { samples: () => points });
  const { n } = context;
  const block = present(guide.blocks[0], "a global block");
  const axis = axesOf(block).draw;
  const u = b.input(inputName.points(block.id), [points, block.dimension], "data");
  const level = drawAll(
    context,
    guide,
    faithful,
    () => points,
    () => n.named(u, [axis]),
  );
  const { logLikelihood, logPrior, logDet } = present(level.global, "the global block's densities");
  const value = n.broadcast(n.add(logLikelihood, logPrior, logDet), [axis]);
  b.output("log_joint", value);
  if (gradient) b.output("gradient", present(pullback(b, value, [u])[0], "a derivative"));
  return b.finish();
}
