import type { Block, ParamSpec } from "../guide/guide.ts";
import type { Objective } from "../objective/objective.ts";
import { drawAll, modeOf } from "../objective/sample.ts";
import { drawsFor, writeObjective } from "../objective/write.ts";
import type { Plan } from "../plan/plan.ts";
import type { Value } from "../program/program.ts";
import type { Extent } from "./axes.ts";
import type { Draft } from "./draft.ts";

/** Draws that an objective takes of each block, over these minibatches (all data when left out). */
export function extentOf(
  { guide }: Plan,
  objective: Objective,
  minibatches: Plan["minibatches"] = [],
): Required<Pick<Extent, "samples" | "minibatches">> {
  const twoLevels = guide.blocks.some((block) => block.plates.length === 0);
  const samples = (block: Block): number =>
    drawsFor(objective, block, block.plates.length > 0 && twoLevels ? objective.innerT : objective.T);
  return { samples, minibatches };
}

/** Scalars whose gradients are taken: in the parameters of the guide, and in those of the model. Mostly the same. */
export type Surrogate = { readonly [R in ParamSpec["role"]]: Value };

/** The bound per datum, and the scalars whose gradients its estimator takes. */
export function objectivePerDatum(
  { guide, perData }: Plan,
  { b, context }: Pick<Draft<unknown>, "b" | "context">,
  objective: Objective,
  { samples }: Pick<Extent, "samples">,
): { readonly bound: Value; readonly surrogate: Surrogate } {
  const guideSample = drawAll(context, guide, modeOf(objective), samples);
  const { bound, surrogate } = writeObjective(context, guideSample, objective);
  const scaled = (value: Value): Value => (perData === 1 ? value : b.scale(1 / perData, value));
  const model = scaled(surrogate.model.value);
  const guideToo = surrogate.guide === surrogate.model ? model : scaled(surrogate.guide.value);
  return { bound: scaled(bound.value), surrogate: { guide: guideToo, model } };
}
