import type { Axis, Named } from "../../program/named.ts";
import type { NamedBuilder } from "../../program/named-builder.ts";
import type { Weights } from "../average.ts";
import type { BoundRule } from "../bounds/bound.ts";
import type { Baseline } from "../baselines.ts";

/** What an estimator does not go with; `plan` says so by name, from the facts of the model (plan/legality.ts). */
export type Refusal =
  /** A draw from a mixture of several components: the choice among them has no derivative. */
  | "a choice of component"
  /** Latents that reach a density through a function that jumps. */
  | "jumps"
  /** What a doubly reparameterized gradient cannot be taken of: means of logs, integer-valued latents, two levels. */
  | "no double reparameterization"
  /** Leave-one-out over a single draw, of each datum's latents or of all. */
  | "leaving out the only local draw"
  | "leaving out the only draw";

/** The weights of a block, and what the score of q takes in addition where an estimator asks for it. */
export interface BlockWeights extends Weights {
  /**
   * log of each component's share of q at each draw, log alpha_k + log q_k(z) - log q(z), parameters held still: axes
   * of log w and `member`. Null where it is not asked for, or there is one component.
   */
  readonly logShare: Named | null;
  readonly member: Axis;
  /** Of draws that are left out, each in turn. */
  readonly left: Axis;
}

/** A bound, and the scalars whose gradients are taken in the parameters of the guide and in those of the model. */
export interface Surrogates {
  /** The bound itself: its gradient in the model's parameters is always taken of it. */
  readonly bound: Named;
  /** For the guide's parameters; the same object as `bound` where that serves. */
  readonly guide: Named;
}

/** How the gradient of a bound is estimated. */
export interface Estimator {
  /** For people: in help and the manual. */
  readonly doc: string;
  readonly source: string;
  /** Draws are functions of the guide's parameters; else they are held constant, and scored. */
  readonly reparameterized: boolean;
  /** Where q's own parameters take part in the gradient through log q at a draw. */
  readonly liveQ: "always" | "in logs of means" | "never";
  /** Each component's share of q at the draws is asked for. */
  readonly shares: boolean;
  /** Draws of each component beyond the bound's, of a mixture of several. */
  readonly extraDraws: number;
  /** What draws that are held constant are compared with: as chosen, or the others wherever there are some. */
  readonly baseline: "as chosen" | "the others";
  /** Baselines with which it is an estimator of its own. */
  readonly baselines: readonly Baseline[];
  readonly refuses: readonly Refusal[];
  /** Whether its mean is the gradient of a bound of that rule. */
  readonly unbiased: (rule: BoundRule) => boolean;
  /** The exact derivative of the bound for each draw of the noise: finite differences agree with it. */
  readonly exact: boolean;
  /** `weigh` is what beta makes of a term: the score of q counts beta times in log w. */
  readonly surrogates: (
    n: NamedBuilder,
    rule: BoundRule,
    weights: BlockWeights,
    weigh: (term: Named) => Named,
  ) => Surrogates;
}
