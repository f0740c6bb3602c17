import { drawBeta } from "./beta.ts";
import { drawBinomial, logChoose } from "./binomial.ts";
import { family } from "./family.ts";
import { count, integers, positive, scalar } from "./parts.ts";

/** Successes in n trials whose common probability is itself beta(a, b). */
export const betaBinomial = family({
  name: "beta_binomial",
  parameters: {
    n: count("the number of trials"),
    a: positive("weight towards success"),
    b: positive("weight towards failure"),
  },
  eventRank: 0,
  support: integers(0, { parameter: "n" }),

  // log C(n, x) + log B(x + a, n - x + b) - log B(a, b)
  logDensity(builder, x, { n, a, b }) {
    const misses = builder.sub(n, x);
    const ways = logChoose(builder, n, x, misses);
    const logBeta = (p: typeof x, q: typeof x): typeof x =>
      builder.sub(builder.add(builder.lgamma(p), builder.lgamma(q)), builder.lgamma(builder.add(p, q)));
    const after = logBeta(builder.add(x, a), builder.add(misses, b));
    return builder.add(ways, builder.sub(after, logBeta(a, b)));
  },

  draw: (random, { n, a, b }) => drawBinomial(random, scalar(n), drawBeta(random, scalar(a), scalar(b))),
  moments: {
    mean: ({ n, a, b }) => (n * a) / (a + b),
    variance: ({ n, a, b }) => (n * a * b * (a + b + n)) / ((a + b) ** 2 * (a + b + 1)),
  },
  source: "Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 6, s. 2.2",
});
