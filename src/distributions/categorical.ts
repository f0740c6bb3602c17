import { logSumExp } from "../numeric/special.ts";
import { family } from "./family.ts";
import { entries, entryAt, integers, realVector, simplexVector } from "./parts.ts";

/** One of K categories, numbered from 0. */
export const categorical = family({
  name: "categorical",
  parameters: {
    p: simplexVector("the probability of each category"),
    logits: realVector("log probabilities, up to a constant that all share"),
  },
  alternatives: [["p", "logits"]],
  eventRank: 0,
  support: integers(0, { lastIndexOf: "p" }),

  // log(p[x]), or logits[x] - log sum_k exp(logits[k])
  logDensity: (b, x, { p, logits }) =>
    p === undefined ? b.sub(entryAt(b, logits, x), b.logSumExp(logits, [-1])) : b.log(entryAt(b, p, x)),

  draw(random, { p, logits }) {
    const weights = entries(p ?? logits);
    const total = p === undefined ? logSumExp(weights) : 0;
    let left = random.uniform();
    for (const [k, weight] of weights.entries()) {
      left -= p === undefined ? Math.exp(weight - total) : weight;
      if (left < 0) return k;
    }
    // Rounding can leave a crumb: the last category that is possible at all takes it.
    return weights.findLastIndex((weight) => weight > (p === undefined ? -Infinity : 0));
  },
  source: "Johnson, Kotz & Balakrishnan, Discrete Multivariate Distributions, ch. 35 (one trial)",
});
