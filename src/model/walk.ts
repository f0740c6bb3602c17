import type { Dist, Expr, Segment, IndexItem } from "./model.ts";

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
    case "element":
      return "lag" in expr.at ? [] : segmentExprs(expr.at.before);
    case "filled":
      return segmentExprs(expr.segments);
    default:
      return [];
  }
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
export function* everyExpr(expr: Expr, seen = new Set<Expr>()): Generator<Expr> {
  if (seen.has(expr)) return;
  seen.add(expr);
  yield expr;
  for (const child of childrenOf(expr)) yield* everyExpr(child, seen);
}
