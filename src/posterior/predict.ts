import { breathe } from "../base/turns.ts";
import { ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Seed } from "../execute/executor.ts";
import type { Numbers } from "../bind/numbers.ts";
import { mostClasses } from "../bind/finite.ts";
import type { Model } from "../model/model.ts";
import { mean, quantile, standardDeviation } from "../numeric/statistics.ts";
import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import { simulator, type Simulation } from "./simulate.ts";
import { statisticOf } from "./statistics.ts";
import { emptyEntries, type Summary } from "./summary.ts";
import type { PredictHooks, PredictiveSite } from "./predictive.ts";

/** The posterior predictive distribution of one datum, entry by entry. */
export interface PredictedSite extends Summary<Float64Array> {
  /** Of the datum that an `observe` explains. */
  readonly name: string;
  /** What follows is row-major of this shape. */
  readonly shape: Shape;
  /** For small whole numbers: the probability of 0, 1, ..., row-major [shape..., categories]; else null. */
  readonly probabilities: Float64Array | null;
  readonly categories: number;
  /** What was observed, where it is known; NaN where an entry is missing. */
  readonly observed: Float64Array | null;
}

/** How a statistic T of the observed data compares with that of data drawn from the posterior predictive. */
export interface PredictiveCheck {
  readonly site: string;
  readonly statistic: string;
  readonly observed: number;
  /** Mean and standard deviation of T over the drawn data sets. */
  readonly mean: number;
  readonly sd: number;
  /** P(T(drawn) >= T(observed)), and its Monte-Carlo standard error. Gelman, Meng & Stern (1996). */
  readonly p: number;
  readonly standardError: number;
}

export interface Predicted {
  readonly draws: number;
  readonly sites: readonly PredictedSite[];
  readonly checks: readonly PredictiveCheck[];
}

export interface PredictInput {
  readonly model: Model;
  /** Sizes and covariates of what is predicted, with room for the data that are drawn. */
  readonly numbers: Numbers;
  /** Values of what was learned, by name. */
  readonly parameters: ReadonlyMap<string, HostTensor>;
  /** Draws of latents, [count, plates..., shape...]; latents that are not among them are drawn from their prior. */
  readonly latents: Readonly<Record<string, HostTensor>>;
  readonly count: number;
  readonly seed: Seed;
  /** Data that were observed: those that checks are made of. */
  readonly observed: ReadonlyMap<string, HostTensor>;
  readonly statistics: readonly string[];
  /** Drawn entries that are held at once; the result does not depend on it. */
  readonly held?: number;
}

/** Entries that are held at once: 80 MB. */
const largestHeld = 1e7;

/**
 * Data drawn anew with the latents at each of `count` draws, summarised. Memory does not grow with the size of the
 * data times the number of draws: when they do not fit, the same data are drawn again for the next entries.
 * An interrupted run summarises the draws it made; none at all when there are fewer than two.
 */
export async function predict(input: PredictInput, hooks: PredictHooks = {}): Promise<Outcome<Predicted>> {
  const { model, numbers, parameters, seed } = input;
  const simulate = simulator(model, numbers, parameters);
  const draw = (i: number): Outcome<Simulation> => simulate(`${seed}/predict ${i}`, latentsAt(input, i));

  let count = input.count;
  let statistics: Statistics | null = null;
  const largest = new Map<string, number>();
  let sites: Draft[] | null = null;
  let next = 0;
  for (let pass = 0; ; pass++) {
    const room = Math.max(1, Math.floor((input.held ?? largestHeld) / count));
    let held: Held[] = [];
    for (let i = 0; i < count; i++) {
      if (pass === 0 && hooks.signal?.aborted) {
        count = i;
        break;
      }
      const simulated = draw(i);
      if (!simulated.ok) return simulated;
      const { data } = simulated.value;
      sites ??= [...data].map(([name, { shape }]) => draftOf(name, shape));
      statistics ??= statisticsFor(input);
      if (i === 0) held = nextEntries(sites, next, room, count);
      if (pass === 0) {
        statistics.take(data);
        for (const [name, { values }] of data) largest.set(name, mostCategory(values, largest.get(name) ?? 0));
      }
      for (const { draft, from, to, values } of held) {
        const drawn = data.get(draft.name)!.values;
        for (let entry = from; entry < to; entry++) values[(entry - from) * input.count + i] = drawn[entry]!;
      }
      if ((i & 15) === 15) hooks.onProgress?.(i + 1, count);
      await breathe();
      // entries that were not come to have nothing to be summarised
      if (pass > 0 && hooks.signal?.aborted) return ok({ draws: 0, sites: [], checks: statistics.finish() });
    }
    if (count < 2) return ok({ draws: 0, sites: [], checks: [] });
    for (const part of held) summarisePart(part, input.count, count, categoriesOf(model, part.draft.name, largest));
    next += held.reduce((sum, { from, to }) => sum + to - from, 0);
    const total = (sites ?? []).reduce((sum, { size }) => sum + size, 0);
    if (next >= total) break;
  }
  return ok({
    draws: count,
    sites: (sites ?? []).map((draft) => siteOf(draft, input, categoriesOf(model, draft.name, largest))),
    checks: statistics?.finish() ?? [],
  });
}

/** The latents of draw `i`, as views. */
function latentsAt({ latents }: PredictInput, i: number): ReadonlyMap<string, HostTensor> {
  return new Map(
    Object.entries(latents).map(([name, { shape, values }]) => {
      const own = shape.slice(1);
      const size = sizeOf(own);
      return [name, { shape: own, values: values.subarray(i * size, (i + 1) * size) }];
    }),
  );
}

/** Summaries of one site as they are filled in. */
interface Draft extends Summary<Float64Array> {
  readonly name: string;
  readonly shape: Shape;
  readonly size: number;
  probabilities: Float64Array | null;
}

