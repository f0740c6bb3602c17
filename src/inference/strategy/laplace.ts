import { laplaceIsGlobal, laplaceTooWide, noMode } from "../../diagnostics/catalogue/guide.ts";
import { nothingLearned } from "../../diagnostics/catalogue/long.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { lower } from "../../lower/lower.ts";
import { plan as planWith, type Plan } from "../../plan/plan.ts";
import { endedBy, isEarly } from "../ending.ts";
import { untrained, type Fit } from "../fit.ts";
import { initialise } from "../initialise.ts";
import { mostDimensions } from "../search/search.ts";
import { highestMode } from "../search/laplace.ts";
import { framesOf, searchable } from "./searchable.ts";
import { warningsOf, type FitResult, type Services, type Settings, type Strategy } from "./strategy.ts";

async function run(first: Plan, settings: Settings, services: Services): Promise<Outcome<FitResult>> {
  const began = performance.now();
  const [block, ...others] = first.guide.blocks;
  if (block && others.length === 0 && block.plates.length === 0 && block.dimension > mostDimensions)
    return failed(laplaceTooWide({ numbers: block.dimension, most: mostDimensions }));
  if (!searchable(first, settings)) return failed(laplaceIsGlobal());
  const executor = services.exact();
  const { hooks, seed } = services;
  const mode = await highestMode(lower(first), executor, seed, hooks);
  const stopped: Fit["stopped"] = hooks.signal?.aborted ? endedBy(hooks.signal) : "finished";
  if (mode === null) return failed(isEarly(stopped) ? nothingLearned({ because: stopped }) : noMode());
  const { guide } = settings.plan;
  const planned = planWith(first, {
    ...settings.plan,
    guide: { ...guide, family: "laplace", K: 1, component: "full_rank", frames: framesOf([{ ...mode, weight: 1 }]) },
  });
  if (!planned.ok) return planned;
  const programs = lower(planned.value);
  const start = initialise(programs, services.seed);
  const fit = { ...untrained(start), stopped, seconds: (performance.now() - began) / 1000 };
  return ok({ programs, executor, fit, options: settings.fit, search: null }, warningsOf(planned));
}

export const laplace: Strategy = {
  name: "laplace",
  doc: "one Gaussian at the mode with the most mass around it, with the curvature there; nothing is trained",
  applies: ({ model }, { guide }) => guide === "laplace" || model.guide.some(({ family }) => family === "laplace"),
  run,
};
