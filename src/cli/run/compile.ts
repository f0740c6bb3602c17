import { ok } from "../../diagnostics/diagnostic.ts";
import { toJson } from "../../diagnostics/render.ts";
import { exportTargets } from "../../execute/export.ts";
import { compileReport, compileText } from "../../report/compile.ts";
import type { Run } from "../command.ts";
import type { compile } from "../commands/compile.ts";
import { prepare, withModel } from "../begin.ts";
import { status, save } from "../output.ts";

/** `stratum compile MODEL --out step.mjs`: the bound and its gradients as a module that needs TensorFlow.js alone. */
export const run: Run<typeof compile> = (call) =>
  withModel(call.request.args[0], call, async (subject) => {
    const { output } = call;
    const { source, config } = subject;
    output.warn(subject.warnings, source);
    const prepared = await prepare(subject, call);
    if (!prepared.ok) return prepared;
    output.warn(prepared.warnings, source);

    const { compiled, milliseconds } = prepared.value;
    const began = performance.now();
    const program = compiled.gradient();
    const { bound, estimator, T } = config.compile.objective;
    const title = `${compiled.model.name}: ${bound}, ${estimator} gradient, T = ${T}`;
    const { code: js, types: dts } = exportTargets.module.write(program, { title, source });
    const seconds = (milliseconds + performance.now() - began) / 1000;

    const { out } = call.request.flags;
    const warnings = toJson(prepared.warnings, source);
    if (out === "-") {
      output.text(js);
      output.data({ ok: true, ...compileReport(compiled, program, seconds, []), js, dts, warnings });
      return ok(status.fine);
    }
    const types = out.replace(/\.(m|c)?js$/, "") + (out.endsWith(".js") ? ".d.ts" : ".d.mts");
    const files = { [out]: js, ...(dts !== null && { [types]: dts }) };
    for (const [path, text] of Object.entries(files)) {
      const saved = await save(path, text);
      if (!saved.ok) return saved;
    }
    const report = compileReport(compiled, program, seconds, Object.keys(files));
    output.text(compileText(report));
    output.data({ ok: true, ...report, warnings });
    return ok(status.fine);
  });
