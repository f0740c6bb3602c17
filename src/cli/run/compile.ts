import * as usage from "../../diagnostics/catalogue/usage.ts";
import { toJson } from "../../diagnostics/render.ts";
import { emitModule } from "../../execute/tfjs/module.ts";
import { compileReport, compileText } from "../../report/compile.ts";
import type { Run } from "../commands.ts";
import { configure, prepare } from "../compiling.ts";
import { write } from "../../data/files.ts";
import { status } from "../output.ts";

/** `stratum compile MODEL --out step.mjs`: the bound and its gradients as a module that needs TensorFlow.js alone. */
export const run: Run = async (request, io, output) => {
  const configured = await configure(request.args[0]!, request, io);
  if (!configured.ok) return output.fail(configured.errors);
  const { loaded, config } = configured.value;
  const { source } = loaded;
  output.warn(configured.warnings, source);
  const prepared = await prepare(loaded, config, request, io);
  if (!prepared.ok) return output.fail(prepared.errors, source);
  output.warn(prepared.warnings, source);

  const { compiled, milliseconds } = prepared.value;
  const began = performance.now();
  const program = compiled.gradient();
  const { js, dts } = emitModule(program, {
    title: `${compiled.model.name}: ${config.objective}, ${config.gradient} gradient, T = ${config.T}`,
    source,
  });
  const seconds = (milliseconds + performance.now() - began) / 1000;

  const out = String(request.flags["out"]);
  const warnings = toJson(prepared.warnings, source);
  if (out === "-") {
    output.text(js);
    output.data({ ok: true, ...compileReport(compiled, program, seconds, []), js, dts, warnings });
    return status.fine;
  }
  const types = out.replace(/\.(m|c)?js$/, "") + (out.endsWith(".js") ? ".d.ts" : ".d.mts");
  for (const [path, text] of [
    [out, js],
    [types, dts],
  ] as const) {
    // prettier-ignore
    const problem = await write(path, text);
    if (problem !== null) return output.fail([usage.unwritable({ path, problem })]);
  }
  const report = compileReport(compiled, program, seconds, [out, types]);
  output.text(compileText(report));
  output.data({ ok: true, ...report, warnings });
  return status.fine;
};
