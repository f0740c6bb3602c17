import { assert } from "../base/assert.ts";
import { missingInPart, missingNeeded, missingNotFollowed } from "../diagnostics/catalogue/missing.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { families } from "../distributions/index.ts";
import { sizeOf, type HostTensor } from "../tensor/shape.ts";
import type { Bound } from "./bound.ts";
import { functions } from "./functions.ts";
import { unit } from "./functions/ranges.ts";
import { evaluateKnown, isKnown } from "./known.ts";
import type { CallExpr, Dist, Expr, Model, ModelNode, ObservedNode } from "./model.ts";
import { entryName, placeOf } from "./raw.ts";
import { numberExpr, sizeExpr } from "./types.ts";
import { childrenOf, distExprs, everyExpr, partsOf } from "./walk.ts";

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

/** 1 and 0 for each entry of the left side of an `observe`, with its plates in front; null when all are there. */
export function whatIsThere(model: Model, bound: Bound, value: Expr): HostTensor | null {
  const there = thereOf(model, value);
  if (there === null) return null;
  assert(!("lost" in there), "refused when the model was checked");
  const mask = evaluateKnown(model, bound, there);
  return mask.values.every((x) => x === 1) ? null : mask;
}

/** How many entries of each datum are missing, of those of which some are. */
export function countMissing(
  model: Pick<Model, "data">,
  { data }: Pick<Bound, "data">,
): Readonly<Record<string, { readonly missing: number; readonly entries: number }>> {
  return Object.fromEntries(
    model.data.flatMap(({ name }) => {
      const there = data.get(thereName(name));
      if (!there) return [];
      const entries = there.values.length;
      const missing = entries - there.values.reduce((sum, x) => sum + x, 0);
      return missing === 0 ? [] : [[name, { missing, entries }]];
    }),
  );
}

/** Replaces the data of a type with `?` by values without gaps, and adds what is there (see `thereName`). */
export function fillMissing(model: Pick<Model, "data">, data: Map<string, HostTensor>): void {
  for (const { name, optional } of model.data) {
    const tensor = data.get(name);
    if (!optional || !tensor) continue;
    const { shape, values } = tensor;
    data.set(thereName(name), { shape, values: values.map((x) => Number(!Number.isNaN(x))) });
    if (values.some(Number.isNaN)) data.set(name, { shape, values: filled(tensor) });
  }
}

/**
 * What is missing takes the value of the first whole row (so that a vector has a value of its kind), or else of the
 * first entry. Nothing is computed from it that counts; it only must not be a number that spoils what does.
 */
function filled({ shape, values }: HostTensor): Float64Array {
  const width = shape.at(-1) ?? 1;
  const rows = values.length / width;
  const whole = Array.from({ length: rows }, (_, row) => row).find(
    (row) => !values.subarray(row * width, (row + 1) * width).some(Number.isNaN),
  );
  const first = values.find((x) => !Number.isNaN(x)) ?? 0;
  const from = shape.length > 1 ? whole : undefined;
  return values.map((x, at) => {
    if (!Number.isNaN(x)) return x;
    return from === undefined ? first : values[from * width + (at % width)]!;
  });
}

/** Missing entries whose values are needed, and vectors that are missing in part where no density is left for the rest. */
export function missingUses(model: Model, bound: Bound): Diagnostic[] {
  if (Object.keys(countMissing(model, bound)).length === 0) return [];
  const bounds = model.data.flatMap(({ type }) => [type.lower, type.upper]);
  const inits = model.params.flatMap(({ type, init }) => [
    type.lower,
    type.upper,
    ...(init.kind === "value" ? [init.value] : distExprs(init.dist)),
  ]);
  const roots = [...bounds, ...inits, ...model.nodes.flatMap((node) => needed(model, node))];
  const found = roots.flatMap((root) => (root ? gaps(model, bound, root) : []));
  const once = new Map(found.map((diagnostic) => [diagnostic.labels[0]?.span.start, diagnostic]));
  const parts = model.nodes.flatMap((node) => (node.kind === "observed" ? partly(model, bound, node) : []));
  return [...once.values(), ...parts];
}

