import { boundEstimator } from "../objective/weights.ts";
import type { ObjectiveOptions } from "../objective/options.ts";
import type { Plan } from "../plan/plan.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { extentOf, writeObjective } from "./objective.ts";

/** The bound alone, at `beta`, over these minibatches: traced output `bound`. */
export function boundProgram(plan: Plan, minibatches: Plan["minibatches"], beta: ObjectiveOptions["beta"]): Program {
  const { objective } = plan.options;
  const what = { ...objective, beta, estimator: boundEstimator(objective.estimator) };
  const extent = extentOf(plan, what, minibatches);
  const begun = draft(plan, extent);
  begun.b.output("bound", writeObjective(plan, begun, what, extent).bound);
  return begun.b.finish();
}
