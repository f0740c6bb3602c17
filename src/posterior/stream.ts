import { present } from "../base/assert.ts";
import { breathe, inTurns, type Pausable } from "../base/turns.ts";
import type { Executor, Seed, Session } from "../execute/executor.ts";
import { feedOf, writeInputs } from "../inference/inputs.ts";
import type { Programs } from "../lower/programs.ts";
import { logMeanColumns, type LogMean } from "../numeric/statistics.ts";
import { type Shape } from "../tensor/shape.ts";
import { chunkDraws } from "./chunks.ts";
import type { BlockDraws, Draws, SiteDraws } from "./draws.ts";
import type { BlockLayout, Layout, Layouts, SiteLayout } from "./layout.ts";
import { chunkShape, layoutOf, validColumns } from "./layout.ts";
import { inputName, outputName } from "../program/names.ts";

/** Some of the data, with the first draws of each, and what all of its draws weigh. */
export interface RowChunk {
  /** Shapes are those of this chunk: fewer data than the whole. */
  readonly draws: Draws;
  /** By block, for each datum of the chunk: the log of the mean weight over all draws. */
  readonly logMeans: ReadonlyMap<string, readonly LogMean[]>;
  /** Log weights that are NaN or +Infinity. */
  readonly broken: number;
  /** By block that is a mixture: the sum over data of the mean over draws of log q_own - log q, and how many data. */
  readonly distinct: ReadonlyMap<string, { readonly sum: number; readonly data: number }>;
  /** Where the chunk's entries begin in the whole: those of a block, by its id, and those of a site. */
  readonly offset: { readonly block: (id: string) => number; readonly site: (name: string) => number };
}

/** Shapes of one draw over all data, by block id and by site name. */
export interface Whole {
  readonly blocks: readonly { readonly id: string; readonly data: Shape }[];
  readonly sites: readonly Omit<SiteDraws, "values">[];
}

