import { bind } from "../bind/bind.ts";
import { fillMissing } from "../bind/missing.ts";
import type { Numbers } from "../bind/numbers.ts";
import { bindUnobserved, observedNames } from "../bind/unobserved.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { analyse, rowsIn } from "../graph/instance.ts";
import type { Block } from "../guide/guide.ts";
import { paramSpecsOf } from "../guide/paramSpecs.ts";
import type { Place } from "../lower/parameters.ts";
import type { LatentNode, Model } from "../model/model.ts";
import type { Checked } from "../pipeline.ts";
import { defaultOptions } from "../plan/options.ts";
import { plan } from "../plan/plan.ts";
import type { Draws } from "../posterior/draws.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { named } from "../posterior/posterior.ts";
import { predictSite, type PredictHooks, type PredictiveSite } from "../posterior/predictive.ts";
import { fingerprints } from "../posterior/record.ts";
import { resample } from "../posterior/resample.ts";
import { scoreOf, type Scores, type Unscored } from "../posterior/score.ts";
import { weightsOf } from "../posterior/weights.ts";
import type { Program } from "../program/program.ts";
import type { LatentSource } from "../report/prediction.ts";
import { sizeOf, type HostTensor } from "../tensor/shape.ts";
import { checkRun } from "./apply.ts";
import { newPlates, sizesFor } from "./elements.ts";
import type { Sources } from "./observations.ts";
import { observedOf, targetOf } from "./observations.ts";
import { entryOf } from "../base/records.ts";

type Raw = Readonly<Record<string, unknown>>;

/** What scoring needs to know of a run. */
export type Scorable = Pick<LoadedRun, "source" | "parameters" | "posterior"> & {
  readonly record: Pick<LoadedRun["record"], "consts" | "settings" | "sizes" | "data" | "paramSpecs" | "encoders">;
};

/** Predictions of every observation, datum by datum, and how good they were. */
export interface Scored extends Scores {
  readonly sites: readonly PredictiveSite[];
  /** Where the latents came from that were looked at. */
  readonly sources: readonly LatentSource[];
}

export interface ScoreSettings extends PredictHooks {
  readonly draws: number;
  readonly seed: Seed;
  readonly sizes: Readonly<Record<string, number>>;
}

/**
 * New data in the model of a run, whose sizes were `then`: checked in full where they are all there, else as far as
 * they go.
 */
export function bindNew(
  model: Model,
  then: Readonly<Record<string, number>>,
  raw: Raw,
  sizes: Readonly<Record<string, number>>,
  what: string,
): Outcome<Numbers> {
  const known = Object.fromEntries(
    model.data.flatMap(({ name }) => (Object.hasOwn(raw, name) ? [[name, raw[name]]] : [])),
  );
  const told = sizesFor(then, model, known, sizes);
  const all = model.data.every(({ name }) => Object.hasOwn(raw, name));
  if (all) return bind(model, known, { sizes: told });
  const bound = bindUnobserved(model, known, told, what);
  if (!bound.ok) return bound;
  const observed = observedNames(model);
  const data = new Map(bound.value.data);
  fillMissing({ data: model.data.filter(({ name }) => observed.has(name)) }, data);
  return ok({ ...bound.value, data }, bound.warnings);
}

/**
 * Predicts every observation of a model for the data at hand and scores the predictions against those that are given.
 *
 * Latents that a network of the guide reads off the data come from the guide, as it is: weighing its draws by p / q
 * would look at the very data that are to be predicted. Other latents come from the saved posterior. An observation
 * that its own network reads, or that depends on latents of new elements, is not predicted.
 */
