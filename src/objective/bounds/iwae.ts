import type { BoundRule } from "./bound.ts";

/** E log mean_t w[t] under draws from the mixture. */
export const iwae = {
  draws: "mixture",
  overDraws: "log of mean",
  overComponents: "none",
  weights: "the guide's",
  doc: "the log of the mean of w over draws from the mixture",
  source: "Burda et al. (2016)",
} as const satisfies BoundRule;
