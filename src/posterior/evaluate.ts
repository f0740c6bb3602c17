import { assert, present } from "../base/assert.ts";
import { breathe } from "../base/turns.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { rowsIn } from "../graph/instance.ts";
import type { Programs } from "../lower/programs.ts";
import { sizeOf } from "../tensor/shape.ts";
import { assemble, draftOf } from "./assemble.ts";
import { estimateBound, type BoundEstimate } from "./bound.ts";
import { checksOf, type Checks } from "./checks.ts";
import { type Draws } from "./draws.ts";
import { streamDraws } from "./stream.ts";
import { joinProbabilities, type SiteSummary } from "./summary.ts";
import { verdictOf, verdictWithoutGuide, type Verdict } from "./verdict.ts";

export interface EvaluateOptions {
  readonly seed: Seed;
  /** Draws for each datum (or in all, for global latents): any number, memory does not grow with it. */
  readonly draws: number;
  /** Draws to return; null for 4,000, or 1,000 for each of many data. Fewer when they would fill the memory. */
  readonly keep: number | null;
  /** Times the bound is computed anew. */
  readonly boundRepeats: number;
}

export const defaultEvaluateOptions: EvaluateOptions = {
  seed: 0,
  draws: 10_000,
  keep: null,
  boundRepeats: 50,
};

export interface EvaluateHooks {
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends it by its reason: nothing comes of it then. */
  readonly signal?: AbortSignal | undefined;
}

/** log p(x) by importance sampling: the sum over data of the log of the mean weight. */
export interface Evidence {
  /** Nats. */
  readonly value: number;
  /** Monte-Carlo standard error, by the delta method. */
  readonly standardError: number;
  /** How far `value` is expected to lie below log p(x), to first order: the log of a mean is biased downwards. */
  readonly bias: number;
  /** value / (number of data that the bound is a mean over), and its standard error. */
  readonly perDatum: number;
  readonly perDatumStandardError: number;
  /** For each datum. */
  readonly draws: number;
}

/**
 * The Jensen-Shannon divergence between the components of a mixture, weighed as they are: the mean of log q_k - log q
 * over the mixture's own draws, nats. 0 when all components are the same; the entropy of the weights,
 * at most log K, when they do not overlap.
 */
export interface Separation {
  readonly block: string;
  readonly divergence: number;
}

/** What is known of a guide at fixed parameters. */
export interface Evaluated {
  readonly bound: BoundEstimate;
  readonly evidence: Evidence;
  readonly checks: Checks;
  readonly verdict: Verdict;
  /** How far apart the components of each mixture are, for the average datum. */
  readonly separation: readonly Separation[];
  readonly summary: readonly SiteSummary[];
  /** The guide's own draws, with their weights. */
  readonly draws: Draws;
}

/** Draws judged and summarised together: for one datum, and for each of many. */
const heldAlone = 4000;
const heldOfMany = 1000;
/** Entries of the draws that are held, and of those that are returned. */
const largestHeld = 4e7;