export interface StreamOptions {
  readonly seed: Seed;
  /** For each datum. */
  readonly draws: number;
  /** Of these, how many are handed on. */
  readonly held: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Ends it by its reason: nothing comes of it then. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws from the guide at fixed parameters, chunk of data by chunk of data, and weighs the draws: `draws` for each
 * datum, of which the first `held` are handed to `visit`. Memory depends on neither the number of draws nor of data.
 *
 * The result is a function of the model, its data, the parameters, the numbers asked for and the seed.
 */
export async function streamDraws(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
  options: StreamOptions,
  visit: (chunk: RowChunk, whole: Whole) => Pausable<void>,
): Promise<void> {
  const { signal } = options;
  const chunks = await inTurns(chunkDraws(programs, options.draws, options.held), signal);
  const { program, minibatches } = chunks.evaluation;
  const layouts = layoutOf(programs, chunks);
  const { blocks, sites } = layouts;
  const whole = { blocks: blocks.map(({ name, shape }) => ({ id: name, data: shape })), sites };
  const feed = feedOf(
    program,
    Object.fromEntries(
      minibatches.map(({ feed: name, rows, size }) => [
        name,
        (step: number) => {
          const first = Math.floor(step / chunks.drawChunks) * rows;
          return Float64Array.from({ length: rows }, (_, i) => (first + i) % size);
        },
      ]),
    ),
  );
  await breathe(signal);
  const session = await executor.open(program, { seed: `${options.seed}/draws` });
  try {
    writeInputs(session, program, programs.numbers, { [inputName.parameters]: parameters });
    for (let chunk = 0; chunk < chunks.rowChunks; chunk++) {
      const collected = beginChunk(layouts, chunk, options);
      for (let part = 0; part < chunks.drawChunks; part++) {
        const step = chunk * chunks.drawChunks + part;
        await session.run(step, 1, feed, signal);
        await take(collected, session, part * chunks.draws, chunks.draws);
        options.onProgress?.(step + 1, chunks.rowChunks * chunks.drawChunks);
        await breathe(signal);
      }
      await inTurns(visit(finished(collected), whole), signal);
    }
  } finally {
    session.dispose();
  }
}

/** Columns of the draws of one output that are seen first in this chunk, and where they are held. */
interface Held {
  /** Entries of one draw in the program's output, and those of them that are seen first. */
  readonly columns: number;
  readonly valid: number;
  /** [held, valid] */
  readonly values: Float64Array;
}

interface BlockStore {
  readonly layout: BlockLayout;
  readonly valid: number;
  readonly held: Readonly<Record<PerDraw, Held>>;
  readonly means: ReturnType<typeof logMeanColumns>;
  /** Sum over data of the mean over draws of log q_own - log q. */
  distinct: number;
}

/** What has been read of one chunk of rows. */
interface Collected {
  readonly chunk: number;
  readonly options: StreamOptions;
  readonly blocks: readonly BlockStore[];
  readonly sites: readonly { readonly layout: SiteLayout; readonly held: Held }[];
  broken: number;
}

/** What a block's draws weigh, by the name of the output. */
const perDraw = { logWeight: "log_weight", logJoint: "log_joint", logQ: "log_q", component: "component" } as const;
type PerDraw = keyof typeof perDraw;

function beginChunk(layouts: Layouts, chunk: number, options: StreamOptions): Collected {
  const seen = <L extends Layout>(layout: L) => ({ layout, valid: validColumns(layout, chunk) });
  const store = ({ layout, valid }: { readonly layout: Layout; readonly valid: number }): Held => ({
    columns: layout.columns,
    valid,
    values: new Float64Array(options.held * valid),
  });
  const blocks = layouts.blocks.map(seen).filter(({ valid }) => valid > 0);
  const sites = layouts.sites.map(seen).filter(({ valid }) => valid > 0);
  return {
    chunk,
    options,
    blocks: blocks.map((block) => ({
      ...block,
      held: { logWeight: store(block), logJoint: store(block), logQ: store(block), component: store(block) },
      means: logMeanColumns(block.valid),
      distinct: 0,
    })),
    sites: sites.map((site) => ({ layout: site.layout, held: store(site) })),
    broken: 0,
  };
}

/** Takes the draws first, first + 1, ... of the last step run. */
async function take(collected: Collected, session: Session, first: number, count: number): Promise<void> {
  const { draws, held } = collected.options;
  const wanted = Math.min(count, draws - first);
  const toHold = { first, count: Math.max(0, Math.min(count, held - first)) };
  for (const block of collected.blocks) {
    const { name, columns, mixture } = block.layout;
    const weights = await session.read(outputName("log_weight", name));
    collected.broken += await inTurns(block.means.add(weights, wanted, columns));
    if (mixture) {
      const distinct = await session.read(outputName("distinct", name));
      block.distinct += sumOf(distinct, wanted, block.held.component) / draws;
    }
    if (toHold.count === 0) continue;
    for (const what of Object.keys(perDraw) as PerDraw[]) {
      const from = what === "logWeight" ? weights : await session.read(outputName(perDraw[what], name));
      copyRows(from, block.held[what], toHold);
    }
  }
  if (toHold.count === 0) return;
  for (const { layout, held: to } of collected.sites) copyRows(await session.read(layout.output), to, toHold);
}

function finished({ chunk, options, blocks, sites, broken }: Collected): RowChunk {
  const offsetIn = (all: readonly { readonly layout: Layout }[]) => (name: string) => {
    const found = all.find(({ layout }) => layout.name === name);
    const { minibatch, inner } = present(found, `layout of ${name}`).layout;
    return minibatch ? chunk * minibatch.rows * inner : 0;
  };
  return {
    draws: {
      count: options.held,
      blocks: blocks.map(({ layout, valid, held }): BlockDraws => ({
        id: layout.name,
        data: chunkShape(layout, valid),
        logWeight: held.logWeight.values,
        logJoint: held.logJoint.values,
        logQ: held.logQ.values,
        component: held.component.values,
      })),
      sites: sites.map(({ layout, held }) => ({
        name: layout.name,
        kind: layout.kind,
        block: layout.block,
        shape: chunkShape(layout, held.valid),
        values: held.values,
      })),
    },
    logMeans: new Map(blocks.map(({ layout, means }) => [layout.name, means.results()])),
    broken,
    distinct: new Map(
      blocks
        .filter(({ layout }) => layout.mixture)
        .map(({ layout, distinct, valid }) => [layout.name, { sum: distinct, data: valid }]),
    ),
    offset: { block: offsetIn(blocks), site: offsetIn(sites) },
  };
}

/** The sum over the columns that are seen first, of so many draws. */
function sumOf(from: Float64Array, draws: number, { columns, valid }: Held): number {
  let sum = 0;
  for (let draw = 0; draw < draws; draw++)
    for (let column = 0; column < valid; column++) sum += from[draw * columns + column]!;
  return sum;
}

function copyRows(
  from: Float64Array,
  { columns, valid, values }: Held,
  { first, count }: { readonly first: number; readonly count: number },
): void {
  for (let draw = 0; draw < count; draw++)
    values.set(from.subarray(draw * columns, draw * columns + valid), (first + draw) * valid);
}
