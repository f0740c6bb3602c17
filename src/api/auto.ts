import { laplaceIsGlobal, noMode } from "../diagnostics/catalogue/guide.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { drawsWholeNumbers } from "../guide/guide.ts";
import { fit, startAt, type Fit, type FitHooks, type FitOptions } from "../inference/fit.ts";
import { initialise } from "../inference/initialise.ts";
import { merit } from "../inference/search/adapt.ts";
import { mostDimensions, search, type GuideRecord } from "../inference/search/search.ts";
import { highestMode } from "../inference/search/laplace.ts";
import { exactExecutor } from "../inference/search/target.ts";
import { fitnessOf, type Fitness } from "../inference/search/weigh.ts";
import type { Frame } from "../guide/components.ts";
import type { Component } from "../numeric/gaussians.ts";
import { lowerObjective, planObjective } from "../objective/lower.ts";
import type { Lowered } from "../objective/lowered.ts";
import type { CompileOptions } from "../objective/options.ts";
import { drawGuide } from "../posterior/evaluate.ts";
import { unlessGiven, type Config } from "./options/config.ts";
import type { Values } from "./options/rows.ts";

/** A guide that is about to be evaluated, and the training it had. */
export interface Fitted {
  readonly lowered: Lowered;
  readonly executor: Executor;
  readonly fit: Fit;
  readonly options: FitOptions;
  /** How the guide was found; null where it was chosen. */
  readonly search: GuideRecord | null;
}

/** Trains what the options say; with `guide = auto`, decides first what to train. */
export async function fitGuide(given: {
  readonly compiled: Lowered;
  readonly executor: Executor;
  readonly config: Config;
  readonly seed: number;
  readonly hooks: FitHooks;
}): Promise<Outcome<Fitted>> {
  const { compiled, executor, config, seed, hooks } = given;
  const asked = { seed, ...config.training };
  const plain = async (lowered: Lowered, options: FitOptions): Promise<Outcome<Fitted>> => {
    const fitted = await fit(lowered, executor, options, hooks);
    if (!fitted.ok) return fitted;
    return ok({ lowered, executor, fit: fitted.value, options, search: null }, fitted.warnings);
  };
  if (config.compile.guide.family === "laplace" || compiled.model.guide.some(({ family }) => family === "laplace"))
    return fitLaplace(given);
  const chosen = !config.auto || compiled.model.guide.length > 0;
  if (chosen) return plain(compiled, asked);
  if (searchable(compiled, config)) return fitFound(given);
  if (compiled.guide.blocks.length === 0) return plain(compiled, asked);
  const { options, training } = unsearched(compiled, config, seed);
  const lowered = relower(compiled, options);
  return lowered.ok ? plain(lowered.value, training) : lowered;
}

/** Whether all latents stand in one global block that a search can take in, and nothing else is learned beside it. */
function searchable({ guide, model, minibatches }: Lowered, config: Config): boolean {
  const [block, ...others] = guide.blocks;
  return (
    block !== undefined &&
    others.length === 0 &&
    block.plates.length === 0 &&
    // no mode of whole numbers is found by climbing
    !drawsWholeNumbers(block) &&
    block.dimension <= mostDimensions &&
    model.params.length + model.nets.length === 0 &&
    minibatches.length === 0 &&
    config.compile.objective.beta === 1
  );
}

/** In as many dimensions, a component moves within its frame only coordinate by coordinate. */
const fewDimensions = 40;
/** Draws that each step spends on all components together. */
const drawsPerStep = 24;
/** Where so many of the draws are effective, training has nothing left to win, and its noise something to lose. */
const goodEnough = { share: 0.8, kHat: 0.5 };
/** Every draw meets every component: with more of them a step costs much, and was not seen to gain. */
const mostTrained = 24;
/** A k-hat up to which tails are no reason to worry. */
const safe = 0.5;
/** By what factor training must raise the merit to be kept: judged by draws, the same guide may look as different. */
const clearly = 1.05;
/** Draws that decide between the guide before and after training. */
const judges = 10_000;
const givenLength = (config: Config): boolean => config.given.has("steps") || config.given.has("epochs");

/** Training with these values where nobody gave others; whoever said how long to train has said it. */
function trainingUnlessGiven(config: Config, values: Partial<Values>, seed: number): FitOptions {
  const { steps } = config.values;
  return { seed, ...unlessGiven(config, givenLength(config) ? { ...values, steps } : values).training };
}

/** In whitened coordinates everything is of unit size: one learning rate serves all, and a plateau comes soon. */
const polish: Partial<Values> = {
  steps: 600,
  lr: 0.01,
  schedule: "constant",
  stop: "plateau",
  window: 50,
  patience: 2,
  settle: 150,
};

