import { zip } from "../base/arrays.ts";
import {
  elementAlready,
  fractionalIndex,
  indexOutOfRange,
  misplacedSlice,
  plateOfOtherSize,
  tooManyIndices,
  twoGathers,
} from "../diagnostics/catalogue/indices.ts";
import type { Expr as Ast, Index, Slice } from "../syntax/ast.ts";
import { affine } from "../model/affine.ts";
import { element } from "./entries.ts";
import { sizeOf } from "./sizes.ts";
import type { Dim, Expr, IndexItem } from "../model/model.ts";
import { joinPlates, partOf, plateNamed, report, textOf, type Scope } from "./scope.ts";
import { addDims, subtractDims } from "../model/sizes.ts";

/** `x[i, a..b, :]`: one item per leading axis; the axes that are not indexed stay. */
export function indexed(s: Scope, ast: Index, check: (ast: Ast) => Expr | null): Expr | null {
  const entry = ast.target.kind === "name" ? s.entries.get(ast.target.text) : undefined;
  if (entry?.kind === "partial-array") {
    const target = element(s, ast, entry.array, check);
    const rest = ast.indices.slice(1);
    return target && rest.length > 0 ? pick(s, ast, target, rest, check) : target;
  }
  const target = check(ast.target);
  if (target) return pick(s, ast, target, ast.indices, check);
  for (const item of ast.indices) if (item.kind !== "slice") check(item);
  return null;
}

function pick(
  s: Scope,
  ast: Index,
  target: Expr,
  indices: Index["indices"],
  check: (ast: Ast) => Expr | null,
): Expr | null {
  const shape = target.type.shape;
  if (indices.length > shape.length) {
    if (shape.length === 0 && redundant(s, ast, target)) return null;
    return report(s, tooManyIndices({ span: ast.span, target: partOf(s, target), found: indices.length }));
  }
  const items: IndexItem[] = [];
  const kept: Dim[] = [];
  let gather: Expr | null = null;
  let broken = false;
  for (const [item, size] of zip(indices, shape)) {
    if (item.kind === "slice") {
      const slice = sliced(s, item, size, textOf(s, ast.target.span));
      if (slice) kept.push(slice.length);
      if (slice) items.push({ kind: "slice", ...slice });
      else broken = true;
      continue;
    }
    const at = check(item);
    if (!at || !within(s, at, size, target)) {
      broken = true;
      continue;
    }
    if (at.type.shape.length > 0) {
      if (gather) {
        report(s, twoGathers({ first: gather.span, second: at.span }));
        broken = true;
      }
      gather = at;
      kept.push(...at.type.shape);
    }
    items.push({ kind: "at", at });
  }
  if (broken) return null;
  const places = items.flatMap((item) => (item.kind === "at" ? [item.at.plates] : []));
  const plates = joinPlates(s, target.plates, ...places);
  const { integer, range } = target.type;
  const type = { shape: [...kept, ...shape.slice(items.length)], integer, range };
  return { kind: "index", span: ast.span, type, plates, target, items };
}

/** `theta[n]` inside the plate that declares theta: there, `theta` is the element. */
function redundant(s: Scope, ast: Index, target: Expr): boolean {
  const [item] = ast.indices;
  if (item?.kind !== "name") return false;
  const entry = s.entries.get(item.text);
  if (entry?.kind !== "plate" || !target.plates.includes(entry.plate.id)) return false;
  const text = textOf(s, ast.target.span);
  report(s, elementAlready({ span: ast.span, text, index: item.text, plate: entry.span }));
  return true;
}

/** Whether an index is a whole number that may be a place on an axis of this size. */
function within(s: Scope, at: Expr, size: Dim, target: Expr): boolean {
  const text = textOf(s, at.span);
  if (!at.type.integer) {
    report(s, fractionalIndex({ span: at.span, text }));
    return false;
  }
  const run = affine(at);
  const plate = run && plateNamed(s, run.plate);
  if (plate && plate.from !== null) {
    const entries = { from: run.offset, end: addDims(run.offset, plate.size) };
    return runsWithin(s, at, entries, size, target);
  }
  if (plate && at.kind === "plate-index") {
    if (plate.size === size) return true;
    report(
      s,
      plateOfOtherSize({
        span: at.span,
        index: plate.index,
        plate: plate.span,
        plateSize: plate.size,
        target: textOf(s, target.span),
        size,
      }),
    );
    return false;
  }
  const { lower, upper } = at.type.range;
  // Entries that depend on data are compared with the size when the data are bound.
  if (upper >= 0 && (typeof size === "string" || lower < size)) return true;
  report(s, indexOutOfRange({ span: at.span, text: textOf(s, target.span), index: text, size }));
  return false;
}

/** Entries `from..end`. */
interface Run {
  readonly from: Dim;
  readonly end: Dim;
}

/** Whether the entries that a loop goes through are there, as far as sizes alone tell. */
function runsWithin(s: Scope, at: Expr, { from, end }: Run, size: Dim, target: Expr): boolean {
  const over = subtractDims(size, end);
  const outside =
    typeof from === "number" && from < 0 ? from : typeof over === "number" && over < 0 ? subtractDims(end, 1) : null;
  if (outside === null) return true;
  const [text, index] = [textOf(s, target.span), String(outside)];
  report(s, indexOutOfRange({ span: at.span, text, index, size }));
  return false;
}

function sliced(
  s: Scope,
  { from, to, span }: Slice,
  size: Dim,
  text: string,
): { readonly from: Dim; readonly length: Dim } | null {
  // prettier-ignore
  const begin = from ? sizeOf(s, from) : 0;
  const end = to ? sizeOf(s, to) : size;
  if (begin === null || end === null) return null;
  const length = subtractDims(end, begin);
  if (typeof length === "number" && length < 0)
    return report(s, misplacedSlice({ span, problem: `a slice ends after it begins, and ${begin}..${end} does not` }));
  const over = subtractDims(size, end);
  if (typeof over === "number" && over < 0)
    return report(
      s,
      indexOutOfRange({
        span,
        text,
        index: typeof end === "number" ? String(end - 1) : `${end} - 1`,
        size,
      }),
    );
  return { from: begin, length };
}
