import { objectiveOf, valueOnly } from "../objective/objective.ts";
import type { ObjectiveOptions } from "../objective/options.ts";
import type { Plan } from "../plan/plan.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { extentOf, objectivePerDatum } from "./objective.ts";

/** The bound alone, at `beta`, over these minibatches: traced output `bound`. */
export function boundProgram(plan: Plan, minibatches: Plan["minibatches"], beta: ObjectiveOptions["beta"]): Program {
  const objective = valueOnly(objectiveOf({ ...plan.options.objective, beta }));
  const extent = extentOf(plan, objective, minibatches);
  const begun = draft(plan, extent);
  begun.b.output("bound", objectivePerDatum(plan, begun, objective, extent).bound);
  return begun.b.finish();
}
