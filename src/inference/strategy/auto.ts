import { breathe, unlessStopped } from "../../base/turns.ts";
import { nothingLearned } from "../../diagnostics/catalogue/long.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { Executor } from "../../execute/executor.ts";
import { lower } from "../../lower/lower.ts";
import type { Programs } from "../../lower/programs.ts";
import type { CompileOptions } from "../../plan/options.ts";
import { plan as planWith, type Plan } from "../../plan/plan.ts";
import { endedBy, type EndedEarly } from "../ending.ts";
import { untrained, type Fit } from "../fit.ts";
import { initialise } from "../initialise.ts";
import { score } from "../search/adapt.ts";
import { search, type Search } from "../search/search.ts";
import { fitnessOf, type Fitness } from "../search/weigh.ts";
import { framesOf, searchable } from "./searchable.ts";
import {
  warningsOf,
  type Choices,
  type FitResult,
  type Services,
  type Settings,
  type Strategy,
  type StrategyHooks,
} from "./strategy.ts";
import { trainKept } from "./train.ts";
import { type FitOptions } from "../fit-options.ts";
import { startAt } from "../checkpoint.ts";

/** In as many dimensions, a component moves within its frame only coordinate by coordinate. */
const fewDimensions = 40;
/** Draws that each step spends on all components together. */
const drawsPerStep = 24;
/** Where so many of the draws are effective, training has nothing left to win, and its noise something to lose. */
const goodEnough = { relativeEss: 0.8, kHat: 0.5 };
/** Every draw meets every component: with more of them a step costs much, and was not seen to gain. */
const mostTrained = 24;
/** A k-hat up to which tails are no reason to worry. */
const safe = 0.5;
/** By what factor training must raise the score to be kept: judged by draws, the same guide may look as different. */
const clearly = 1.05;
/** Draws that decide between the guide before and after training. */
const validationDraws = 10_000;

/** In whitened coordinates everything is of unit size: one learning rate serves all, and a plateau comes soon. */
const polish: Omit<Choices, "objective" | "gradient" | "T" | "innerT" | "batch" | "amortize" | "steps"> = {
  lr: 0.01,
  schedule: "constant",
  stop: "plateau",
  window: 50,
  patience: 2,
  settle: 150,
};
const polishSteps = 600;

/** The guide that a search found: its mixture in the coordinates of each of its components. */
function guideFor({ mixture }: Search, settings: Settings, D: number): CompileOptions {
  const K = mixture.length;
  const { plan } = settings.otherwise({ gradient: "stl", T: Math.max(1, Math.ceil(drawsPerStep / K)) });
  return {
    ...plan,
    guide: {
      ...plan.guide,
      family: K === 1 ? "full_rank" : "mixture",
      K,
      component: D <= fewDimensions ? "full_rank" : "mean_field",
      frames: framesOf(mixture),
    },
  };
}

function polishOptions(settings: Settings): FitOptions {
  return settings.otherwise(settings.lengthGiven ? polish : { ...polish, steps: polishSteps }).fit;
}

/** Finds modes, covers the posterior by a mixture in their coordinates, raises the bound from there, keeps the better. */
async function run(first: Plan, settings: Settings, services: Services): Promise<Outcome<FitResult>> {
  const began = performance.now();
  const { hooks, seed } = services;
  const searched = await searchKept(first, services);
  if (searched === null) return failed(nothingLearned({ because: stoppedBy(hooks) ?? "interrupted" }));
  const { found, state } = searched;
  const D = first.guide.blocks.reduce((sum, { dimension }) => sum + dimension, 0);
  const planned = planWith(first, guideFor(found, settings, D));
  if (!planned.ok) return planned;
  await breathe();
  const programs = lower(planned.value);
  await breathe();
  const options = polishOptions(settings);
  const start = initialise(programs, seed);
  const idle = (isGood(found.fit) || found.mixture.length > mostTrained) && !settings.lengthGiven;
  const ended = stoppedBy(hooks);
  // 32 bits are too few for coordinates of any size
  const program = idle || ended ? null : programs.step();
  await breathe();
  const executor = await services.open(program, "float64");
  if (!executor.ok) return executor;
  await breathe();
  const trained =
    idle || ended
      ? null
      : await trainKept(programs, executor.value, options, services, { start: startAt(start), search: state });
  // training that meets a value that is not finite has nothing to offer; evaluation will tell of it
  const value = trained?.ok ? trained.value : untrained(start);
  const judged = value.steps > 0 && (await isBetter(programs, executor.value, services, value, start));
  // nothing is missing from a search that was whole and that nobody would have trained
  const cut = found.record.ended !== undefined || !idle;
  const fitted: Fit = {
    ...value,
    parameters: judged ? value.parameters : start,
    stopped: (cut ? stoppedBy(hooks) : null) ?? value.stopped,
    seconds: (performance.now() - began) / 1000,
  };
  const record = { ...found.record, polished: judged };
  const result = { programs, executor: executor.value, fit: fitted, options, search: record };
  return ok(result, warningsOf(planned, executor));
}

/** Who ended a fit, if anybody did. */
function stoppedBy({ signal }: StrategyHooks): EndedEarly | null {
  return signal?.aborted ? endedBy(signal) : null;
}

/** Searches from where an earlier run had come to, and keeps checkpoints on the way; null where nothing was found. */
async function searchKept(first: Plan, { exact, seed, hooks }: Services) {
  const { checkpoints, signal, onProgress } = hooks;
  let state = checkpoints?.from?.search ?? null;
  const keep = async (): Promise<void> => checkpoints?.keep({ search: state, training: null });
  const found = await search(lower(first), exact(), seed, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    from: state,
    onState: async (now) => {
      state = now;
      if (checkpoints?.isDue()) await keep();
    },
  });
  if (signal?.aborted) await keep();
  return found && { found, state };
}

function isGood(fit: Fitness | null): boolean {
  return fit !== null && fit.relativeEss >= goodEnough.relativeEss && fit.kHat <= goodEnough.kHat;
}

/** Training raises a bound, and may thin the tails for it: a guide whose weights have heavier ones is no better. */
async function isBetter(
  programs: Programs,
  executor: Executor,
  services: Services,
  { parameters }: Fit,
  start: Float64Array,
): Promise<boolean> {
  const { seed, hooks } = services;
  const judge = async (at: Float64Array): Promise<Fitness> => {
    const options = { seed: `${seed}/judge`, count: validationDraws, signal: hooks.signal };
    return fitnessOf(await services.logWeights(programs, executor, at, options));
  };
  const better = await unlessStopped(hooks.signal, async () => {
    const [after, before] = [await judge(parameters), await judge(start)];
    return score(after) > clearly * score(before) && after.kHat <= safe;
  });
  // what nobody had the time to compare is left as it was found
  return better ?? false;
}

export const auto: Strategy = {
  name: "auto",
  doc: "one global block of real numbers: modes are found, the posterior covered by a mixture around them, then polished",
  applies: searchable,
  run,
};
