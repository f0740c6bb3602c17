// Written by `npm run generate` from rows.ts: change an option there.

/** Options of `compile` and `infer` that the command line has too. */
export interface OptionValues {
  /** Approximating family; `auto` finds modes first and needs no tuning (default: `auto`). */
  readonly guide?: "auto" | "mean_field" | "full_rank" | "low_rank" | "student_t" | "laplace" | "mixture";
  /** Components of a mixture guide (default: `4`). */
  readonly K?: number;
  /** Family of each component (default: `mean_field`). */
  readonly component?: "mean_field" | "full_rank" | "low_rank" | "student_t";
  /** For `low_rank`: directions beside the diagonal of each component (default: `2`). */
  readonly rank?: number;
  /** Hidden layers of encoder networks (default: `100,100`). */
  readonly hidden?: readonly number[];
  /** Between those layers (default: `relu`). */
  readonly activation?: "elu" | "relu" | "tanh" | "sigmoid" | "softplus";
  /** The bound to raise (default: `siwae`). */
  readonly objective?: "elbo" | "selbo" | "iwae" | "siwae" | "miselbo";
  /** How its gradient is estimated (default: `pathwise`). */
  readonly gradient?: "pathwise" | "score" | "stl" | "dreg";
  /** For `score`: leave-one-out over the draws, or none (default: `none`). */
  readonly baseline?: "none" | "loo";
  /** Draws per component and step (default: `10`). */
  readonly T?: number;
  /** Draws of local latents for each draw of the globals (default: `1`). */
  readonly innerT?: number;
  /** Weight of (log prior - log q) against the likelihood (default: `1`). */
  readonly beta?: number;
  /** Minibatches: rows in each step, by plate or size. */
  readonly batch?: Readonly<Record<string, number>>;
  /** Longest gradient. */
  readonly clip?: number;
  /** Weights of networks shrink by this times the learning rate in each step (AdamW) (default: `0`). */
  readonly weightDecay?: number;
  /** Constants of the model to override. */
  readonly set?: Readonly<Record<string, number>>;
  /** Sizes that no data fix. */
  readonly size?: Readonly<Record<string, number>>;
  /** Whether local latents are read off their data by a network; left out, the compiler decides. */
  readonly amortize?: boolean;

  /** Passes over the data (steps, without minibatches). */
  readonly epochs?: number;
  /** Steps, instead of epochs (default: 5000). */
  readonly steps?: number;
  /** Learning rate of Adam (default: `0.01`). */
  readonly lr?: number;
  /** How the learning rate falls (default: `cosine`). */
  readonly schedule?: "constant" | "step" | "cosine";
  /** For `step`: steps between decays (default: `1000`). */
  readonly decayEvery?: number;
  /** For `step`: what the rate is multiplied by (default: `0.5`). */
  readonly decay?: number;
  /** For `cosine`: where the rate ends, as a fraction (default: `0.01`). */
  readonly floor?: number;
  /** Steps over which the learning rate rises (default: `0`). */
  readonly warmUp?: number;
  /** Steps over which beta rises from 0 (default: `0`). */
  readonly betaWarmUp?: number;
  /** Average the parameters over this share of the steps, the last ones (default: `0`). */
  readonly averageLast?: number;
  /** End early when the bound no longer rises. */
  readonly stop?: "plateau";
  /** For `plateau`: steps averaged before they are compared (default: `250`). */
  readonly window?: number;
  /** For `plateau`: steps still run then, their parameters averaged (default: `0`). */
  readonly settle?: number;
  /** For `plateau`: windows without progress before it ends (default: `4`). */
  readonly patience?: number;

  /** Of everything random: a whole number; drawn when left out, and told by `report().seed`. */
  readonly seed?: number;
  /** What computes: `auto` is TensorFlow.js when a `backend` is given, else the fused engine (default: `auto`). */
  readonly engine?: "auto" | "fused" | "tfjs" | "reference";
  /** Of TensorFlow.js; left out, `wasm`. */
  readonly backend?: "wasm" | "cpu" | "webgpu" | "node" | "node-gpu";
  /** Threads of the fused engine that run a step together; the numbers are the same for any (default: `1`). */
  readonly threads?: number;
  /** End the fit by then, and judge what it has learned. */
  readonly timeLimit?: number;
  /** Importance draws for the evidence and the summaries (default: `10000`). */
  readonly evidenceDraws?: number;

  /** Draws that predictions of the test set are averaged over (default: `10000`). */
  readonly testDraws?: number;
}
