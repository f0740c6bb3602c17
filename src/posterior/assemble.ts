import { present } from "../base/assert.ts";
import type { Pausable } from "../base/turns.ts";
import type { LogMean } from "../numeric/statistics.ts";
import { sizeOf } from "../tensor/shape.ts";
import { blockOf, type BlockDraws, type Draws, type SiteDraws } from "./draws.ts";
import { type RowChunk, type Whole } from "./stream.ts";
import { emptySummary, statistics, summariseSites, type SiteSummary } from "./summary.ts";
import { weigh, type ObservationWeights } from "./weights.ts";

const largestKept = 8e6;

/** Puts the results of the chunks together. */
export function assemble(keep: number) {
  const draft = draftOf(keep, largestKept);
  const summaries = new Map<string, SiteSummary>();
  const logMeans = new Map<string, readonly LogMean[]>();
  const kHats = new Map<string, number[]>();
  let broken = 0;
  const distinct = new Map<string, { sum: number; data: number }>();
  return {
    *add(chunk: RowChunk, whole: Whole): Pausable<void> {
      yield* draft.add(chunk, whole);
      broken += chunk.broken;
      for (const [id, { sum, data }] of chunk.distinct) {
        const before = distinct.get(id) ?? { sum: 0, data: 0 };
        distinct.set(id, { sum: before.sum + sum, data: before.data + data });
      }
      const weights = new Map<string, ObservationWeights[]>();
      for (const block of chunk.draws.blocks) weights.set(block.id, yield* weigh(block));
      for (const [id, found] of weights) kHats.set(id, [...(kHats.get(id) ?? []), ...found.map(({ kHat }) => kHat)]);
      for (const [id, found] of chunk.logMeans) logMeans.set(id, [...(logMeans.get(id) ?? []), ...found]);
      for (const part of yield* summariseSites(chunk.draws, weights)) {
        const { shape } = siteOf(whole, part.name);
        const sum = summaries.get(part.name) ?? emptySummary(part.name, part.kind, shape);
        for (const what of statistics) sum[what].set(part[what], chunk.offset.site(part.name));
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
export function draftOf(keep: number, largest: number) {
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
    *add(chunk: RowChunk, whole: Whole): Pausable<void> {
      draft ??= begin(chunk, whole);
      for (const part of chunk.draws.blocks) {
        const to = blockOf(draft, part.id);
        const at = { columns: sizeOf(part.data), offset: chunk.offset.block(part.id), of: sizeOf(to.data) };
        for (const what of ["logWeight", "logJoint", "logQ", "component"] as const)
          yield* copyColumns(part[what], to[what], at, draft.count);
      }
      for (const part of chunk.draws.sites) {
        const to = draft.sites.find(({ name }) => name === part.name);
        if (!to) continue;
        const at = { columns: sizeOf(part.shape), offset: chunk.offset.site(part.name), of: sizeOf(to.shape) };
        yield* copyColumns(part.values, to.values, at, draft.count);
      }
    },
    finish: (): Draws => draft ?? { count: 0, blocks: [], sites: [] },
  };
}

/** Writes [count, columns] into columns `offset`, ... of [count, of]. */
function* copyColumns(
  from: Float64Array,
  to: Float64Array,
  { columns, offset, of }: { readonly columns: number; readonly offset: number; readonly of: number },
  count: number,
): Pausable<void> {
  for (let draw = 0; draw < count; draw++) {
    yield;
    to.set(from.subarray(draw * columns, (draw + 1) * columns), draw * of + offset);
  }
}

function siteOf({ sites }: Whole, name: string): Whole["sites"][number] {
  return present(
    sites.find((site) => site.name === name),
    `site ${name}`,
  );
}
