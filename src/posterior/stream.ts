import { present } from "../base/assert.ts";
import type { Executor, Seed, Session } from "../execute/executor.ts";
import { feedOf, writeInputs } from "../inference/inputs.ts";
import type { Minibatch } from "../joint/context.ts";
import { logMeanColumns, type LogMean } from "../numeric/statistics.ts";
import type { Programs } from "../lower/programs.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import type { BlockDraws, Draws, SiteDraws } from "./draws.ts";
import { chunkDraws, type Chunks } from "./chunks.ts";

/** What drawing from a guide needs to know of a lowered model. */
export type Drawable = Programs;

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
  /** Where the chunk's entries begin in the whole, by block id and by site name. */
  readonly offset: (name: string) => number;
}

/** Shapes of one draw over all data, by block id and by site name. */
export interface Whole {
  readonly blocks: readonly { readonly id: string; readonly data: Shape }[];
  readonly sites: readonly Omit<SiteDraws, "values">[];
}

/** One output of the evaluation program, and how it is cut along its first plate. */
interface Layout {
  readonly name: string;
  /** Of one draw over all data. */
  readonly shape: Shape;
  /** Entries of one draw in the program's output. */
  readonly columns: number;
  /** Null: not cut. */
  readonly minibatch: Minibatch | null;
  readonly inner: number;
}
interface SiteLayout extends Layout, Omit<SiteDraws, "values" | "name" | "shape"> {
  readonly output: string;
}

const perDraw = ["log_weight", "log_joint", "log_q", "component"] as const;

/**
 * Draws from the guide at fixed parameters, chunk of data by chunk of data, and weighs the draws: `draws` for each
 * datum, of which the first `held` are handed to `visit`. Memory depends on neither the number of draws nor of data.
 *
 * The result is a function of the model, its data, the parameters, the numbers asked for and the seed.
 */
