import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import { lower } from "../../lower/lower.ts";
import type { Plan } from "../../plan/plan.ts";
import { fit } from "../fit.ts";
import { warningsOf, type FitResult, type Services, type Strategy } from "./strategy.ts";
import { type FitOptions } from "../fit-options.ts";

/** Raises the bound of a plan from its starting parameters. */
export async function trainPlan(plan: Plan, options: FitOptions, services: Services): Promise<Outcome<FitResult>> {
  const programs = lower(plan);
  const executor = await services.open(programs.step(), "as needed");
  if (!executor.ok) return executor;
  const fitted = await fit(programs, executor.value, options, services.hooks);
  if (!fitted.ok) return fitted;
  const value = { programs, executor: executor.value, fit: fitted.value, options, search: null };
  return ok(value, warningsOf(executor, fitted));
}

export const train: Strategy = {
  name: "train",
  doc: "the guide that was asked for, by an option or in the model, trained as the options say",
  applies: ({ guide, model }, settings) =>
    settings.guide !== "auto" || model.guide.length > 0 || guide.blocks.length === 0,
  run: (plan, settings, services) => trainPlan(plan, settings.fit, services),
};
