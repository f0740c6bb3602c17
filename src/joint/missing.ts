import { assert } from "../base/assert.ts";
import { maskExpr } from "../library/missing.ts";
import type { Expr } from "../model/model.ts";
import type { Named } from "../program/named.ts";
import type { Context } from "./context.ts";
import { lowerExpr } from "./expression.ts";
import { observedMask } from "../bind/missing.ts";

/** An observed value, some entries of which may be missing. */
export interface Entries extends Named {
  readonly missing?: {
    /** 1 where an entry is there: the axes and the shape of the value, or fewer. */
    readonly mask: Named;
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
  const expr = maskExpr(model, value);
  assert(expr !== null && !("untraced" in expr), "a mask");
  const width = mask.shape.at(-1) ?? 1;
  const partial = x.rank > 0 && mask.values.some((entry, at) => entry !== mask.values[at - (at % width)]);
  return { ...x, missing: { mask: lowerExpr(context, expr), partial } };
}

/** 0 in place of the densities of missing entries. For densities of single numbers: their own axes are those of x. */
export function withoutMissing({ b, n }: Context, density: Named, { missing }: Entries): Named {
  if (!missing) return density;
  const nothing = b.constant(0);
  return n.map([missing.mask, density], (mask, value) => b.where(mask, value, nothing));
}
