import type { GuideOptions } from "../guide/options.ts";

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

/** Everything that decides which programs are written. */
export interface CompileOptions {
  readonly guide: GuideOptions;
  readonly objective: ObjectiveOptions;
  /** Minibatch sizes by size name (`N`) or plate index (`n`). */
  readonly batch: Readonly<Record<string, number>>;
  /** Largest Euclidean norm of a gradient; longer ones are shortened to it. Null for no limit. */
  readonly clip: number | null;
  /** Weights of networks shrink by this times the learning rate at each step. Loshchilov & Hutter (2019). */
  readonly weightDecay: number;
}

export const defaultOptions: CompileOptions = {
  guide: {
    family: "mixture",
    K: 4,
    component: "mean_field",
    rank: 2,
    amortize: null,
    hidden: [100, 100],
    activation: "relu",
  },
  objective: {
    bound: "siwae",
    estimator: "pathwise",
    baseline: "none",
    T: 10,
    innerT: 1,
    beta: 1,
  },
  batch: {},
  clip: null,
  weightDecay: 0,
};
