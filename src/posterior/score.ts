import { ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { feedOf, writeInputs } from "../inference/inputs.ts";
import {
  brierOf,
  calibrationOf,
  meanOverData,
  shareOf,
  topClass,
  type CalibrationBin,
  type MeanOverData,
} from "../numeric/scores.ts";
import { dataShape, predictiveProgram, type Portion, type Predictable } from "../lower/predictive.ts";
import type { Program } from "../program/program.ts";
import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";

/** What a fit predicts of one observation, datum by datum. */
export interface PredictiveSite {
  /** Of the observation, as its left side is written. */
  readonly name: string;
  /** The datum that it is, entry for entry; null where the left side is not one as it stands. */
  readonly datum: string | null;
  /** Of its data: plates, then entries; row-major below. */
  readonly shape: Shape;
  /** Draws that each is averaged over: of the guide, of the posterior, or one where nothing is latent. */
  readonly draws: number;
  /** p(y = lower), p(y = lower + 1), ...: [shape..., count]; null where values are not few. */
  readonly probabilities: Float64Array | null;
  readonly lower: number;
  readonly count: number;
  /** log p(y | data that were read), nats; null where y is not known. NaN where an entry of it is missing. */
  readonly logDensity: Float64Array | null;
  readonly observed: Float64Array | null;
}

export interface PredictHooks {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Entries of all tensors of one step together: 64 MB of 32-bit floats if none were freed before the end. */
const largestStep = 1.6e7;
/** With fewer data at once a step does too little: draws are split instead. */
const fewestRows = 16;

/**
 * Averages p(y | z) over draws of the latents, some data and some draws at a time. The result is a function of the
 * model, its data, the parameters, the number of draws and the seed. `largest`: entries of one step, for tests.
 *
 * @param draws    in all; of a mixture guide's K components each has a K-th of them, rounded up
 * @param fed      the draws that are fed, `count` of each latent, for as many as are asked for
 * @param observed the data, NaN where missing; null where they are not known
 * @returns        null when it was interrupted
 */
export async function predictSite(
  target: Predictable,
  open: (program: Program) => Promise<Outcome<Executor>>,
  parameters: Float64Array,
  options: { readonly draws: number; readonly seed: Seed; readonly largest?: number },
  fed: (count: number) => Readonly<Record<string, HostTensor>>,
  observed: Float64Array | null,
  hooks: PredictHooks = {},
): Promise<Outcome<PredictiveSite | null>> {
  const { shape } = dataShape(target);
  const { name } = target.node;
  const size = sizeOf(shape);
  const count = target.classes?.count ?? 0;
  const { each, components, chunks, rows } = plan(target, options.draws, options.largest ?? largestStep);
  const { program, minibatch } = predictiveProgram(target, { draws: each, rows });
  const opened = await open(program);
  if (!opened.ok) return opened;
  const has = (output: string): boolean => program.outputs.some((one) => one.name === output);
  const probabilities = has("probability") ? new Float64Array(size * count) : null;
  const logDensity = has("log_density") ? new Float64Array(size).fill(-Infinity) : null;
  const rowChunks = minibatch ? Math.ceil(minibatch.size / minibatch.rows) : 1;
  const inner = minibatch ? size / minibatch.size : size;

  const given = fed(each * chunks);
  const feed = feedOf(program, {
    ...Object.fromEntries(
      Object.entries(given).map(([latent, { values, shape: whole }]) => {
        const width = sizeOf(whole.slice(1)) * each;
        const at = (step: number): Float64Array => {
          const chunk = step % chunks;
          return values.subarray(chunk * width, (chunk + 1) * width);
        };
        return [`draws.${latent}`, at];
      }),
    ),
    ...(minibatch
      ? {
          [minibatch.feed]: (step: number) => {
            const from = Math.floor(step / chunks) * minibatch.rows;
            return Float64Array.from({ length: minibatch.rows }, (_, i) => (from + i) % minibatch.size);
          },
        }
      : {}),
  });
  const session = await opened.value.open(program, { seed: `${options.seed}/scores ${name}` });
  try {
    writeInputs(session, program, target.numbers, { parameters });
    for (let step = 0; step < rowChunks * chunks && !hooks.signal?.aborted; step++) {
      await session.run(step, 1, feed);
      const from = Math.floor(step / chunks) * (minibatch?.rows ?? 0) * inner;
      const valid = Math.min(size - from, (minibatch?.rows ?? 1) * inner);
      if (probabilities) {
        const found = await session.read("probability");
        for (let i = 0; i < valid * count; i++) probabilities[from * count + i]! += found[i]! / chunks;
      }
      if (logDensity) {
        const found = await session.read("log_density");
        for (let i = 0; i < valid; i++)
          logDensity[from + i] = logAddExp(logDensity[from + i]!, found[i]! - Math.log(chunks));
      }
      hooks.onProgress?.(step + 1, rowChunks * chunks);
      // lets signals and timers of the host have their turn
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  } finally {
    session.dispose();
  }
  if (hooks.signal?.aborted) return ok(null);
  if (logDensity && observed) observed.forEach((y, i) => Number.isNaN(y) && (logDensity[i] = NaN));
  const site: PredictiveSite = {
    name,
    datum: datumOf(target),
    shape,
    draws: each * chunks * components,
    probabilities,
    lower: target.classes?.lower ?? 0,
    count,
    logDensity,
    observed,
  };
  return ok(site, opened.warnings);
}

function datumOf({ node, model }: Predictable): string | null {
  const { value } = node;
  const whole = value.kind === "index" ? value.target : value;
  if (whole.kind !== "data") return null;
  const items = value.kind === "index" ? value.items : [];
  const inOrder = items.every(
    (item, i) => item.kind === "at" && item.at.kind === "plate-index" && item.at.plate === node.plates[i],
  );
  const all =
    items.length === node.plates.length &&
    model.data.some(
      ({ name, type }) =>
        name === whole.name &&
        node.plates.every((id, i) => type.shape[i] === model.plates.find((plate) => plate.id === id)!.size),
    );
  return inOrder && all ? whole.name : null;
}

/** Draws of each component in one step, steps for all draws, and data in one step: rows are split before draws. */
function plan(
  target: Predictable,
  draws: number,
  largest: number,
): Portion & { readonly each: number; readonly components: number; readonly chunks: number } {
  const { blocks, given, rowsOf } = target;
  const none = blocks.length === 0 && given.length === 0;
  const components = blocks[0]?.K ?? 1;
  const wanted = none ? 1 : Math.ceil(draws / components);
  const split = (most: number) => {
    const chunks = Math.ceil(wanted / Math.max(1, Math.min(wanted, Math.floor(most))));
    return { each: Math.ceil(wanted / chunks), draws: Math.ceil(wanted / chunks), components, chunks };
  };
  const perDraw = (rows: number | null) => {
    const [small, large] = [1, 2].map((count) => entries(target, { draws: count, rows })) as [number, number];
    return { one: Math.max(1, large - small), fixed: Math.max(0, 2 * small - large) };
  };
  if (rowsOf === null) {
    const { one, fixed } = perDraw(null);
    return { ...split((largest - fixed) / one), rows: null };
  }
  const few = perDraw(fewestRows);
  const most = (largest - few.fixed) / few.one;
  if (most < wanted) return { ...split(most), rows: fewestRows };
  const more = perDraw(2 * fewestRows);
  const perRow = ((more.one - few.one) * wanted + more.fixed - few.fixed) / fewestRows;
  const fixed = few.fixed + few.one * wanted - perRow * fewestRows;
  const rows = Math.floor((largest - fixed) / Math.max(1, perRow));
  return { ...split(wanted), rows: Math.max(fewestRows, rows) };
}

/** Entries of all tensors. Of classes the same whether labels are given: the draws are the same then. */
function entries(target: Predictable, portion: Portion): number {
  const { program } = predictiveProgram({ ...target, observed: target.classes === null }, portion);
  return program.equations.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function logAddExp(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  const [large, small] = a > b ? [a, b] : [b, a];
  return large === -Infinity ? large : large + Math.log1p(Math.exp(small - large));
}

/** An observation that is not predicted, and why. */
export interface Unscored {
  readonly site: string;
  readonly because: string;
}

/** How well data were predicted. */
export interface Scores {
  readonly scores: readonly SiteScore[];
  readonly unscored: readonly Unscored[];
}

/** How well one observation was predicted. */
export interface SiteScore {
  readonly site: string;
  /** Data that are there. */
  readonly count: number;
  /** Draws that each prediction is an average over. */
  readonly draws: number;
  /** The run was fitted to these very data: they say nothing of new ones. */
  readonly fitted: boolean;
  /** Mean log predictive density of a datum, nats; of classes, its negative is the log loss. */
  readonly logDensity: MeanOverData;
  /** Below, null unless the data are classes. The share of data whose most probable class is the true one. */
  readonly accuracy: number | null;
  readonly accuracyStandardError: number | null;
  /** Mean over data of sum_c (p_c - [c is true])^2. */
  readonly brier: number | null;
  /** Expected calibration error of the top class, and the bins that it is made of. */
  readonly ece: number | null;
  /** What is expected of `ece` by chance alone, with so many data and every confidence right. */
  readonly eceByChance: number | null;
  readonly bins: readonly CalibrationBin[] | null;
}

/** The scores of what was observed; null where nothing was. */
export function scoreOf(site: PredictiveSite, fitted = false): SiteScore | null {
  const { name, draws, probabilities, lower, count: classes, logDensity, observed } = site;
  if (!logDensity || !observed) return null;
  const there = Array.from(observed.keys()).filter((i) => !Number.isNaN(observed[i]!));
  if (there.length === 0) return null;
  const common = {
    site: name,
    count: there.length,
    draws,
    fitted,
    logDensity: meanOverData(there.map((i) => logDensity[i]!)),
  };
  if (!probabilities)
    return {
      ...common,
      accuracy: null,
      accuracyStandardError: null,
      brier: null,
      ece: null,
      eceByChance: null,
      bins: null,
    };
  const rows = there.map((i) => probabilities.subarray(i * classes, (i + 1) * classes));
  const top = rows.map(topClass);
  const truth = there.map((i) => observed[i]! - lower);
  const hits = top.map((c, i) => Number(c === truth[i]));
  const accuracy = shareOf(hits);
  const brier = meanOverData(rows.map((row, i) => brierOf(row, truth[i]!)));
  const calibration = calibrationOf(
    rows.map((row, i) => row[top[i]!]!),
    hits,
  );
  return {
    ...common,
    accuracy: accuracy.mean,
    accuracyStandardError: accuracy.standardError,
    brier: brier.mean,
    ...calibration,
  };
}
