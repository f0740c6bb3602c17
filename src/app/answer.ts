import { noProfile } from "../diagnostics/catalogue/execute.ts";
import { notARun } from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { exactExecutor, openExecutor } from "../execute/select.ts";
import type { Fit } from "../inference/fit.ts";
import { profileStep } from "../inference/profile.ts";
import type { FitResult, Services, StrategyHooks } from "../inference/strategy/strategy.ts";
import type { Programs } from "../lower/programs.ts";
import { settingsOf, type Config } from "../options/config.ts";
import { answerPlan, type Compiled } from "../pipeline.ts";
import { defaultEvaluateOptions, logWeights } from "../posterior/evaluate.ts";
import { evaluateInTime, type Judged, type JudgeHooks } from "../posterior/judge.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { afterEnding, atBeta, type Posterior } from "../posterior/posterior.ts";
import { recordOf, type Finished } from "../posterior/record.ts";
import { toFiles, type RunFiles } from "../posterior/run.ts";
import type { Scores } from "../posterior/score.ts";
import { fitReport, fittedOf, fittedThen } from "../report/build.ts";
import { profileRows } from "../report/profile.ts";
import type { FitReport } from "../report/report.ts";
import { applyRun } from "./apply.ts";
import { bindNew, scoreRun } from "./score.ts";
import { watchOver } from "./time-limit.ts";

/** A posterior and what there is to say about it. */
export interface Answer {
  readonly posterior: Posterior;
  readonly report: FitReport;
}

/** An answer that was trained here: it can also be saved. */
export interface Trained extends Answer {
  readonly fit: Fit;
  /** What was trained, and where: not what was compiled, when the guide was chosen on the way. */
  readonly programs: Programs;
  readonly executor: Executor;
  readonly files: () => Promise<RunFiles>;
}

/** How long `profile` measures. */
const profileSeconds = 1;
/** What `train` is asked for. */
export interface TrainRequest {
  readonly compiled: Compiled;
  /** Starts what programs run on, see `Services`. */
  readonly open: Services["open"];
  readonly config: Config;
  readonly seed: number;
  /** Milliseconds that compiling took. */
  readonly compileTime: number;
  readonly warnings: readonly Diagnostic[];
  readonly hooks: StrategyHooks;
  /** Data that are not trained on, whose predictions are scored. */
  readonly test?: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  /** Measure where the time of a step goes. */
  readonly profile?: boolean;
  /** Called between training and evaluation. */
  readonly onTrained?: () => void;
}

/** Trains, evaluates and reports: what `infer` does behind every door. Fails where training does. */
export async function train(request: TrainRequest): Promise<Outcome<Trained>> {
  // mistakes in the test set are told before anybody waits for training
  const bindable = checkTest(request);
  if (!bindable.ok) return bindable;
  const judged = await answered(request);
  if (!judged.ok) return judged;
  const { fitted, posterior } = judged.value;
  const run = finishedOf(request, judged.value);
  const profiled = await profileOf(request, fitted);
  const scored = await scoreTest(request, run);
  if (!scored.ok) return scored;
  const report = reportOf(request, judged.value, scored.value, {
    profile: profiled.rows,
    warnings: [...request.warnings, ...judged.warnings, ...profiled.warnings],
  });
  const { programs, executor, fit } = fitted;
  const files = () => toFiles({ ...run, test: scored.value && scored.value.scores });
  return ok({ posterior, report, fit, programs, executor, files }, judged.warnings);
}

function checkTest({ test, compiled: { model, numbers } }: TrainRequest): Outcome<unknown> {
  if (!test) return ok(null);
  return bindNew(model, Object.fromEntries(numbers.sizes), test, {}, "`--test`");
}

async function answered(request: TrainRequest): Promise<Outcome<Judged>> {
  const { compiled, config, seed, open, hooks, onTrained } = request;
  const watch = watchOver(hooks.signal, config.limits.time, performance.now() - request.compileTime);
  const services: Services = {
    ...{ open, exact: () => exactExecutor(config.run), logWeights, seed },
    hooks: { ...hooks, ...(watch.fitting && { signal: watch.fitting }) },
    ...(onTrained && { onFitted: onTrained }),
  };
  const { onProgress } = hooks;
  const judging = {
    ...(onProgress && { onProgress }),
    ...(watch.judging && { signal: watch.judging }),
    due: watch.due,
  };
  const { draws } = config.evaluation;
  const options = { seed, draws, beta: config.training.beta.to, hooks: judging };
  try {
    return await answerPlan(compiled, settingsOf(config, seed), services, options);
  } finally {
    watch.end();
  }
}

