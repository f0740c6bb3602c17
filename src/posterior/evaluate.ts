import { assert, present } from "../base/assert.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { rowsIn } from "../graph/instance.ts";
import type { LogMean } from "../numeric/statistics.ts";
import type { Programs } from "../lower/programs.ts";
import { sizeOf } from "../tensor/shape.ts";
import { estimateBound, type BoundEstimate } from "./bound.ts";
import { checksOf, type Checks } from "./checks.ts";
import type { BlockDraws, Draws, SiteDraws } from "./draws.ts";
import { streamDraws, type Drawable, type RowChunk, type Whole } from "./stream.ts";
import { emptySummary, joinProbabilities, statistics, summarise, type SiteSummary } from "./summary.ts";
import { verdictOf, verdictWithoutGuide, type Verdict } from "./verdict.ts";
import { weightsOf } from "./weights.ts";

/** What evaluation needs to know of a lowered model. */
export type Evaluable = Drawable & Programs;

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
const largestKept = 8e6;

/** Estimates bound and evidence, judges the guide, and summarises the posterior. */
export async function evaluate(
  lowered: Evaluable,
  executor: Executor,
  parameters: Float64Array,
  options: EvaluateOptions = defaultEvaluateOptions,
  onProgress?: (done: number, total: number) => void,
): Promise<Evaluated> {
  assert(options.draws >= 1, "at least one draw");
  const { seed, boundRepeats: repeats, draws } = options;
  const bound = await estimateBound(lowered, executor, parameters, { seed, repeats });
  const none = lowered.guide.blocks.length === 0;
  const discrete = lowered.enumeration.sites;
  if (none && discrete.length === 0) return withoutLatents(lowered, bound);

  const held = heldDraws(lowered, none ? { ...options, draws: Math.min(draws, heldAlone) } : options);
  const assembly = assemble(Math.min(held, options.keep ?? Infinity));
  await streamDraws(
    lowered,
    executor,
    parameters,
    { seed, draws: none ? held : draws, held },
    assembly.add,
    onProgress,
  );
  const { logMeans, kHats, broken, separation, summary, kept } = assembly.finish();
  const lowerOf = (name: string) =>
    present(
      discrete.find((site) => site.name === name),
      name,
    ).lower;

  if (none) return { ...withoutLatents(lowered, bound), summary: joinProbabilities(summary, lowerOf), draws: kept };

  const value = logMeans.reduce((sum, mean) => sum + mean.value, 0);
  const squares = logMeans.reduce((sum, mean) => sum + mean.standardError ** 2, 0);
  const effective = logMeans.map((mean) => mean.effectiveSampleSize);
  const weighed = { kHats, effective, kDraws: held, draws, broken };
  return {
    bound,
    evidence: evidenceOf(value, Math.sqrt(squares), squares / 2, draws, lowered),
    checks: checksOf(weighed),
    verdict: verdictOf(weighed),
    separation,
    summary: joinProbabilities(summary, lowerOf),
    draws: kept,
  };
}

/** Fresh draws from the guide, any number that fits in memory, with their weights. */
export async function drawGuide(
  lowered: Drawable,
  executor: Executor,
  parameters: Float64Array,
  { seed, count }: { readonly seed: Seed; readonly count: number },
): Promise<Draws> {
  const target = draftOf(count, Infinity);
  const options = { seed, draws: count, held: count };
  await streamDraws(lowered, executor, parameters, options, (chunk, whole) => {
    target.add(chunk, whole);
  });
  return target.finish();
}

/** Log weights of draws from the first block of a guide, nats. */
export async function logWeights(
  lowered: Drawable,
  executor: Executor,
  parameters: Float64Array,
  options: { readonly seed: Seed; readonly count: number },
): Promise<Float64Array> {
  const { blocks } = await drawGuide(lowered, executor, parameters, options);
  return present(blocks[0], "a block").logWeight;
}

/** How many draws of each datum are held at once to be judged and summarised. */
function heldDraws(lowered: Evaluable, { draws, keep }: EvaluateOptions): number {
  const { guide, numbers } = lowered;
  const many = guide.blocks.length > 0 && guide.blocks.every(({ plates }) => plates.length > 0);
  const wanted = keep ?? (many ? heldOfMany : heldAlone);
  if (many) return Math.min(draws, wanted);
  // Global latents, and locals beneath them, cannot be taken a few at a time
  const discrete = lowered.enumeration.sites.map(({ node, lower, upper }) => {
    const plates = node.plates.map((id) => rowsIn(lowered, id));
    return sizeOf([...plates, ...node.type.shape.map(numbers.size)]) * (upper - lower + 2);
  });
  const entries =
    guide.blocks.reduce((sum, { dimension }) => sum + dimension, 4) + discrete.reduce((sum, values) => sum + values, 0);
  return Math.min(draws, Math.max(100, Math.min(wanted, Math.floor(largestHeld / entries))));
}

