import { assert } from "../base/assert.ts";
import { onlyDataMissing } from "../diagnostics/catalogue/missing.ts";
import { emptyBounds } from "../diagnostics/catalogue/supports.ts";
import { boundShape, boundsOnBase, typeDims } from "../diagnostics/catalogue/types.ts";
import { functionNamed } from "../library/index.ts";
import type { DeclaredType, Expr } from "../model/model.ts";
import { subtractDims } from "../model/sizes.ts";
import { baseRank, numberExpr, sizeExpr } from "../model/types.ts";
import type { Expr as Ast, BaseType, TypeExpr } from "../syntax/ast.ts";
import type { SupportKind } from "../tensor/support.ts";
import { sizeOf } from "./sizes.ts";
import { partOf, report, textOf, type Scope } from "./scope.ts";

const supports: { readonly [B in BaseType]: SupportKind } = {
  real: "interval",
  int: "interval",
  simplex: "simplex",
  ordered: "ordered",
  positive_ordered: "positive_ordered",
  cholesky_corr: "cholesky_corr",
  cov_matrix: "cov_matrix",
};
export type CheckExpr = (ast: Ast) => Expr | null;
/**
 * A written type. Of whole numbers, `int<lo..hi>` is half-open as every range is: the stored upper bound is hi - 1,
 * so that both stored bounds are attained. Null after a report.
 */
export function declaredType(s: Scope, ast: TypeExpr, check: CheckExpr): DeclaredType | null {
  const dims = ast.dims.map((dim) => sizeOf(s, dim));
  const bounds = checkBounds(s, ast, check);
  if (ast.optional) return report(s, onlyDataMissing({ span: ast.span, what: "what is not data" }));
  const support = supports[ast.base];
  if (baseRank(support) > 0 && dims.length === 0) return report(s, typeDims({ span: ast.span, base: ast.base }));
  if (bounds === null || !dims.every((dim) => dim !== null)) return null;
  // a square matrix is written with the number of its rows
  const shape = baseRank(support) === 2 ? [...dims, ...dims.slice(-1)] : dims;
  return { shape, integer: ast.base === "int", support, ...bounds };
}
function checkBounds(s: Scope, ast: TypeExpr, check: CheckExpr): Pick<DeclaredType, "lower" | "upper"> | null {
  if (!ast.bounds) return { lower: null, upper: null };
  if (ast.base !== "real" && ast.base !== "int") return report(s, boundsOnBase({ span: ast.span, base: ast.base }));
  const ends = [ast.bounds.lower, ast.bounds.upper].map((end) => {
    if (end === null) return { expr: null, ok: true };
    const expr = check(end);
    if (!expr) return { expr: null, ok: false };
    if (expr.type.shape.length === 0) return { expr, ok: true };
    report(s, boundShape(partOf(s, expr)));
    return { expr: null, ok: false };
  });
  const [lower, upper] = ends;
  assert(lower && upper, "two ends");
  if (!lower.ok || !upper.ok) return null;
  const integer = ast.base === "int";
  if (lower.expr && upper.expr) {
    const [a, b] = [lower.expr.type.range, upper.expr.type.range];
    if (integer ? a.lower > b.upper - 1 : a.lower >= b.upper)
      return report(
        s,
        emptyBounds({
          span: ast.span,
          lower: textOf(s, lower.expr.span),
          upper: textOf(s, upper.expr.span),
          integer,
        }),
      );
  }
  return { lower: lower.expr, upper: upper.expr && (integer ? less1(upper.expr) : upper.expr) };
}
/** The largest whole number below an exclusive bound. */
function less1(expr: Expr): Expr {
  const { span, plates, type } = expr;
  if (type.size !== undefined && expr.kind !== "const") return sizeExpr(subtractDims(type.size, 1), span);
  const one = numberExpr(1, span);
  const result = functionNamed("sub").type([type, one.type]);
  assert(!("misfit" in result), "numbers subtract");
  return { kind: "call", span, plates, type: result, fn: "sub", args: [expr, one] };
}
