import { argumentImpossible, indexOutside, negativeLength, nothingBetween, observedImpossible } from "../diagnostics/catalogue/data.ts"; // prettier-ignore
import type { Span } from "../diagnostics/span.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Family } from "../distributions/family.ts";
import { families } from "../distributions/index.ts";
import { supportWords } from "../distributions/check.ts";
import { broadcastStrides, sizeOf, type HostTensor } from "../tensor/shape.ts";
import { domainWords, type Domain, type FamilyBound } from "../tensor/support.ts";
import type { Bound } from "./bound.ts";
import { evaluateKnown, isKnown } from "./known.ts";
import type {
  DeclaredType,
  Dist,
  Expr,
  Model,
  ModelNode,
  ObservedNode,
  ParamDecl,
  PlateId,
} from "./model.ts";
import { entryName, placeOf } from "./raw.ts";
import { matrixProblem } from "./values.ts";
import { distExprs, everyExpr } from "./walk.ts";

/** Data where the model uses them: as indices, as arguments of distributions, as observed values. */
export function checkUses(model: Model, bound: Bound): Diagnostic[] {
  const found: Diagnostic[] = model.params.flatMap((param) => checkParam(model, bound, param));
  for (const node of model.nodes) {
    const indices = rootsOf(node).flatMap((root) => badIndices(model, bound, root));
    found.push(...indices);
    // What is read past the end of an array has no value to check.
    if (indices.length > 0) continue;
    if (node.kind === "latent") found.push(...emptyBounds(model, bound, node, node.type));
    if (node.kind === "latent" || node.kind === "observed")
      found.push(...badArguments(model, bound, node.dist));
    if (node.kind === "observed") found.push(...badObserved(model, bound, node));
  }
  return found;
}

function rootsOf(node: ModelNode): readonly Expr[] {
  switch (node.kind) {
    case "latent":
      return [...boundsOf(node.type), ...distExprs(node.dist)];
    case "observed":
      return [node.value, ...distExprs(node.dist)];
    default:
      return [node.value];
  }
}

const boundsOf = ({ lower, upper }: DeclaredType): Expr[] =>
  [lower, upper].filter((expr) => expr !== null);

function checkParam(model: Model, bound: Bound, param: ParamDecl): Diagnostic[] {
  const { init, type } = param;
  const roots = [...boundsOf(type), ...(init.kind === "value" ? [init.value] : distExprs(init.dist))]; // prettier-ignore
  const indices = roots.flatMap((root) => badIndices(model, bound, root));
  if (indices.length > 0) return indices;
  const draws = init.kind === "draw" ? badArguments(model, bound, init.dist) : [];
  return [...emptyBounds(model, bound, param, type), ...draws];
}

/** Bounds that the data leave nothing between. */
function emptyBounds(
  model: Model,
  bound: Bound,
  at: { readonly name: string; readonly span: Span },
  { lower, upper, integer }: DeclaredType,
): Diagnostic[] {
  if (!lower || !upper || !isKnown(model, lower) || !isKnown(model, upper)) return [];
  const low = evaluateKnown(model, bound, lower).values;
  const high = evaluateKnown(model, bound, upper).values;
  const [least, most] = [Math.max(...low), Math.min(...high)];
  // Bounds that move over a plate are compared where they are alone in it only.
  if (low.length > 1 || high.length > 1 || (integer ? least <= most : least < most)) return [];
  return [nothingBetween({ name: at.name, span: at.span, lower: least, upper: most })];
}

const text = (model: Model, { span }: Expr): string => model.source.text.slice(span.start, span.end); // prettier-ignore

/**
 * Indices and slices outside their axes, and sizes below 0, as far as the data tell. Innermost first, so that a bad
 * index inside another one is what is told.
 */
export function badIndices(model: Model, bound: Bound, root: Expr): Diagnostic[] {
  for (const expr of [...everyExpr(root)].reverse()) {
    const negative = expr.type.shape.find((dim) => bound.size(dim) < 0);
    if (negative !== undefined)
      return [negativeLength({ span: expr.span, size: String(negative), value: bound.size(negative) })]; // prettier-ignore
    if (expr.kind !== "index") continue;
    for (const [axis, item] of expr.items.entries()) {
      const size = bound.size(expr.target.type.shape[axis]!);
      if (item.kind === "slice") {
        const from = bound.size(item.from);
        const end = from + bound.size(item.length);
        if (from >= 0 && end <= size) continue;
        const { span } = expr;
        const value = from < 0 ? from : end - 1;
        const facts = { text: text(model, expr), target: text(model, expr.target), where: "" };
        return [indexOutside({ span, value, size, slice: true, ...facts })];
      }
      if (item.at.kind === "plate-index" || !isKnown(model, item.at)) continue;
      const index = evaluateKnown(model, bound, item.at);
      const at = index.values.findIndex((i) => i < 0 || i >= size);
      if (at < 0) continue;
      const { span } = item.at;
      const where = whereIs(model, item.at, index, at);
      const facts = { text: text(model, item.at), target: text(model, expr.target), value: index.values[at]! }; // prettier-ignore
      return [indexOutside({ span, where, size, slice: false, ...facts })];
    }
  }
  return [];
}

