import { calibrate } from "../../api/calibrate.ts";
import { drawSeed } from "../../api/options.ts";
import { whole } from "../../api/readers.ts";
import { openerOf } from "../../api/opener.ts";
import { calibrationText } from "../../report/calibration.ts";
import type { Run } from "../commands.ts";
import { configure } from "../compiling.ts";
import { loadData } from "../data.ts";
import { readFlag } from "../flags.ts";
import { status } from "../output.ts";
import { countOn } from "../progress.ts";

/** `stratum calibrate MODEL`: whether fits of simulated data find the true values where they should be. */
export const run: Run = async (request, io, output) => {
  const simulations = readFlag(request, "simulations", whole(1), 100);
  if (!simulations.ok) return output.fail(simulations.errors);
  const draws = readFlag(request, "draws", whole(1), 99);
  if (!draws.ok) return output.fail(draws.errors);
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded, config } = configured.value;
  const { source } = loaded;
  // as for `simulate`: sizes that are asked for win over the lengths of the data of a model folder
  const folder = Object.keys(config.size).length > 0 ? null : loaded.data;
  const data = await loadData(request, { ...loaded, data: folder }, io);
  if (!data.ok) return output.fail(data.errors, source);

  const seed = config.seed ?? drawSeed();
  if (config.seed === null) output.note(`seed ${seed} (drawn; give it with --seed to repeat the check)`);
  const signal = io.interruptible();
  const bar = countOn(io, output.json, "fits");
  const calibrated = await calibrate(source, {
    config,
    data: data.value ?? {},
    simulations: simulations.value,
    draws: draws.value,
    seed,
    open: openerOf(config),
    signal,
    onProgress: bar.update,
  });
  bar.stop();
  if (!calibrated.ok) return output.fail(calibrated.errors, source);
  output.warn(calibrated.warnings, source);
  const report = calibrated.value;
  output.text(calibrationText(report));
  output.data({ ok: true, ...report });
  if (signal.aborted) return status.interrupted;
  return report.uniform && report.failed === 0 ? status.fine : status.notTrusted;
};
