import { bind } from "../bind/bind.ts";
import { classesOf } from "../bind/finite.ts";
import { isDataOnly } from "../bind/dataOnly.ts";
import { evaluateData } from "../bind/evaluate.ts";
import { fillMissing, observedMask } from "../bind/missing.ts";
import type { Numbers } from "../bind/numbers.ts";
import { bindUnobserved, observedNames } from "../bind/unobserved.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import type { Group } from "../graph/enumeration.ts";
import { exprsOf, latentsIn } from "../graph/graph.ts";
import { analyse, rowsIn, type Instance } from "../graph/instance.ts";
import type { Block } from "../guide/guide.ts";
import { slotsOf } from "../guide/slots.ts";
import type { Place } from "../lower/parameters.ts";
import { dataShape, type Predictable } from "../lower/predictive.ts";
import type { Expr, LatentNode, Model, ObservedNode } from "../model/model.ts";
import { everyExpr } from "../model/walk.ts";
import type { Checked } from "../pipeline.ts";
import { partialPlates } from "../plan/legality.ts";
import { defaultOptions } from "../plan/options.ts";
import { plan } from "../plan/plan.ts";
import type { Draws } from "../posterior/draws.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { named } from "../posterior/posterior.ts";
import { resample } from "../posterior/resample.ts";
import { fingerprints } from "../posterior/run.ts";
import {
  predictSite,
  scoreOf,
  type PredictHooks,
  type PredictiveSite,
  type Scores,
  type Unscored,
} from "../posterior/score.ts";
import { weightsOf } from "../posterior/weights.ts";
import type { Program } from "../program/program.ts";
import type { LatentSource } from "../report/prediction.ts";
import { sizeOf, type HostTensor } from "../tensor/shape.ts";
import { checkRun } from "./apply.ts";
import { newPlates, sizesFor } from "./elements.ts";

type Raw = Readonly<Record<string, unknown>>;

/** What scoring needs to know of a run. */
export type Scorable = Pick<LoadedRun, "source" | "parameters" | "posterior"> & {
  readonly record: Pick<LoadedRun["record"], "consts" | "settings" | "sizes" | "data" | "slots" | "encoders">;
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
    const site = await predictSite(target, open, run.parameters, settings, fed, observed, settings);
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

/** Where the latents of new data are known from. */
interface Sources {
  readonly instance: Instance;
  readonly slots: readonly Place[];
  /** Those of the guide whose networks were saved. */
  readonly blocks: readonly Block[];
  /** Latents of which saved draws hold for these data. */
  readonly saved: ReadonlySet<string>;
  /** Data that are not given. */
  readonly absent: ReadonlySet<string>;
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
    const saved = record.encoders[block.id];
    const fits = saved && source.kind === "network" && source.centre.length === saved.centre.length;
    return fits ? [{ ...block, source: { ...source, ...saved } }] : [];
  });
  const slots = record.slots.map((slot) => ({ ...slot, size: sizeOf(slot.shape) }));
  const needed = slotsOf(instance, { blocks });
  // a slot that holds nothing stands in where there are no others
  const learned = new Map(slots.map((slot) => [slot.name, slot.shape.join()]));
  const other = needed.find(
    ({ name, shape, role }) => (role === "guide" || learned.has(name)) && learned.get(name) !== shape.join(),
  );
  if (other) {
    const total = (all: readonly Place[]): number => all.reduce((sum, { size }) => sum + size, 0);
    return failed(usage.otherLayout({ expected: total(slots), found: total(needed) }));
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
  return ok({ instance, slots, blocks, saved: new Set(saved), absent: new Set(absent) });
}

