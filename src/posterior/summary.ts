import { atOnce, type Pausable } from "../base/turns.ts";
import { weightedMean, weightedQuantiles, weightedSd } from "../numeric/statistics.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";
import { columnOf, perDatum, type Draws, type SiteDraws } from "./draws.ts";
import { weightsOf, type ObservationWeights } from "./weights.ts";
import { outputName } from "../program/names.ts";

/** What is told of everything that has a distribution, in the order of tables. */
export const statistics = ["mean", "sd", "q05", "q50", "q95"] as const;

/** Mean, standard deviation and quantiles, each as a T: a number, an array over entries, nested arrays. */
export type Summary<T> = { readonly [S in (typeof statistics)[number]]: T };

/** A summary whose every statistic is made in the same way. */
export function summaryFrom<T>(of: (what: keyof Summary<T>) => T): Summary<T> {
  return { mean: of("mean"), sd: of("sd"), q05: of("q05"), q50: of("q50"), q95: of("q95") };
}

/** The summary of one entry among many. */
export function entrySummary(entries: Summary<ArrayLike<number>>, at: number): Summary<number> {
  return summaryFrom((what) => entries[what][at] ?? NaN);
}

/** Summaries of row-major entries as nested arrays. */
export function nestSummary(shape: Shape, entries: Summary<ArrayLike<number>>): Summary<Nested> {
  return summaryFrom((what) => nest(shape, entries[what]));
}

/** Posterior mean, standard deviation and quantiles of a site, entry by entry, in the model's coordinates. */
export interface SiteSummary extends Summary<Float64Array> {
  readonly name: string;
  readonly kind: SiteDraws["kind"];
  /** Plates, then the declared shape; what follows is row-major of this shape. */
  readonly shape: Shape;
  /** Share of the entries that importance weights correct; the others describe the guide itself. */
  readonly corrected: number;
  /** Of a discrete site that was summed out; null of any other. */
  readonly probabilities: Probabilities | null;
}

/** The posterior probability of each value of every entry of a discrete site: lower, lower + 1, ... */
export interface Probabilities {
  readonly lower: number;
  readonly count: number;
  /** Row-major [shape..., count]. */
  readonly values: Float64Array;
}

/** Summaries of all sites, from Pareto-smoothed importance weights wherever k-hat allows. */
export function summarise(
  draws: Draws,
  weights: ReadonlyMap<string, readonly ObservationWeights[]> = new Map(
    draws.blocks.map((block) => [block.id, weightsOf(block)]),
  ),
): SiteSummary[] {
  return atOnce(summariseSites(draws, weights));
}

/** The same, with pauses between entries. */
export function* summariseSites(
  draws: Draws,
  weights: ReadonlyMap<string, readonly ObservationWeights[]>,
): Pausable<SiteSummary[]> {
  // without a guide there is nothing to correct: the draws are the posterior's own
  const exact = draws.blocks.length === 0;
  const even = { corrected: exact, weights: new Float64Array(draws.count).fill(1 / draws.count) };
  const summaries: SiteSummary[] = [];
  for (const site of draws.sites) {
    const { name, kind, block, shape, values } = site;
    const columns = sizeOf(shape);
    const data = draws.blocks.find(({ id }) => id === block)?.data ?? [];
    const inner = perDatum(site, data);
    const summary = emptySummary(name, kind, shape);
    let corrected = 0;
    for (let column = 0; column < columns; column++) {
      yield;
      const observation = block === null ? null : weights.get(block)?.[Math.floor(column / inner)];
      const { weights: weight, corrected: isCorrected } = observation ?? even;
      const entries = columnOf(values, columns, column, draws.count);
      const [q05, q50, q95] = weightedQuantiles(entries, weight, [0.05, 0.5, 0.95]);
      summary.mean[column] = weightedMean(entries, weight);
      summary.sd[column] = weightedSd(entries, weight);
      summary.q05[column] = q05!;
      summary.q50[column] = q50!;
      summary.q95[column] = q95!;
      corrected += Number(isCorrected);
    }
    summaries.push({ ...summary, corrected: columns === 0 ? 1 : corrected / columns });
  }
  return summaries;
}

/** Summaries of the entries of an array, to be filled in. */
export function emptyEntries(shape: Shape): Summary<Float64Array> {
  return summaryFrom(() => new Float64Array(sizeOf(shape)));
}

export function emptySummary(name: string, kind: SiteDraws["kind"], shape: Shape): SiteSummary {
  return { name, kind, shape, ...emptyEntries(shape), corrected: 0, probabilities: null };
}

/**
 * Joins the summaries of the probabilities of discrete sites to those of the sites themselves, whose mean and standard
 * deviation then follow from them: the average over the draws of what is exact given each draw.
 */
export function joinProbabilities(summaries: readonly SiteSummary[], lowerOf: (name: string) => number): SiteSummary[] {
  const others = summaries.filter(({ kind }) => kind !== "probability");
  return others.map((site) => {
    const found = summaries.find(({ name }) => name === outputName("probability", site.name));
    if (!found) return site;
    const [lower, count] = [lowerOf(site.name), found.shape.at(-1) ?? 1];
    const values = found.mean;
    const moment = (of: (value: number, entry: number) => number): Float64Array =>
      Float64Array.from({ length: site.mean.length }, (_, entry) => {
        let sum = 0;
        for (let v = 0; v < count; v++) sum += values[entry * count + v]! * of(lower + v, entry);
        return sum;
      });
    const mean = moment((value) => value);
    const sd = moment((value, entry) => (value - mean[entry]!) ** 2).map(Math.sqrt);
    return { ...site, mean, sd, probabilities: { lower, count, values } };
  });
}

/** A number, or arrays of arrays of them. */
export type Nested = number | Nested[];

/** Row-major values as nested arrays, as JSON and people write them. */
export function nest(shape: Shape, values: ArrayLike<number>, offset = 0): Nested {
  const [size, ...rest] = shape;
  if (size === undefined) return values[offset]!;
  const stride = sizeOf(rest);
  return Array.from({ length: size }, (_, i) => nest(rest, values, offset + i * stride));
}

/** The numbers of nested arrays, row-major. */
export function flatten(nested: Nested): Float64Array {
  const out: number[] = [];
  const visit = (value: Nested): void => {
    if (typeof value === "number") out.push(value);
    else value.forEach(visit);
  };
  visit(nested);
  return Float64Array.from(out);
}
