import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { Executor } from "../../execute/executor.ts";
import { lower } from "../../lower/lower.ts";
import type { Programs } from "../../lower/programs.ts";
import type { CompileOptions } from "../../plan/options.ts";
import { plan as planWith, type Plan } from "../../plan/plan.ts";
import { fit, untrained, type Fit } from "../fit.ts";
import { initialise } from "../initialise.ts";
import { score } from "../search/adapt.ts";
import { search, type Search } from "../search/search.ts";
import { fitnessOf, type Fitness } from "../search/weigh.ts";
import { drawsPerStep, polish, polishSteps } from "./choices.ts";
import { framesOf, searchable } from "./searchable.ts";
import { warningsOf, type FitResult, type Services, type Settings, type Strategy } from "./strategy.ts";
import { type FitOptions } from "../fit-options.ts";
import { startAt } from "../checkpoint.ts";

/** In as many dimensions, a component moves within its frame only coordinate by coordinate. */
const fewDimensions = 40;
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

/** The guide that a search found: its mixture in the coordinates of each of its components. */
function guideFor({ mixture }: Search, settings: Settings, D: number): CompileOptions {
  const K = mixture.length;
  const { plan } = settings.otherwise({ gradient: polish.gradient, T: Math.max(1, Math.ceil(drawsPerStep / K)) });
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
  const found = await search(lower(first), services.exact(), services.seed);
  const D = first.guide.blocks.reduce((sum, { dimension }) => sum + dimension, 0);
  const planned = planWith(first, guideFor(found, settings, D));
  if (!planned.ok) return planned;
  const programs = lower(planned.value);
  const options = polishOptions(settings);
  const start = initialise(programs, services.seed);
  const good = found.fit.relativeEss >= goodEnough.relativeEss && found.fit.kHat <= goodEnough.kHat;
  const idle = (good || found.mixture.length > mostTrained) && !settings.lengthGiven;
  // 32 bits are too few for coordinates of any size
  const executor = await services.open(idle ? null : programs.step(), "float64");
  if (!executor.ok) return executor;
  const trained = idle ? null : await fit(programs, executor.value, options, services.hooks, startAt(start));
  // training that meets a value that is not finite has nothing to offer; evaluation will tell of it
  const value = trained?.ok ? trained.value : untrained(start);
  const judged = value.steps > 0 && (await isBetter(programs, executor.value, services, value, start));
  const fitted: Fit = {
    ...value,
    parameters: judged ? value.parameters : start,
    seconds: (performance.now() - began) / 1000,
  };
  const record = { ...found.record, polished: judged };
  const result = { programs, executor: executor.value, fit: fitted, options, search: record };
  return ok(result, warningsOf(planned, executor));
}

/** Training raises a bound, and may thin the tails for it: a guide whose weights have heavier ones is no better. */
async function isBetter(
  programs: Programs,
  executor: Executor,
  services: Services,
  { parameters }: Fit,
  start: Float64Array,
): Promise<boolean> {
  const judge = async (at: Float64Array): Promise<Fitness> =>
    fitnessOf(
      await services.logWeights(programs, executor, at, { seed: `${services.seed}/judge`, count: validationDraws }),
    );
  const [after, before] = [await judge(parameters), await judge(start)];
  return score(after) > clearly * score(before) && after.kHat <= safe;
}

export const auto: Strategy = {
  name: "auto",
  doc: "one global block of real numbers: modes are found, the posterior covered by a mixture around them, then polished",
  applies: searchable,
  run,
};