/** The expressions whose values count. A `let` of data alone is none: it counts where it is used. */
function needed(model: Model, node: ModelNode): readonly (Expr | null)[] {
  switch (node.kind) {
    case "latent":
      return [node.type.lower, node.type.upper, ...(node.dist ? distExprs(node.dist) : [])];
    case "entries":
    case "observed":
      return [...distExprs(node.dist), ...indicesIn(node.value)];
    case "let":
      return isKnown(model, node.value) ? [] : [node.value];
    default:
      return [node.value];
  }
}

/** What chooses entries, on the left side of an `observe`. */
function indicesIn(value: Expr): Expr[] {
  return [...everyExpr(value)].flatMap((expr) =>
    expr.kind === "index" ? expr.items.flatMap((item) => (item.kind === "at" ? [item.at] : [])) : [],
  );
}

/** The missing entries that an expression reads. */
function gaps(model: Model, bound: Bound, expr: Expr): Diagnostic[] {
  const inside = (): Diagnostic[] => childrenOf(expr).flatMap((part) => gaps(model, bound, part));
  if (expr.kind === "let") {
    const node = model.nodes.find((n) => n.kind === "let" && n.name === expr.name);
    // what a let that counts for itself reads was told there
    return node?.kind === "let" && isKnown(model, node.value) ? gaps(model, bound, node.value) : [];
  }
  const data = expr.kind === "index" ? expr.target : expr;
  if (data.kind !== "data") return inside();
  const there = bound.data.get(thereName(data.name));
  if (!there) return inside();
  const { name } = data;
  const first = there.values.indexOf(0);
  const read = expr.kind === "index" && isKnown(model, expr) ? whatIsThere(model, bound, expr) : there;
  const entry = entryName(name, placeOf(there.shape, first));
  const own = read?.values.includes(0) ? [missingNeeded({ entry, name, span: expr.span })] : [];
  return [...own, ...(expr.kind === "index" ? indicesIn(expr).flatMap((part) => gaps(model, bound, part)) : [])];
}

/** A vector of which some entries are there and some are missing, under a family that has no density of a part. */
function partly(model: Model, bound: Bound, { value, dist }: ObservedNode): Diagnostic[] {
  const whole = vectorFamilies(dist).find(({ family }) => !families[family]!.marginal);
  const mask = whole && whatIsThere(model, bound, value);
  if (!whole || !mask) return [];
  const { eventRank } = families[whole.family]!;
  const leading = mask.shape.slice(0, mask.shape.length - eventRank);
  const size = sizeOf(mask.shape.slice(mask.shape.length - eventRank));
  for (let row = 0; row < sizeOf(leading); row++) {
    const entries = mask.values.subarray(row * size, (row + 1) * size);
    if (!entries.includes(0) || !entries.includes(1)) continue;
    const text = model.source.text.slice(value.span.start, value.span.end);
    const own = everyData(value).length === 1 ? everyData(value)[0]! : text;
    const entry = entryName(own, placeOf(leading, row));
    return [missingInPart({ entry, family: whole.family, observed: value.span, dist: dist.span })];
  }
  return [];
}

function everyData(value: Expr): readonly string[] {
  return [...everyExpr(value)].flatMap((expr) => (expr.kind === "data" ? [expr.name] : []));
}

type FamilyDist = Extract<Dist, { readonly kind: "family" }>;

/** The families of vectors that a distribution is made of. */
function vectorFamilies(dist: Dist): readonly FamilyDist[] {
  if (dist.kind === "family") return families[dist.family]!.eventRank > 0 ? [dist] : [];
  return partsOf(dist).flatMap(vectorFamilies);
}
