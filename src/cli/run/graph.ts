import { absent } from "../../base/packages.ts";
import { drawingNotInstalled } from "../../diagnostics/catalogue/plots.ts";
import { failed, ok, type Outcome } from "../../diagnostics/diagnostic.ts";
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
    const shown = svg ? await drawn(dot) : ok(dot);
    if (!shown.ok) return shown;
    const text = shown.value;
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
async function drawn(dot: string): Promise<Outcome<string>> {
  const graphviz = await import("@viz-js/viz").catch(absent);
  if (graphviz === null) return failed(drawingNotInstalled({ what: "a graph", packages: ["@viz-js/viz"] }));
  const viz = await graphviz.instance();
  const svg = viz.renderString(dot, { format: "svg" });
  return ok(svg.endsWith("\n") ? svg : `${svg}\n`);
}
