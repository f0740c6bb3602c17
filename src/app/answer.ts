import { noProfile } from "../diagnostics/catalogue/execute.ts";
import { notARun } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { openExecutor } from "../execute/select.ts";
import type { Fit, FitHooks } from "../inference/fit.ts";
import { profileStep } from "../inference/profile.ts";
import { exactExecutor } from "../inference/search/target.ts";
import { strategyFor } from "../inference/strategy/index.ts";
import type { Services } from "../inference/strategy/strategy.ts";
import type { Programs } from "../lower/programs.ts";
import type { Compiled } from "../pipeline.ts";
import { defaultEvaluateOptions, logWeights } from "../posterior/evaluate.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { afterSearch, atBeta, makePosterior, type Posterior } from "../posterior/posterior.ts";
import { recordOf, toFiles, type RunFiles } from "../posterior/run.ts";
import { fitReport, fittedOf, fittedThen } from "../report/build.ts";
import { profileRows } from "../report/profile.ts";
import type { FitReport } from "../report/report.ts";
import { applyRun } from "./apply.ts";
import { settingsOf, type Config } from "../options/config.ts";
import { bindNew, scoreRun } from "./score.ts";

/** A posterior and what there is to say about it. */
export interface Answer {
  readonly posterior: Posterior;
  readonly report: FitReport;
}

/** An answer that was trained here: it can also be saved. */
export interface Trained extends Answer {
  readonly fit: Fit;
  /** What was trained, and where: not what was compiled, when the guide was chosen on the way. */
  readonly lowered: Programs;
  readonly executor: Executor;
  readonly files: () => Promise<RunFiles>;
}

/** How long `profile` measures. */
const profileSeconds = 1;
/** Draws that are summarised and returned where the guide was searched for. */
const mostKept = 10_000;

/** Trains, evaluates and reports: what `infer` does behind every door. Fails where training does. */
export async function train(given: {
  readonly compiled: Compiled;
  /** Starts what programs run on, see `Services`. */
  readonly open: Services["open"];
  readonly config: Config;
  readonly seed: number;
  /** Milliseconds that compiling took. */
  readonly compileTime: number;
  readonly warnings: readonly Diagnostic[];
  readonly hooks: FitHooks;
  /** Data that are not trained on, whose predictions are scored. */
  readonly test?: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  /** Measure where the time of a step goes. */
  readonly profile?: boolean;
  /** Called between training and evaluation. */
  readonly onTrained?: () => void;
}): Promise<Outcome<Trained>> {
  const { config, seed, versions } = given;
  const { engine, backend, threads } = config.run;
  if (given.test) {
    // mistakes in the test set are told before anybody waits for training
    const { model, numbers } = given.compiled;
    const bindable = bindNew(model, Object.fromEntries(numbers.sizes), given.test, {}, "`--test`");
    if (!bindable.ok) return bindable;
  }
  const settings = settingsOf(config, seed);
  const strategy = strategyFor(given.compiled, settings);
  const services = { open: given.open, exact: exactExecutor, logWeights, seed, hooks: given.hooks };
  const fitted = await strategy.run(given.compiled, settings, services);
  given.onTrained?.();
  if (!fitted.ok) return fitted;
  const { programs: lowered, executor, fit, options: training, search } = fitted.value;

  const began = performance.now();
  const draws = config.evaluation.draws;
  // a search asks for as many draws in the summaries as there are
  const keep = search ? Math.min(draws, mostKept) : null;
  const evaluation = { ...defaultEvaluateOptions, seed, draws, keep };
  const answered = await makePosterior(lowered, executor, fit.parameters, evaluation);
  const posterior = atBeta(search ? afterSearch(answered, search) : answered, config.training.beta.to);
  const evaluated = performance.now();
  const { parameters } = fit.checkpoint;
  const profile = given.profile ? await profileStep(lowered, executor, training, parameters, profileSeconds) : null;
  const unprofiled = given.profile && profile === null ? [noProfile({ engine: executor.name })] : [];
  const run = {
    lowered,
    executor,
    fit,
    fitOptions: training,
    evaluateOptions: evaluation,
    posterior,
    versions,
  };
  const { source } = lowered.model;
  const scorable = async () => ({ source, parameters: fit.parameters, posterior, record: await recordOf(run) });
  const scored = given.test
    ? await scoreRun(
        await scorable(),
        given.test,
        (program) => openExecutor(engine, backend, program, threads),
        { draws: config.evaluation.testDraws, seed, sizes: {} },
        "`--test`",
      )
    : null;
  if (scored && !scored.ok) return scored;
  const test = scored && { scores: scored.value.scores, unscored: scored.value.unscored };
  const seconds = (performance.now() - evaluated) / 1000;
  const report = fitReport({
    fitted: fittedOf(lowered),
    fit,
    posterior,
    seed,
    engine: executor,
    beta: config.training.beta.to,
    test: test && { ...test, seconds },
    seconds: {
      compile: given.compileTime / 1000,
      train: fit.seconds,
      evaluate: (evaluated - began) / 1000,
    },
    memory: fit.memory,
    profile: profile && profileRows(profile, given.compiled.source),
    warnings: [...given.warnings, ...fitted.warnings, ...unprofiled],
  });
  const files = () => toFiles({ ...run, test });
  return ok({ posterior, report, fit, lowered, executor, files }, fitted.warnings);
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
  if (posterior === null) return failed(notARun({ path: folder, problem: "it was saved before it was finished" }));
  const fitted = fittedThen(run);
  const { seed } = record;
  const report = fitReport({
    ...ofRun(run),
    fitted,
    posterior,
    seed,
    seconds: null,
    test: run.test && { ...run.test, seconds: null },
    warnings: [],
  });
  return ok({ posterior, report });
}

/** What the networks of a saved guide say of new data. */
export async function answerFor(
  run: LoadedRun,
  data: Readonly<Record<string, unknown>>,
  open: (lowered: Programs) => Promise<Outcome<Executor>>,
  options: { readonly seed: number | null; readonly draws: number },
): Promise<Outcome<Answer & { readonly lowered: Programs }>> {
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
  const answered = await makePosterior(lowered, executor, run.parameters, evaluation);
  const posterior = atBeta(answered, ofRun(run).beta);
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
