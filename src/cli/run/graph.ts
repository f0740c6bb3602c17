import { ok } from "../../diagnostics/diagnostic.ts";
import { toDot } from "../../graph/dot.ts";
import { checkSource } from "../../pipeline.ts";
import type { Run } from "../command.ts";
import type { graph } from "../commands/graph.ts";
import { withModel } from "../begin.ts";
import { status, save } from "../output.ts";

/** `stratum graph MODEL [--svg]`: the graphical model as DOT, or drawn. */
export const run: Run<typeof graph> = (call) =>
  withModel(call.request.args[0], call, async ({ source }) => {
    const { output } = call;
    const { svg, out } = call.request.flags;
    const checked = checkSource(source);
    if (!checked.ok) return checked;
    output.warn(checked.warnings, source);

    const { graph, model } = checked.value;
    const dot = toDot(graph);
    const text = svg ? await drawn(dot) : dot;
    if (out === null) output.content(text);
    else {
      const saved = await save(out, text);
      if (!saved.ok) return saved;
    }
    output.data({
      ok: true,
      name: model.name,
      nodes: graph.nodes.map(({ id, kind, plates, parents, label }) => ({ id, kind, plates, parents, label })),
      plates: graph.plates.map(({ id, index, size, within }) => ({ id, index, size, within })),
      ...(svg ? { svg: text } : { dot }),
    });
    return ok(status.fine);
  });

/** Graphviz itself, compiled to WebAssembly; loaded only when a drawing is asked for. */
async function drawn(dot: string): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  const svg = viz.renderString(dot, { format: "svg" });
  return svg.endsWith("\n") ? svg : `${svg}\n`;
}
