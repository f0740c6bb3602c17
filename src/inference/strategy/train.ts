import { breathe } from "../../base/turns.ts";
import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { Executor } from "../../execute/executor.ts";
import { lower } from "../../lower/lower.ts";
import type { Programs } from "../../lower/programs.ts";
import type { Plan } from "../../plan/plan.ts";
import { startAt, type Checkpoint } from "../checkpoint.ts";
import { isEarly } from "../ending.ts";
import { fit, type Fit } from "../fit.ts";
import { initialise } from "../initialise.ts";
import type { FitOptions } from "../fit-options.ts";
import { warningsOf, type FitResult, type FitState, type Services, type Strategy } from "./strategy.ts";

/** Raises the bound of a plan from its starting parameters. */
export async function trainPlan(plan: Plan, options: FitOptions, services: Services): Promise<Outcome<FitResult>> {
  const programs = lower(plan);
  await breathe();
  const program = programs.step();
  await breathe();
  const executor = await services.open(program, "as needed");
  if (!executor.ok) return executor;
  const start = startAt(initialise(programs, options.seed));
  const fitted = await trainKept(programs, executor.value, options, services, { start, search: null });
  if (!fitted.ok) return fitted;
  const value = { programs, executor: executor.value, fit: fitted.value, options, search: null };
  return ok(value, warningsOf(executor, fitted));
}

/** Trains from where an earlier run had come to, or from the start, and keeps checkpoints on the way. */
export async function trainKept(
  programs: Programs,
  executor: Executor,
  options: FitOptions,
  { hooks }: Services,
  { start, search }: { readonly start: Checkpoint; readonly search: FitState["search"] },
): Promise<Outcome<Fit>> {
  const { onProgress, signal, checkpoints } = hooks;
  const keep = async (training: Checkpoint): Promise<void> => checkpoints?.keep({ search, training });
  const fitted = await fit(
    programs,
    executor,
    options,
    {
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (progress) => onProgress({ phase: "train", ...progress }) }),
      ...(checkpoints && { isCheckpointDue: checkpoints.isDue, onCheckpoint: keep }),
    },
    checkpoints?.from?.training ?? start,
  );
  if (fitted.ok && isEarly(fitted.value.stopped)) await keep(fitted.value.checkpoint);
  return fitted;
}

export const train: Strategy = {
  name: "train",
  doc: "the guide that was asked for, by an option or in the model, trained as the options say",
  applies: ({ guide, model }, settings) =>
    settings.guide !== "auto" || model.guide.length > 0 || guide.blocks.length === 0,
  run: (plan, settings, services) => trainPlan(plan, settings.fit, services),
};
