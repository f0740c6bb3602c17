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
  const used = parameters.used();
  const gradients = gradientsIn(b, surrogate, used);
  used.forEach(({ slot }, i) => b.output(`gradient.${slot.name}`, gradients[i]!));
  return b.finish();
}

/** The gradient in each of some slots. */
export function gradientsIn(b: Builder, surrogate: Surrogate, used: ReturnType<Parameters["used"]>): readonly Value[] {
  const pull = (from: Value, some: typeof used): readonly Value[] =>
    some.length === 0
      ? []
      : pullback(
          b,
          from,
          some.map(({ value }) => value),
        );
  if (surrogate.guide === surrogate.model) return pull(surrogate.model, used);
  const parts = (["guide", "model"] as const).flatMap((role) => {
    const some = used.filter(({ slot }) => slot.role === role);
    return pull(surrogate[role], some).map((value, i) => ({ slot: some[i]!.slot, value }));
  });
  return used.map(({ slot }) => parts.find((part) => part.slot === slot)!.value);
}

/** Gradients in every slot, zeros for those that nothing depends on, as one vector [P]. */
export function flatGradient(b: Builder, surrogate: Surrogate, slots: readonly Slot[], parameters: Parameters): Value {
  const used = parameters.used();
  const gradients = gradientsIn(b, surrogate, used);
  const parts = slots.map((slot) => {
    const at = used.findIndex((entry) => entry.slot === slot);
    return at < 0 ? b.fill([slot.size], 0) : b.reshape(gradients[at]!, [sizeOf(slot.shape)]);
  });
  return b.concat(parts, 0);
}
