import { markovBlanket, type Graph, type GraphNode } from "./graph.ts";

/**
 * The graph as text, one node a line in topological order: kind, name, what it is, the plates it stands in and what
 * it is computed from. Latent sites are followed by their Markov blankets. Ends with a newline.
 *
 *     graph eight_schools
 *       latent   mu ~ normal
 *       latent   eta ~ normal           in j
 *       let      theta = mu + tau * eta  in j  from mu, tau, eta
 *     blankets
 *       mu: children theta; coparents tau, eta
 */
export function printGraph(graph: Graph): string {
  const rows = graph.nodes.map((node) => ({
    head: `  ${node.kind.padEnd(8)} ${described(node)}`,
    plates: node.plates.length > 0 ? `in ${node.plates.join(", ")}` : "",
    parents: node.parents.length > 0 ? `from ${node.parents.join(", ")}` : "",
  }));
  const width = (column: "head" | "plates") => Math.max(0, ...rows.map((row) => row[column].length));
  const [heads, plates] = [width("head"), width("plates")];
  const lines = rows.map((row) =>
    `${row.head.padEnd(heads)}  ${row.plates.padEnd(plates)}${plates > 0 ? "  " : ""}${row.parents}`.trimEnd(),
  );

  const blankets = graph.nodes
    .filter(({ kind }) => kind === "latent")
    .map(({ id }) => {
      const blanket = markovBlanket(graph, id);
      const parts = (["parents", "children", "coparents"] as const)
        .filter((part) => blanket[part].length > 0)
        .map((part) => `${part} ${blanket[part].join(", ")}`);
      return `  ${id}: ${parts.length > 0 ? parts.join("; ") : "alone"}`;
    });

  const sizes = graph.plates.map(
    ({ id, index, size }) => `  plate    ${id === index ? id : `${id} (${index})`} in ${size}`,
  );
  return [
    `graph ${graph.model.name}`,
    ...sizes,
    ...lines,
    ...(blankets.length > 0 ? ["blankets", ...blankets] : []),
    "",
  ].join("\n");
}

function described({ id, kind, label }: GraphNode): string {
  switch (kind) {
    case "latent":
    case "observed":
      return `${id} ~ ${label}`;
    case "let":
      return `${id} = ${label.replace(/\s+/g, " ")}`;
    case "factor":
      return label.replace(/\s+/g, " ");
    case "data":
    case "const":
    case "param":
    case "net":
      return id;
  }
}
