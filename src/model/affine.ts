import type { Dim, Expr, PlateId } from "./model.ts";
import { addDims, subtractDims } from "./sizes.ts";
import { bottomUp } from "./walk.ts";

/** A plate's index plus a size: `t - 1`, where `offset` counts from the first iteration, at which the index itself is 0. */
export interface Affine {
  readonly plate: PlateId;
  readonly offset: Dim;
}

/** The index of a plate moved by a constant; null for anything else. */
export const affine = bottomUp<Affine | null>((expr, of) => {
  if (expr.kind === "local") return of(expr.value);
  if (expr.kind === "plate-index") return { plate: expr.plate, offset: 0 };
  if (expr.kind !== "call" || (expr.fn !== "add" && expr.fn !== "sub")) return null;
  const [left, right] = expr.args as readonly [Expr, Expr];
  const [p, q] = [of(left), of(right)];
  const [a, b] = [left.type.size, right.type.size];
  if (p && b !== undefined) {
    const move = expr.fn === "add" ? addDims : subtractDims;
    return { plate: p.plate, offset: move(p.offset, b) };
  }
  return q && a !== undefined && expr.fn === "add" ? { plate: q.plate, offset: addDims(a, q.offset) } : null;
});
