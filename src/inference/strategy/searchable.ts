import type { Frame } from "../../components/component.ts";
import { drawsIntegers } from "../../guide/guide.ts";
import type { Component } from "../../numeric/gaussians.ts";
import type { Plan } from "../../plan/plan.ts";
import { mostDimensions } from "../search/search.ts";
import type { Settings } from "./strategy.ts";

/** Whether all latents stand in one global block that a search can take in, and nothing else is learned beside it. */
export function searchable({ guide, model, minibatches }: Plan, { fit }: Settings): boolean {
  const [block, ...others] = guide.blocks;
  return (
    block !== undefined &&
    others.length === 0 &&
    block.plates.length === 0 &&
    // no mode of whole numbers is found by climbing
    !drawsIntegers(block) &&
    block.dimension <= mostDimensions &&
    model.params.length + model.nets.length === 0 &&
    minibatches.length === 0 &&
    fit.beta.to === 1 &&
    fit.beta.steps === 0
  );
}

/** A mixture that was found, as the frames of a guide's components. */
export function framesOf(mixture: readonly Component[]): Frame[] {
  return mixture.map(({ weight, centre, factor }) => ({ weight, centre: [...centre], factor: [...factor] }));
}
