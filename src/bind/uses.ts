import { zip, largest, smallest } from "../base/arrays.ts";
import { argumentImpossible, indexOutside, negativeLength, nothingBetween } from "../diagnostics/catalogue/data.ts";
import type { Span } from "../diagnostics/span.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { parameterNamed } from "../distributions/family.ts";
import { familyNamed } from "../distributions/index.ts";
import { domainWords, type Domain } from "../tensor/support.ts";
import type { Numbers } from "./numbers.ts";
import { isDataOnly } from "./dataOnly.ts";
import { evaluateData } from "./evaluate.ts";
import type { DeclaredType, Dim, Dist, Expr, Model, ModelNode, ParamDecl } from "../model/model.ts";
import { badObserved } from "./observed.ts";
import { firstEntry, text, whereIs } from "./places.ts";
import { mostEntries, sizeOf } from "../tensor/shape.ts";
import { tooManyEntries } from "../diagnostics/catalogue/memory.ts";
import { firstFall, matrixProblem } from "./values.ts";
import { distExprs, everyExpr, partsOf } from "../model/walk.ts";

/** Data where the model uses them: as indices, as arguments of distributions, as observed values. */
export function checkUses(model: Model, numbers: Numbers): Diagnostic[] {
  const negative = model.plates.filter(({ size }) => numbers.size(size) < 0);
  if (negative.length > 0)
    return negative.map(({ span, size }) => negativeLength({ span, size: String(size), value: numbers.size(size) }));
  const found: Diagnostic[] = model.params.flatMap((param) => checkParam(model, numbers, param));
  for (const node of model.nodes) {
    const indices = rootsOf(node).flatMap((root) => badIndices(model, numbers, root));
    found.push(...indices);
    // What is read past the end of an array has no value to check.
    if (indices.length > 0) continue;
    if (node.kind === "latent") found.push(...emptyBounds(model, numbers, node, node.type));
    if ("dist" in node && node.dist) found.push(...badArguments(model, numbers, node.dist));
    if (node.kind === "observed") found.push(...badObserved(model, numbers, node));
  }
  return found;
}

function rootsOf(node: ModelNode): readonly Expr[] {
  switch (node.kind) {
    case "latent":
      return [...boundsOf(node.type), ...(node.dist ? distExprs(node.dist) : [])];
    case "entries":
    case "observed":
      return [node.value, ...distExprs(node.dist)];
    default:
      return [node.value];
  }
}

const boundsOf = ({ lower, upper }: DeclaredType): Expr[] => [lower, upper].filter((expr) => expr !== null);

function checkParam(model: Model, numbers: Numbers, param: ParamDecl): Diagnostic[] {
  const { init, type } = param;
  const roots = [...boundsOf(type), ...(init.kind === "value" ? [init.value] : distExprs(init.dist))];
  const indices = roots.flatMap((root) => badIndices(model, numbers, root));
  if (indices.length > 0) return indices;
  const draws = init.kind === "draw" ? badArguments(model, numbers, init.dist) : [];
  return [...emptyBounds(model, numbers, param, type), ...draws];
}

/** Bounds that the data leave nothing between. */
function emptyBounds(
  model: Model,
  numbers: Numbers,
  at: { readonly name: string; readonly span: Span },
  { lower, upper, integer }: DeclaredType,
): Diagnostic[] {
  if (!lower || !upper || !isDataOnly(model, lower) || !isDataOnly(model, upper)) return [];
  const low = evaluateData(model, numbers, lower).values;
  const high = evaluateData(model, numbers, upper).values;
  const [least, most] = [largest(low), smallest(high)];
  // Bounds that move over a plate are compared where they are alone in it only.
  if (low.length > 1 || high.length > 1 || (integer ? least <= most : least < most)) return [];
  return [nothingBetween({ name: at.name, span: at.span, lower: least, upper: most })];
}

/**
 * Indices and slices outside their axes, and sizes below 0, as far as the data tell. Innermost first, so that a bad
 * index inside another one is what is told.
 */
