import { assert, present } from "../base/assert.ts";
import { missingNotFollowed } from "../diagnostics/catalogue/missing.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { CallExpr, Expr, Model } from "../model/model.ts";
import { unit } from "../model/ranges.ts";
import { numberExpr, sizeExpr } from "../model/types.ts";
import { bottomUp, childrenOf, letNamed, letsIn } from "../model/walk.ts";
import type { LibraryFunction, Missing } from "./function.ts";
import { functionNamed } from "./index.ts";

/**
 * Data of a type with `?` come in two arrays: their values, with something harmless in the place of what is missing,
 * and `NAME.there`, 1 where an entry is there and 0 where it is missing.
 */
export function maskName(name: string): string {
  return `${name}.there`;
}

/** What is asked of a model that may still be in the making. */
type Declared = Pick<Model, "data" | "nodes">;

/** An expression behind which nobody can tell any more what was missing. */
export interface Untraced {
  readonly untraced: Expr;
  readonly name: string;
}

/** What is known of the missing entries behind an expression. */
interface Traced {
  /** 1 where its value is known and 0 where it depends on a missing entry; null when nothing in it may be missing. */
  readonly mask: Expr | Untraced | null;
  /** The first data in it, or in the lets that it uses, of which entries may be missing. */
  readonly name: string | null;
}

/**
 * Of an expression made of data, an expression of the same shape that is 1 where its value is known and 0 where it
 * depends on a missing entry; null when nothing in it may be missing.
 */
export function maskExpr(model: Declared, root: Expr): Expr | Untraced | null {
  if (!model.data.some(({ optional }) => optional)) return null;
  const lets = new Map<string, Traced>();
  const traced = bottomUp<Traced>((expr, of) => {
    const parts = expr.kind === "let" ? [present(lets.get(expr.name), expr.name)] : childrenOf(expr).map(of);
    const own = expr.kind === "data" && isOptional(model, expr.name) ? expr.name : null;
    const name = own ?? parts.find((part) => part.name !== null)?.name ?? null;
    return { name, mask: name === null ? null : maskOne(model, expr, name, (part) => of(part).mask, lets) };
  });
  for (const { name, value } of letsIn(model, [root])) lets.set(name, traced(value));
  return traced(root).mask;
}

/** The mask of an expression whose parts have theirs, and behind which entries of `name` may be missing. */
function maskOne(
  model: Declared,
  expr: Expr,
  name: string,
  of: (part: Expr) => Traced["mask"],
  lets: ReadonlyMap<string, Traced>,
): Traced["mask"] {
  switch (expr.kind) {
    case "data":
      return { ...expr, name: maskName(expr.name), type: maskType(expr) };
    case "index": {
      const target = of(expr.target);
      return target && ("untraced" in target ? target : { ...expr, target, type: maskType(expr) });
    }
    case "array": {
      const parts = partsOf(expr.elements, of);
      if (parts === null || "untraced" in parts) return parts;
      return { ...expr, elements: parts.map(maskOf), type: maskType(expr) };
    }
    case "let": {
      const node = present(letNamed(model, expr.name), expr.name);
      // outside its plates a let has become an array, and there is no expression for that of its value
      const whole = node.plates.length === expr.plates.length;
      if (!whole) return { untraced: expr, name };
      const mask = lets.get(expr.name)?.mask ?? null;
      return mask && ("untraced" in mask ? mask : { ...named(expr.name, mask), plates: expr.plates });
    }
    case "local": {
      const mask = of(expr.value);
      return mask && ("untraced" in mask ? mask : named(expr.called, mask));
    }
    case "call":
      return ofCall(expr, name, of);
    default:
      return { untraced: expr, name };
  }
}

/** The mask of something that has a name, and may stand in many places. */
function named(called: string, value: Expr): Expr {
  const { span, type, plates } = value;
  return { kind: "local", span, type, plates, called, value };
}

/** An expression and where it is known; null where nothing in it may be missing. */
interface Part {
  readonly of: Expr;
  readonly mask: Expr | null;
}

/** The parts that a result is made of; null when nothing in any of them may be missing. */
function partsOf(exprs: readonly Expr[], of: (part: Expr) => Traced["mask"]): readonly Part[] | Untraced | null {
  const parts: Part[] = [];
  for (const part of exprs) {
    const mask = of(part);
    if (mask && "untraced" in mask) return mask;
    parts.push({ of: part, mask });
  }
  return parts.every(({ mask }) => mask === null) ? null : parts;
}

const maskOf = ({ of, mask }: Part): Expr => mask ?? ones(of);

function ofCall(expr: CallExpr, name: string, of: (part: Expr) => Traced["mask"]): Traced["mask"] {
  const parts = partsOf(expr.args, of);
  if (parts === null || "untraced" in parts) return parts;
  const some = parts.flatMap(({ mask }) => mask ?? []);
  const fn = functionNamed(expr.fn);
  switch (missingOf(fn, expr.args.length)) {
    case "entrywise": {
      const all = some.reduce((p, q) => call(expr, "mul", [p, q]));
      return all.type.shape.length === expr.type.shape.length ? all : call(expr, "mul", [all, ones(expr)]);
    }
    case "moving": {
      const from = fn.sizesFrom ?? Infinity;
      const args = parts.map((part, i) => (i >= from ? part.of : maskOf(part)));
      return { ...expr, args, type: maskType(expr) };
    }
    case "mixing": {
      // one number made of several entries takes all of them
      if (expr.type.shape.length === 0)
        return some
          .map((part) => (part.type.shape.length === 0 ? part : call(expr, "min", [part])))
          .reduce((p, q) => call(expr, "mul", [p, q]));
      return { untraced: expr, name };
    }
  }
}

function missingOf({ missing }: LibraryFunction, count: number): Exclude<Missing, "entrywise of two"> {
  if (missing !== "entrywise of two") return missing;
  return count === 2 ? "entrywise" : "mixing";
}

function maskType({ type: { shape } }: Expr): Expr["type"] {
  return { shape, integer: true, range: unit };
}

function call({ span, plates }: Expr, fn: string, args: readonly Expr[]): Expr {
  const type = functionNamed(fn).type(args.map((arg) => arg.type));
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

/** What keeps missing entries from being followed through the left side of an `observe`; null when nothing does. */
export function maskProblem(model: Declared, value: Expr): Diagnostic | null {
  const mask = maskExpr(model, value);
  if (mask === null || !("untraced" in mask)) return null;
  const { untraced, name } = mask;
  const through = untraced.kind === "call" ? `\`${untraced.fn}\`` : "this";
  return missingNotFollowed({ span: untraced.span, name, through });
}
