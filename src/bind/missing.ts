import { assert } from "../base/assert.ts";
import { outermostFirst } from "../base/walks.ts";
import { missingInPart, missingNeeded } from "../diagnostics/catalogue/missing.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { familyNamed } from "../distributions/index.ts";
import { maskName, maskExpr } from "../library/missing.ts";
import type { Dist, Expr, Model, ModelNode, ObservedNode } from "../model/model.ts";
import { childrenOf, distExprs, everyExpr, partsOf } from "../model/walk.ts";
import { sizeOf, unravel, type HostTensor } from "../tensor/shape.ts";
import { isDataOnly, letNamed } from "./dataOnly.ts";
import { evaluateData } from "./evaluate.ts";
import type { Numbers } from "./numbers.ts";
import { entryName } from "./raw.ts";

/** 1 and 0 for each entry of the left side of an `observe`, with its plates in front; null when all are there. */
export function observedMask(model: Model, numbers: Numbers, value: Expr): HostTensor | null {
  const expr = maskExpr(model, value);
  if (expr === null) return null;
  assert(!("untraced" in expr), "refused when the model was checked");
  const mask = evaluateData(model, numbers, expr);
  return mask.values.every((x) => x === 1) ? null : mask;
}
/** How many entries of each data array are missing, of those of which some are. */
export function countMissing(
  model: Pick<Model, "data">,
  { data }: Pick<Numbers, "data">,
): Readonly<Record<string, { readonly missing: number; readonly entries: number }>> {
  return Object.fromEntries(
    model.data.flatMap(({ name }) => {
      const mask = data.get(maskName(name));
      if (!mask) return [];
      const entries = mask.values.length;
      const missing = entries - mask.values.reduce((sum, x) => sum + x, 0);
      return missing === 0 ? [] : [[name, { missing, entries }]];
    }),
  );
}
/** Replaces the data of a type with `?` by values without gaps, and adds what is there (see `maskName`). */
export function fillMissing(model: Pick<Model, "data">, data: Map<string, HostTensor>): void {
  for (const { name, optional } of model.data) {
    const tensor = data.get(name);
    if (!optional || !tensor) continue;
    const { shape, values } = tensor;
    data.set(maskName(name), { shape, values: values.map((x) => Number(!Number.isNaN(x))) });
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
  const copied = shape.length > 1 && whole !== undefined ? values.subarray(whole * width, (whole + 1) * width) : null;
  return values.map((x, at) => (Number.isNaN(x) ? (copied?.[at % width] ?? first) : x));
}
/** Missing entries whose values are needed, and vectors that are missing in part where no density is left for the rest. */
export function missingUses(model: Model, numbers: Numbers): Diagnostic[] {
  if (Object.keys(countMissing(model, numbers)).length === 0) return [];
  const bounds = model.data.flatMap(({ type }) => [type.lower, type.upper]);
  const inits = model.params.flatMap(({ type, init }) => [
    type.lower,
    type.upper,
    ...(init.kind === "value" ? [init.value] : distExprs(init.dist)),
  ]);
  const roots = [...bounds, ...inits, ...model.nodes.flatMap((node) => needed(model, node))];
  const found = missingReads(
    model,
    numbers,
    roots.filter((root) => root !== null),
  );
  const once = new Map(found.map((diagnostic) => [diagnostic.labels[0]?.span.start, diagnostic]));
  const parts = model.nodes.flatMap((node) => (node.kind === "observed" ? partly(model, numbers, node) : []));
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
      return isDataOnly(model, node.value) ? [] : [node.value];
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
/** The missing entries that expressions read. */
function missingReads(model: Model, numbers: Numbers, roots: readonly Expr[]): Diagnostic[] {
  const maskOf = (expr: Expr): HostTensor | undefined => {
    const data = dataOf(expr);
    return data === null ? undefined : numbers.data.get(maskName(data));
  };
  const parts = (expr: Expr): readonly Expr[] => {
    if (expr.kind === "let") {
      const node = letNamed(model, expr.name);
      // what a let that counts for itself reads was told there
      return isDataOnly(model, node.value) ? [node.value] : [];
    }
    return maskOf(expr) ? indicesIn(expr) : childrenOf(expr);
  };
  return [...outermostFirst(roots, parts)].flatMap((expr) => {
    const [name, mask] = [dataOf(expr), maskOf(expr)];
    if (name === null || !mask) return [];
    const read = expr.kind === "index" && isDataOnly(model, expr) ? observedMask(model, numbers, expr) : mask;
    const entry = entryName(name, unravel(mask.shape, mask.values.indexOf(0)));
    return read?.values.includes(0) ? [missingNeeded({ entry, name, span: expr.span })] : [];
  });
}

/** The data that an expression is, or is entries of. */
function dataOf(expr: Expr): string | null {
  const data = expr.kind === "index" ? expr.target : expr;
  return data.kind === "data" ? data.name : null;
}
/** A vector of which some entries are there and some are missing, under a family that has no density of a part. */
function partly(model: Model, numbers: Numbers, { value, dist }: ObservedNode): Diagnostic[] {
  const whole = vectorFamilies(dist).find(({ family }) => !familyNamed(family).marginal);
  const mask = whole && observedMask(model, numbers, value);
  if (!whole || !mask) return [];
  const { eventRank } = familyNamed(whole.family);
  const leading = mask.shape.slice(0, mask.shape.length - eventRank);
  const size = sizeOf(mask.shape.slice(mask.shape.length - eventRank));
  for (let row = 0; row < sizeOf(leading); row++) {
    const entries = mask.values.subarray(row * size, (row + 1) * size);
    if (!entries.includes(0) || !entries.includes(1)) continue;
    const text = model.source.text.slice(value.span.start, value.span.end);
    const [only, ...others] = everyData(value);
    const name = only !== undefined && others.length === 0 ? only : text;
    const entry = entryName(name, unravel(leading, row));
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
  if (dist.kind === "family") return familyNamed(dist.family).eventRank > 0 ? [dist] : [];
  return partsOf(dist).flatMap(vectorFamilies);
}
