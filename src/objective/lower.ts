import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Graph } from "../graph/graph.ts";
import { compileGuide } from "../guide/compile.ts";
import type { Block, Guide } from "../guide/guide.ts";
import { slotsOf } from "../guide/slots.ts";
import type { Context, Minibatch } from "../joint/context.ts";
import type { Numbers } from "../bind/numbers.ts";
import { Builder } from "../program/builder.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program, Value } from "../program/program.ts";
import { constantsProgram, densityProgram, evaluationProgram, structureProgram, targetProgram } from "./evaluation.ts";
import { discreteSites, illegal } from "./legality.ts";
import type { Lowered } from "./lowered.ts";
import type { CompileOptions, ObjectiveOptions } from "./options.ts";
import { flatParameters, separateParameters, type Parameters } from "./parameters.ts";
import { axisOrder, contextOf, planMinibatches } from "./plan.ts";
import { adamUpdate, flatGradient, gradientsIn, type Surrogate } from "./step.ts";
import { drawAll, drawsFor, modeOf, objectiveOf } from "./weights.ts";

/**
 * Chooses the guide and checks that it, the bound, the estimator and the minibatch go together: everything that can
 * still be the user's mistake. What it returns writes programs without failing.
 */
export function planObjective(
  graph: Graph,
  numbers: Numbers,
  options: CompileOptions,
): Outcome<{ readonly guide: Guide; readonly minibatches: readonly Minibatch[] }> {
  const { model } = graph;
  const { minibatches, problems } = planMinibatches(model, numbers, options.batch);
  const early = [...problems, ...discreteSites(graph, numbers, minibatches)];
  if (early.length > 0) return refuse(early);
  const guide = compileGuide(graph, numbers, options.guide, new Set(minibatches.map(({ plate }) => plate)));
  if (!guide.ok) return guide;
  const late = illegal(graph, numbers, guide.value, options.objective, minibatches);
  return late.length > 0 ? refuse(late) : ok({ guide: guide.value, minibatches }, guide.warnings);
}

function refuse(problems: readonly Diagnostic[]): Outcome<never> {
  const [first, ...rest] = problems;
  return failed(first!, ...rest);
}

/** Writes the programs of a legal plan. */
export function lowerObjective(
  graph: Graph,
  numbers: Numbers,
  guide: Guide,
  minibatches: readonly Minibatch[],
  options: CompileOptions,
): Lowered {
  const { model } = graph;
  const slots = slotsOf(model, numbers, guide);
  const { objective } = options;
  const twoLevels = guide.blocks.some((block) => block.plates.length === 0);
  const samplesOf =
    (what: ObjectiveOptions) =>
    (block: Block): number =>
      drawsFor(what, block, block.plates.length > 0 && twoLevels ? what.innerT : what.T);
  const perData = dataCount(numbers, guide, model.plates);

  /** The bound per datum and its surrogates, written with the parameters read as told. */
  const objectiveIn = (
    b: Builder,
    parameters: Parameters,
    batches: readonly Minibatch[],
    what = objective,
  ): { bound: Value; surrogate: Surrogate } => {
    const samples = samplesOf(what);
    const order = axisOrder(model, numbers, guide, batches, samples);
    const context: Context = contextOf(b, model, numbers, order, batches, parameters.read);
    const level = drawAll(context, guide, modeOf(what), samples);
    const both = objectiveOf(context, level, what);
    const scaled = (value: Value): Value => (perData === 1 ? value : b.scale(1 / perData, value));
    const ofModel = scaled(both.surrogate.model.value);
    const same = both.surrogate.guide === both.surrogate.model;
    const ofGuide = same ? ofModel : scaled(both.surrogate.guide.value);
    return { bound: scaled(both.bound.value), surrogate: { guide: ofGuide, model: ofModel } };
  };

  const draft = (): { objective: Program; step: Program } => {
    const b = new Builder();
    const parameters = flatParameters(b, slots);
    const { bound: value, surrogate } = objectiveIn(b, parameters, minibatches);
    b.output("bound", value);
    const gradient = flatGradient(b, surrogate, slots, parameters);
    adamUpdate(b, parameters.flat, gradient, slots, options);
    return { objective: boundOnly(minibatches, objective.beta), step: b.finish() };
  };

  const boundOnly = (batches: readonly Minibatch[], beta: ObjectiveOptions["beta"]): Program => {
    const b = new Builder();
    // the bound is the same for every estimator, and `dreg` draws more for it
    const estimator = objective.estimator === "dreg" ? "stl" : objective.estimator;
    const what = { ...objective, beta, estimator };
    b.output("bound", objectiveIn(b, flatParameters(b, slots), batches, what).bound);
    return b.finish();
  };

  const gradient = (): Program => {
    const b = new Builder();
    const parameters = separateParameters(b, slots);
    const { bound: value, surrogate } = objectiveIn(b, parameters, minibatches);
    b.output("bound", value);
    const used = parameters.used();
    const gradients = gradientsIn(b, surrogate, used);
    used.forEach(({ slot }, i) => b.output(`gradient.${slot.name}`, gradients[i]!));
    return b.finish();
  };

  const unoptimised = draft();
  return {
    model,
    numbers,
    graph,
    guide,
    options,
    slots,
    parameterCount: slots.reduce((sum, slot) => sum + slot.size, 0),
    perData,
    minibatches,
    objective: unoptimised.objective,
    unoptimised: unoptimised.step,
    step: optimise(unoptimised.step),
    gradient: () => optimise(gradient()),
    boundOnly: (batched = false) => optimise(boundOnly(batched ? minibatches : [], 1)),
    evaluation: (evaluation) => evaluationProgram(graph, numbers, guide, slots, options, evaluation),
    density: (points) => densityProgram(graph, numbers, guide, slots, points),
    target: (points, gradient) => targetProgram(graph, numbers, guide, slots, points, gradient),
    structure: () => structureProgram(graph, numbers, guide, slots),
    constants: () => constantsProgram(graph, numbers, guide, slots),
  };
}

/** Where the bound is a sum over data of bounds of their own, the number of data; else 1. */
function dataCount(numbers: Numbers, guide: Guide, plates: Graph["plates"]): number {
  const [first, ...rest] = guide.blocks;
  if (!first || first.plates.length === 0 || rest.length > 0) return 1;
  const sizes = first.plates.map((id) => numbers.size(plates.find((plate) => plate.id === id)!.size));
  return sizes.reduce((product, size) => product * size, 1);
}
