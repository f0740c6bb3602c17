export type BoundName = "elbo" | "selbo" | "iwae" | "siwae";
/** How the gradient of a bound is estimated. */
export const estimators = ["pathwise", "score", "stl", "dreg"] as const;
export type EstimatorName = (typeof estimators)[number];

/** What draws are compared with where the score is used: nothing, or the other draws. */
export const baselines = ["none", "loo"] as const;
export type Baseline = (typeof baselines)[number];

export interface ObjectiveOptions {
  readonly bound: BoundName;
  readonly estimator: EstimatorName;
  /** Only for `score`; discrete sites that are drawn under another estimator are compared with the other draws. */
  readonly baseline: Baseline;
  /** Draws per component (per datum); draws from the mixture for elbo and iwae. */
  readonly T: number;
  /** Draws of the local latents for each draw of the globals, where a model has both. */
  readonly innerT: number;
  /** Weight of (log prior - log q) against the likelihood; "feed" when a schedule supplies it step by step. */
  readonly beta: number | "feed";
}
