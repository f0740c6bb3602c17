/** What a draw that is held constant is compared with: nothing, or the other draws of its stratum. */
export const baselineNames = ["none", "loo"] as const;

export type Baseline = (typeof baselineNames)[number];
