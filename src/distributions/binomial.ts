import type { RandomStream } from "../numeric/random.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { probability } from "./bernoulli.ts";
import { drawBeta } from "./beta.ts";
import { family } from "./family.ts";
import { count, integers, real, scalar, unit, xLog1mY, xLogY } from "./parts.ts";

/** The number of successes in n independent trials. */
export const binomial = family({
  name: "binomial",
  parameters: {
    n: count("the number of trials"),
    p: unit("the probability of success in each"),
    logits: real("log(p / (1 - p))"),
  },
  alternatives: [["p", "logits"]],
  eventRank: 0,
  support: integers(0, { parameter: "n" }),

  // log C(n, x) + x log(p) + (n - x) log(1 - p)
  logDensity(b, x, { n, p, logits }) {
    const misses = b.sub(n, x);
    const ways = logChoose(b, n, x, misses);
    if (p !== undefined) return b.add(ways, b.add(xLogY(b, x, p), xLog1mY(b, misses, p)));
    const hit = b.mul(x, b.softplus(b.neg(logits)));
    const miss = b.mul(misses, b.softplus(logits));
    return b.sub(ways, b.add(hit, miss));
  },

  draw: (random, { n, p, logits }) => drawBinomial(random, scalar(n), probability(p, logits)),
  moments: {
    mean: ({ n, p, logits }) => n * probability(p, logits),
    variance: ({ n, p, logits }) => n * probability(p, logits) * (1 - probability(p, logits)),
  },
  source: "Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 3",
});

/** log of n! / (x! rest!), n = x + rest */
export function logChoose(b: Builder, n: Value, x: Value, rest: Value): Value {
  const factorial = (value: Value): Value => b.lgamma(b.shift(value, 1));
  return b.sub(factorial(n), b.add(factorial(x), factorial(rest)));
}

/** Devroye (1986), p. 536: the middle of n uniforms is beta, and tells on which side p lies; few trials are counted. */
export function drawBinomial(random: RandomStream, n: number, p: number): number {
  let hits = 0;
  let left = n;
  let chance = p;
  while (left > 32) {
    const below = 1 + Math.floor(left / 2);
    const middle = drawBeta(random, below, left + 1 - below);
    if (middle <= chance) {
      hits += below;
      left -= below;
      chance = (chance - middle) / (1 - middle);
    } else {
      left = below - 1;
      chance = chance / middle;
    }
  }
  for (let trial = 0; trial < left; trial++) if (random.uniform() < chance) hits++;
  return hits;
}
