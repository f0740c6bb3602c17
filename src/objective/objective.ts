import { ruleOf } from "./bounds/index.ts";
import type { BoundRule } from "./bounds/bound.ts";
import { estimators } from "./estimators/index.ts";
import type { Estimator } from "./estimators/estimator.ts";
import { boundItself } from "./estimators/itself.ts";
import type { ObjectiveOptions } from "./options.ts";
import type { Baseline } from "./baselines.ts";

/** What is raised, and how its gradient is estimated: the options with the records that they name. */
export interface Objective {
  readonly rule: BoundRule;
  readonly estimator: Estimator;
  readonly baseline: Baseline;
  readonly T: number;
  readonly innerT: number;
  readonly beta: ObjectiveOptions["beta"];
}

export function objectiveOf({ bound, estimator, ...rest }: ObjectiveOptions): Objective {
  return { ...rest, rule: ruleOf(bound), estimator: estimators[estimator] };
}

/** The same for the value of the bound alone, which is that of every estimator: nothing more is drawn for it. */
export function valueOnly(objective: Objective): Objective {
  const estimator = { ...objective.estimator, shares: false, extraDraws: 0, surrogates: boundItself };
  return { ...objective, estimator };
}
