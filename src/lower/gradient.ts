import { zip } from "../base/arrays.ts";
import { present } from "../base/assert.ts";
import type { ParamSpec } from "../guide/guide.ts";
import { objectiveOf } from "../objective/objective.ts";
import type { Plan } from "../plan/plan.ts";
import type { Builder } from "../program/builder.ts";
import { pullback } from "../program/differentiate.ts";
import type { Program, Value } from "../program/program.ts";
import { sizeOf } from "../tensor/shape.ts";
import { draftWith } from "./draft.ts";
import { extentOf, objectivePerDatum, type Surrogate } from "./objective.ts";
import { separateParameters, type Parameters } from "./parameters.ts";
import { outputName } from "../program/names.ts";

/** The bound and its gradient in each parameter, an input of its own: outputs `bound` and `gradient.PARAMETER`. */
export function gradientProgram(plan: Plan): Program {
  const objective = objectiveOf(plan.options.objective);
  const extent = extentOf(plan, objective, plan.minibatches);
  const { b, context, parameters } = draftWith(plan, extent, (builder) => separateParameters(builder, plan.paramSpecs));
  const { bound, surrogate } = objectivePerDatum(plan, { b, context }, objective, extent);
  b.output("bound", bound);
  for (const [{ name }, gradient] of gradientsIn(b, surrogate, parameters.used()))
    b.output(outputName("gradient", name), gradient);
  return b.finish();
}

/** The gradient in each of some parameters, in their order. */
function gradientsIn(
  b: Builder,
  surrogate: Surrogate,
  used: ReturnType<Parameters["used"]>,
): ReadonlyMap<ParamSpec, Value> {
  const pull = (from: Value, some: typeof used): readonly (readonly [ParamSpec, Value])[] => {
    if (some.length === 0) return [];
    const at = some.map(({ value }) => value);
    const paramSpecs = some.map(({ spec }) => spec);
    return zip(paramSpecs, pullback(b, from, at));
  };
  if (surrogate.guide === surrogate.model) return new Map(pull(surrogate.model, used));
  const parts = (["guide", "model"] as const).flatMap((role) =>
    pull(
      surrogate[role],
      used.filter(({ spec }) => spec.role === role),
    ),
  );
  const found = new Map(parts);
  return new Map(used.map(({ spec }) => [spec, present(found.get(spec), spec.name)]));
}

/** Gradients in every parameter, zeros for those that nothing depends on, as one vector [P]. */
export function flatGradient(
  b: Builder,
  surrogate: Surrogate,
  paramSpecs: readonly ParamSpec[],
  parameters: Parameters,
): Value {
  const gradients = gradientsIn(b, surrogate, parameters.used());
  const parts = paramSpecs.map((spec) => {
    const gradient = gradients.get(spec);
    return gradient === undefined ? b.fill([spec.size], 0) : b.reshape(gradient, [sizeOf(spec.shape)]);
  });
  return b.concat(parts, 0);
}