/** Puts the results of the chunks together. */
function assemble(keep: number) {
  const draft = draftOf(keep, largestKept);
  const summaries = new Map<string, SiteSummary>();
  const logMeans = new Map<string, readonly LogMean[]>();
  const kHats = new Map<string, number[]>();
  let broken = 0;
  const distinct = new Map<string, { sum: number; data: number }>();
  return {
    add(chunk: RowChunk, whole: Whole): void {
      draft.add(chunk, whole);
      broken += chunk.broken;
      for (const [id, { sum, data }] of chunk.distinct) {
        const before = distinct.get(id) ?? { sum: 0, data: 0 };
        distinct.set(id, { sum: before.sum + sum, data: before.data + data });
      }
      const weights = new Map(chunk.draws.blocks.map((block) => [block.id, weightsOf(block)]));
      for (const [id, found] of weights) kHats.set(id, [...(kHats.get(id) ?? []), ...found.map(({ kHat }) => kHat)]);
      for (const [id, found] of chunk.logMeans) logMeans.set(id, [...(logMeans.get(id) ?? []), ...found]);
      for (const part of summarise(chunk.draws, weights)) {
        const { shape } = whole.sites.find(({ name }) => name === part.name)!;
        const sum = summaries.get(part.name) ?? emptySummary(part.name, part.kind, shape);
        for (const what of statistics) sum[what].set(part[what], chunk.offset(part.name));
        const corrected = sum.corrected + Math.round(part.corrected * sizeOf(part.shape));
        summaries.set(part.name, { ...sum, corrected });
      }
    },
    finish: () => ({
      logMeans: [...logMeans.values()].flat(),
      kHats: [...kHats.values()].flat(),
      broken,
      separation: [...distinct].map(([block, { sum, data }]) => ({
        block,
        divergence: sum / data,
      })),
      // counted above, a share of all entries from here on
      summary: [...summaries.values()].map((sum) => ({
        ...sum,
        corrected: sum.mean.length === 0 ? 1 : sum.corrected / sum.mean.length,
      })),
      kept: draft.finish(),
    }),
  };
}

/** Draws of the sites over all data, filled in chunk by chunk: the first `keep`, or as many as stay below `largest` entries. */
function draftOf(keep: number, largest: number) {
  let draft: Draws | null = null;
  const begin = ({ draws }: RowChunk, all: Whole): Draws => {
    // probabilities are for the summary: one draw's say little
    const whole = { ...all, sites: all.sites.filter(({ kind }) => kind !== "probability") };
    const entries =
      whole.sites.reduce((sum, { shape }) => sum + sizeOf(shape), 0) +
      4 * whole.blocks.reduce((sum, { data }) => sum + sizeOf(data), 0);
    const room = Math.max(1, Math.floor(largest / Math.max(1, entries)));
    const count = Math.min(draws.count, keep, room);
    const block = ({ id, data }: Whole["blocks"][number]): BlockDraws => {
      const array = () => new Float64Array(count * sizeOf(data));
      return { id, data, logWeight: array(), logJoint: array(), logQ: array(), component: array() };
    };
    const site = (given: Whole["sites"][number]): SiteDraws => ({
      name: given.name,
      kind: given.kind,
      block: given.block,
      shape: given.shape,
      values: new Float64Array(count * sizeOf(given.shape)),
    });
    return { count, blocks: whole.blocks.map(block), sites: whole.sites.map(site) };
  };
  return {
    add(chunk: RowChunk, whole: Whole): void {
      draft ??= begin(chunk, whole);
      for (const part of chunk.draws.blocks) {
        const to = draft.blocks.find(({ id }) => id === part.id)!;
        for (const what of ["logWeight", "logJoint", "logQ", "component"] as const)
          place(part[what], part.data, to[what], to.data, chunk.offset(part.id), draft.count);
      }
      for (const part of chunk.draws.sites) {
        const to = draft.sites.find(({ name }) => name === part.name);
        if (!to) continue;
        place(part.values, part.shape, to.values, to.shape, chunk.offset(part.name), draft.count);
      }
    },
    finish: (): Draws => draft ?? { count: 0, blocks: [], sites: [] },
  };
}

/** Writes [count, part...] into columns `offset`, ... of [count, whole...]. */
function place(
  from: Float64Array,
  part: readonly number[],
  to: Float64Array,
  whole: readonly number[],
  offset: number,
  count: number,
): void {
  const columns = sizeOf(part);
  for (let draw = 0; draw < count; draw++)
    to.set(from.subarray(draw * columns, (draw + 1) * columns), draw * sizeOf(whole) + offset);
}

function evidenceOf(
  value: number,
  standardError: number,
  bias: number,
  draws: number,
  { perData }: Pick<Evaluable, "perData">,
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
function withoutLatents(lowered: Evaluable, bound: BoundEstimate): Evaluated {
  const checks = checksOf({ kHats: [], effective: [], kDraws: 0, draws: 0, broken: 0 });
  const logLikelihood = bound.value * lowered.perData;
  const latents = lowered.model.nodes.some(({ kind }) => kind === "latent");
  return {
    bound,
    evidence: evidenceOf(logLikelihood, bound.standardError * lowered.perData, 0, 0, lowered),
    checks,
    verdict: verdictWithoutGuide(logLikelihood, latents ? "summed out" : "none"),
    separation: [],
    summary: [],
    draws: { count: 0, blocks: [], sites: [] },
  };
}