/** " at n = 3, entry [1]", of the entry `at` of an evaluated expression; empty for a single number. */
function whereIs(model: Model, expr: Expr, { shape }: HostTensor, at: number): string {
  const place = placeOf(shape, at);
  const turns = expr.plates.map((id, i) => `${indexName(model, id)} = ${place[i]}`);
  const own = place.slice(expr.plates.length);
  const parts = [...turns, ...(own.length > 0 ? [`entry [${own.join(", ")}]`] : [])];
  return parts.length === 0 ? "" : ` at ${parts.join(", ")}`;
}

function indexName(model: Model, id: PlateId): string {
  return model.plates.find((plate) => plate.id === id)?.index ?? id;
}

function badArguments(model: Model, bound: Bound, dist: Dist): Diagnostic[] {
  if (dist.kind === "mixture") {
    const parts = "along" in dist.components ? [dist.components.along] : dist.components;
    const own = dist.weightsAre === "p" ? badArgument(model, bound, dist.weights, "simplex", "mixture", "p") : []; // prettier-ignore
    return [...own, ...parts.flatMap((part) => badArguments(model, bound, part))];
  }
  const { parameters } = families[dist.family]!;
  return Object.entries(dist.args).flatMap(([name, arg]) =>
    badArgument(model, bound, arg, parameters[name]!.domain, dist.family, name),
  );
}

function badArgument(
  model: Model,
  bound: Bound,
  arg: Expr,
  domain: Domain,
  of: string,
  argument: string,
): Diagnostic[] {
  if (domain === "real" || !isKnown(model, arg)) return [];
  const tensor = evaluateKnown(model, bound, arg);
  const at = tensor.values.findIndex((x) => !allowed(domain, x));
  const facts = {
    span: arg.span,
    text: text(model, arg),
    of,
    argument,
    needs: domainWords[domain],
  };
  if (at >= 0) {
    const where = whereIs(model, arg, tensor, at);
    return [argumentImpossible({ ...facts, found: `${tensor.values[at]!}${where}` })];
  }
  if (domain === "positive_definite") {
    const problem = matrixProblem(tensor);
    return problem === null ? [] : [argumentImpossible({ ...facts, found: `one that ${problem}` })];
  }
  if (domain !== "simplex") return [];
  const K = tensor.shape.at(-1) ?? 1;
  for (let row = 0; row * K < tensor.values.length; row++) {
    const sum = tensor.values.subarray(row * K, (row + 1) * K).reduce((total, x) => total + x, 0);
    // Six digits, as files often hold.
    if (Math.abs(sum - 1) > 1e-5)
      return [argumentImpossible({ ...facts, found: `${Number(sum.toPrecision(6))} in sum` })];
  }
  return [];
}

function allowed(domain: Domain, x: number): boolean {
  switch (domain) {
    case "positive":
      return x > 0;
    case "nonnegative":
      return x >= 0;
    case "count":
      return x >= 0 && Number.isInteger(x);
    case "unit":
    case "simplex":
      return x >= 0 && x <= 1;
    default:
      return Number.isFinite(x);
  }
}

/** An observed value that its distribution never produces, where that follows from the data alone. */
function badObserved(model: Model, bound: Bound, node: ObservedNode): Diagnostic[] {
  const { dist, value } = node;
  if (dist.kind !== "family") return [];
  const family = families[dist.family]!;
  const { support } = family;
  const observed = evaluateKnown(model, bound, value);
  const limits: readonly (Limit | null)[] =
    support.kind === "simplex"
      ? [{ tensor: scalar(0), rank: 0 }, { tensor: scalar(1), rank: 0 }] // prettier-ignore
      : [support.lower, support.upper].map((b) => limit(model, bound, dist, b, value));
  const [lower, upper] = limits.map((l) => l && stretched(l, observed.shape));
  const integer = support.kind === "interval" && support.integer;
  const closed = closedEnds(dist);
  for (let i = 0; i < observed.values.length; i++) {
    const x = observed.values[i]!;
    const low = lower ? lower(i) : -Infinity;
    const high = upper ? upper(i) : Infinity;
    const inside =
      (x > low || (x === low && closed.lower)) &&
      (x < high || (x === high && closed.upper)) &&
      (!integer || Number.isInteger(x));
    if (inside) continue;
    return [
      observedImpossible({
        entry: observedEntry(model, value, observed, i),
        value: x,
        family: dist.family,
        support: supportText(family, integer, low, high, closed), // prettier-ignore
        observed: value.span,
        dist: dist.span,
      }),
    ];
  }
  return [];
}

