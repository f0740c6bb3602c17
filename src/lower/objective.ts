import type { Block, Slot } from "../guide/guide.ts";
import { drawAll, drawsFor, modeOf, objectiveOf } from "../objective/weights.ts";
import type { ObjectiveOptions } from "../objective/options.ts";
import type { Plan } from "../plan/plan.ts";
import type { Value } from "../program/program.ts";
import type { Extent } from "./axes.ts";
import type { Draft } from "./draft.ts";

/** Draws that an objective takes of each block, over these minibatches (all data when left out). */
export function extentOf(
  { guide }: Plan,
  objective: ObjectiveOptions,
  minibatches: Plan["minibatches"] = [],
): Required<Pick<Extent, "samples" | "minibatches">> {
  const twoLevels = guide.blocks.some((block) => block.plates.length === 0);
  const samples = (block: Block): number =>
    drawsFor(objective, block, block.plates.length > 0 && twoLevels ? objective.innerT : objective.T);
  return { samples, minibatches };
}

/** Scalars whose gradients are taken: in the slots of the guide, and in those of the model. Mostly the same. */
export type Surrogate = { readonly [R in Slot["role"]]: Value };

/** The bound per datum, and the scalars whose gradients its estimator takes. */
export function writeObjective(
  { guide, perData }: Plan,
  { b, context }: Pick<Draft<unknown>, "b" | "context">,
  objective: ObjectiveOptions,
  { samples }: Pick<Extent, "samples">,
): { readonly bound: Value; readonly surrogate: Surrogate } {
  const level = drawAll(context, guide, modeOf(objective), samples);
  const { bound, surrogate } = objectiveOf(context, level, objective);
  const scaled = (value: Value): Value => (perData === 1 ? value : b.scale(1 / perData, value));
  const model = scaled(surrogate.model.value);
  const guideToo = surrogate.guide === surrogate.model ? model : scaled(surrogate.guide.value);
  return { bound: scaled(bound.value), surrogate: { guide: guideToo, model } };
}
