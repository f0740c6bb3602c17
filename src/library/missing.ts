import { assert } from "../base/assert.ts";
import { missingNotFollowed } from "../diagnostics/catalogue/missing.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CallExpr, Expr, Model } from "../model/model.ts";
import { unit } from "../model/ranges.ts";
import { numberExpr, sizeExpr } from "../model/types.ts";
import { everyExpr } from "../model/walk.ts";
import { functions } from "./index.ts";

/**
 * Data of a type with `?` come in two arrays: their values, with something harmless in the place of what is missing,
 * and `NAME.there`, 1 where an entry is there and 0 where it is missing.
 */
export function thereName(name: string): string {
  return `${name}.there`;
}

/** What is asked of a model that may still be in the making. */
type Declared = Pick<Model, "data" | "nodes">;

/** An expression behind which nobody can tell any more what was missing. */
export interface Lost {
  readonly lost: Expr;
  readonly name: string;
}

/** Functions of each entry by itself: the result is missing where an argument is. */
const entrywise: ReadonlySet<string> = new Set([
  "add",
  "sub",
  "mul",
  "div",
  "mod",
  "pow",
  "neg",
  "less",
  "less_equal",
  "greater",
  "greater_equal",
  "equal",
  "not_equal",
  "and",
  "or",
  "not",
  "where",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "square",
  "abs",
  "floor",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "logit",
  "softplus",
  "relu",
  "elu",
  "lgamma",
  "digamma",
  "erf",
  "Phi",
]);

/** Functions that only move entries. */
const moving: ReadonlySet<string> = new Set(["concat", "stack", "rep", "transpose"]);

/**
 * Of an expression made of data, an expression of the same shape that is 1 where its value is known and 0 where it
 * depends on a missing entry; null when nothing in it may be missing.
 */
export function thereOf(model: Declared, expr: Expr): Expr | Lost | null {
  switch (expr.kind) {
    case "data": {
      if (!isOptional(model, expr.name)) return null;
      return { ...expr, name: thereName(expr.name), type: maskType(expr) };
    }
    case "index": {
      const target = thereOf(model, expr.target);
      return target && ("lost" in target ? target : { ...expr, target, type: maskType(expr) });
    }
    case "array": {
      const parts = expr.elements.map((element) => thereOf(model, element));
      const lost = parts.find((part) => part && "lost" in part);
      if (lost || parts.every((part) => part === null)) return lost ?? null;
      const elements = parts.map((part, i) => (part as Expr | null) ?? ones(expr.elements[i]!));
      return { ...expr, elements, type: maskType(expr) };
    }
    case "let": {
      const node = model.nodes.find((n) => n.kind === "let" && n.name === expr.name);
      const name = node?.kind === "let" ? optionalIn(model, node.value) : null;
      if (node?.kind !== "let" || name === null) return null;
      // outside its plates a let has become an array, and there is no expression for that of its value
      const whole = node.plates.length === expr.plates.length;
      if (!whole) return { lost: expr, name };
      const there = thereOf(model, node.value);
      return there && ("lost" in there ? there : { ...there, plates: expr.plates });
    }
    case "local":
      return thereOf(model, expr.value);
    case "call":
      return ofCall(model, expr);
    default: {
      const name = optionalIn(model, expr);
      return name === null ? null : { lost: expr, name };
    }
  }
}

function ofCall(model: Declared, expr: CallExpr): Expr | Lost | null {
  const parts = expr.args.map((arg) => thereOf(model, arg));
  const lost = parts.find((part) => part && "lost" in part);
  const some = parts.filter((part): part is Expr => part !== null && !("lost" in part));
  if (lost || some.length === 0) return lost ?? null;
  const twoSided = (expr.fn === "max" || expr.fn === "min") && expr.args.length === 2;
  if (entrywise.has(expr.fn) || twoSided) {
    const all = some.reduce((p, q) => call(expr, "mul", [p, q]));
    return all.type.shape.length === expr.type.shape.length ? all : call(expr, "mul", [all, ones(expr)]);
  }
  if (moving.has(expr.fn)) {
    const from = functions[expr.fn]!.sizesFrom ?? Infinity;
    const args = expr.args.map((arg, i) => (i >= from ? arg : ((parts[i] as Expr | null) ?? ones(arg))));
    return { ...expr, args, type: maskType(expr) };
  }
  // one number made of several entries takes all of them
  if (expr.type.shape.length === 0)
    return some
      .map((part) => (part.type.shape.length === 0 ? part : call(expr, "min", [part])))
      .reduce((p, q) => call(expr, "mul", [p, q]));
  const name = optionalIn(model, expr);
  assert(name !== null, "something in it may be missing");
  return { lost: expr, name };
}

function maskType({ type: { shape } }: Expr): Expr["type"] {
  return { shape, integer: true, range: unit };
}

function call({ span, plates }: Expr, fn: string, args: readonly Expr[]): Expr {
  const type = functions[fn]!.type(args.map((arg) => arg.type));
  assert(!("misfit" in type), "masks have the shapes of what they mask");
  return { kind: "call", span, plates, type: { ...type, integer: true, range: unit }, fn, args };
}

function ones({ span, type }: Expr): Expr {
  if (type.shape.length === 0) return numberExpr(1, span);
  const args = type.shape.map((dim) => sizeExpr(dim, span));
  return { kind: "call", span, plates: [], type: { shape: type.shape, integer: true, range: unit }, fn: "ones", args };
}

function isOptional({ data }: Declared, name: string): boolean {
  return data.some((decl) => decl.name === name && decl.optional);
}

/** The first data in an expression, or in the lets that it uses, of which entries may be missing. */
function optionalIn(model: Declared, root: Expr): string | null {
  for (const expr of everyExpr(root)) {
    if (expr.kind === "data" && isOptional(model, expr.name)) return expr.name;
    if (expr.kind !== "let") continue;
    const node = model.nodes.find((n) => n.kind === "let" && n.name === expr.name);
    const name = node?.kind === "let" ? optionalIn(model, node.value) : null;
    if (name !== null) return name;
  }
  return null;
}

/** What keeps missing entries from being followed through the left side of an `observe`; null when nothing does. */
export function lostEntries(model: Declared, value: Expr): Diagnostic | null {
  const there = thereOf(model, value);
  if (there === null || !("lost" in there)) return null;
  const { lost, name } = there;
  const through = lost.kind === "call" ? `\`${lost.fn}\`` : "this";
  return missingNotFollowed({ span: lost.span, name, through });
}
