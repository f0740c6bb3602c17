import { present } from "../base/assert.ts";
import { families } from "../distributions/index.ts";
import type { Context } from "../joint/context.ts";
import { lowerExpr } from "../joint/expression.ts";
import { maskExpr } from "../library/missing.ts";
import type { Expr, LatentNode, Model, PlateId } from "../model/model.ts";
import type { Builder } from "../program/builder.ts";
import type { Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";

// A discrete site that is not summed out is drawn: each of its entries is a real number of the block's vector, cut into
// bins. The number is mapped onto v >= lower (or lower <= v < upper + 1) as for a continuous site, and the value is
// floor(v): a log-normal or logit-normal rounded down, whose probabilities are differences of the normal distribution
// function. Nothing of the continuous number is left but the bin that it fell into.

/** Where each entry of a block's vector was found to lie: of a discrete site, the ends of its bin. */
export interface Bins {
  /** 1 where an entry stands for a whole number, 0 where it is a real number of its own. [D] */
  readonly counted: Value;
  /** Ends of the bins [..., D]; infinite at the ends of the support, 0 for real numbers. */
  readonly low: Value;
  readonly high: Value;
}

/** Ends of the values of a discrete site; null where there are none. */
export interface Ends {
  readonly lower: Value | null;
  readonly upper: Value | null;
}

/** The whole number that each u stands for, and the ends of its bin. No derivative passes. */
export function binned(
  b: Builder,
  u: Value,
  { lower, upper }: Ends,
): { readonly value: Value; readonly low: Value; readonly high: Value } {
  const shape = b.shapeOf(u);
  const log = (x: Value): Value => b.log(b.broadcast(x, shape));
  const next = (x: Value): Value => b.shift(x, 1);
  if (lower !== null && upper !== null) {
    const width = next(b.sub(upper, lower));
    const v = b.add(lower, b.floor(b.mul(width, b.sigmoid(u))));
    const value = b.stopGradient(b.min(v, upper));
    const below = b.sub(value, lower);
    const above = b.sub(upper, value);
    return {
      value,
      low: b.stopGradient(b.sub(log(below), log(next(above)))),
      high: b.stopGradient(b.sub(log(next(below)), log(above))),
    };
  }
  if (lower !== null) {
    const value = b.stopGradient(b.add(lower, b.floor(b.exp(u))));
    const below = b.sub(value, lower);
    return { value, low: b.stopGradient(log(below)), high: b.stopGradient(log(next(below))) };
  }
  if (upper !== null) {
    const value = b.stopGradient(b.sub(upper, b.floor(b.exp(u))));
    const above = b.sub(upper, value);
    return { value, low: b.stopGradient(log(above)), high: b.stopGradient(log(next(above))) };
  }
  const value = b.stopGradient(b.floor(u));
  return { value, low: value, high: next(value) };
}

/** The middle of the bin of each whole number: a u that `binned` takes to it. */
export function middles(
  values: Float64Array,
  { lower, upper }: { readonly lower: Float64Array | null; readonly upper: Float64Array | null },
): Float64Array {
  const at = (ends: Float64Array, i: number): number => ends[i % ends.length]!;
  return values.map((value, i) => {
    const below = lower && value - at(lower, i) + 0.5;
    const above = upper && at(upper, i) - value + 0.5;
    if (below !== null && above !== null) return Math.log(below) - Math.log(above);
    if (below !== null) return Math.log(below);
    return above !== null ? Math.log(above) : value + 0.5;
  });
}

/** Data that a site cannot be below. */
export interface Least {
  readonly value: Expr;
  /** 1 where the data are there, 0 where they are missing; null where none can be. */
  readonly mask: Expr | null;
}

/**
 * Data that a site cannot be below: what is observed from distributions whose largest value the site itself is, such as
 * `observe y ~ binomial(n, p)`. A guide that knew nothing of it would give most of its draws probability 0.
 */
export function leastFromData(model: Model, node: LatentNode, minibatched: ReadonlySet<PlateId>): Least[] {
  if (node.type.shape.length > 0) return [];
  return model.nodes.flatMap((each) => {
    if (each.kind !== "observed" || each.dist.kind !== "family" || !each.value.type.integer) return [];
    const { support } = present(families[each.dist.family], each.dist.family);
    if (support.kind !== "interval" || support.upper === null || typeof support.upper === "number") return [];
    if (!("parameter" in support.upper)) return [];
    const most = each.dist.args[support.upper.parameter];
    if (most?.kind !== "latent" || most.name !== node.name) return [];
    // of an inner plate that comes in parts, the largest value is not at hand
    const inner = each.plates.filter((plate) => !node.plates.includes(plate));
    const mask = maskExpr(model, each.value);
    if (inner.some((plate) => minibatched.has(plate)) || (mask && "untraced" in mask)) return [];
    return [{ value: each.value, mask }];
  });
}

/** The smallest value of a site: what its type says, or the data where they say more. Null where neither does. */
export function leastOf(context: Context, node: LatentNode, data: readonly Least[]): Named | null {
  const { b, n } = context;
  const nothing = b.constant(-Infinity);
  const terms = data.map(({ value, mask }): Named => {
    const all = lowerExpr(context, value);
    const term = mask ? n.map([lowerExpr(context, mask), all], (is, x) => b.where(is, x, nothing)) : all;
    const inner = term.axes.filter((axis) => !node.plates.includes(axis));
    const outer = n.reduceMax(term, inner);
    const own = Array.from({ length: outer.rank }, (_, i) => i - outer.rank);
    return { ...outer, value: own.length === 0 ? outer.value : b.reduceMax(outer.value, own), rank: 0 };
  });
  const { lower } = node.type;
  const all = [...(lower ? [lowerExpr(context, lower)] : []), ...terms];
  const [first, ...rest] = all;
  return first ? rest.reduce((most, term) => n.max(most, term), first) : null;
}