function draftOf(name: string, shape: Shape): Draft {
  return { name, shape, size: sizeOf(shape), ...emptyEntries(shape), probabilities: null };
}

/** Entries of a site whose draws are held: values [to - from, count]. */
interface Held {
  readonly draft: Draft;
  readonly from: number;
  readonly to: number;
  readonly values: Float64Array;
}

/** The next `room` entries of all sites laid end to end, from entry `first` on. */
function nextEntries(drafts: readonly Draft[], first: number, room: number, count: number): Held[] {
  const held: Held[] = [];
  let before = 0;
  for (const draft of drafts) {
    const from = Math.max(0, first - before);
    const to = Math.min(draft.size, first + room - before);
    if (from < to) held.push({ draft, from, to, values: new Float64Array((to - from) * count) });
    before += draft.size;
  }
  return held;
}

function summarisePart({ draft, from, to, values }: Held, stride: number, count: number, categories: number): void {
  if (categories > 0) draft.probabilities ??= new Float64Array(draft.size * categories);
  for (let entry = from; entry < to; entry++) {
    const at = (entry - from) * stride;
    const drawn = values.subarray(at, at + count).sort();
    draft.mean[entry] = mean(drawn);
    draft.sd[entry] = standardDeviation(drawn);
    draft.q05[entry] = quantile(drawn, 0.05);
    draft.q50[entry] = quantile(drawn, 0.5);
    draft.q95[entry] = quantile(drawn, 0.95);
    if (categories > 0) for (const value of drawn) draft.probabilities![entry * categories + value]! += 1 / count;
  }
}

/** The larger of `most` and the largest value; Infinity when some value is not a whole number of at least 0. */
function mostCategory(values: Float64Array, most: number): number {
  for (const value of values) {
    if (!Number.isInteger(value) || value < 0) return Infinity;
    if (value > most) most = value;
  }
  return most;
}

/** How many categories 0, 1, ... a datum has: those that were drawn and those that its declaration allows; 0 for none. */
function categoriesOf({ data }: Model, name: string, largest: ReadonlyMap<string, number>): number {
  const most = largest.get(name) ?? Infinity;
  const integer = data.find((decl) => decl.name === name)?.type.integer ?? false;
  return integer && most < mostClasses ? Math.max(most, 1) + 1 : 0;
}

function siteOf({ size: _, ...draft }: Draft, { observed }: PredictInput, categories: number): PredictedSite {
  return { ...draft, categories, observed: observed.get(draft.name)?.values ?? null };
}

interface Statistics {
  readonly take: (data: ReadonlyMap<string, HostTensor>) => void;
  readonly finish: () => PredictiveCheck[];
}

/** Every statistic of every observed datum; entries that are missing are left out of the drawn data too. */
function statisticsFor({ observed, statistics }: PredictInput): Statistics {
  const tests = [...observed].flatMap(([site, { values }]) => {
    const observedAt = Array.from(values, (_, i) => i).filter((i) => !Number.isNaN(values[i]!));
    if (observedAt.length === 0) return [];
    const pick = (all: Float64Array): Float64Array =>
      observedAt.length === all.length ? all : Float64Array.from(observedAt, (i) => all[i]!);
    return statistics.map((statistic) => {
      const of = statisticOf(statistic, observedAt.length);
      return { site, statistic, pick, of, observed: of(pick(values)), drawn: [] as number[] };
    });
  });
  return {
    take: (data) => {
      for (const { site, pick, of, drawn } of tests) {
        const datum = data.get(site);
        if (datum) drawn.push(of(pick(datum.values)));
      }
    },
    finish: () =>
      tests
        // the spread of a single entry, for one, is no number: there is nothing to compare
        .filter(({ observed, drawn }) => drawn.length > 1 && ![observed, ...drawn].some(Number.isNaN))
        .map(({ site, statistic, observed, drawn }) => {
          const p = mean(drawn.map((value) => Number(value >= observed)));
          const standardError = Math.sqrt((p * (1 - p)) / drawn.length);
          return {
            site,
            statistic,
            observed,
            mean: mean(drawn),
            sd: standardDeviation(drawn),
            p,
            standardError,
          };
        }),
  };
}

/** The summaries of a datum that is one of a few classes, from their probabilities; null where it is not. */
export function exactSite(site: PredictiveSite): PredictedSite | null {
  const { datum, shape, probabilities, count, lower, observed } = site;
  if (datum === null || probabilities === null || lower !== 0) return null;
  const draft = draftOf(datum, shape);
  for (let entry = 0; entry < draft.size; entry++) {
    const p = probabilities.subarray(entry * count, (entry + 1) * count);
    draft.mean[entry] = p.reduce((sum, share, value) => sum + share * value, 0);
    const square = p.reduce((sum, share, value) => sum + share * value ** 2, 0);
    draft.sd[entry] = Math.sqrt(Math.max(0, square - draft.mean[entry]! ** 2));
    for (const [what, at] of [
      ["q05", 0.05],
      ["q50", 0.5],
      ["q95", 0.95],
    ] as const) {
      let below = 0;
      draft[what][entry] = p.findIndex((share) => (below += share) >= at * (1 - 1e-6));
    }
  }
  const { size: _, ...rest } = draft;
  return { ...rest, probabilities, categories: count, observed };
}

/** Values of learned arrays as tensors. */
export function learnedOf(
  paramSpecs: readonly { readonly name: string; readonly shape: Shape; readonly offset: number }[],
  parameters: Float64Array,
): ReadonlyMap<string, HostTensor> {
  return new Map(
    paramSpecs.map(({ name, shape, offset }) => [
      name,
      { shape, values: parameters.subarray(offset, offset + sizeOf(shape)) },
    ]),
  );
}
