import type { ComponentName } from "../guide/components.ts";
import type { Activation } from "../model/model.ts";

export type GuideFamily = "mean_field" | "full_rank" | "mixture";

/** What the guide compiler is asked for; a model's `guide { }` block overrides it site by site. */
export interface GuideOptions {
  readonly family: GuideFamily;
  /** Number of mixture components; 1 unless the family is `mixture`. */
  readonly K: number;
  readonly component: ComponentName;
  /** Whether plate latents are read off their datum by a network; null lets the compiler decide (see compile.ts). */
  readonly amortize: boolean | null;
  /** Hidden widths of encoder networks. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
}

export type BoundName = "elbo" | "selbo" | "iwae" | "siwae";
export type EstimatorName = "pathwise" | "score" | "stl";
export type Baseline = "none" | "loo";

export interface ObjectiveOptions {
  readonly bound: BoundName;
  readonly estimator: EstimatorName;
  /** Only for `score`. */
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
}

export const defaultOptions: CompileOptions = {
  guide: {
    family: "mixture",
    K: 4,
    component: "mean_field",
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
};
