import type { Estimator } from "./estimator.ts";
import { boundItself } from "./itself.ts";

/** The derivative of the bound through its draws. */
export const pathwise: Estimator = {
  doc: "through reparameterized draws",
  source: "Kingma & Welling (2014)",
  reparameterized: true,
  liveQ: "always",
  shares: false,
  extraDraws: 0,
  baseline: "the others",
  baselines: ["none"],
  refuses: ["a choice of component", "jumps"],
  unbiased: () => true,
  exact: true,
  surrogates: boundItself,
};
