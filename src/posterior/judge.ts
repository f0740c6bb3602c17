import { breathe, unlessStopped } from "../base/turns.ts";
import { endedBy, isEarly, type EndedEarly } from "../inference/ending.ts";
import type { FlatDirection } from "../inference/search/flat.ts";
import type { FitProgress } from "../inference/progress.ts";
import type { FitResult } from "../inference/strategy/strategy.ts";
import type { Executor } from "../execute/executor.ts";
import type { Programs } from "../lower/programs.ts";
import { rowsIn } from "../graph/instance.ts";
import { defaultEvaluateOptions, type EvaluateOptions } from "./evaluate.ts";
import type { FactsOf } from "./findings.ts";
import { afterEnding, afterSearch, atBeta, makePosterior, whenFlat, type Posterior } from "./posterior.ts";

/** What a fitted guide is judged by. */
export interface JudgeOptions {
  readonly seed: number;
  /** Importance draws, for each datum. */
  readonly draws: number;
  /** Directions along which the posterior was found to be flat. */
  readonly flat: readonly FlatDirection[];
  /** What the bound was trained at, in the end. */
  readonly beta: number;
  readonly hooks?: JudgeHooks;
}

export interface JudgeHooks {
  readonly onProgress?: (progress: FitProgress) => void;
  /** Asks for an answer soon: the guide is judged by as many draws as there is time for. */
  readonly signal?: AbortSignal;
  /** When a hurried answer should be there, on the clock of `performance.now`; null for as soon as can be. */
  readonly due?: number | null;
}

/** A posterior with its verdict, and how it was evaluated. */
export interface Judged {
  readonly fitted: FitResult;
  readonly posterior: Posterior;
  readonly options: EvaluateOptions;
  /** Wall-clock. */
  readonly seconds: number;
}

/** Draws that are summarised and returned where the guide was searched for. */
const mostKept = 10_000;

/** Draws from a fitted guide, weighs the draws, and says what they are worth. */
export async function judge(fitted: FitResult, { seed, draws, flat, beta, hooks = {} }: JudgeOptions): Promise<Judged> {
  const { search, fit, programs, executor } = fitted;
  const began = performance.now();
  // a search asks for as many draws in the summaries as there are
  const keep = search ? Math.min(draws, mostKept) : null;
  const asked = { ...defaultEvaluateOptions, seed, draws, keep };
  const evaluated = await evaluateInTime({ programs, executor, parameters: fit.parameters }, asked, hooks);
  const { options } = evaluated;
  const searched = search ? afterSearch(evaluated.posterior, search) : evaluated.posterior;
  const cut = options.draws < draws && hooks.signal ? endedBy(hooks.signal) : null;
  const ended = endingOf(fitted, cut, { draws: options.draws, asked: draws });
  const posterior = atBeta(whenFlat(ended ? afterEnding(searched, ended) : searched, flat), beta);
  return {
    fitted: { ...fitted, fit: cut && !isEarly(fit.stopped) ? { ...fit, stopped: cut } : fit },
    posterior,
    options,
    seconds: (performance.now() - began) / 1000,
  };
}

/** When a hurried answer should be there: whoever interrupts waits for it. */
function dueOf({ signal, due }: JudgeHooks): number | null {
  return signal && endedBy(signal) === "time limit" ? (due ?? null) : null;
}

/** A guide at parameters. */
interface Guided {
  readonly programs: Programs;
  readonly executor: Executor;
  readonly parameters: Float64Array;
}

/** A posterior, and by how many draws it was found. */
export interface Evaluation {
  readonly posterior: Posterior;
  readonly options: EvaluateOptions;
}

/** Evaluates a guide by the draws that are asked for, or by as many as there is time for. */
export async function evaluateInTime(guide: Guided, asked: EvaluateOptions, hooks: JudgeHooks): Promise<Evaluation> {
  return (await whole(guide, asked, hooks)) ?? (await hurried(guide, asked, dueOf(hooks)));
}

/** By as many draws as were asked for; null where there is no time for them. */
async function whole(
  { programs, executor, parameters }: Guided,
  options: EvaluateOptions,
  { onProgress, signal }: JudgeHooks,
): Promise<Evaluation | null> {
  if (signal?.aborted) return null;
  return unlessStopped(signal, async () => {
    const posterior = await makePosterior(programs, executor, parameters, options, {
      signal,
      ...(onProgress && { onProgress: (done, total) => onProgress({ phase: "evaluate", done, total }) }),
    });
    return { posterior, options };
  });
}

/** Draws that a hurried judgement begins with: in all, for each datum, and at least. */
const firstDraws = { inAll: 100_000, most: 100, least: 25 };
/** By so much their number grows at a time, while there is some: as much again is left for what is not foreseen. */
const growth = { most: 8, margin: 1.25 };
/** Times that the bound is computed. */
const hurriedRepeats = 4;

/**
 * By as many draws as there is time for: a few, and where these were quick, several times as many. What it comes to
 * depends on the clock, as what is judged does.
 */
async function hurried(
  { programs, executor, parameters }: Guided,
  asked: EvaluateOptions,
  due: number | null,
): Promise<Evaluation> {
  const { blocks } = programs.guide;
  const data = Math.max(
    1,
    ...blocks.flatMap(({ plates }) => plates.slice(0, 1).map((plate) => rowsIn(programs, plate))),
  );
  const { inAll, most, least } = firstDraws;
  let draws = Math.min(asked.draws, Math.max(least, Math.min(most, Math.floor(inAll / data))));
  for (;;) {
    const began = performance.now();
    const options = { ...asked, draws, boundRepeats: hurriedRepeats };
    const posterior = await makePosterior(programs, executor, parameters, options);
    await breathe();
    const now = performance.now();
    const fitting = Math.floor(((due ?? now) - now) / (growth.margin * (now - began)));
    if (draws === asked.draws || fitting < 2) return { posterior, options };
    draws = Math.min(asked.draws, Math.min(fitting, growth.most) * draws);
  }
}

/** Where a fit stood when it was ended early; null where it was not. */
function endingOf(
  { fit, search }: FitResult,
  cut: EndedEarly | null,
  draws: { readonly draws: number; readonly asked: number },
): FactsOf["ended-early"] | null {
  if (isEarly(fit.stopped)) {
    const phase = search?.ended ?? (search || fit.stepsAsked > 0 ? "training" : "search");
    return { by: fit.stopped, phase, steps: fit.steps, stepsAsked: fit.stepsAsked, ...draws };
  }
  return cut && { by: cut, phase: "evaluation", steps: fit.steps, stepsAsked: fit.stepsAsked, ...draws };
}
