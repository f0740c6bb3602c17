import { present } from "../base/assert.ts";
import { sigmoid } from "../numeric/special.ts";
import { family, type Plain } from "./family.ts";
import { integers, real, scalar, unit } from "./parts.ts";

/** 1 with probability p, else 0. */
export const bernoulli = family({
  name: "bernoulli",
  parameters: {
    p: unit("the probability of 1"),
    logits: real("log(p / (1 - p))"),
  },
  alternatives: [["p", "logits"]],
  eventRank: 0,
  support: integers(0, 1),

  // x log(p) + (1 - x) log(1 - p), or -log(1 + exp((1 - 2x) logits)); x chooses, so that 0 log 0 never arises
  logDensity(b, x, { p, logits }) {
    if (p === undefined) {
      const against = b.mul(b.sub(b.constant(1), b.scale(2, x)), logits);
      return b.neg(b.softplus(against));
    }
    const hit = b.log(b.where(x, p, b.constant(1)));
    const miss = b.log1p(b.neg(b.where(x, b.constant(0), p)));
    return b.add(hit, miss);
  },

  draw: (random, { p, logits }) => (random.uniform() < probability(p, logits) ? 1 : 0),
  moments: {
    mean: ({ p, logits }) => probability(p, logits),
    variance: ({ p, logits }) => probability(p, logits) * (1 - probability(p, logits)),
  },
  source: "Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 3",
});

/** p, from whichever of the two was given. */
export function probability(p: Plain | undefined, logits: Plain | undefined): number {
  return p === undefined ? sigmoid(scalar(present(logits, "p or logits"))) : scalar(p);
}
