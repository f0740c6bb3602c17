import type { DeclaredType, Model } from "../model/model.ts";
import { baseRank, rangeOf } from "../model/types.ts";
import { anywhere, type Extent } from "../report/plot/extent.ts";
import { unravel, type Shape } from "../tensor/shape.ts";

/** Where the entry of a site lies, as far as its model says it: entry `at` of `shape`, row by row and without plates. */
export function extentOf(model: Model, site: string, shape: Shape, at: number): Extent {
  for (const node of model.nodes) {
    if (node.kind === "latent" && node.name === site) return ofLatent(node.type, unravel(shape, at));
    if (node.kind === "let" && node.name === site)
      return { ...node.value.type.range, integer: node.value.type.integer };
  }
  return anywhere;
}

function ofLatent(type: DeclaredType, index: readonly number[]): Extent {
  const { support, integer, lower, upper } = type;
  const range = rangeOf(type);
  const [row, column] = index.slice(-2);
  // on the diagonal of a matrix no number is below 0
  if (baseRank(support) === 2 && row === column) return { lower: 0, upper: range.upper, integer };
  // a bound that only data or other latents tell is a bound all the same
  const known = (end: number, written: boolean): number | null => (Number.isFinite(end) || !written ? end : null);
  return { lower: known(range.lower, lower !== null), upper: known(range.upper, upper !== null), integer };
}
