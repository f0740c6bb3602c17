import { lookUp } from "../base/assert.ts";
import { outermostFirst } from "../base/walks.ts";
import type { Span } from "../diagnostics/span.ts";
import type { EntriesNode, Expr, Model, ModelNode, Plate, PlateId } from "../model/model.ts";
import { distExprs, distName, everyExpr, letsIn } from "../model/walk.ts";

export type GraphKind = "latent" | "observed" | "factor" | "let" | "data" | "const" | "param" | "net";

/** One quantity of the model. */
export interface GraphNode {
  /** The user's name; `observe x[n]` and `factor` get one made from what is written. */
  readonly id: string;
  readonly kind: GraphKind;
  readonly plates: readonly PlateId[];
  /** Ids of the nodes its value or density is computed from. */
  readonly parents: readonly string[];
  readonly span: Span;
  /** The model's node, for latent, observed, factor and let. */
  readonly node: ModelNode | null;
  /** For people: "normal", "abs(z)". */
  readonly label: string;
}

/**
 * The directed graphical model. Nodes are in topological order: parents come first, but for what a site sampled entry
 * by entry has among its parents and is computed from its own earlier entries.
 */
export interface Graph {
  readonly model: Model;
  readonly nodes: readonly GraphNode[];
  readonly plates: readonly Plate[];
}

/** The dependency graph of a checked model. Cannot fail: the checker orders definitions before uses. */
export function buildGraph(model: Model): Graph {
  const nodes: GraphNode[] = [];
  const text = (span: Span): string => model.source.text.slice(span.start, span.end);
  const add = (node: Omit<GraphNode, "plates"> & { plates?: readonly PlateId[] }): void => {
    nodes.push({ plates: [], ...node });
  };
  const base = { node: null, plates: [] };
  for (const { name, span } of model.data) add({ ...base, id: name, kind: "data", parents: [], span, label: "data" });
  for (const { name, span, value } of model.consts)
    add({ ...base, id: name, kind: "const", parents: refs([value]), span, label: "const" });
  for (const { name, span, type, init } of model.params) {
    const bounds = [type.lower, type.upper].filter((bound) => bound !== null);
    const start = init.kind === "value" ? [init.value] : distExprs(init.dist);
    const parents = refs([...bounds, ...start]);
    add({ ...base, id: name, kind: "param", parents, span, label: "param" });
  }
  for (const { name, span } of model.nets) add({ ...base, id: name, kind: "net", parents: [], span, label: "net" });
  const used = new Set(nodes.map((node) => node.id));
  for (const node of model.nodes) {
    if (node.kind === "entries") continue;
    const id = unique(node.kind === "factor" ? "factor" : node.name, used);
    const drawn = node.kind === "latent" ? entriesOf(model, node.name) : [];
    const { span, plates, kind } = node;
    const parents = refs([node, ...drawn].flatMap(exprsOf)).filter((name) => name !== id);
    const label =
      drawn.length > 0
        ? `${[...new Set(drawn.map(({ dist }) => distName(dist)))].join(", ")} entry by entry`
        : labelOf(node, text);
    add({ id, kind, plates, parents, span, node, label });
  }
  return { model, nodes, plates: model.plates };
}

/** The expressions a node's value or density is computed from. */
export function exprsOf(node: ModelNode): readonly Expr[] {
  switch (node.kind) {
    case "latent":
      return [
        ...(node.dist ? distExprs(node.dist) : []),
        ...[node.type.lower, node.type.upper].filter((bound) => bound !== null),
      ];
    case "entries":
    case "observed":
      return [node.value, ...distExprs(node.dist)];
    case "factor":
    case "let":
      return [node.value];
  }
}

/** Names of the nodes that expressions mention, each once. */
function refs(exprs: readonly Expr[]): string[] {
  const found = new Set<string>();
  for (const root of exprs)
    for (const expr of everyExpr(root)) {
      if (expr.kind === "net") found.add(expr.net);
      else if ("name" in expr) found.add(expr.name);
    }
  return [...found];
}

/** How the entries of a site come about that is sampled entry by entry, in order; none for any other site. */
export function entriesOf(model: Model, site: string): EntriesNode[] {
  return model.nodes.filter((node) => node.kind === "entries").filter(({ name }) => name === site);
}

function labelOf(node: Exclude<ModelNode, EntriesNode>, text: (span: Span) => string): string {
  switch (node.kind) {
    case "latent":
      return node.dist ? distName(node.dist) : "no entries";
    case "observed":
      return distName(node.dist);
    case "factor":
    case "let":
      return text(node.value.span);
  }
}

