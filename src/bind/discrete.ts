import { sizeOf } from "../tensor/shape.ts";
import type { Numbers } from "./numbers.ts";
import { isDataOnly } from "./dataOnly.ts";
import { evaluateData } from "./evaluate.ts";
import type { Expr, LatentNode, Model } from "../model/model.ts";

/** The values that each entry of a discrete site may have, whatever else is known: lower, lower + 1, ..., upper. */
export interface FiniteValues {
  readonly lower: number;
  readonly upper: number;
  /** Joint values of all entries of one element, (upper - lower + 1) to the power of their number; of a chain, of one. */
  readonly count: number;
  /** The bounds are the same everywhere, and numbers: no value within them is ruled out by the data or by latents. */
  readonly fixed: boolean;
}

/** More values than this are not gone through one by one. */
export const mostValues = 1000;

/** The values of a discrete site, or null where they have no end. */
export function finiteValues(model: Model, numbers: Numbers, node: LatentNode): FiniteValues | null {
  const lower = endpointOf(model, numbers, node.type.lower, Math.min);
  const upper = endpointOf(model, numbers, node.type.upper, Math.max);
  if (!lower || !upper || !Number.isFinite(lower.value) || !Number.isFinite(upper.value)) return null;
  const each = Math.max(0, upper.value - lower.value + 1);
  const count = isChain(node) ? each : each ** sizeOf(node.type.shape.map(numbers.size));
  return { lower: lower.value, upper: upper.value, count, fixed: lower.fixed && upper.fixed };
}

/**
 * Whether a site is a sequence that can be summed out step by step: its distribution says so, and it is one sequence
 * for each element of its plates.
 */
export function isChain({ dist, type, truncated }: LatentNode): boolean {
  return dist?.kind === "family" && dist.family === "markov" && type.shape.length === 1 && !truncated;
}

/** The outermost number that a bound takes; for one that hangs on latents, the end of what is known of its range. */
function endpointOf(
  model: Model,
  numbers: Numbers,
  expr: Expr | null,
  outermost: (...values: number[]) => number,
): { readonly value: number; readonly fixed: boolean } | null {
  if (expr === null) return null;
  const { lower, upper } = expr.type.range;
  if (!isDataOnly(model, expr)) return { value: outermost(lower, upper), fixed: lower === upper };
  const { values } = evaluateData(model, numbers, expr);
  const value = values.reduce((end, each) => outermost(end, each), values[0] ?? 0);
  return { value, fixed: values.every((each) => each === value) };
}
