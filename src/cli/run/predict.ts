import { extname } from "node:path";
import { predictRun } from "../../app/predict.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import { ok } from "../../diagnostics/diagnostic.ts";
import { openExecutor } from "../../execute/select.ts";
import { plainJson } from "../../posterior/json.ts";
import type { Program } from "../../program/program.ts";
import { predictionCsv, predictionText } from "../../report/predict.ts";
import { predictionReport } from "../../report/prediction.ts";
import type { Run } from "../command.ts";
import type { predict } from "../commands/predict.ts";
import { seedOf, withRun } from "../begin.ts";
import { loadData } from "../data.ts";
import { schemaVersion, status, save } from "../output.ts";
import { countOn } from "../progress.ts";

const formats = [".csv", ".json"];

/** `stratum predict RUN [--data FILE]`: how well a saved run predicts data, and data drawn anew beside those observed. */
export const run: Run<typeof predict> = async (call) => {
  const { request, io, output } = call;
  const { out, draws, scores, statistic: statistics } = request.flags;
  if (out !== null && !formats.includes(extname(out)))
    return output.fail([usage.unwritableFormat({ path: out, known: formats })]);
  return withRun(request.args[0], call, async (saved, config) => {
    const data = await loadData(call);
    if (!data.ok) return data;
    const seed = seedOf(config, output, "draw the same");
    const signal = io.interruptible();
    const bar = countOn(io, output.json, "draws");
    const { sizes } = config.model;
    const { engine, backend, threads } = config.run;
    const open = (program: Program) => openExecutor({ engine, backend, program, threads });
    const settings = { draws, scoresOnly: scores, seed, statistics, sizes, signal, onProgress: bar.update };
    const predicted = await predictRun(saved, data.value, open, settings);
    bar.stop();
    if (!predicted.ok) return predicted;
    output.warn(predicted.warnings, saved.source);

    const report = { ok: true, ...predictionReport(predicted.value) };
    if (out !== null) {
      const text = extname(out) === ".csv" ? predictionCsv(predicted.value) : plainJson({ schemaVersion, ...report });
      const written = await save(out, text);
      if (!written.ok) return written;
      output.note(`wrote ${out}`);
    }
    output.text(predictionText(predicted.value));
    output.data(report);
    if (signal.aborted) return ok(status.interrupted);
    return ok(predicted.value.verdict.trusted ? status.fine : status.notTrusted);
  });
};
