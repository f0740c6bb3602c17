import type { ParamSpec } from "../guide/guide.ts";
import type { CompileOptions } from "../plan/options.ts";
import { objectiveOf } from "../objective/objective.ts";
import type { Plan } from "../plan/plan.ts";
import type { Builder } from "../program/builder.ts";
import type { Program, Value } from "../program/program.ts";
import { draft } from "./draft.ts";
import { flatGradient } from "./gradient.ts";
import { extentOf, objectivePerDatum } from "./objective.ts";
import { inputName } from "../program/names.ts";

/** Decay rates of Adam's moments (Kingma & Ba 2015, section 2). */
export const adam = { beta1: 0.9, beta2: 0.999 } as const;

/** One training step, as first written: the bound, its gradient and Adam's update. */
export function stepProgram(plan: Plan): Program {
  const objective = objectiveOf(plan.options.objective);
  const extent = extentOf(plan, objective, plan.minibatches);
  const begun = draft(plan, extent);
  const { b, parameters } = begun;
  const { bound, surrogate } = objectivePerDatum(plan, begun, objective, extent);
  b.output("bound", bound);
  const gradient = flatGradient(b, surrogate, plan.paramSpecs, parameters);
  adamUpdate(b, parameters.flat, gradient, plan.paramSpecs, plan.options);
  return b.finish();
}

/**
 * One update of Adam, uphill: parameters, moments and their outputs, carried. The bias corrections and the learning
 * rate come in as the feeds `adam.rate` and `adam.epsilon`, so that a step needs two scalars from the host.
 */
export function adamUpdate(
  b: Builder,
  parameters: Value,
  gradient: Value,
  paramSpecs: readonly ParamSpec[],
  { clip, weightDecay }: Pick<CompileOptions, "clip" | "weightDecay">,
): void {
  const shape = b.shapeOf(parameters);
  const norm = b.sqrt(b.sum(b.square(gradient)));
  b.output("gradient_norm", norm);
  const tiny = b.constant(1e-30);
  const limited =
    clip === null ? gradient : b.mul(gradient, b.min(b.constant(1), b.div(b.constant(clip), b.max(norm, tiny))));
  const moment = (name: string, decay: number, fresh: Value): Value => {
    const before = b.input(name, shape, "state");
    const after = b.add(b.scale(decay, before), b.scale(1 - decay, fresh));
    b.output(`${name}.next`, after, name);
    return after;
  };
  const m = moment(inputName.adam.m, adam.beta1, limited);
  const v = moment(inputName.adam.v, adam.beta2, b.square(limited));
  const rate = b.input(inputName.adam.rate, [], "feed");
  const epsilon = b.input(inputName.adam.epsilon, [], "feed");
  const change = b.div(b.mul(rate, m), b.add(b.sqrt(v), epsilon));
  const kept = weightDecay === 0 ? parameters : shrunk(b, parameters, paramSpecs, weightDecay);
  b.output(`${inputName.parameters}.next`, b.add(kept, change), inputName.parameters);
}

/** Decoupled weight decay (AdamW): the weights of networks times 1 - rate x decay, everything else as it is. */
function shrunk(b: Builder, parameters: Value, paramSpecs: readonly ParamSpec[], decay: number): Value {
  const shares = paramSpecs.map(({ size, shrinks }) => b.fill([size], shrinks ? decay : 0));
  const share = b.mul(b.input(inputName.adam.learningRate, [], "feed"), b.concat(shares, 0));
  return b.sub(parameters, b.mul(share, parameters));
}
