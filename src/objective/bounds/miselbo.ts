import type { BoundRule } from "./bound.ts";

/** (1 / K) sum_k E log w under draws from component k, with w = p(x, z) / ((1 / K) sum_j q_j(z)). */
export const miselbo = {
  draws: "each component",
  overDraws: "mean of logs",
  overComponents: "outside",
  weights: "uniform",
  doc: "the mean of log w over draws from each component, all of them weighing 1 / K, in q too",
  source: "Kviman et al. (2022)",
} as const satisfies BoundRule;
