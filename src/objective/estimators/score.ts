import { baselineNames } from "../baselines.ts";
import type { Estimator } from "./estimator.ts";
import { boundItself } from "./itself.ts";

/**
 * Draws held constant, grad log q of each times how much better it made the bound. For a mean of logs the score of q
 * inside log w averages to 0 and is left out.
 */
export const score: Estimator = {
  doc: "the score function: needs no derivative through the draws",
  source: "Williams (1992); Ranganath et al. (2014)",
  reparameterized: false,
  liveQ: "in logs of means",
  shares: false,
  extraDraws: 0,
  baseline: "as chosen",
  baselines: baselineNames,
  refuses: ["leaving out the only local draw", "leaving out the only draw"],
  unbiased: () => true,
  exact: false,
  surrogates: boundItself,
};
