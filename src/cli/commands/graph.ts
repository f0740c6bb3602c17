import { modelArgument, usage } from "../command.ts";
import { flag, outFile } from "../options.ts";

export const graph = usage({
  name: "graph",
  doc: "Print the graphical model as Graphviz DOT.",
  args: [modelArgument],
  options: { svg: flag("draw it: SVG instead of DOT"), out: outFile },
  examples: ["stratum graph model.ppl --svg --out graph.svg"],
});
