import { zip } from "../base/arrays.ts";
import { present } from "../base/assert.ts";
import type { Slot } from "../guide/guide.ts";
import { objectiveOf } from "../objective/objective.ts";
import type { Plan } from "../plan/plan.ts";
import type { Builder } from "../program/builder.ts";
import { pullback } from "../program/differentiate.ts";
import type { Program, Value } from "../program/program.ts";
import { sizeOf } from "../tensor/shape.ts";
import { draftWith } from "./draft.ts";
import { extentOf, objectivePerDatum, type Surrogate } from "./objective.ts";
import { separateParameters, type Parameters } from "./parameters.ts";

/** The bound and its gradient in each slot, which are inputs by name: outputs `bound` and `gradient.SLOT`. */
export function gradientProgram(plan: Plan): Program {
  const objective = objectiveOf(plan.options.objective);
  const extent = extentOf(plan, objective, plan.minibatches);
  const { b, context, parameters } = draftWith(plan, extent, (builder) => separateParameters(builder, plan.slots));
  const { bound, surrogate } = objectivePerDatum(plan, { b, context }, objective, extent);
  b.output("bound", bound);
  for (const [{ name }, gradient] of gradientsIn(b, surrogate, parameters.used()))
    b.output(`gradient.${name}`, gradient);
  return b.finish();
}

/** The gradient in each of some slots, in their order. */
function gradientsIn(b: Builder, surrogate: Surrogate, used: ReturnType<Parameters["used"]>): ReadonlyMap<Slot, Value> {
  const pull = (from: Value, some: typeof used): readonly (readonly [Slot, Value])[] => {
    if (some.length === 0) return [];
    const at = some.map(({ value }) => value);
    const slots = some.map(({ slot }) => slot);
    return zip(slots, pullback(b, from, at));
  };
  if (surrogate.guide === surrogate.model) return new Map(pull(surrogate.model, used));
  const parts = (["guide", "model"] as const).flatMap((role) =>
    pull(
      surrogate[role],
      used.filter(({ slot }) => slot.role === role),
    ),
  );
  const found = new Map(parts);
  return new Map(used.map(({ slot }) => [slot, present(found.get(slot), slot.name)]));
}

/** Gradients in every slot, zeros for those that nothing depends on, as one vector [P]. */
export function flatGradient(b: Builder, surrogate: Surrogate, slots: readonly Slot[], parameters: Parameters): Value {
  const gradients = gradientsIn(b, surrogate, parameters.used());
  const parts = slots.map((slot) => {
    const gradient = gradients.get(slot);
    return gradient === undefined ? b.fill([slot.size], 0) : b.reshape(gradient, [sizeOf(slot.shape)]);
  });
  return b.concat(parts, 0);
}