/** What a run folder is written from. */
type Answered = Finished & { readonly posterior: Posterior; readonly fit: Fit };

function finishedOf({ versions }: TrainRequest, { fitted, posterior, options: evaluateOptions }: Judged): Answered {
  const { programs, executor, fit, options: fitOptions } = fitted;
  return { plan: programs, executor, fit, fitOptions, evaluateOptions, posterior, versions };
}

/** Where the time of a step goes, if that was asked for. */
async function profileOf({ profile: asked, compiled }: TrainRequest, fitted: FitResult) {
  const { programs, executor, options, fit } = fitted;
  if (!asked) return { rows: null, warnings: [] };
  const profile = await profileStep(programs, executor, options, fit.checkpoint.parameters, profileSeconds);
  if (profile === null) return { rows: null, warnings: [noProfile({ engine: executor.name })] };
  return { rows: profileRows(profile, compiled.source), warnings: [] };
}

/** How well the test set is predicted, and the seconds that took. */
interface TestScores {
  readonly scores: Scores;
  readonly seconds: number;
}

async function scoreTest({ test, config, seed }: TrainRequest, run: Answered): Promise<Outcome<TestScores | null>> {
  if (!test) return ok(null);
  const began = performance.now();
  const { engine, backend, threads } = config.run;
  const { fit, plan, posterior } = run;
  const { source } = plan.model;
  const scored = await scoreRun(
    { source, parameters: fit.parameters, posterior, record: await recordOf(run) },
    test,
    (program) => openExecutor({ engine, backend, program, threads }),
    { draws: config.evaluation.testDraws, seed, sizes: {} },
    "`--test`",
  );
  if (!scored.ok) return scored;
  const { scores, unscored } = scored.value;
  return ok({ scores: { scores, unscored }, seconds: (performance.now() - began) / 1000 });
}

function reportOf(
  { config, seed, compileTime }: TrainRequest,
  { fitted, posterior, seconds: evaluate }: Judged,
  test: TestScores | null,
  others: Pick<Parameters<typeof fitReport>[0], "profile" | "warnings">,
): FitReport {
  const { programs, fit, executor } = fitted;
  return fitReport({
    fitted: fittedOf(programs),
    fit,
    posterior,
    seed,
    engine: executor,
    beta: config.training.beta.to,
    test: test && { ...test.scores, seconds: test.seconds },
    seconds: { compile: compileTime / 1000, train: fit.seconds, evaluate },
    memory: fit.memory,
    ...others,
  });
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
  open: (programs: Programs) => Promise<Outcome<Executor>>,
  options: { readonly seed: number | null; readonly draws: number; readonly hooks?: JudgeHooks },
): Promise<Outcome<Answer & { readonly programs: Programs }>> {
  const began = performance.now();
  const applied = applyRun(run, data);
  if (!applied.ok) return applied;
  const programs = applied.value;
  const opened = await open(programs);
  if (!opened.ok) return opened;
  const executor = opened.value;
  const compiled = performance.now();
  const seed = options.seed ?? run.record.seed;
  const evaluation = { ...defaultEvaluateOptions, seed, draws: options.draws };
  const guide = { programs, executor, parameters: run.parameters };
  const evaluated = await evaluateInTime(guide, evaluation, options.hooks ?? {});
  const { draws } = evaluated.options;
  const ended = {
    by: "interrupted",
    phase: "evaluation",
    steps: 0,
    stepsAsked: 0,
    draws,
    asked: options.draws,
  } as const;
  const answered = draws < options.draws ? afterEnding(evaluated.posterior, ended) : evaluated.posterior;
  const posterior = atBeta(answered, ofRun(run).beta);
  const report = fitReport({
    ...ofRun(run),
    fitted: fittedOf(programs),
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
  return ok({ posterior, report, programs }, [...applied.warnings, ...opened.warnings]);
}
