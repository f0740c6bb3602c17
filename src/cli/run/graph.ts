import * as usage from "../../diagnostics/catalogue/usage.ts";
import { toDot } from "../../graph/dot.ts";
import type { Run } from "../commands.ts";
import { write } from "../../data/files.ts";
import { loadModel } from "../load.ts";
import { status } from "../output.ts";
import { checkSource } from "../../pipeline.ts";

/** `stratum graph MODEL [--svg]`: the graphical model as DOT, or drawn. */
export const run: Run = async ({ args, flags }, io, output) => {
  const loaded = await loadModel(args[0]!, io);
  if (!loaded.ok) return output.fail(loaded.errors);
  const { source } = loaded.value;
  const checked = checkSource(source);
  if (!checked.ok) return output.fail(checked.errors, source);
  output.warn(checked.warnings, source);

  const { graph, model } = checked.value;
  const dot = toDot(graph);
  const text = flags["svg"] ? await drawn(dot) : dot;
  const out = flags["out"];
  if (typeof out === "string") {
    const problem = await write(out, text);
    if (problem !== null) return output.fail([usage.unwritable({ path: out, problem })]);
  } else output.text(text);
  output.data({
    ok: true,
    name: model.name,
    nodes: graph.nodes.map(({ id, kind, plates, parents, label }) => ({
      id,
      kind,
      plates,
      parents,
      label,
    })),
    plates: graph.plates.map(({ id, index, size, within }) => ({ id, index, size, within })),
    ...(flags["svg"] ? { svg: text } : { dot }),
  });
  return status.fine;
};

/** Graphviz itself, compiled to WebAssembly; loaded only when a drawing is asked for. */
async function drawn(dot: string): Promise<string> {
  const { instance } = await import("@viz-js/viz");
  const viz = await instance();
  const svg = viz.renderString(dot, { format: "svg" });
  return svg.endsWith("\n") ? svg : `${svg}\n`;
}