/** Estimates bound and evidence, judges the guide, and summarises the posterior. */
export async function evaluate(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
  options: EvaluateOptions = defaultEvaluateOptions,
  { onProgress, signal }: EvaluateHooks = {},
): Promise<Evaluated> {
  assert(options.draws >= 1, "at least one draw");
  const { seed, boundRepeats: repeats, draws } = options;
  await breathe(signal);
  const bound = await estimateBound(programs, executor, parameters, { seed, repeats, signal });
  const none = programs.guide.blocks.length === 0;
  const discrete = programs.enumeration.sites;
  if (none && discrete.length === 0) return withoutLatents(programs, bound);

  const held = heldDraws(programs, none ? { ...options, draws: Math.min(draws, heldAlone) } : options);
  const assembly = assemble(Math.min(held, options.keep ?? Infinity));
  const stream = { seed, draws: none ? held : draws, held, signal, ...(onProgress ? { onProgress } : {}) };
  await streamDraws(programs, executor, parameters, stream, assembly.add);
  const { logMeans, kHats, broken, separation, summary, kept } = assembly.finish();
  const lowerOf = (name: string) =>
    present(
      discrete.find((site) => site.name === name),
      name,
    ).lower;

  if (none) return { ...withoutLatents(programs, bound), summary: joinProbabilities(summary, lowerOf), draws: kept };

  const value = logMeans.reduce((sum, mean) => sum + mean.value, 0);
  const squares = logMeans.reduce((sum, mean) => sum + mean.standardError ** 2, 0);
  const effective = logMeans.map((mean) => mean.effectiveSampleSize);
  const weighed = { kHats, effective, kDraws: held, draws, broken };
  return {
    bound,
    evidence: evidenceOf(value, Math.sqrt(squares), squares / 2, draws, programs),
    checks: checksOf(weighed),
    verdict: verdictOf(weighed),
    separation,
    summary: joinProbabilities(summary, lowerOf),
    draws: kept,
  };
}

export interface DrawOptions extends Pick<EvaluateHooks, "signal"> {
  readonly seed: Seed;
  readonly count: number;
}

/** Fresh draws from the guide, any number that fits in memory, with their weights. */
export async function drawGuide(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
  { seed, count, signal }: DrawOptions,
): Promise<Draws> {
  const target = draftOf(count, Infinity);
  await streamDraws(programs, executor, parameters, { seed, draws: count, held: count, signal }, target.add);
  return target.finish();
}

/** Log weights of draws from the first block of a guide, nats. */
export async function logWeights(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
  options: DrawOptions,
): Promise<Float64Array> {
  const { blocks } = await drawGuide(programs, executor, parameters, options);
  return present(blocks[0], "a block").logWeight;
}

/** How many draws of each datum are held at once to be judged and summarised. */
function heldDraws(programs: Programs, { draws, keep }: EvaluateOptions): number {
  const { guide, numbers } = programs;
  const many = guide.blocks.length > 0 && guide.blocks.every(({ plates }) => plates.length > 0);
  const wanted = keep ?? (many ? heldOfMany : heldAlone);
  if (many) return Math.min(draws, wanted);
  // Global latents, and locals beneath them, cannot be taken a few at a time
  const discrete = programs.enumeration.sites.map(({ node, lower, upper }) => {
    const plates = node.plates.map((id) => rowsIn(programs, id));
    return sizeOf([...plates, ...node.type.shape.map(numbers.size)]) * (upper - lower + 2);
  });
  const entries =
    guide.blocks.reduce((sum, { dimension }) => sum + dimension, 4) + discrete.reduce((sum, values) => sum + values, 0);
  return Math.min(draws, Math.max(100, Math.min(wanted, Math.floor(largestHeld / entries))));
}

function evidenceOf(
  value: number,
  standardError: number,
  bias: number,
  draws: number,
  { perData }: Pick<Programs, "perData">,
): Evidence {
  const perDatum = value / perData;
  return {
    value,
    standardError,
    bias,
    perDatum,
    perDatumStandardError: standardError / perData,
    draws,
  };
}

/** Without latents there is nothing to approximate: the bound is the log likelihood. */
function withoutLatents(programs: Programs, bound: BoundEstimate): Evaluated {
  const checks = checksOf({ kHats: [], effective: [], kDraws: 0, draws: 0, broken: 0 });
  const logLikelihood = bound.value * programs.perData;
  const latents = programs.model.nodes.some(({ kind }) => kind === "latent");
  return {
    bound,
    evidence: evidenceOf(logLikelihood, bound.standardError * programs.perData, 0, 0, programs),
    checks,
    verdict: verdictWithoutGuide(logLikelihood, latents ? "summed out" : "none"),
    separation: [],
    summary: [],
    draws: { count: 0, blocks: [], sites: [] },
  };
}
