import type { GuideOptions } from "../guide/options.ts";
import type { ObjectiveOptions } from "../objective/options.ts";

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
