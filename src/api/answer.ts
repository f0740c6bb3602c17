import { notARun } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { profileStep } from "../inference/profile.ts";
import { profileRows } from "../report/profile.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { noProfile } from "../diagnostics/catalogue/execute.ts";
import { fit, type Fit, type FitHooks } from "../inference/fit.ts";
import type { Lowered } from "../objective/lowered.ts";
import { defaultEvaluateOptions } from "../posterior/evaluate.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { makePosterior, type Posterior } from "../posterior/posterior.ts";
import { toFiles, type RunFiles } from "../posterior/run.ts";
import { fitReport, fittedOf, fittedThen } from "../report/build.ts";
import type { FitReport } from "../report/report.ts";
import { applyRun } from "./apply.ts";
import { fitOptions, type Config } from "./options.ts";

/** A posterior and what there is to say about it. */
export interface Answer {
  readonly posterior: Posterior;
  readonly report: FitReport;
}

/** An answer that was trained here: it can also be saved. */
export interface Trained extends Answer {
  readonly fit: Fit;
  readonly files: () => Promise<RunFiles>;
}

/** How long `profile` measures. */
const profileSeconds = 1;

/** Trains, evaluates and reports: what `infer` does behind every door. Fails where training does. */
export async function train(given: {
  readonly compiled: Lowered & { readonly source: SourceFile };
  readonly executor: Executor;
  readonly config: Config;
  readonly seed: number;
  /** Milliseconds that compiling took. */
  readonly compileTime: number;
  readonly warnings: readonly Diagnostic[];
  readonly hooks: FitHooks;
  readonly versions: Readonly<Record<string, string>>;
  /** Measure where the time of a step goes. */
  readonly profile?: boolean;
  /** Called between training and evaluation. */
  readonly onTrained?: () => void;
}): Promise<Outcome<Trained>> {
  const { compiled, executor, config, seed, versions } = given;
  const training = fitOptions(config, seed);
  const fitted = await fit(compiled, executor, training, given.hooks);
  given.onTrained?.();
  if (!fitted.ok) return fitted;

  const began = performance.now();
  const evaluation = { ...defaultEvaluateOptions, seed, draws: config["evidence-draws"] };
  const posterior = await makePosterior(compiled, executor, fitted.value.parameters, evaluation);
  const evaluated = performance.now();
  const { parameters } = fitted.value.checkpoint;
  const profile = given.profile
    ? await profileStep(compiled, executor, training, parameters, profileSeconds)
    : null;
  const unprofiled =
    given.profile && profile === null ? [noProfile({ engine: executor.name })] : [];
  const report = fitReport({
    fitted: fittedOf(compiled),
    fit: fitted.value,
    posterior,
    seed,
    engine: executor,
    beta: config.beta,
    seconds: {
      compile: given.compileTime / 1000,
      train: fitted.value.seconds,
      evaluate: (evaluated - began) / 1000,
    },
    memory: fitted.value.memory,
    profile: profile && profileRows(profile, compiled.source),
    warnings: [...given.warnings, ...fitted.warnings, ...unprofiled],
  });
  const files = () =>
    toFiles({
      lowered: compiled,
      executor,
      fit: fitted.value,
      fitOptions: training,
      evaluateOptions: evaluation,
      posterior,
      versions,
    });
  return ok({ posterior, report, fit: fitted.value, files }, fitted.warnings);
}

/** What a report takes from the run itself, whatever data it is about. */
const ofRun = ({ record }: LoadedRun) => ({
  fit: record.training,
  beta: record.settings.fit.beta.to,
  engine: record.executor,
});

/** The answer that a run folder holds. */
export function savedAnswer(run: LoadedRun, folder: string): Outcome<Answer> {
  const { posterior, record } = run;
  if (posterior === null)
    return failed(notARun({ path: folder, problem: "it was saved before it was finished" }));
  const fitted = fittedThen(run);
  const { seed } = record;
  const report = fitReport({ ...ofRun(run), fitted, posterior, seed, seconds: null, warnings: [] });
  return ok({ posterior, report });
}

/** What the networks of a saved guide say of new data. */
export async function answerFor(
  run: LoadedRun,
  data: Readonly<Record<string, unknown>>,
  open: (lowered: Lowered) => Promise<Outcome<Executor>>,
  options: { readonly seed: number | null; readonly draws: number },
): Promise<Outcome<Answer & { readonly lowered: Lowered }>> {
  const began = performance.now();
  const applied = applyRun(run, data);
  if (!applied.ok) return applied;
  const lowered = applied.value;
  const opened = await open(lowered);
  if (!opened.ok) return opened;
  const executor = opened.value;
  const compiled = performance.now();
  const seed = options.seed ?? run.record.seed;
  const evaluation = { ...defaultEvaluateOptions, seed, draws: options.draws };
  const posterior = await makePosterior(lowered, executor, run.parameters, evaluation);
  const report = fitReport({
    ...ofRun(run),
    fitted: fittedOf(lowered),
    posterior,
    seed,
    engine: executor,
    seconds: {
      compile: (compiled - began) / 1000,
      train: null,
      evaluate: (performance.now() - compiled) / 1000,
    },
    warnings: applied.warnings,
  });
  return ok({ posterior, report, lowered }, [...applied.warnings, ...opened.warnings]);
}
