import type { BoundRule } from "./bound.ts";

/** E log w under draws from the mixture. */
export const elbo = {
  draws: "mixture",
  overDraws: "mean of logs",
  overComponents: "none",
  weights: "the guide's",
  doc: "the mean of log w over draws from the mixture",
  source: "Jordan et al. (1999); Kingma & Welling (2014)",
} as const satisfies BoundRule;
