import { present } from "../base/assert.ts";
import type { RandomStream } from "../numeric/random.ts";
import { drawBinomial } from "./binomial.ts";
import { family, type Plain } from "./family.ts";
import { drawStandardGamma } from "./gamma.ts";
import { integers, nonnegative, real, scalar, xLogY } from "./parts.ts";

/** The number of independent events in a fixed time. */
export const poisson = family({
  name: "poisson",
  parameters: {
    rate: nonnegative("the mean number of events"),
    log_rate: real("the logarithm of the rate"),
  },
  alternatives: [["rate", "log_rate"]],
  eventRank: 0,
  support: integers(0, null),

  // x log(rate) - rate - log(x!)
  logDensity(b, x, { rate, log_rate }) {
    const ways = b.lgamma(b.shift(x, 1));
    const kernel = rate === undefined ? b.sub(b.mul(x, log_rate), b.exp(log_rate)) : b.sub(xLogY(b, x, rate), rate);
    return b.sub(kernel, ways);
  },

  draw: (random, { rate, log_rate }) => drawPoisson(random, rateOf(rate, log_rate)),
  moments: {
    mean: ({ rate, log_rate }) => rateOf(rate, log_rate),
    variance: ({ rate, log_rate }) => rateOf(rate, log_rate),
  },
  source: "Johnson, Kemp & Kotz, Univariate Discrete Distributions, ch. 4",
});

function rateOf(rate: Plain | undefined, logRate: Plain | undefined): number {
  return rate === undefined ? Math.exp(scalar(present(logRate, "rate or log_rate"))) : scalar(rate);
}

/**
 * Ahrens & Dieter (1974): when the m-th event comes after the end of time, the m - 1 before it are uniform on the way,
 * so the count is binomial; else count m and go on. Few events are counted one by one (Knuth).
 */
export function drawPoisson(random: RandomStream, rate: number): number {
  let events = 0;
  let left = rate;
  while (left > 12) {
    const m = Math.floor((7 / 8) * left);
    const time = drawStandardGamma(random, m);
    if (time > left) return events + drawBinomial(random, m - 1, left / time);
    events += m;
    left -= time;
  }
  const silence = Math.exp(-left);
  for (let product = random.uniform(); product > silence; product *= random.uniform()) events++;
  return events;
}
