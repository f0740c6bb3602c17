import { present } from "../base/assert.ts";
import { exprsOf } from "../graph/graph.ts";
import type { Classes } from "../bind/finite.ts";
import type { ObservedNode } from "../model/model.ts";
import type { Axis, Named } from "../program/named.ts";
import type { Context } from "./context.ts";
import { logDensitiesOf, logDensityOf } from "./density.ts";
import { enumeratedPrior, sumOut, valuesOf } from "./enumerate.ts";
import { lowerExpr, withLets } from "./expression.ts";
import type { Entries } from "./missing.ts";
import type { EnumeratedSite, Group } from "../graph/elimination.ts";

/** What is asked of an observation: the density of a value, or the probabilities of all that it can be. */
export type Asked =
  | { readonly kind: "value"; readonly x: Entries }
  | { readonly kind: "classes"; readonly classes: Classes; readonly axis: Axis };

/**
 * log p of one observation given the latents in `context.values`, nats. Each entry of its left side by itself (own
 * axes are the repeats); with `summed`, a group of discrete sites is summed out of it, and entries are summed.
 */
export function logPredictive(context: Context, node: ObservedNode, summed: Group | null, asked: Asked): Named {
  const { values } = context;
  const { sites } = context.enumeration;
  const own: readonly EnumeratedSite[] = summed?.sites ?? [];
  for (const site of sites) if (own.includes(site)) values.set(site.name, valuesOf(context, site));
  const nodes = summed?.nodes ?? [node];
  const inside = withLets(context, nodes.flatMap(exprsOf));
  if (!summed) return termOf(inside, node, asked, false);
  const terms = nodes.map((each) => {
    if (each === node) return termOf(inside, node, asked, true);
    const site = present(
      own.find((one) => one.node === each),
      "a site of the group",
    );
    return enumeratedPrior(inside, site, valuesOf(inside, site));
  });
  return sumOut(inside, summed, terms, false).value;
}

function termOf(context: Context, { dist }: ObservedNode, asked: Asked, summed: boolean): Named {
  const { b, n } = context;
  if (asked.kind === "value")
    return summed ? logDensityOf(context, dist, asked.x) : logDensitiesOf(context, dist, asked.x);
  const { classes, axis } = asked;
  if (dist.kind === "family" && dist.family === "categorical") {
    // the table of probabilities is the answer: no entry of it needs to be looked up
    const { p, logits } = dist.args;
    const table = lowerExpr(context, present(p ?? logits, "p or logits"));
    return n.nameAxis(p ? n.log(table) : n.logSoftmax(table), table.rank - 1, axis);
  }
  const value = b.shift(b.iota(classes.count), classes.lower);
  // for some data fewer values may be possible than for others
  return logDensitiesOf(context, dist, n.named(value, [axis]), true);
}
