import type { BoundRule } from "./bound.ts";

/** sum_k alpha_k E log w under draws from component k: the ELBO, stratified. */
export const selbo = {
  draws: "each component",
  overDraws: "mean of logs",
  overComponents: "outside",
  weights: "the guide's",
  doc: "the mean of log w over draws from each component, averaged by their weights: the ELBO, stratified",
  source: "Morningstar et al. (2021), section 3",
} as const satisfies BoundRule;
