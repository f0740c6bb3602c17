import { logSumExp } from "../numeric/special.ts";
import { drawBinomial } from "./binomial.ts";
import { family } from "./family.ts";
import { count, entries, realVector, scalar, simplexVector, xLogY } from "./parts.ts";

/** How often each of K categories came up in n independent trials. */
export const multinomial = family({
  name: "multinomial",
  parameters: {
    n: count("the number of trials"),
    p: simplexVector("the probability of each category"),
    logits: realVector("log probabilities, up to a constant that all share"),
  },
  alternatives: [["p", "logits"]],
  eventRank: 1,
  support: { kind: "counts", total: "n" },

  // log(n! / prod x!) + sum x log(p)
  logDensity(b, x, { n, p, logits }) {
    const ways = b.sub(b.lgamma(b.shift(n, 1)), b.sum(b.lgamma(b.shift(x, 1)), [-1]));
    if (p !== undefined) return b.add(ways, b.sum(xLogY(b, x, p), [-1]));
    const none = b.equal(x, b.constant(0));
    const logP = b.sub(logits, b.expand(b.logSumExp(logits, [-1]), -1));
    return b.add(ways, b.sum(b.mul(x, b.where(none, b.constant(0), logP)), [-1]));
  },

  // category by category: each is binomial in what the ones before have left
  draw(random, { n, p, logits }) {
    const weights = p === undefined ? softmax(entries(logits)) : entries(p);
    const counts = new Float64Array(weights.length);
    let left = scalar(n);
    let mass = weights.reduce((sum, weight) => sum + weight, 0);
    weights.forEach((weight, k) => {
      const share = mass > weight ? weight / mass : 1;
      counts[k] = drawBinomial(random, left, share);
      left -= counts[k];
      mass -= weight;
    });
    return counts;
  },
  source: "Johnson, Kotz & Balakrishnan, Discrete Multivariate Distributions, ch. 35",
});

function softmax(logits: Float64Array): Float64Array {
  const total = logSumExp(logits);
  return logits.map((logit) => Math.exp(logit - total));
}