function unique(name: string, used: Set<string>): string {
  let id = name;
  for (let n = 2; used.has(id); n++) id = `${name} (${n})`;
  used.add(id);
  return id;
}

const nodesById = new WeakMap<Graph, ReadonlyMap<string, GraphNode>>();

export function nodeOf(graph: Graph, id: string): GraphNode {
  const byId = nodesById.get(graph) ?? new Map(graph.nodes.map((node) => [node.id, node]));
  nodesById.set(graph, byId);
  return lookUp(byId, id);
}

/** The latent sites that a node depends on directly, seen through `let`s. */
export function latentParents(graph: Graph, id: string): Set<string> {
  const through = (name: string): readonly string[] => {
    const { kind, parents } = nodeOf(graph, name);
    return kind === "let" ? parents : [];
  };
  const found = new Set<string>();
  for (const name of outermostFirst(nodeOf(graph, id).parents, through))
    if (nodeOf(graph, name).kind === "latent") found.add(name);
  // of a site that is sampled entry by entry, what an entry depends on may be computed from those before it
  found.delete(id);
  return found;
}

/** Of a latent site: the latents it depends on, the densities that depend on it, and their other latents. */
export interface MarkovBlanket {
  readonly parents: readonly string[];
  /** Latent, observed and factor nodes with this site as a latent parent. */
  readonly children: readonly string[];
  readonly coparents: readonly string[];
}

export function markovBlanket(graph: Graph, site: string): MarkovBlanket {
  const parents = [...latentParents(graph, site)];
  const densities = graph.nodes.filter(({ kind }) => ["latent", "observed", "factor"].includes(kind));
  const children = densities.filter(({ id }) => latentParents(graph, id).has(site));
  const others = new Set(children.flatMap(({ id }) => [...latentParents(graph, id)]));
  others.delete(site);
  return { parents, children: children.map(({ id }) => id), coparents: [...others] };
}

/** The latents that each latent (itself) and each `let` is computed from. */
export type Reach = ReadonlyMap<string, ReadonlySet<string>>;

export function reachOf(model: Model): Reach {
  const reach = new Map<string, Set<string>>();
  for (const node of model.nodes) {
    if (node.kind === "latent") reach.set(node.name, new Set([node.name]));
    if (node.kind === "let") reach.set(node.name, latentsIn(node.value, reach));
  }
  return reach;
}

/** The latents that an expression is computed from. */
export function latentsIn(root: Expr, reach: Reach): Set<string> {
  const found = new Set<string>();
  for (const expr of everyExpr(root))
    if (expr.kind === "latent" || expr.kind === "let") reach.get(expr.name)?.forEach((name) => found.add(name));
  return found;
}

/**
 * Whether the posterior of a plate's latents factorises over its elements: whatever depends on one element's latents
 * depends on no latent of another element, of another plate, or of none.
 */
export function factorises({ model }: Graph, reach: Reach, plate: PlateId): boolean {
  const inside = new Set(model.nodes.flatMap((n) => (n.kind === "latent" && n.plates[0] === plate ? [n.name] : [])));
  return model.nodes.every((node) => {
    if (node.kind === "let") return true;
    const uses = exprsOf(node);
    const touched = new Set(uses.flatMap((expr) => [...latentsIn(expr, reach)]));
    if (node.kind === "latent") touched.add(node.name);
    if (![...touched].some((name) => inside.has(name))) return true;
    return (
      node.plates[0] === plate &&
      [...touched].every((name) => inside.has(name)) &&
      elementwise(model, node, plate, inside, reach)
    );
  });
}

/** No reference to the plate's latents, directly or in the lets on the way, is to a whole array of them. */
function elementwise(
  model: Model,
  node: ModelNode,
  plate: PlateId,
  inside: ReadonlySet<string>,
  reach: Reach,
): boolean {
  const touches = (name: string): boolean => [...(reach.get(name) ?? [])].some((site) => inside.has(site));
  const roots = [...exprsOf(node), ...letsIn(model, exprsOf(node), (name) => !touches(name)).map(({ value }) => value)];
  const seen = new Set<Expr>();
  return roots.every((root) =>
    [...everyExpr(root, seen)].every(
      (expr) => (expr.kind !== "latent" && expr.kind !== "let") || !touches(expr.name) || expr.plates.includes(plate),
    ),
  );
}
