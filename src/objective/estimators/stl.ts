import type { Estimator } from "./estimator.ts";
import { boundItself } from "./itself.ts";

/** The path derivative: q's own parameters are held still inside log q, so that no noise is left at the optimum. */
export const stl: Estimator = {
  doc: "through the draws alone, q's parameters held still inside log q (sticking the landing)",
  source: "Roeder et al. (2017)",
  reparameterized: true,
  liveQ: "never",
  shares: false,
  extraDraws: 0,
  baseline: "the others",
  baselines: ["none"],
  refuses: ["a choice of component", "jumps"],
  unbiased: ({ overDraws }) => overDraws === "mean of logs",
  exact: false,
  surrogates: boundItself,
};
