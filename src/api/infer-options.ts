import type { EngineName } from "../execute/select.ts";
import type { ComponentName } from "../components/index.ts";
import type { GuideFamily } from "../components/index.ts";
import type { FitHooks } from "../inference/fit.ts";
import type { Activation } from "../nn/activations.ts";
import type { BoundName } from "../objective/bounds/index.ts";
import type { EstimatorName } from "../objective/estimators/index.ts";
import { givenFromJson, type Given } from "./options.ts";
import type { Baseline } from "../objective/baselines.ts";

/** How far training has come. */
export type Progress = Parameters<NonNullable<FitHooks["onProgress"]>>[0];

/** Options of `compile` and `infer`: those of `stratum infer`, in camelCase, with the same defaults. */
export interface InferOptions {
  /** Values by name: numbers, nested arrays, typed arrays, or `{ shape, values }`. */
  readonly data?: Readonly<Record<string, unknown>>;

  /** Data that are not trained on: predictions of them are scored in `report().test`. */
  readonly test?: Readonly<Record<string, unknown>>;

  /** Left out, `auto`: modes are found first, and nothing needs tuning. */
  readonly guide?: "auto" | GuideFamily;
  /** Components of a mixture guide. */
  readonly K?: number;
  readonly component?: ComponentName;
  /** For `low_rank`: directions beside the diagonal of each component. */
  readonly rank?: number;
  /** Whether plate latents are read off their datum by a network; left out, the compiler decides. */
  readonly amortize?: boolean;
  readonly hidden?: readonly number[];
  readonly activation?: Activation;

  readonly objective?: BoundName;
  readonly gradient?: EstimatorName;
  readonly baseline?: Baseline;
  /** Draws per component and step. */
  readonly T?: number;
  readonly innerT?: number;
  readonly beta?: number;
  /** Minibatches: rows in each step, by plate or size. */
  readonly batch?: Readonly<Record<string, number>>;
  readonly clip?: number;
  /** Weights of networks shrink by this times the learning rate in each step (AdamW); 0 when left out. */
  readonly weightDecay?: number;
  /** Constants of the model to override. */
  readonly set?: Readonly<Record<string, number>>;
  /** Sizes that no data fix. */
  readonly size?: Readonly<Record<string, number>>;

  readonly steps?: number;
  readonly epochs?: number;
  readonly lr?: number;
  readonly schedule?: "constant" | "step" | "cosine";
  readonly decay?: number;
  readonly decayEvery?: number;
  readonly floor?: number;
  readonly warmUp?: number;
  readonly betaWarmUp?: number;
  readonly averageLast?: number;
  readonly stop?: "plateau";
  readonly window?: number;
  readonly patience?: number;
  readonly settle?: number;

  /** A whole number; drawn when left out, and told by `report().seed`. */
  readonly seed?: number;
  /** `auto`: TensorFlow.js when a `backend` is given, else the fused engine. */
  readonly engine?: EngineName;
  readonly backend?: "wasm" | "cpu" | "webgpu" | "node" | "node-gpu";
  /** Threads of the fused engine that run a step together; the numbers are the same for any. */
  readonly threads?: number;
  /** Importance draws for the evidence and the summaries. */
  readonly evidenceDraws?: number;
  /** Draws that predictions of `test` are averaged over. */
  readonly testDraws?: number;

  /** Ends training early; what was learned is evaluated. */
  readonly signal?: AbortSignal;
  /** Called about ten times a second while training; returning `false` ends it early. */
  readonly onStep?: (progress: Progress) => boolean | void;
}

/** The options as the command line would give them, to be read and judged in one place. */
export function givenFromOptions(options: InferOptions): Given {
  const { data: _, test: _test, signal: __, onStep: ___, ...rest } = options;
  const entries = Object.entries(rest).filter(([, value]) => value !== undefined);
  return givenFromJson(Object.fromEntries(entries.map(([name, value]) => [kebab(name), value])));
}

/** `evidenceDraws` is `evidence-draws` on the command line; `innerT` is `inner-T`. */
function kebab(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => (letter === "T" ? "-T" : `-${letter.toLowerCase()}`));
}
