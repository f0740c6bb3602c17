import { calibrate as check } from "../../app/calibrate.ts";
import { openerOf } from "../../app/opener.ts";
import { ok } from "../../diagnostics/diagnostic.ts";
import { calibrationText } from "../../report/calibration.ts";
import type { Run } from "../command.ts";
import type { calibrate } from "../commands/calibrate.ts";
import { seedOf, withModel } from "../begin.ts";
import { loadData } from "../data.ts";
import { status } from "../output.ts";
import { countOn } from "../progress.ts";

/** `stratum calibrate MODEL`: whether fits of simulated data find the true values where they should be. */
export const run: Run<typeof calibrate> = (call) =>
  withModel(call.request.args[0], call, async ({ loaded, source, config }) => {
    const { io, output, request } = call;
    // as for `simulate`: sizes that are asked for win over the lengths of the data of a model folder
    const data = await loadData(call, Object.keys(config.model.sizes).length > 0 ? null : loaded.data);
    if (!data.ok) return data;
    const seed = seedOf(config, output, "repeat the check");
    const signal = io.interruptible();
    const bar = countOn(io, output.json, "fits");
    const { simulations, draws } = request.flags;
    const calibrated = await check(source, {
      ...{ config, data: data.value ?? {}, simulations, draws, seed, signal },
      open: openerOf(config.run),
      onProgress: bar.update,
    });
    bar.stop();
    if (!calibrated.ok) return calibrated;
    output.warn(calibrated.warnings, source);
    const report = calibrated.value;
    output.text(calibrationText(report));
    output.data({ ok: true, ...report });
    if (signal.aborted) return ok(status.interrupted);
    return ok(report.uniform && report.failed === 0 ? status.fine : status.notTrusted);
  });
