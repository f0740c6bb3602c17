import { openExecutor } from "../../execute/select.ts";
import { fit } from "../../inference/fit.ts";
import { defaultEvaluateOptions } from "../../posterior/evaluate.ts";
import { makePosterior } from "../../posterior/posterior.ts";
import { toFiles } from "../../posterior/run.ts";
import { fitReport, fittedOf } from "../../report/build.ts";
import { reportText } from "../../report/text.ts";
import type { Run } from "../commands.ts";
import { configure, prepare } from "../compiling.ts";
import { drawSeed, fitOptions, printConfig } from "../../api/options.ts";
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
  const executor = await openExecutor(config.engine, config.backend);
  if (!executor.ok) return output.fail(executor.errors, source);
  const signal = io.interruptible();
  if (config.seed === null)
    output.note(`seed ${seed} (drawn; give it with --seed to repeat the run)`);

  const training = fitOptions(config, seed);
  const bar = progressOn(io, output.json);
  const fitted = await fit(compiled, executor.value, training, {
    signal,
    onProgress: ({ step, steps, bound, stepsPerSecond }) =>
      bar.update(step, steps, bound, stepsPerSecond),
  });
  bar.stop();
  if (!fitted.ok) return output.fail(fitted.errors, source);
  output.warn(fitted.warnings, source);

  const began = performance.now();
  const evaluation = { ...defaultEvaluateOptions, seed, draws: config["evidence-draws"] };
  const { parameters } = fitted.value;
  const posterior = await makePosterior(compiled, executor.value, parameters, evaluation);
  const report = fitReport({
    fitted: fittedOf(compiled),
    fit: fitted.value,
    posterior,
    seed,
    engine: executor.value,
    beta: config.beta,
    seconds: {
      compile: milliseconds / 1000,
      train: fitted.value.seconds,
      evaluate: (performance.now() - began) / 1000,
    },
    warnings: [...prepared.warnings, ...fitted.warnings],
  });

  const out = request.flags["out"];
  if (typeof out === "string") {
    const files = await toFiles({
      lowered: compiled,
      executor: executor.value,
      fit: fitted.value,
      fitOptions: training,
      evaluateOptions: evaluation,
      posterior,
      versions: { stratum: version, node: process.version },
    });
    const problem = await saveRun(out, files);
    if (problem !== null) return output.fail([problem], source);
    output.note(`saved in ${out}`);
  }
  output.text(reportText(report, { color: output.colour }));
  output.data(report);
  if (fitted.value.stopped === "interrupted") return status.interrupted;
  return report.verdict.trusted ? status.fine : status.notTrusted;
};
