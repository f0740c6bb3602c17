import { ok } from "../../diagnostics/diagnostic.ts";
import { toJson } from "../../diagnostics/render.ts";
import { exportTargets, targetFor, type ExportName } from "../../execute/export/index.ts";
import { compileReport, compileText } from "../../report/compile.ts";
import type { Run } from "../command.ts";
import type { compile } from "../commands/compile.ts";
import { prepare, withModel } from "../begin.ts";
import { status, save } from "../output.ts";

/** The form that was asked for, and the ending that its file has. */
function formOf(out: string, to: ExportName | null): { readonly name: ExportName; readonly ending: string } {
  const byEnding = targetFor(out);
  const name = to ?? byEnding?.name ?? "module";
  return { name, ending: byEnding?.name === name ? byEnding.ending : exportTargets[name].endings[0] };
}

/** `stratum compile MODEL --out step.mjs`: the bound and its gradients, or a training step, in one of the forms. */
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
    const { out, to } = call.request.flags;
    const form = formOf(out, to);
    const target = exportTargets[form.name];
    const program = compiled[target.of]();
    const { bound, estimator, T } = config.compile.objective;
    const title = `${compiled.model.name}: ${bound}, ${estimator} gradient, T = ${T}`;
    const { code, types } = target.write(program, { title, source }, form.ending);
    const seconds = (milliseconds + performance.now() - began) / 1000;

    const warnings = toJson(prepared.warnings, source);
    if (out === "-") {
      output.content(code);
      output.data({ ok: true, ...compileReport(compiled, program, seconds, []), code, types: types?.text, warnings });
      return ok(status.fine);
    }
    const stem = out.endsWith(form.ending) ? out.slice(0, -form.ending.length) : out;
    const files = { [out]: code, ...(types && { [`${stem}${types.ending}`]: types.text }) };
    for (const [path, text] of Object.entries(files)) {
      const saved = await save(path, text);
      if (!saved.ok) return saved;
    }
    const report = compileReport(compiled, program, seconds, Object.keys(files));
    output.text(compileText(report));
    output.data({ ok: true, ...report, warnings });
    return ok(status.fine);
  });
