import { breathe, unlessStopped } from "../base/turns.ts";
import { ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed, Session } from "../execute/executor.ts";
import { plateOf } from "../graph/instance.ts";
import { feedOf, writeInputs, type FeedSources } from "../inference/inputs.ts";
import { dataShape, predictiveProgram, type Portion, type Predictable, type Predictive } from "../lower/predictive.ts";
import type { Program } from "../program/program.ts";
import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import { inputName } from "../program/names.ts";

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

/** What predictions are made from. */
export interface PredictiveInput {
  readonly parameters: Float64Array;
  /** The draws that are fed, `count` of each latent, for as many as are asked for. */
  readonly fed: (count: number) => Readonly<Record<string, HostTensor>>;
  /** The data, NaN where missing; null where they are not known. */
  readonly observed: Float64Array | null;
}

export interface PredictiveOptions {
  /** In all; of a mixture guide's K components each has a K-th of them, rounded up. */
  readonly draws: number;
  readonly seed: Seed;
  /** Entries of one step, for tests. */
  readonly largest?: number;
}

/**
 * Averages p(y | z) over draws of the latents, some data and some draws at a time. The result is a function of the
 * model, its data, the parameters, the number of draws and the seed. Null when it was interrupted.
 */
export async function predictSite(
  target: Predictable,
  open: (program: Program) => Promise<Outcome<Executor>>,
  { parameters, fed, observed }: PredictiveInput,
  options: PredictiveOptions,
  hooks: PredictHooks = {},
): Promise<Outcome<PredictiveSite | null>> {
  const { name } = target.node;
  const portions = plan(target, options.draws, options.largest ?? largestStep);
  const { each, chunks } = portions;
  const predictive = predictiveProgram(target, { draws: each, rows: portions.rows });
  const { program } = predictive;
  const opened = await open(program);
  if (!opened.ok) return opened;
  const averages = beginAverages(target, predictive, chunks);
  const feed = feedOf(program, sourcesOf(predictive, fed(each * chunks), each, chunks));
  const session = await opened.value.open(program, { seed: `${options.seed}/scores ${name}` });
  try {
    writeInputs(session, program, target.numbers, { [inputName.parameters]: parameters });
    const whole = await unlessStopped(hooks.signal, async () => {
      for (let step = 0; step < averages.steps; step++) {
        await breathe(hooks.signal);
        await session.run(step, 1, feed, hooks.signal);
        await addStep(averages, session, step);
        hooks.onProgress?.(step + 1, averages.steps);
      }
      return true;
    });
    if (whole === null) return ok(null);
  } finally {
    session.dispose();
  }
  const { shape, count, probabilities, logDensity } = averages;
  if (logDensity && observed) observed.forEach((y, i) => Number.isNaN(y) && (logDensity[i] = NaN));
  const site: PredictiveSite = {
    name,
    datum: datumOf(target),
    shape,
    draws: each * chunks * portions.components,
    probabilities,
    lower: target.classes?.lower ?? 0,
    count,
    logDensity,
    observed,
  };
  return ok(site, opened.warnings);
}

/** Averages over draws as they are filled in, step by step: `chunks` steps of draws for each chunk of rows. */
interface Averages {
  readonly shape: Shape;
  readonly size: number;
  /** Values that each datum can have. */
  readonly count: number;
  readonly probabilities: Float64Array | null;
  readonly logDensity: Float64Array | null;
  readonly chunks: number;
  readonly steps: number;
  /** Data of one step. */
  readonly perStep: number;
}

function beginAverages(target: Predictable, { program, minibatch }: Predictive, chunks: number): Averages {
  const { shape } = dataShape(target);
  const size = sizeOf(shape);
  const count = target.classes?.count ?? 0;
  const has = (output: string): boolean => program.outputs.some((one) => one.name === output);
  return {
    shape,
    size,
    count,
    probabilities: has("probability") ? new Float64Array(size * count) : null,
    logDensity: has("log_density") ? new Float64Array(size).fill(-Infinity) : null,
    chunks,
    steps: (minibatch ? Math.ceil(minibatch.size / minibatch.rows) : 1) * chunks,
    perStep: minibatch ? (size / minibatch.size) * minibatch.rows : size,
  };
}

/** Takes what the last step found of its data; rows that an earlier chunk has seen are left out. */
async function addStep(averages: Averages, session: Session, step: number): Promise<void> {
  const { size, count, probabilities, logDensity, chunks, perStep } = averages;
  const from = Math.floor(step / chunks) * perStep;
  const valid = Math.min(size - from, perStep);
  if (probabilities) {
    const found = await session.read("probability");
    for (let i = 0; i < valid * count; i++) probabilities[from * count + i]! += found[i]! / chunks;
  }
  if (logDensity) {
    const found = await session.read("log_density");
    for (let i = 0; i < valid; i++)
      logDensity[from + i] = logAddExp(logDensity[from + i]!, found[i]! - Math.log(chunks));
  }
}

/** Where each step's draws and rows come from: all draws of one chunk of rows, then those of the next. */
function sourcesOf(
  { minibatch }: Predictive,
  given: Readonly<Record<string, HostTensor>>,
  each: number,
  chunks: number,
): FeedSources {
  const draws = Object.entries(given).map(([latent, { values, shape }]) => {
    const width = sizeOf(shape.slice(1)) * each;
    const at = (step: number): Float64Array => {
      const chunk = step % chunks;
      return values.subarray(chunk * width, (chunk + 1) * width);
    };
    return [inputName.draws(latent), at] as const;
  });
  if (!minibatch) return Object.fromEntries(draws);
  const { feed, rows, size } = minibatch;
  const rowsAt = (step: number): Float64Array => {
    const from = Math.floor(step / chunks) * rows;
    return Float64Array.from({ length: rows }, (_, i) => (from + i) % size);
  };
  return { ...Object.fromEntries(draws), [feed]: rowsAt };
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
        name === whole.name && node.plates.every((id, i) => type.shape[i] === plateOf({ model }, id).size),
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
    const [small, large] = [entries(target, { draws: 1, rows }), entries(target, { draws: 2, rows })];
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