/** Finds modes, covers the posterior by a mixture in their coordinates, raises the bound from there, keeps the better. */
async function fitFound({
  compiled,
  executor: asked,
  config,
  seed,
  hooks,
}: Parameters<typeof fitGuide>[0]): Promise<Outcome<Fitted>> {
  const began = performance.now();
  const found = await search(compiled, exactExecutor(), seed);
  const K = found.mixture.length;
  const D = compiled.guide.blocks[0]!.dimension;
  const T = Math.max(1, Math.ceil(drawsPerStep / K));
  const base = unlessGiven(config, { gradient: "stl", T }).compile;
  const lowered = relower(compiled, {
    ...base,
    guide: {
      ...base.guide,
      family: K === 1 ? "full_rank" : "mixture",
      K,
      component: D <= fewDimensions ? "full_rank" : "mean_field",
      frames: framesOf(found.mixture),
    },
  });
  if (!lowered.ok) return lowered;
  // 32 bits are too few for coordinates of any size
  const executor = asked.name === "fused" ? exactExecutor() : asked;
  const options = trainingUnlessGiven(config, polish, seed);
  const start = initialise(lowered.value, seed);
  const good = found.fit.share >= goodEnough.share && found.fit.kHat <= goodEnough.kHat;
  const trained =
    (good || K > mostTrained) && !givenLength(config)
      ? null
      : await fit(lowered.value, executor, options, hooks, startAt(start));
  const judge = async (parameters: Float64Array): Promise<Fitness> => {
    const { blocks } = await drawGuide(lowered.value, executor, parameters, {
      seed: `${seed}/judge`,
      count: judges,
    });
    return fitnessOf(blocks[0]!.logWeight);
  };
  // training that meets a value that is not finite has nothing to offer; evaluation will tell of it
  const value = trained?.ok ? trained.value : untrained(start);
  const polished = value.steps > 0 && isBetter(await judge(value.parameters), await judge(start));
  const fitted: Fit = {
    ...value,
    parameters: polished ? value.parameters : start,
    seconds: (performance.now() - began) / 1000,
  };
  const record: GuideRecord = { ...found.record, polished };
  return ok({ lowered: lowered.value, executor, fit: fitted, options, search: record });
}

/** One Gaussian at the mode with the most mass around it, with the curvature there; nothing is trained. */
async function fitLaplace({ compiled, config, seed }: Parameters<typeof fitGuide>[0]): Promise<Outcome<Fitted>> {
  const began = performance.now();
  if (!searchable(compiled, config)) return failed(laplaceIsGlobal());
  const executor = exactExecutor();
  const mode = await highestMode(compiled, executor, seed);
  if (mode === null) return failed(noMode());
  const base = config.compile;
  const frames = framesOf([{ ...mode, weight: 1 }]);
  const lowered = relower(compiled, {
    ...base,
    guide: { ...base.guide, family: "laplace", K: 1, component: "full_rank", frames },
  });
  if (!lowered.ok) return lowered;
  const start = initialise(lowered.value, seed);
  const fitted = { ...untrained(start), seconds: (performance.now() - began) / 1000 };
  return ok({ lowered: lowered.value, executor, fit: fitted, options: { seed, ...config.training }, search: null });
}

function framesOf(mixture: readonly Component[]): Frame[] {
  return mixture.map(({ weight, centre, factor }) => ({
    weight,
    centre: [...centre],
    factor: [...factor],
  }));
}

/** A guide as it starts. */
function untrained(start: Float64Array): Fit {
  return {
    parameters: start,
    checkpoint: startAt(start),
    trace: startAt(start).trace,
    steps: 0,
    stepsAsked: 0,
    seconds: 0,
    memory: null,
    stopped: "finished",
  };
}

/** Training raises a bound, and may thin the tails for it: a guide whose weights have heavier ones is no better. */
function isBetter(after: Fitness, before: Fitness): boolean {
  return merit(after) > clearly * merit(before) && after.kHat <= safe;
}

/** From this many data on, a step looks at a part of them. */
const manyData = 256;
const batchRows = 64;

/** Guides that networks read off the data, or that are learned with other things: a mixture, trained until it stops rising. */
function unsearched(
  compiled: Lowered,
  config: Config,
  seed: number,
): { readonly options: CompileOptions; readonly training: FitOptions } {
  const { blocks } = compiled.guide;
  const plates = new Set(blocks.map(({ plates }) => plates[0]));
  const [plate] = plates;
  const declared = compiled.model.plates.find(({ id }) => id === plate);
  const rows = declared ? compiled.numbers.size(declared.size) : 0;
  const small = plates.size !== 1 || plate === undefined || rows < manyData;
  const batch = small ? {} : { [declared!.index]: batchRows };
  const training: Partial<Values> = {
    steps: 30_000,
    lr: 0.003,
    schedule: "constant",
    stop: "plateau",
    window: 1000,
    patience: 3,
    settle: 2000,
  };
  // a draw of whole numbers is worth what it is better than others, which takes some; of an importance-weighted bound
  // only the best draw learns. A component that has shrunk onto one wrong value has nothing left to compare, and stays
  // there for good: a network may leap onto it in a few steps, numbers of a datum's own do not
  const drawn: Partial<Values> = blocks.some(drawsWholeNumbers)
    ? { gradient: "stl", objective: "selbo", T: 10, innerT: 4, amortize: false }
    : { gradient: "stl", T: 5 };
  return {
    options: unlessGiven(config, { ...drawn, batch }).compile,
    training: trainingUnlessGiven(config, training, seed),
  };
}

function relower({ graph, numbers }: Lowered, options: CompileOptions): Outcome<Lowered> {
  const plan = planObjective(graph, numbers, options);
  if (!plan.ok) return plan;
  const { guide, minibatches } = plan.value;
  return ok(lowerObjective(graph, numbers, guide, minibatches, options), plan.warnings);
}
