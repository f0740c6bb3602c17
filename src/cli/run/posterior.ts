import { openExecutor } from "../../execute/select.ts";
import { defaultEvaluateOptions } from "../../posterior/evaluate.ts";
import { makePosterior } from "../../posterior/posterior.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import { fitReport, fittedOf, fittedThen } from "../../report/build.ts";
import { reportText } from "../../report/text.ts";
import { applyRun } from "../../api/apply.ts";
import type { Run } from "../commands.ts";
import { loadData } from "../data.ts";
import { readConfig } from "../../api/options.ts";
import { status } from "../output.ts";
import { loadRun } from "../../data/runs.ts";

/** `stratum posterior RUN [--data NEW]`: what a saved run found, or what its guide says of new data. */
export const run: Run = async (request, io, output) => {
  const folder = request.args[0]!;
  const config = readConfig([{ given: request.given, where: "stratum posterior" }]);
  if (!config.ok) return output.fail(config.errors);
  const loaded = await loadRun(folder);
  if (!loaded.ok) return output.fail(loaded.errors);
  const { source, record, parameters } = loaded.value;
  const common = {
    fit: record.training,
    beta: record.settings.fit.beta.to,
    engine: record.executor,
    warnings: [],
  };

  const data = await loadData(
    request,
    { source, data: null, options: { given: {}, where: "" } },
    io,
  );
  if (!data.ok) return output.fail(data.errors, source);
  if (data.value === null) {
    const { posterior } = loaded.value;
    if (posterior === null)
      return output.fail([
        usage.notARun({ path: folder, problem: "it was saved before it was finished" }),
      ]);
    const report = fitReport({
      ...common,
      fitted: fittedThen(loaded.value),
      posterior,
      seed: record.seed,
      seconds: null,
    });
    output.text(reportText(report, { color: output.colour }));
    output.data(report);
    return report.verdict.trusted ? status.fine : status.notTrusted;
  }

  const began = performance.now();
  const applied = applyRun(loaded.value, data.value);
  if (!applied.ok) return output.fail(applied.errors, source);
  output.warn(applied.warnings, source);
  const executor = await openExecutor(config.value.engine, config.value.backend);
  if (!executor.ok) return output.fail(executor.errors, source);
  const compiled = performance.now();
  const seed = config.value.seed ?? record.seed;
  const posterior = await makePosterior(applied.value, executor.value, parameters, {
    ...defaultEvaluateOptions,
    seed,
    draws: config.value["evidence-draws"],
  });
  const report = fitReport({
    ...common,
    fitted: fittedOf(applied.value),
    posterior,
    seed,
    engine: executor.value,
    seconds: {
      compile: (compiled - began) / 1000,
      train: null,
      evaluate: (performance.now() - compiled) / 1000,
    },
    warnings: applied.warnings,
  });
  output.text(reportText(report, { color: output.colour }));
  output.data(report);
  return report.verdict.trusted ? status.fine : status.notTrusted;
};
