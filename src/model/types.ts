import { present } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import type { SupportKind } from "../tensor/support.ts";
import type { DeclaredType, Dim, Expr, Range, ValueType } from "./model.ts";
import { point } from "./ranges.ts";

/** How many of the last dimensions belong to one value of this support. */
export function baseRank(support: SupportKind): 0 | 1 | 2 {
  if (support === "interval") return 0;
  return support === "cholesky_corr" || support === "cov_matrix" ? 2 : 1;
}

/** The size of the first axis of an array. */
export function leadingSize({ shape }: ValueType): Dim {
  return present(shape[0], "the first axis of an array");
}

export function numberExpr(value: number, span: Span): Expr {
  const integer = Number.isInteger(value);
  const size = integer && value >= 0 ? { size: value } : {};
  const type = { shape: [], integer, range: point(value), ...size };
  return { kind: "number", span, type, plates: [], value };
}

export function sizeExpr(size: Dim, span: Span): Expr {
  if (typeof size === "number") return numberExpr(size, span);
  const type = { shape: [], integer: true, range: { lower: 0, upper: Infinity }, size };
  return { kind: "size", span, type, plates: [], size };
}

/** What an expression of this type is known to be. */
export function valueType(type: DeclaredType): ValueType {
  return { shape: type.shape, integer: type.integer, range: rangeOf(type) };
}

export function rangeOf({ support, lower, upper }: DeclaredType): Range {
  switch (support) {
    case "interval":
      return { lower: lower?.type.range.lower ?? -Infinity, upper: upper?.type.range.upper ?? Infinity };
    case "simplex":
      return { lower: 0, upper: 1 };
    case "positive_ordered":
      return { lower: 0, upper: Infinity };
    case "cholesky_corr":
      return { lower: -1, upper: 1 };
    default:
      return { lower: -Infinity, upper: Infinity };
  }
}

/** "real<0..>[N, 2]", as it would be written; `show` gives the text of a bound. */
export function showType(type: DeclaredType, show: (expr: Expr) => string): string {
  const { support, integer, lower, upper, shape } = type;
  const base = support !== "interval" ? support : integer ? "int" : "real";
  const high = upper && (integer ? `${show(upper)} + 1` : show(upper));
  const bounds = lower || upper ? `<${lower ? show(lower) : ""}..${simplify(high)}>` : "";
  const dims = baseRank(support) === 2 ? shape.slice(0, -1) : shape;
  return `${base}${bounds}${dims.length === 0 ? "" : `[${dims.join(", ")}]`}`;
}

/** "9 + 1" back to "10". */
function simplify(text: string | null): string {
  if (text === null) return "";
  const sum = /^(-?\d+) \+ 1$/.exec(text);
  return sum ? String(Number(sum[1]) + 1) : text.replace(/ - 1 \+ 1$/, "");
}
