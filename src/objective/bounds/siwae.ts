import type { BoundRule } from "./bound.ts";

/** E log sum_k alpha_k mean_t w[t, k] under draws from each component. */
export const siwae = {
  draws: "each component",
  overDraws: "log of mean",
  overComponents: "inside",
  weights: "the guide's",
  doc: "the log of the mean of w over draws from each component, averaged by their weights inside the logarithm",
  source: "Morningstar et al. (2021), section 3",
} as const satisfies BoundRule;
