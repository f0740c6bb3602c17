import type { BindOptions } from "../bind/bind.ts";
import type { BackendName, EngineName } from "../execute/names.ts";
import type { CompileOptions } from "../plan/options.ts";
import { decays, defaultSteps, type Values } from "./rows.ts";
import type { FitOptions } from "../inference/fit-options.ts";

/** What is trained and how; the seed is that of the run. */
export type Training = Omit<FitOptions, "seed">;

/** The options, handed to the stages that they are for: each part has the names and the shape that its stage reads. */
export interface Parts {
  /** Which model the text is, beside its data. */
  readonly model: Required<Pick<BindOptions, "sizes">> & { readonly set: Readonly<Record<string, number>> };
  /** Which programs are written. Where nobody chose a guide, a mixture is asked for: a strategy may find another. */
  readonly compile: CompileOptions;
  readonly training: Training;
  readonly run: {
    /** Null: it is drawn. */
    readonly seed: number | null;
    readonly engine: EngineName;
    readonly backend: BackendName | null;
    readonly threads: number;
  };
  readonly limits: {
    /** Seconds after which a fit has to have an answer; null for as long as it takes. */
    readonly time: number | null;
  };
  readonly evaluation: {
    /** Importance draws for the evidence and the summaries. */
    readonly draws: number;
    /** Draws that predictions of the test set are averaged over. */
    readonly testDraws: number;
  };
}

/** Takes the options apart: the only place where an option meets the name that its stage has for it. */
export function partsOf(values: Values): Parts {
  const { set, size, seed, engine, backend, threads, timeLimit, evidenceDraws, testDraws } = values;
  return {
    model: { set, sizes: size },
    compile: compileOptions(values),
    training: training(values),
    run: { seed, engine, backend, threads },
    limits: { time: timeLimit },
    evaluation: { draws: evidenceDraws, testDraws },
  };
}

function compileOptions(values: Values): CompileOptions {
  const { guide, K, component, rank, amortize, hidden, activation, batch, clip, weightDecay } = values;
  const family = guide === "auto" ? "mixture" : guide;
  return {
    guide: { family, K: family === "mixture" ? K : 1, component, rank, amortize, hidden, activation },
    objective: {
      bound: values.objective,
      estimator: values.gradient,
      baseline: values.baseline,
      T: values.T,
      innerT: values.innerT,
      beta: values.betaWarmUp > 0 ? "feed" : values.beta,
    },
    batch,
    clip,
    weightDecay,
  };
}

function training(values: Values): Training {
  const { epochs, steps, lr, schedule, warmUp, stop, window, patience, settle, beta, betaWarmUp } = values;
  return {
    length: epochs !== null ? { epochs } : { steps: steps ?? defaultSteps },
    rate: { rate: lr, decay: decays[schedule](values), warmUp },
    plateau: stop === "plateau" ? { window, patience, settle } : null,
    beta: { from: betaWarmUp > 0 ? 0 : beta, to: beta, steps: betaWarmUp },
    averageLast: values.averageLast,
    checkpointEvery: null,
  };
}
