import { logSumExp } from "../numeric/special.ts";
import { family } from "./family.ts";
import { drawLogGamma } from "./gamma.ts";
import { entries, positiveVector, xLogY } from "./parts.ts";

/** Proportions that sum to one; after a flat prior, category k was seen concentration[k] - 1 times. */
export const dirichlet = family({
  name: "dirichlet",
  parameters: { concentration: positiveVector("one weight for each entry") },
  eventRank: 1,
  support: { kind: "simplex" },

  // lgamma(sum c) - sum lgamma(c) + sum (c - 1) log(x)
  logDensity(b, x, { concentration }) {
    const total = b.lgamma(b.sum(concentration, [-1]));
    const normaliser = b.sub(total, b.sum(b.lgamma(concentration), [-1]));
    return b.add(normaliser, b.sum(xLogY(b, b.shift(concentration, -1), x), [-1]));
  },

  draw(random, { concentration }) {
    const logs = entries(concentration).map((shape) => drawLogGamma(random, shape));
    const total = logSumExp(logs);
    return logs.map((log) => Math.exp(log - total));
  },
  source: "Kotz, Balakrishnan & Johnson, Continuous Multivariate Distributions 1, ch. 49",
});
