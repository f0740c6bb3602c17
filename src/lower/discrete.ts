import { axesOf, type Guide } from "../guide/guide.ts";
import type { Context } from "../joint/context.ts";
import { drawSummedOut, marginalOf } from "../joint/enumerate.ts";
import { lowerExpr } from "../joint/expression.ts";
import type { GuideSample } from "../objective/sample.ts";
import type { Axis, Named } from "../program/named.ts";
import { exactDraws } from "./axes.ts";
import type { EnumeratedSite } from "../graph/elimination.ts";

/**
 * Draws the discrete sites that were summed out, given the draws of everything else, and computes the lets that look at
 * them. Returns the probabilities of their values.
 */
export function drawDiscrete(
  context: Context,
  guide: Guide,
  { summedOut }: GuideSample,
): { readonly site: EnumeratedSite; readonly probabilities: Named }[] {
  const { b, model, reach, values } = context;
  if (summedOut.length === 0) return [];
  const marginals = summedOut.map((each) => ({
    site: each.site,
    probabilities: b.from(each.site.node.span, `probabilities of ${each.site.name}`, () => marginalOf(context, each)),
  }));
  const drawAxis = ({ node }: EnumeratedSite): Axis[] => {
    const home = guide.blocks.find(({ plates }) => plates.every((id, i) => node.plates[i] === id));
    const block = home ?? guide.blocks[0];
    return [block ? axesOf(block).draw : exactDraws];
  };
  drawSummedOut(context, summedOut, drawAxis);
  for (const node of model.nodes) {
    if (node.kind !== "let") continue;
    if (summedOut.some(({ site }) => reach.get(node.name)?.has(site.name)))
      b.from(node.span, `let ${node.name}`, () => values.set(node.name, lowerExpr(context, node.value)));
  }
  return marginals;
}