/** What one observation is predicted from, or why it cannot be. */
function targetOf(
  { instance, slots, blocks, saved, absent }: Sources,
  node: ObservedNode,
): Predictable | { readonly because: string } {
  const { model, numbers, reach } = instance;
  const own = dataIn(model, [node.value]);
  if (!isDataOnly(model, node.value)) return { because: "what it observes is not a datum" };
  if (node.value.plates.join() !== node.plates.join())
    return { because: "it observes the same datum for several elements of a plate" };

  const summed = groupOf(instance, node);
  const among = new Set(summed?.sites.map(({ name }) => name));
  const exprs = (summed?.nodes ?? [node]).flatMap(exprsOf);
  const needed = new Set(exprs.flatMap((expr) => [...latentsIn(expr, reach)]));
  // bounds may move with other latents; what is added on the way is visited too
  for (const name of needed) {
    const latent = model.nodes.find((one) => one.kind === "latent" && one.name === name);
    if (latent?.kind !== "latent") continue;
    for (const end of [latent.type.lower, latent.type.upper])
      if (end) latentsIn(end, reach).forEach((more) => needed.add(more));
  }
  const latents = model.nodes.filter(
    (one): one is LatentNode => one.kind === "latent" && needed.has(one.name) && !among.has(one.name),
  );
  const homes = blocks.filter((block) => block.sites.some(({ name }) => latents.some((one) => one.name === name)));
  const given = latents.filter(({ name }) => !homes.some((block) => block.sites.some((site) => site.name === name)));

  const unknown = given.find(({ name }) => !saved.has(name));
  if (unknown)
    return {
      because: `nothing is known of \`${unknown.name}\` for these data: no network of the guide reads it off them`,
    };
  const read = homes.flatMap(({ source }) => (source.kind === "network" ? source.given : []));
  const seen = [...dataIn(model, read)].find((name) => own.has(name));
  if (seen !== undefined)
    return { because: `the guide's network reads \`${seen}\` itself: that would be no prediction` };
  const lacking = [...dataIn(model, [...read, ...exprs.filter((expr) => expr !== node.value)])].find((name) =>
    absent.has(name),
  );
  if (lacking !== undefined) return { because: `it depends on \`${lacking}\`, which is not given` };

  const [first] = node.plates;
  const inRows =
    first !== undefined &&
    model.plates.find(({ id }) => id === first)?.from === null &&
    given.every(({ plates }) => !plates.includes(first)) &&
    homes.every(({ plates }) => plates[0] === first) &&
    partialPlates(instance, [{ plate: first }]).length === 0;
  return {
    ...instance,
    slots,
    node,
    classes: classesOf(model, numbers, node.dist),
    observed: [...own].every((name) => !absent.has(name)),
    blocks: homes,
    given,
    summed,
    rowsOf: inRows ? first : null,
  };
}

/** The discrete sites that are summed out of one observation alone, element by element. */
function groupOf({ enumeration }: Instance, node: ObservedNode): Group | null {
  const group = enumeration.groups.find(({ nodes }) => nodes.includes(node));
  if (!group) return null;
  const alone = group.nodes.every((one) => one === node || group.sites.some((site) => site.node === one));
  const whole = group.plates.join() === node.plates.join();
  return alone && whole && group.sites.every(({ chain }) => chain === null) ? group : null;
}

/** Names of the data that expressions look at, through lets too. */
function dataIn(model: Model, exprs: readonly Expr[]): ReadonlySet<string> {
  const found = new Set<string>();
  const lets = new Set<string>();
  const visit = (root: Expr): void => {
    for (const expr of everyExpr(root)) {
      if (expr.kind === "data") found.add(expr.name);
      if (expr.kind !== "let" || lets.has(expr.name)) continue;
      lets.add(expr.name);
      const node = model.nodes.find((one) => one.kind === "let" && one.name === expr.name);
      if (node?.kind === "let") visit(node.value);
    }
  };
  exprs.forEach(visit);
  return found;
}

/** The observed values of a statement, one for each datum; of a vector its first entry. NaN where something is missing. */
function observedOf(target: Predictable): Float64Array {
  const { model, numbers, node } = target;
  const { values } = evaluateData(model, numbers, node.value);
  const there = observedMask(model, numbers, node.value);
  const size = sizeOf(dataShape(target).shape);
  const width = values.length / Math.max(1, size);
  return Float64Array.from({ length: size }, (_, i) => {
    const from = i * width;
    const gap = there?.values.subarray(from, from + width).every((one) => one === 0) ?? false;
    return gap ? NaN : values[from]!;
  });
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
