import { extname } from "node:path";
import { drawSeed, readConfig } from "../../api/options.ts";
import { predictRun } from "../../api/predict.ts";
import { anyText, list, whole } from "../../api/readers.ts";
import { write } from "../../data/files.ts";
import { loadRun } from "../../data/runs.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import { openExecutor } from "../../execute/select.ts";
import type { Program } from "../../program/program.ts";
import { encodeJson } from "../../posterior/json.ts";
import { usualStatistics } from "../../posterior/statistics.ts";
import { predictionCsv, predictionText } from "../../report/predict.ts";
import { predictionReport } from "../../report/prediction.ts";
import type { Run } from "../commands.ts";
import { loadData } from "../data.ts";
import { readFlag } from "../flags.ts";
import { schemaVersion, status } from "../output.ts";
import { countOn } from "../progress.ts";

const formats = [".csv", ".json"];

/** `stratum predict RUN [--data FILE]`: how well a saved run predicts data, and data drawn anew beside those observed. */
export const run: Run = async (request, io, output) => {
  const folder = request.args[0]!;
  const config = readConfig([{ given: request.given, where: "stratum predict" }]);
  if (!config.ok) return output.fail(config.errors);
  const draws = readFlag(request, "draws", whole(2), 1000);
  if (!draws.ok) return output.fail(draws.errors);
  const statistics = readFlag(request, "statistic", list(anyText, "names"), usualStatistics);
  if (!statistics.ok) return output.fail(statistics.errors);
  const out = request.flags["out"];
  if (typeof out === "string" && !formats.includes(extname(out)))
    return output.fail([usage.unwritableFormat({ path: out, known: formats })]);

  const loaded = await loadRun(folder);
  if (!loaded.ok) return output.fail(loaded.errors);
  const { source } = loaded.value;
  const model = { source, data: null, nearData: null, options: { given: {}, where: "" } };
  const data = await loadData(request, model, io);
  if (!data.ok) return output.fail(data.errors, source);

  const { engine, backend, threads, size: sizes } = config.value;
  const seed = config.value.seed ?? drawSeed();
  if (config.value.seed === null) output.note(`seed ${seed} (drawn; give it with --seed to draw the same)`);
  const signal = io.interruptible();
  const bar = countOn(io, output.json, "draws");
  const predicted = await predictRun(
    loaded.value,
    data.value,
    (program: Program) => openExecutor(engine, backend, program, threads),
    {
      draws: draws.value,
      scoresOnly: request.flags["scores"] === true,
      seed,
      statistics: statistics.value,
      sizes,
      signal,
      onProgress: bar.update,
    },
  );
  bar.stop();
  if (!predicted.ok) return output.fail(predicted.errors, source);
  output.warn(predicted.warnings, source);

  const report = { ok: true, ...predictionReport(predicted.value) };
  if (typeof out === "string") {
    const text = extname(out) === ".csv" ? predictionCsv(predicted.value) : encodeJson({ schemaVersion, ...report });
    const problem = await write(out, text);
    if (problem !== null) return output.fail([usage.unwritable({ path: out, problem })]);
    output.note(`wrote ${out}`);
  }
  output.text(predictionText(predicted.value));
  output.data(report);
  if (signal.aborted) return status.interrupted;
  return predicted.value.verdict.trusted ? status.fine : status.notTrusted;
};