export function badIndices(model: Model, numbers: Numbers, root: Expr): Diagnostic[] {
  for (const expr of [...everyExpr(root)].reverse()) {
    const negative = expr.type.shape.find((dim) => numbers.size(dim) < 0);
    if (negative !== undefined)
      return [negativeLength({ span: expr.span, size: String(negative), value: numbers.size(negative) })];
    const entries = sizeOf(expr.type.shape.map((dim) => numbers.size(dim)));
    if (!(entries <= mostEntries)) return [tooManyEntries({ span: expr.span, text: text(model, expr), entries })];
    if (expr.kind !== "index") continue;
    for (const [item, dim] of zip(expr.items, expr.target.type.shape)) {
      const size = numbers.size(dim);
      if (item.kind === "slice") {
        const from = numbers.size(item.from);
        const end = from + numbers.size(item.length);
        if (from >= 0 && end <= size) continue;
        const { span } = expr;
        const value = from < 0 ? from : end - 1;
        const facts = { text: text(model, expr), target: text(model, expr.target), where: "" };
        return [indexOutside({ span, value, size, slice: true, ...facts })];
      }
      if (runsOver(model, item.at, dim) || !isDataOnly(model, item.at)) continue;
      const index = evaluateData(model, numbers, item.at);
      const outside = firstEntry(index, (i) => i < 0 || i >= size);
      if (!outside) continue;
      const { span } = item.at;
      const where = whereIs(model, item.at, index, outside.at);
      const facts = { text: text(model, item.at), target: text(model, expr.target), value: outside.value };
      return [indexOutside({ span, where, size, slice: false, ...facts })];
    }
  }
  return [];
}

/** The index of a plate that is as long as the axis. */
function runsOver(model: Model, at: Expr, size: Dim): boolean {
  return at.kind === "plate-index" && model.plates.find(({ id }) => id === at.plate)?.size === size;
}

function badArguments(model: Model, numbers: Numbers, dist: Dist): Diagnostic[] {
  if (dist.kind === "family") {
    const family = familyNamed(dist.family);
    return Object.entries(dist.args).flatMap(([argument, arg]) => {
      const { domain } = parameterNamed(family, argument);
      return badArgument(model, numbers, arg, { of: family.name, argument, domain });
    });
  }
  const own =
    dist.kind === "mixture" && dist.weightsAre === "p"
      ? badArgument(model, numbers, dist.weights, { of: "mixture", argument: "p", domain: "simplex" })
      : dist.kind === "zero_inflate"
        ? badArgument(model, numbers, dist.p, { of: dist.kind, argument: "p", domain: "unit" })
        : [];
  const type = { support: "interval", integer: true, shape: [] } as const;
  const between =
    dist.kind === "truncate" || dist.kind === "censor"
      ? emptyBounds(model, numbers, { name: dist.kind, span: dist.span }, { ...dist, ...type })
      : [];
  return [...own, ...between, ...partsOf(dist).flatMap((part) => badArguments(model, numbers, part))];
}

/** Which argument it is, of what, and what it has to be. */
interface Role {
  readonly of: string;
  readonly argument: string;
  readonly domain: Domain;
}

function badArgument(model: Model, numbers: Numbers, arg: Expr, role: Role): Diagnostic[] {
  const { of, argument, domain } = role;
  if (domain === "real" || !isDataOnly(model, arg)) return [];
  const tensor = evaluateData(model, numbers, arg);
  const wrong = firstEntry(tensor, (x) => !allowed(domain, x));
  const facts = {
    span: arg.span,
    text: text(model, arg),
    of,
    argument,
    needs: domainWords[domain],
  };
  if (wrong) {
    const where = whereIs(model, arg, tensor, wrong.at);
    return [argumentImpossible({ ...facts, found: `${wrong.value}${where}` })];
  }
  if (domain === "positive_definite") {
    const problem = matrixProblem(tensor);
    return problem === null ? [] : [argumentImpossible({ ...facts, found: `one that ${problem}` })];
  }
  if (domain === "increasing") {
    const step = firstFall(tensor.values, tensor.shape.at(-1) ?? 1);
    return step ? [argumentImpossible({ ...facts, found: `${step.from} before ${step.to}` })] : [];
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
