import { train, type Trained } from "../../app/answer.ts";
import { openerOf } from "../../app/opener.ts";
import { drawSeed, withValues, type Config } from "../../options/config.ts";
import { flagName } from "../../options/option.ts";
import { printConfig } from "../../options/print.ts";
import { version } from "../../api/version.ts";
import type { FolderLock } from "../../data/lock.ts";
import { claimRun, saveRun } from "../../data/runs.ts";
import { ok, type Diagnostic, type Outcome } from "../../diagnostics/diagnostic.ts";
import { reportText } from "../../report/text.ts";
import type { Call, Request, Run } from "../command.ts";
import type { infer } from "../commands/infer.ts";
import { prepare, seedOf, withModel, type Subject } from "../begin.ts";
import { loadTest } from "../data.ts";
import { status, type Output } from "../output.ts";
import { progressOn } from "../progress.ts";
import { fitText, planText } from "../verbose.ts";

type InferCall = Call<Request<typeof infer>>;

/**
 * `stratum infer MODEL`: compiles, trains, evaluates, reports, saves. An interrupt ends training early: what was
 * learned is evaluated, reported and saved all the same.
 */
export const run: Run<typeof infer> = (call) =>
  withModel(call.request.args[0], call, async (subject) => {
    const { output } = call;
    const { source, config } = subject;
    output.warn(subject.warnings, source);
    if (call.request.flags.printConfig) return ok(reportConfig(config, output));
    // whether the answer can be saved is known before hours are spent on it
    const { out } = call.request.flags;
    const place = out === null ? ok(null) : await claimRun(out);
    if (!place.ok) return place;
    try {
      const trained = await trainOn(subject, call);
      if (trained.ok) {
        output.warn(trained.warnings, source);
        output.detail(() => fitText(trained.value.report));
        return ok(await reportAnswer(trained.value, place.value, output));
      }
      // values that are not finite are what a run found, not what it was given
      if (!trained.errors.some(notFinite)) return trained;
      output.fail(trained.errors, source);
      return ok(status.notTrusted);
    } finally {
      await place.value?.release();
    }
  });

/** Saves and reports. An answer that cannot be saved is reported all the same. */
async function reportAnswer(
  { report, fit, files }: Trained,
  place: FolderLock | null,
  output: Output,
): Promise<number> {
  const problem = place && (await saveRun(place.folder, await files(), place));
  if (place && !problem) output.note(`saved in ${place.folder}`);
  output.text(reportText(report, { color: output.colour }), output.colour);
  if (problem) return output.fail([problem], undefined, report);
  output.data(report);
  if (fit.stopped === "interrupted") return status.interrupted;
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

async function trainOn(subject: Subject, call: InferCall): Promise<Outcome<Trained>> {
  const { io, output, request } = call;
  const { source, config } = subject;
  const prepared = await prepare(subject, call);
  if (!prepared.ok) return prepared;
  output.warn(prepared.warnings, source);
  const { compiled, milliseconds } = prepared.value;
  const test = await loadTest(call);
  if (!test.ok) return test;
  output.warn(test.warnings, source);
  output.detail(() => planText(compiled, config, milliseconds));
  const signal = io.interruptible();
  const seed = seedOf(config, output, "repeat the run");
  const bar = progressOn(io, output.json);
  return train({
    compiled,
    open: openerOf(config.run),
    config,
    seed,
    compileTime: milliseconds,
    warnings: prepared.warnings,
    hooks: {
      signal,
      onProgress: ({ step, steps, bound, stepsPerSecond }) => bar.update(step, steps, bound, stepsPerSecond),
    },
    versions: { stratum: version, node: process.version },
    ...(test.value ? { test: test.value } : {}),
    profile: request.flags.profile,
    onTrained: bar.stop,
  });
}