export async function scoreRun(
  run: Scorable,
  raw: Raw,
  open: (program: Program) => Promise<Outcome<Executor>>,
  settings: ScoreSettings,
  what = "`stratum predict`",
): Promise<Outcome<Scored>> {
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { model } = checked.value;
  const made = bindNew(model, run.record.sizes, raw, settings.sizes, what);
  if (!made.ok) return made;
  const numbers = made.value;
  const sourced = await sourcesFor(run, checked.value, numbers, raw);
  if (!sourced.ok) return sourced;
  const sources = sourced.value;
  const sites: PredictiveSite[] = [];
  const unscored: Unscored[] = [];
  const from = new Map<string, LatentSource["from"]>();
  const warnings: Diagnostic[] = [...checked.warnings, ...made.warnings];
  for (const node of model.nodes) {
    if (node.kind !== "observed") continue;
    const target = targetOf(sources, node);
    if ("because" in target) {
      unscored.push({ site: node.name, because: target.because });
      continue;
    }
    const draws = run.posterior?.draws;
    const fed = (count: number): Readonly<Record<string, HostTensor>> =>
      target.given.length > 0 && draws ? feedFrom(draws, target.given, count, settings.seed) : {};
    for (const { name } of target.given) from.set(name, "posterior");
    for (const block of target.blocks) for (const { name } of block.sites) from.set(name, "network");
    if (!target.observed && !target.classes) continue;
    const observed = target.observed ? observedOf(target) : null;
    const site = await predictSite(target, open, { parameters: run.parameters, fed, observed }, settings, settings);
    if (!site.ok) return site;
    if (site.value === null) break;
    sites.push(site.value);
    const fresh = site.warnings.filter(({ code }) => warnings.every((other) => other.code !== code));
    warnings.push(...fresh);
  }
  const now = await fingerprints(new Map([...numbers.data].filter(([name]) => observedNames(model).has(name))));
  const scores = sites.flatMap((site) => {
    const fitted = site.datum !== null && now[site.datum]?.sha256 === run.record.data[site.datum]?.sha256;
    const score = scoreOf(site, fitted);
    return score ? [score] : [];
  });
  const origins = [...from].map(([site, kind]): LatentSource => ({ site, from: kind }));
  return ok({ sites, scores, unscored, sources: origins }, warnings);
}

async function sourcesFor(
  { record, posterior }: Scorable,
  checked: Checked,
  numbers: Numbers,
  raw: Raw,
): Promise<Outcome<Sources>> {
  const { model, graph } = checked;
  const instance = analyse(graph, numbers);
  const planned = plan(instance, { ...defaultOptions, ...record.settings.compile, batch: {} });
  const blocks = (planned.ok ? planned.value.guide.blocks : []).flatMap((block): Block[] => {
    const { source } = block;
    const saved = entryOf(record.encoders, block.id);
    const fits = saved && source.kind === "network" && source.centre.length === saved.centre.length;
    return fits ? [{ ...block, source: { ...source, ...saved } }] : [];
  });
  const paramSpecs = record.paramSpecs.map((spec) => ({ ...spec, size: sizeOf(spec.shape) }));
  const needed = paramSpecsOf(instance, { blocks });
  // an array that holds nothing stands in where there are no others
  const learned = new Map(paramSpecs.map((spec) => [spec.name, spec.shape.join()]));
  const other = needed.find(
    ({ name, shape, role }) => (role === "guide" || learned.has(name)) && learned.get(name) !== shape.join(),
  );
  if (other) {
    const total = (all: readonly Place[]): number => all.reduce((sum, { size }) => sum + size, 0);
    return failed(usage.otherLayout({ expected: total(paramSpecs), found: total(needed) }));
  }
  const isNew = await newPlates({ record }, model, numbers, raw);
  const saved = model.nodes.flatMap((node) => {
    if (node.kind !== "latent" || node.plates.some(isNew)) return [];
    const sizes = node.plates.map((id) => rowsIn({ model, numbers }, id));
    const shape = [...sizes, ...node.type.shape.map(numbers.size)];
    const found = posterior?.draws.sites.find(({ name, kind }) => name === node.name && kind === "sample");
    return found?.shape.join() === shape.join() ? [node.name] : [];
  });
  const absent = model.data.flatMap(({ name }) => (Object.hasOwn(raw, name) ? [] : [name]));
  return ok({ instance, paramSpecs, blocks, saved: new Set(saved), absent: new Set(absent) });
}

/** As many posterior draws as are asked for, those of a guide resampled by their weights where these can correct it. */
function feedFrom(
  draws: Draws,
  given: readonly LatentNode[],
  count: number,
  seed: Seed,
): Readonly<Record<string, HostTensor>> {
  const sites = draws.sites.filter(({ name, kind }) => kind === "sample" && given.some((one) => one.name === name));
  return named(resample({ ...draws, sites }, count, `${seed}/scores`, weightsOf));
}