export async function streamDraws(
  lowered: Drawable,
  executor: Executor,
  parameters: Float64Array,
  options: { readonly seed: Seed; readonly draws: number; readonly held: number },
  visit: (chunk: RowChunk, whole: Whole) => void,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const chunks = chunkDraws(lowered, options.draws, options.held);
  const { program, minibatches } = chunks.evaluation;
  const { blocks, sites } = layoutOf(lowered, chunks);
  const mixtures = new Set(lowered.guide.blocks.flatMap(({ id, K }) => (K > 1 ? [id] : [])));
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
  const session = await executor.open(program, { seed: `${options.seed}/draws` });
  try {
    writeInputs(session, program, lowered.numbers, { parameters });
    for (let chunk = 0; chunk < chunks.rowChunks; chunk++) {
      const collector = collect(blocks, sites, mixtures, chunk, options);
      for (let part = 0; part < chunks.drawChunks; part++) {
        const step = chunk * chunks.drawChunks + part;
        await session.run(step, 1, feed);
        await collector.take(session, part * chunks.draws, chunks.draws);
        onProgress?.(step + 1, chunks.rowChunks * chunks.drawChunks);
        // Lets signals and timers of the host have their turn
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      visit(collector.finish(), whole);
    }
  } finally {
    session.dispose();
  }
}

/** Reads one step after the other into the arrays of a chunk of rows. */
function collect(
  allBlocks: readonly Layout[],
  allSites: readonly SiteLayout[],
  mixtures: ReadonlySet<string>,
  chunk: number,
  { draws, held }: { readonly draws: number; readonly held: number },
) {
  const seen = <L extends Layout>(layout: L) => ({ layout, valid: validColumns(layout, chunk) });
  const blocks = allBlocks.map(seen).filter(({ valid }) => valid > 0);
  const sites = allSites.map(seen).filter(({ valid }) => valid > 0);
  const store = (valid: number) => new Float64Array(held * valid);
  const kept = new Map(blocks.map(({ layout, valid }) => [layout.name, perDraw.map(() => store(valid))]));
  const means = new Map(blocks.map(({ layout, valid }) => [layout.name, logMeanColumns(valid)]));
  const values = new Map(sites.map(({ layout, valid }) => [layout.name, store(valid)]));
  let broken = 0;
  const distinct = new Map<string, { sum: number; data: number }>();

  /** Takes the draws first, first + 1, ... of the last step run. */
  async function take(session: Session, first: number, count: number): Promise<void> {
    const wanted = Math.min(count, draws - first);
    const toHold = Math.max(0, Math.min(count, held - first));
    for (const { layout, valid } of blocks) {
      const { name, columns } = layout;
      const weights = await session.read(`log_weight.${name}`);
      broken += means.get(name)!.add(weights, wanted, columns);
      if (mixtures.has(name)) {
        const from = await session.read(`distinct.${name}`);
        const entry = distinct.get(name) ?? { sum: 0, data: valid };
        let sum = 0;
        for (let draw = 0; draw < wanted; draw++)
          for (let column = 0; column < valid; column++) sum += from[draw * columns + column]!;
        entry.sum += sum / draws;
        distinct.set(name, entry);
      }
      if (toHold === 0) continue;
      for (const [nth, what] of perDraw.entries()) {
        const from = what === "log_weight" ? weights : await session.read(`${what}.${name}`);
        copyRows(from, columns, kept.get(name)![nth]!, valid, first, toHold);
      }
    }
    if (toHold === 0) return;
    for (const { layout, valid } of sites) {
      const from = await session.read(layout.output);
      copyRows(from, layout.columns, values.get(layout.name)!, valid, first, toHold);
    }
  }

  function finish(): RowChunk {
    const layouts = new Map([...blocks, ...sites].map(({ layout }) => [layout.name, layout]));
    return {
      draws: {
        count: held,
        blocks: blocks.map(({ layout, valid }): BlockDraws => {
          const [logWeight, logJoint, logQ, component] = kept.get(layout.name)!;
          const data = chunkShape(layout, valid);
          return {
            id: layout.name,
            data,
            logWeight: logWeight!,
            logJoint: logJoint!,
            logQ: logQ!,
            component: component!,
          };
        }),
        sites: sites.map(({ layout, valid }) => ({
          name: layout.name,
          kind: layout.kind,
          block: layout.block,
          shape: chunkShape(layout, valid),
          values: values.get(layout.name)!,
        })),
      },
      logMeans: new Map([...means].map(([id, all]) => [id, all.results()])),
      broken,
      distinct,
      offset: (name) => {
        const { minibatch, inner } = present(layouts.get(name), `layout of ${name}`);
        return minibatch ? chunk * minibatch.rows * inner : 0;
      },
    };
  }
  return { take, finish };
}

function copyRows(
  from: Float64Array,
  columns: number,
  to: Float64Array,
  valid: number,
  first: number,
  count: number,
): void {
  for (let draw = 0; draw < count; draw++)
    to.set(from.subarray(draw * columns, draw * columns + valid), (first + draw) * valid);
}

/** Of the entries of one draw, how many belong to data that this chunk is the first to see. */
function validColumns({ minibatch, columns, inner }: Layout, chunk: number): number {
  if (!minibatch) return chunk === 0 ? columns : 0;
  const left = minibatch.size - chunk * minibatch.rows;
  return Math.max(0, Math.min(left, minibatch.rows)) * inner;
}

function chunkShape({ minibatch, shape, inner }: Layout, valid: number): Shape {
  return minibatch ? [valid / inner, ...shape.slice(1)] : shape;
}

/** How the outputs of an evaluation program are laid out, read off its shapes. */
function layoutOf(
  { model, guide }: Drawable,
  { evaluation }: Chunks,
): { readonly blocks: readonly Layout[]; readonly sites: readonly SiteLayout[] } {
  const { program, minibatches } = evaluation;
  const named = (prefix: string) =>
    program.outputs
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, value }) => ({
        name: name.slice(prefix.length),
        given: program.equations[value]!.shape.slice(1),
      }));
  const cut = (name: string, given: Shape, plate: string | undefined): Layout => {
    const minibatch = minibatches.find((candidate) => candidate.plate === plate) ?? null;
    const shape = minibatch ? [minibatch.size, ...given.slice(1)] : given;
    const inner = minibatch ? sizeOf(given) / minibatch.rows : sizeOf(given);
    return { name, shape, columns: sizeOf(given), minibatch, inner };
  };
  const outer = named("log_weight.").map(({ name, given }) => {
    const block = present(
      guide.blocks.find(({ id }) => id === name),
      `block ${name}`,
    );
    return { block, layout: cut(name, given, block.plates[0]) };
  });
  const siteOf =
    (prefix: string) =>
    (output: { name: string; given: Shape }): SiteLayout => {
      const { name, given } = output;
      const node = present(
        model.nodes.find((n) => (n.kind === "latent" || n.kind === "let") && n.name === name),
        `site ${name}`,
      );
      // A value belongs to the block whose plates it stands in; with a global block, all of them are that block's
      const home = outer
        .filter(({ block }) => block.plates.every((plate, i) => node.plates[i] === plate))
        .toSorted((a, b) => b.block.plates.length - a.block.plates.length)[0];
      const probability = prefix === "probability.";
      return {
        ...cut(probability ? `${prefix}${name}` : name, given, node.plates[0]),
        output: `${prefix}${name}`,
        kind: probability ? "probability" : node.kind === "let" ? "let" : "sample",
        block: home?.block.id ?? null,
      };
    };
  const sites = ["value.", "probability."].flatMap((prefix) => named(prefix).map(siteOf(prefix)));
  return { blocks: outer.map(({ layout }) => layout), sites };
}
