import { family } from "./family.ts";
import { interval, real, scalar, standardise, stretch } from "./parts.ts";

/** Any number between two others, none more likely than another. */
export const uniform = family({
  name: "uniform",
  parameters: { low: real("the least value"), high: real("the largest value, above `low`") },
  eventRank: 0,
  support: interval({ parameter: "low" }, { parameter: "high" }),

  // -log(high - low)
  logDensity: (b, x, { low, high }) => stretch(b, b.neg(b.log(b.sub(high, low))), x),
  logCdf: (b, x, { low, high }) => b.log(standardise(b, x, low, b.sub(high, low))),
  logSurvival: (b, x, { low, high }) => b.log(standardise(b, high, x, b.sub(high, low))),

  draw: (random, { low, high }) => scalar(low) + (scalar(high) - scalar(low)) * random.uniform(),
  moments: {
    mean: ({ low, high }) => (low + high) / 2,
    variance: ({ low, high }) => (high - low) ** 2 / 12,
  },
  source: "Johnson, Kotz & Balakrishnan, Continuous Univariate Distributions 2, ch. 26",
});
