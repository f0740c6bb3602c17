import type { Dist, Expr, IndexItem } from "./model.ts";

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
    default:
      return [];
  }
}

function itemExprs(item: IndexItem): readonly Expr[] {
  return item.kind === "at" ? [item.at] : [];
}

/** The argument expressions of a distribution, those of its components included. */
export function distExprs(dist: Dist): readonly Expr[] {
  if (dist.kind === "family") return Object.values(dist.args);
  const parts = "along" in dist.components ? [dist.components.along] : dist.components;
  return [dist.weights, ...parts.flatMap(distExprs)];
}

/** The expression and everything in it, outermost first. */
export function* everyExpr(expr: Expr): Generator<Expr> {
  yield expr;
  for (const child of childrenOf(expr)) yield* everyExpr(child);
}
