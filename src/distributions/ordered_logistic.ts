import type { Builder } from "../program/builder.ts";
import { onAxis } from "../tensor/shape.ts";
import type { Value } from "../program/program.ts";
import { family } from "./family.ts";
import { entries, entryAt, increasingVector, integers, log1mExp, real, scalar } from "./parts.ts";

/** A grade from 0 to the number of cutpoints: how many of them lie below a logistic variable centred at eta. */
export const orderedLogistic = family({
  name: "ordered_logistic",
  parameters: {
    eta: real("the centre of the latent logistic variable"),
    cutpoints: increasingVector("where one grade becomes the next"),
  },
  eventRank: 0,
  support: integers(0, { lengthOf: "cutpoints" }),

  // log(sigmoid(c[x] - eta) - sigmoid(c[x - 1] - eta)), the first of them 1 and the last 0 where there is no cutpoint;
  // a difference of sigmoids is sigmoid(u) sigmoid(-l) (1 - exp(l - u))
  logDensity(b, x, { eta, cutpoints }) {
    const from = b.sub(cutpoints, b.expand(eta, -1));
    const size = onAxis(b.shapeOf(from), -1);
    const below = padLast(b, b.neg(b.softplus(b.neg(from))), 0, 1);
    const above = padLast(b, b.neg(b.softplus(from)), 1, 0);
    const both = b.add(below, above);
    if (size === 1) return entryAt(b, both, x);
    const gaps = b.sub(b.narrow(from, -1, 0, size - 1), b.narrow(from, -1, 1, size - 1));
    return entryAt(b, b.add(both, padLast(b, log1mExp(b, gaps), 1, 1)), x);
  },

  draw(random, { eta, cutpoints }) {
    const u = random.uniform();
    const latent = scalar(eta) + Math.log(u) - Math.log1p(-u);
    return entries(cutpoints).filter((cutpoint) => cutpoint < latent).length;
  },
  source: "McCullagh (1980), Regression models for ordinal data",
});

/** Zeros before and after the entries of the last axis. */
function padLast(b: Builder, x: Value, before: number, after: number): Value {
  const others = b
    .shapeOf(x)
    .slice(1)
    .map(() => 0);
  return b.pad(x, [...others, before], [...others, after]);
}
