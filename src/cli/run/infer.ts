import { savedAnswer, train, type Answer, type Trained } from "../../app/answer.ts";
import { identityOf } from "../../app/identity.ts";
import { openerOf } from "../../app/opener.ts";
import { isEarly } from "../../inference/ending.ts";
import type { Fit } from "../../inference/fit.ts";
import { drawSeed, withValues, type Config } from "../../options/config.ts";
import { flagName } from "../../options/option.ts";
import { printConfig } from "../../options/print.ts";
import { version } from "../../api/version.ts";
import type { FolderLock } from "../../data/lock.ts";
import { claimRun, loadRun, saveRun } from "../../data/runs.ts";
import { checkpointsNeedOut, resumesOtherFit } from "../../diagnostics/catalogue/long.ts";
import { failed, ok, type Diagnostic, type Errors, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import type { Compiled } from "../../pipeline.ts";
import { fingerprints } from "../../posterior/record.ts";
import { reportText } from "../../report/text.ts";
import type { Call, Request, Run } from "../command.ts";
import type { infer } from "../commands/infer.ts";
import { prepare, seedOf, withModel, type Prepared, type Subject } from "../begin.ts";
import { keeperOf, latestCheckpoint, type Keeper } from "../checkpoints.ts";
import { loadTest } from "../data.ts";
import { status, type Output } from "../output.ts";
import { progressOn } from "../progress.ts";
import { fitText, planText } from "../verbose.ts";

type InferCall = Call<Request<typeof infer>>;

/**
 * `stratum infer MODEL`: compiles, trains, evaluates, reports, saves. An interrupt ends the fit early: what was learned
 * is evaluated, reported and saved all the same.
 */
export const run: Run<typeof infer> = (call) =>
  withModel(call.request.args[0], call, async (subject) => {
    const { output, request } = call;
    const { source, config } = subject;
    output.warn(subject.warnings, source);
    if (request.flags.printConfig) return ok(reportConfig(config, output));
    if (request.flags.resume && request.flags.out === null) return failed(checkpointsNeedOut({ option: "--resume" }));
    // whether the answer can be saved is known before hours are spent on it
    const { out } = request.flags;
    const place = out === null ? ok(null) : await claimRun(out);
    if (!place.ok) return place;
    try {
      return await answer(subject, place.value, call);
    } finally {
      await place.value?.release();
    }
  });

/** Fits, saves and reports, or reports what a run to resume came to. */
async function answer(subject: Subject, place: FolderLock | null, call: InferCall): Promise<Outcome<number>> {
  const { output } = call;
  const { source } = subject;
  const begun = await begin(subject, call);
  if (!begun.ok) return begun;
  const { finished, keeper } = begun.value;
  if (finished) return ok(reportAnswer(finished, "finished", output));
  const { compiled, milliseconds } = begun.value.prepared;
  output.detail(() => planText(compiled, subject.config, milliseconds));
  const trained = await trainOn(begun.value, call);
  if (!trained.ok) return refuse(trained.errors, source, output);
  output.warn(trained.warnings, source);
  output.detail(() => fitText(trained.value.report));
  const { fit, report } = trained.value;
  const problem = place && (await saveAnswer(trained.value, place, keeper, output));
  const code = reportAnswer(trained.value, fit.stopped, output, problem === null);
  // an answer that cannot be saved is reported all the same
  return ok(problem ? output.fail([problem], undefined, report) : code);
}

/** What was wrong with a fit: what it found is not what it was given. */
function refuse(errors: Errors, source: SourceFile, output: Output): Outcome<number> {
  const [first] = errors;
  if (!errors.some(notFinite) && first.code !== "PPL712") return failed(...errors);
  output.fail(errors, source);
  return ok(
    first.code === "PPL712" && first.message.startsWith("interrupted") ? status.interrupted : status.notTrusted,
  );
}

/** Saves a run, and takes its checkpoints away where it is finished; what is wrong, or null. */
async function saveAnswer(
  { files, fit }: Trained,
  place: FolderLock,
  keeper: Keeper | null,
  output: Output,
): Promise<Diagnostic | null> {
  const problem = await saveRun(place.folder, await files(), place);
  if (problem) return problem;
  const early = isEarly(fit.stopped);
  if (!early) await keeper?.drop();
  output.note(`saved in ${place.folder}${early ? "; the same command with --resume goes on from here" : ""}`);
  return null;
}

function reportAnswer({ report }: Answer, stopped: Fit["stopped"], output: Output, asData = true): number {
  output.text(reportText(report, { color: output.colour }), output.colour);
  if (asData) output.data(report);
  if (stopped === "interrupted") return status.interrupted;
  return report.verdict.trusted ? status.fine : status.notTrusted;
}

const notFinite = ({ code }: Diagnostic): boolean => code.startsWith("PPL70");

/** `--print-config` */
function reportConfig(config: Config, output: Output): number {
  const { values, given } = withValues(config, { seed: config.run.seed ?? drawSeed() });
  const byFlag = Object.entries(values).map(([name, value]) => [flagName(name), value] as const);
  output.text(printConfig(values));
  output.data({ ok: true, config: { ...Object.fromEntries(byFlag), given: [...given].map(flagName) } });
  return status.fine;
}

/** A fit that is about to begin, or to go on. */
interface Begun {
  readonly subject: Subject;
  readonly prepared: Prepared;
  readonly warnings: readonly Diagnostic[];
  readonly test: Readonly<Record<string, unknown>> | null;
  readonly seed: number;
  /** Interrupts are heard from the moment when the seed is told. */
  readonly signal: AbortSignal;
  /** Null where nothing is saved. */
  readonly keeper: Keeper | null;
  /** The answer, where the run to go on with was finished; else null. */
  readonly finished: Answer | null;
}

async function begin(subject: Subject, call: InferCall): Promise<Outcome<Begun>> {
  const { output, request } = call;
  const { source, config } = subject;
  const prepared = await prepare(subject, call);
  if (!prepared.ok) return prepared;
  output.warn(prepared.warnings, source);
  const loaded = await loadTest(call);
  if (!loaded.ok) return loaded;
  output.warn(loaded.warnings, source);
  const { out, resume, checkpointEvery } = request.flags;
  const signal = call.io.interruptible();
  const common = { subject, prepared: prepared.value, warnings: prepared.warnings, test: loaded.value, signal };
  const latest = out !== null && resume ? await latestCheckpoint(out) : ok(null);
  if (!latest.ok) return latest;
  const from = latest.value;
  const seed = config.run.seed ?? from?.identity.seed ?? null;
  if (out !== null && resume && from === null) {
    const finished = await finishedRun(out, prepared.value.compiled, seed);
    if (!finished.ok) return finished;
    output.note(
      finished.value ? `the run in ${out} is finished` : `there is nothing to resume beside ${out}: from the beginning`,
    );
    if (finished.value) return ok({ ...common, seed: seed ?? 0, keeper: null, finished: finished.value });
  }
  const settled = seed ?? seedOf(config, output, "repeat the run");
  if (out === null) return ok({ ...common, seed: settled, keeper: null, finished: null });
  const { compiled } = prepared.value;
  const identity = await identityOf({ compiled, config, seed: settled, version, test: loaded.value });
  const keeper = await keeperOf({ run: out, identity, everySeconds: checkpointEvery, from }, output);
  return keeper.ok ? ok({ ...common, seed: settled, keeper: keeper.value, finished: null }) : keeper;
}

/** The answer of a run that is there and finished; null where there is none. Fails where it is of another fit. */
async function finishedRun(out: string, compiled: Compiled, seed: number | null): Promise<Outcome<Answer | null>> {
  const run = await loadRun(out);
  if (!run.ok || run.value.posterior === null) return ok(null);
  const { record, source } = run.value;
  const told = (what: string, was: string | null = null, is: string | null = null) =>
    failed(resumesOtherFit({ checkpoint: out, what, was, is }));
  if (source.text !== compiled.source.text) return told("the text of the model");
  const now = await fingerprints(compiled.numbers.data);
  const other = Object.keys(now).find((name) => now[name]?.sha256 !== record.data[name]?.sha256);
  if (other !== undefined) return told(`data \`${other}\``);
  if (seed !== null && String(seed) !== String(record.seed)) return told("`--seed`", String(record.seed), String(seed));
  return savedAnswer(run.value, out);
}

async function trainOn(
  { subject, prepared, warnings, test, seed, signal, keeper }: Begun,
  call: InferCall,
): Promise<Outcome<Trained>> {
  const { io, output, request } = call;
  const { config } = subject;
  const bar = progressOn(io, output.json);
  try {
    return await train({
      compiled: prepared.compiled,
      open: openerOf(config.run),
      config,
      seed,
      compileTime: prepared.milliseconds,
      warnings,
      hooks: { signal, onProgress: bar.update, ...(keeper && { checkpoints: keeper }) },
      versions: { stratum: version, node: process.version },
      ...(test ? { test } : {}),
      profile: request.flags.profile,
      onTrained: bar.stop,
    });
  } finally {
    bar.stop();
  }
}
