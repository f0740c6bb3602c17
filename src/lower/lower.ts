import type { Plan } from "../plan/plan.ts";
import { optimise } from "../program/passes/index.ts";
import { boundProgram } from "./bound.ts";
import { densityProgram } from "./density.ts";
import { evaluationProgram } from "./evaluation.ts";
import { gradientProgram } from "./gradient.ts";
import type { Programs } from "./programs.ts";
import { stepProgram } from "./step.ts";
import { constantsProgram, structureProgram } from "./structure.ts";
import { targetProgram } from "./target.ts";

/** The programs of a plan. Nothing is written before it is asked for, and nothing is written twice. */
export function lower(plan: Plan): Programs {
  const unoptimised = once(() => stepProgram(plan));
  return {
    ...plan,
    objective: once(() => boundProgram(plan, plan.minibatches, plan.options.objective.beta)),
    unoptimised,
    step: once(() => optimise(unoptimised())),
    gradient: once(() => optimise(gradientProgram(plan))),
    boundOnly: once((batched = false) => optimise(boundProgram(plan, batched ? plan.minibatches : [], 1))),
    evaluation: once((extent) => evaluationProgram(plan, extent)),
    density: once((points) => optimise(densityProgram(plan, points))),
    target: once((points, gradient) => optimise(targetProgram(plan, points, gradient))),
    structure: once(() => optimise(structureProgram(plan))),
    constants: once(() => optimise(constantsProgram(plan))),
  };
}

/** A function that remembers its results, by the JSON of its arguments. */
function once<A extends readonly unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = JSON.stringify(args);
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(...args);
    made.set(key, fresh);
    return fresh;
  };
}
