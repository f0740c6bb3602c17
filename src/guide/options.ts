import type { Activation } from "../nn/activations.ts";
import type { Frame } from "../components/component.ts";
import type { ComponentName, GuideFamily } from "../components/index.ts";

/** What the guide compiler is asked for; a model's `guide { }` block overrides it site by site. */
export interface GuideOptions {
  readonly family: GuideFamily;
  /** Number of mixture components; 1 unless the family is `mixture`. */
  readonly K: number;
  readonly component: ComponentName;
  /** Whether the weights of a mixture are learned, or 1 / K each; what the bound says. */
  readonly weights?: "learned" | "uniform";
  /** Directions beside the diagonal, for `low_rank`. */
  readonly rank: number;
  /** Whether plate latents are read off their datum by a network; null lets the compiler decide (see compile.ts). */
  readonly amortize: boolean | null;
  /** Hidden widths of encoder networks. */
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /**
   * Where the components of the global block are, found beforehand: one frame for each, in whose coordinates it starts
   * as a standard normal. Says the number of components too. Left out: they start near the middle.
   */
  readonly frames?: readonly Frame[];
}
