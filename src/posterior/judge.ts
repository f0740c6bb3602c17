import type { FlatDirection } from "../inference/search/flat.ts";
import type { Fitted } from "../inference/strategy/strategy.ts";
import { defaultEvaluateOptions, type EvaluateOptions } from "./evaluate.ts";
import { afterSearch, atBeta, makePosterior, whenFlat, type Posterior } from "./posterior.ts";

/** What a fitted guide is judged by. */
export interface JudgeOptions {
  readonly seed: number;
  /** Importance draws, for each datum. */
  readonly draws: number;
  /** Directions along which the posterior was found to be flat. */
  readonly flat: readonly FlatDirection[];
  /** What the bound was trained at, in the end. */
  readonly beta: number;
}

/** A posterior with its verdict, and how it was evaluated. */
export interface Judged {
  readonly fitted: Fitted;
  readonly posterior: Posterior;
  readonly options: EvaluateOptions;
  /** Wall-clock. */
  readonly seconds: number;
}

/** Draws that are summarised and returned where the guide was searched for. */
const mostKept = 10_000;

/** Draws from a fitted guide, weighs the draws, and says what they are worth. */
export async function judge(fitted: Fitted, { seed, draws, flat, beta }: JudgeOptions): Promise<Judged> {
  const { programs, executor, fit, search } = fitted;
  const began = performance.now();
  // a search asks for as many draws in the summaries as there are
  const keep = search ? Math.min(draws, mostKept) : null;
  const options = { ...defaultEvaluateOptions, seed, draws, keep };
  const answered = await makePosterior(programs, executor, fit.parameters, options);
  const posterior = whenFlat(atBeta(search ? afterSearch(answered, search) : answered, beta), flat);
  return { fitted, posterior, options, seconds: (performance.now() - began) / 1000 };
}
