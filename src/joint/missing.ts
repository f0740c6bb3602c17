import { assert } from "../base/assert.ts";
import { maskExpr } from "../library/missing.ts";
import type { Expr } from "../model/model.ts";
import type { Named } from "../program/named.ts";
import type { Context } from "./context.ts";
import { lowerExpr } from "./expression.ts";
import { observedMask } from "../bind/missing.ts";

/** An observed value, some entries of which may be missing. */
export interface Entries extends Named {
  readonly gaps?: {
    /** 1 where an entry is there: the axes and the shape of the value, or fewer. */
    readonly there: Named;
    /** Along the last axis some are there and some are missing. */
    readonly partial: boolean;
  };
}

/** The left side of an `observe`, with what is missing of it. */
export function lowerObserved(context: Context, value: Expr): Entries {
  const { model, numbers } = context;
  const x = lowerExpr(context, value);
  const mask = observedMask(model, numbers, value);
  if (mask === null) return x;
  const there = maskExpr(model, value);
  assert(there !== null && !("untraced" in there), "a mask");
  const width = mask.shape.at(-1) ?? 1;
  const partial = x.rank > 0 && mask.values.some((entry, at) => entry !== mask.values[at - (at % width)]);
  return { ...x, gaps: { there: lowerExpr(context, there), partial } };
}

/** 0 in place of the densities of missing entries. For densities of single numbers: their own axes are those of x. */
export function withoutMissing({ b, n }: Context, density: Named, { gaps }: Entries): Named {
  if (!gaps) return density;
  const nothing = b.constant(0);
  return n.map([gaps.there, density], (there, value) => b.where(there, value, nothing));
}
