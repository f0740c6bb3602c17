import { train } from "../../api/answer.ts";
import { openerOf } from "../../api/opener.ts";
import { reportText } from "../../report/text.ts";
import type { Run } from "../commands.ts";
import { configure, prepare } from "../compiling.ts";
import { loadTest } from "../data.ts";
import { drawSeed, printConfig } from "../../api/options.ts";
import { status } from "../output.ts";
import { progressOn } from "../progress.ts";
import { saveRun } from "../../data/runs.ts";
import { version } from "../../api/version.ts";

/**
 * `stratum infer MODEL`: compiles, trains, evaluates, reports, saves. An interrupt ends training early: what was
 * learned is evaluated, reported and saved all the same.
 */
export const run: Run = async (request, io, output) => {
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded, config } = configured.value;
  const { source } = loaded;
  output.warn(configured.warnings, source);
  const seed = config.seed ?? drawSeed();
  if (request.flags["print-config"]) {
    output.text(printConfig({ ...config, seed }));
    output.data({ ok: true, config: { ...config, seed } });
    return status.fine;
  }

  const prepared = await prepare(loaded, config, request, io);
  if (!prepared.ok) return output.fail(prepared.errors, source);
  output.warn(prepared.warnings, source);
  const { compiled, milliseconds } = prepared.value;
  const test = await loadTest(request, io);
  if (!test.ok) return output.fail(test.errors, source);
  output.warn(test.warnings, source);
  const signal = io.interruptible();
  if (config.seed === null) output.note(`seed ${seed} (drawn; give it with --seed to repeat the run)`);

  const bar = progressOn(io, output.json);
  const trained = await train({
    compiled,
    open: openerOf(config),
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
    profile: request.flags["profile"] === true,
    onTrained: bar.stop,
  });
  if (!trained.ok) {
    const wrong = output.fail(trained.errors, source);
    // values that are not finite are what a run found, not what it was given
    return trained.errors.some(({ code }) => code.startsWith("PPL70")) ? status.notTrusted : wrong;
  }
  output.warn(trained.warnings, source);
  const { report, fit, files } = trained.value;

  const out = request.flags["out"];
  if (typeof out === "string") {
    const problem = await saveRun(out, await files());
    if (problem !== null) return output.fail([problem], source);
    output.note(`saved in ${out}`);
  }
  output.text(reportText(report, { color: output.colour }));
  output.data(report);
  if (fit.stopped === "interrupted") return status.interrupted;
  return report.verdict.trusted ? status.fine : status.notTrusted;
};
