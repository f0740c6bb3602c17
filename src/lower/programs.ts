import type { Minibatch } from "../joint/context.ts";
import type { Plan } from "../plan/plan.ts";
import type { Program } from "../program/program.ts";

/**
 * A plan and its programs, each written when it is first asked for, and once. All of them read
 * - the state `all.parameters` [P]: everything learned, laid out by `paramSpecs`;
 * - one data input for each datum the program uses, under the user's name;
 * - noise inputs `noise.*`; feeds named below.
 */
export interface Programs extends Plan {
  /** The bound as first written, before differentiation: what `emit program` shows. */
  readonly objective: () => Program;
  /** The training step before optimisation. */
  readonly unoptimised: () => Program;

  /**
   * One training step: the gradient program and Adam's update. Further state `adam.m`, `adam.v` [P], starting at 0.
   * Feeds `adam.rate`, `adam.epsilon` (see inference/adam.ts), `batch.*` for every minibatch, `objective.beta` when it is fed.
   * Traced outputs `bound` (nats, to be made large) and `gradient_norm` (before clipping).
   */
  readonly step: () => Program;

  /** As `step`, without the update: outputs `bound` and, for each parameter, an input of its own, `gradient.PARAMETER`. */
  readonly gradient: () => Program;

  /**
   * The bound at fixed parameters and beta = 1, for fresh noise each step: traced output `bound`. On the whole data
   * set at once, or on minibatches as in training (feeds `batch.*`).
   */
  readonly boundOnly: (batched?: boolean) => Program;

  /**
   * `draws` independent draws from the guide (components chosen by their weights) and what they weigh. For each
   * block that stands at the outside (the global one; or, without one, each local block), outputs
   * - `log_weight.BLOCK`, `log_joint.BLOCK`, `log_q.BLOCK` [draws, data of the block's plates...]: log w = log p - log q;
   * - `component.BLOCK`, same shape: the component each draw came from;
   * - `distinct.BLOCK`, same shape, for mixtures: log q of that component alone less log q;
   * and for every latent site and every `let` that depends on one
   * - `value.NAME` [draws, plates..., shape...].
   * With `rows`, only that many data of each local block's (outermost) plate at a time: feeds `batch.PLATE` choose them.
   */
  readonly evaluation: (options: { readonly draws: number; readonly rows: number | null }) => Evaluation;

  /**
   * Densities at `points` given points: data inputs `u.BLOCK` [points, data of the block's plates..., D], on the
   * unconstrained scale as the block's sites lay them out; outputs `log_q` and `log_joint` [points], in the model's
   * coordinates, summed over every datum and block. Nats.
   */
  readonly density: (points: number) => Program;

  /**
   * The unnormalised posterior on the unconstrained scale, for a guide that is one global block: data input
   * `u.global` [points, D], outputs `log_joint` [points] = log p(x, z) + log |det J|, nats, and, with `gradient`, its
   * derivatives `gradient` [points, D]. Reads no parameters of the guide.
   */
  readonly target: (points: number, gradient: boolean) => Program;

  /**
   * The guide's shape: outputs `weight.BLOCK` [data..., K], and `location.SITE` [data..., K, inner plates..., shape...],
   * each component's location in the model's coordinates. Takes all data at once.
   */
  readonly structure: () => Program;

  /** Values of `param`s in the model's coordinates: outputs `value.NAME`. */
  readonly constants: () => Program;
}

/** An evaluation program and how much of the data it takes. */
export interface Evaluation {
  readonly program: Program;
  readonly minibatches: readonly Minibatch[];
  readonly draws: number;
}
