import { InternalError } from "../base/assert.ts";
import { family } from "./family.ts";
import { reals, stretch } from "./parts.ts";

/**
 * No preference at all: density 1 everywhere on the declared type. It is improper, so the evidence of the model is
 * defined up to a constant only, and a prior draw does not exist.
 */
export const flat = family({
  name: "flat",
  parameters: {},
  eventRank: 0,
  support: reals,
  improper: true,

  logDensity: (b, x) => stretch(b, b.constant(0), x),

  draw() {
    throw new InternalError("flat has no draws");
  },
  moments: { mean: () => NaN, variance: () => NaN },
  source: "Gelman et al. (2013), Bayesian Data Analysis, s. 2.8",
});
