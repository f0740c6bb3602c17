import { present } from "../base/assert.ts";
import { innermostFirst, outermostFirst } from "../base/walks.ts";
import type { Dist, ElementExpr, Expr, IndexItem, LetNode, Model, Segment } from "./model.ts";

/** Direct subexpressions, in source order. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "call":
      return expr.args;
    case "net":
      return [expr.arg];
    case "index":
      return [expr.target, ...expr.items.flatMap(itemExprs)];
    case "array":
      return expr.elements;
    case "local":
      return [expr.value];
    case "element": {
      const single = singleEntry(expr);
      return single ? [single] : "lag" in expr.at ? [] : segmentExprs(expr.at.before);
    }
    case "filled":
      return segmentExprs(expr.segments);
    default:
      return [];
  }
}

/** The value of an entry at a known place that was filled by itself, as all in front of it were; null of any other. */
export function singleEntry({ at }: ElementExpr): Expr | null {
  if ("lag" in at || typeof at.place !== "number") return null;
  const part = at.before[at.place];
  const alone = part?.kind === "entry" && at.before.slice(0, at.place).every(({ kind }) => kind === "entry");
  return alone ? part.value : null;
}

function segmentExprs(segments: readonly Segment[]): Expr[] {
  return segments.flatMap((part) =>
    part.kind === "entry"
      ? [part.value]
      : part.loop.fills.flatMap(({ value, before }) => [...segmentExprs(before), value]),
  );
}

function itemExprs(item: IndexItem): readonly Expr[] {
  return item.kind === "at" ? [item.at] : [];
}

/** The argument expressions of a distribution, those of its components included. */
export function distExprs(dist: Dist): readonly Expr[] {
  switch (dist.kind) {
    case "family":
      return Object.values(dist.args);
    case "mixture":
      return [dist.weights, ...partsOf(dist).flatMap(distExprs)];
    case "truncate":
    case "censor":
      return [...distExprs(dist.of), ...[dist.lower, dist.upper].filter((end) => end !== null)];
    case "zero_inflate":
      return [dist.p, ...distExprs(dist.of)];
  }
}

/** The distributions that a distribution is made of. */
export function partsOf(dist: Dist): readonly Dist[] {
  if (dist.kind === "family") return [];
  if (dist.kind !== "mixture") return [dist.of];
  return "along" in dist.components ? [dist.components.along] : dist.components;
}

/** The name it is called by. */
export const distName = (dist: Dist): string => (dist.kind === "family" ? dist.family : dist.kind);

/** The expression and everything in it, outermost first; what stands in several places, once. */
export const everyExpr = (expr: Expr, seen?: Set<Expr>): Generator<Expr> => outermostFirst([expr], childrenOf, seen);

/**
 * What a rule says of expressions by what it says of their parts. Each is looked at once, however often it stands in
 * others, and parts come first, so that nothing depends on how long a chain of names is.
 */
export function bottomUp<T>(rule: (expr: Expr, of: (part: Expr) => T) => T): (expr: Expr) => T {
  const known = new WeakMap<Expr, { readonly value: T }>();
  const of = (part: Expr): T => present(known.get(part), "what follows from a part").value;
  return (root) => {
    if (!known.has(root)) {
      const open = (expr: Expr): readonly Expr[] => childrenOf(expr).filter((part) => !known.has(part));
      for (const expr of innermostFirst([root], open)) known.set(expr, { value: rule(expr, of) });
    }
    return of(root);
  };
}

/** How many levels an expression has, the values behind its names included. */
export const heightOf = bottomUp<number>(
  (expr, of) => 1 + childrenOf(expr).reduce((most, part) => Math.max(most, of(part)), 0),
);

/**
 * The lets that expressions use, directly or through lets: each once, behind those that it uses itself. Those that are
 * `known` already are left out, and with them what they alone use.
 */
export function letsIn(
  { nodes }: Pick<Model, "nodes">,
  roots: readonly Expr[],
  known: (name: string) => boolean = () => false,
): readonly LetNode[] {
  const lets = letsByName(nodes);
  const used = (exprs: readonly Expr[]): LetNode[] => {
    const seen = new Set<Expr>();
    const names = exprs
      .flatMap((root) => [...everyExpr(root, seen)])
      .flatMap((e) => (e.kind === "let" ? [e.name] : []));
    return [...new Set(names)].filter((name) => !known(name)).map((name) => present(lets.get(name), `let ${name}`));
  };
  return innermostFirst(used(roots), ({ value }) => used([value]));
}

const named = new WeakMap<Model["nodes"], { readonly count: number; readonly lets: ReadonlyMap<string, LetNode> }>();

/** The lets of a model, which may still be in the making, by name. */
function letsByName(nodes: Model["nodes"]): ReadonlyMap<string, LetNode> {
  const before = named.get(nodes);
  if (before?.count === nodes.length) return before.lets;
  const lets = new Map(nodes.flatMap((node) => (node.kind === "let" ? [[node.name, node] as const] : [])));
  named.set(nodes, { count: nodes.length, lets });
  return lets;
}

/** A `let` by its name; undefined where there is none. */
export const letNamed = ({ nodes }: Pick<Model, "nodes">, name: string): LetNode | undefined =>
  letsByName(nodes).get(name);