function supportText(
  family: Family,
  integer: boolean,
  low: number,
  high: number,
  closed: Closed,
): string {
  if (integer && Number.isFinite(high)) return `a whole number from ${low} to ${high}`;
  const open = !closed.lower || !closed.upper;
  return `${supportWords(family)}${open ? ", the end left out" : ""}`;
}

/**
 * Families whose density is 0 or infinite at an end of the support, whatever the latents are, unless the argument
 * named here is 1 (null: always): a datum there would make the whole likelihood 0 or infinite.
 */
const openEnds: Readonly<
  Record<string, { readonly lower?: string | null; readonly upper?: string }>
> = {
  // prettier-ignore
  beta: { lower: "a", upper: "b" },
  gamma: { lower: "shape" },
  log_normal: { lower: null },
};

interface Closed {
  readonly lower: boolean;
  readonly upper: boolean;
}

function closedEnds({ family, args }: Extract<Dist, { kind: "family" }>): Closed {
  const ends = openEnds[family];
  const closed = (argument: string | null | undefined): boolean => {
    if (argument === undefined) return true;
    const range = argument === null ? undefined : args[argument]?.type.range;
    return range !== undefined && range.lower === 1 && range.upper === 1;
  };
  return { lower: closed(ends?.lower), upper: closed(ends?.upper) };
}

interface Limit {
  readonly tensor: HostTensor;
  /** Axes of its own, behind those of the plates. */
  readonly rank: number;
}

const scalar = (x: number): HostTensor => ({ shape: [], values: Float64Array.of(x) });

/** A bound of the support with the axes of the observed value, plates first; null when open or not known. */
function limit(
  model: Model,
  bound: Bound,
  dist: Extract<Dist, { kind: "family" }>,
  b: FamilyBound,
  value: Expr,
): Limit | null {
  if (b === null) return null;
  if (typeof b === "number") return { tensor: scalar(b), rank: 0 };
  if ("lastIndexOf" in b) {
    const group = families[dist.family]!.alternatives.find((g) => g.includes(b.lastIndexOf));
    const table = (group ?? [b.lastIndexOf]).map((name) => dist.args[name]).find((arg) => arg);
    const size = table?.type.shape.at(-1);
    return size === undefined ? null : { tensor: scalar(bound.size(size) - 1), rank: 0 };
  }
  const arg = dist.args[b.parameter];
  if (!arg || !isKnown(model, arg)) return null;
  const tensor = evaluateKnown(model, bound, arg);
  // The value stands in every plate that the argument does: axes of size 1 for those over which the argument is fixed.
  const leading = value.plates.map((id) => tensor.shape[arg.plates.indexOf(id)] ?? 1);
  const own = tensor.shape.slice(arg.plates.length);
  return { tensor: { shape: [...leading, ...own], values: tensor.values }, rank: own.length };
}

/** Reads a limit at the flat index of the observed value: leading axes line up, a single number stretches. */
function stretched({ tensor, rank }: Limit, shape: readonly number[]): (flat: number) => number {
  if (tensor.values.length === 1) return () => tensor.values[0]!;
  const leading = tensor.shape.length - rank;
  const padded = rank === 0 ? [...tensor.shape, ...new Array<number>(shape.length - leading).fill(1)] : tensor.shape; // prettier-ignore
  const strides = broadcastStrides(padded);
  return (flat) => {
    const place = placeOf(shape, flat);
    return tensor.values[place.reduce((sum, i, axis) => sum + i * strides[axis]!, 0)]!;
  };
}

/** "y[3]" for data indexed by plates, else the expression with its place. */
function observedEntry(model: Model, value: Expr, observed: HostTensor, at: number): string {
  const place = placeOf(observed.shape, at);
  if (value.kind === "data") return entryName(value.name, place);
  const plain =
    value.kind === "index" &&
    value.target.kind === "data" &&
    value.items.every((item, i) => item.kind === "at" && item.at.kind === "plate-index" && item.at.plate === value.plates[i]); // prettier-ignore
  if (plain && value.kind === "index" && value.target.kind === "data")
    return entryName(value.target.name, place);
  return `${text(model, value)}${sizeOf(observed.shape) === 1 ? "" : whereIs(model, value, observed, at)}`; // prettier-ignore
}
