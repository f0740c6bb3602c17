import type { Baseline } from "./baselines.ts";
import type { BoundName } from "./bounds/index.ts";
import type { EstimatorName } from "./estimators/index.ts";

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
