import { dotString } from "../base/escape.ts";
import { showShape } from "../tensor/shape.ts";
import type { Expr, PlateId } from "../model/model.ts";
import { everyExpr } from "../model/walk.ts";
import type { Graph, GraphKind, GraphNode } from "./graph.ts";

/** How a kind of node looks; the drawing conventions of plate notation where there are any. */
// prettier-ignore
const looks: { readonly [K in GraphKind]: string } = {
  latent:   'shape=ellipse style=filled fillcolor="white"',
  observed: 'shape=ellipse style=filled fillcolor="#c9d3e0"',
  factor:   'shape=box style=filled fillcolor="#333333" fontcolor="white" height=0.25',
  let:      'shape=ellipse style=dashed',
  data:     'shape=box fontsize=10 height=0.3 color="#8a8a8a" style=filled fillcolor="#eef1f5"',
  const:    'shape=plain fontsize=10',
  param:    'shape=box fontsize=10 height=0.3 style="rounded"',
  net:      'shape=box fontsize=10 height=0.3 peripheries=2',
};

/** Longer definitions are cut: the drawing shows what depends on what, the model says how. */
const longestLabel = 32;

/**
 * The graphical model as Graphviz DOT, in plate notation: latent sites are white ellipses, observed ones shaded, lets
 * dashed; inputs and learnable constants are small boxes; each plate is a cluster with its size in the corner. A dotted
 * line without a head joins data to the site that observes them; a dashed grey arrow leads from what the model's `guide`
 * reads to the site that it is a guide for. Ends with a newline.
 */
export function toDot(graph: Graph): string {
  const lines = [
    `digraph ${dotString(graph.model.name)} {`,
    `  graph [rankdir=TB nodesep=0.35 ranksep=0.4 fontname="Helvetica" fontsize=10 compound=true]`,
    `  node [fontname="Helvetica" fontsize=12 margin="0.08,0.04"]`,
    `  edge [arrowsize=0.7 color="#444444"]`,
  ];

  // A node stands in the cluster of its innermost plate; a cluster inside that of the plate just around it.
  const innermost = (plates: readonly PlateId[]): PlateId | null => plates.at(-1) ?? null;
  const draw = (within: PlateId | null, indent: string): void => {
    for (const node of graph.nodes)
      if (innermost(node.plates) === within)
        lines.push(`${indent}${dotString(node.id)} [label=${labelOf(node, graph)} ${looks[node.kind]}]`);
    for (const plate of graph.plates) {
      if (innermost(plate.within) !== within) continue;
      lines.push(`${indent}subgraph ${dotString(`cluster_${plate.id}`)} {`);
      lines.push(
        `${indent}  label=${dotString(`${plate.index} in ${plate.size}`)} labelloc=b labeljust=r`,
        `${indent}  style=rounded color="#8a8a8a"`,
      );
      draw(plate.id, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  draw(null, "  ");

  const kinds = new Map(graph.nodes.map(({ id, kind }) => [id, kind]));
  for (const node of graph.nodes) {
    const seen = observedData(node);
    for (const parent of node.parents) {
      // A loop would say that a quantity depends on itself.
      if (parent === node.id) continue;
      const style = kinds.get(parent) === "data" && seen.has(parent) ? " [style=dotted arrowhead=none]" : "";
      lines.push(`  ${dotString(parent)} -> ${dotString(node.id)}${style}`);
    }
  }
  for (const { site, given } of graph.model.guide)
    for (const name of new Set(given.flatMap(dataIn)))
      lines.push(`  ${dotString(name)} -> ${dotString(site)} [style=dashed color="#b0b0b0"]`);
  lines.push("}", "");
  return lines.join("\n");
}

/** The data on the left side of an `observe`. */
function observedData(node: GraphNode): ReadonlySet<string> {
  return new Set(node.node?.kind === "observed" ? dataIn(node.node.value) : []);
}

function dataIn(expr: Expr): readonly string[] {
  return [...everyExpr(expr)].flatMap((part) => (part.kind === "data" ? [part.name] : []));
}

function labelOf({ id, kind, label, node }: GraphNode, graph: Graph): string {
  switch (kind) {
    case "latent": {
      const shape = node?.kind === "latent" ? node.type.shape : [];
      return dotString(named(id, shape), `~ ${label}`);
    }
    case "observed":
      return dotString(id, `~ ${label}`);
    case "let":
    case "factor":
      return kind === "let" ? dotString(id, `= ${short(label)}`) : dotString("factor", short(label));
    case "data":
      return dotString(named(id, graph.model.data.find(({ name }) => name === id)?.type.shape ?? []));
    case "param":
      return dotString(named(id, graph.model.params.find(({ name }) => name === id)?.type.shape ?? []));
    case "const": {
      const span = graph.model.consts.find(({ name }) => name === id)?.value.span;
      const value = span ? short(graph.model.source.text.slice(span.start, span.end)) : "";
      return dotString(value === "" ? id : `${id} = ${value}`);
    }
    case "net": {
      const span = graph.model.nets.find(({ name }) => name === id)?.written;
      return span ? dotString(id, short(graph.model.source.text.slice(span.start, span.end))) : dotString(id);
    }
  }
}

const named = (id: string, shape: readonly (number | string)[]): string =>
  shape.length === 0 ? id : `${id} ${showShape(shape)}`;

function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= longestLabel ? line : `${line.slice(0, longestLabel - 1)}…`;
}
