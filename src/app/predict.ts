import { unlessStopped } from "../base/turns.ts";
import { present } from "../base/assert.ts";
import { latentsOf, rowsIn } from "../graph/instance.ts";
import { smallEvaluation } from "../posterior/chunks.ts";
import * as drawing from "../diagnostics/catalogue/draws.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { LatentNode, Model } from "../model/model.ts";
import { bindUnobserved, observedNames } from "../bind/unobserved.ts";
import type { Draws } from "../posterior/draws.ts";
import type { Program } from "../program/program.ts";
import { sizeOf } from "../tensor/shape.ts";
import { defaultEvaluateOptions, drawGuide } from "../posterior/evaluate.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { makePosterior, named } from "../posterior/posterior.ts";
import { exactSite, learnedOf, predict, type PredictInput } from "../posterior/predict.ts";
import { resample } from "../posterior/resample.ts";
import { statisticNames } from "../posterior/statistics.ts";
import type { Verdict } from "../posterior/verdict.ts";
import { weightsOf } from "../posterior/weights.ts";
import type { LatentSource, Prediction } from "../report/prediction.ts";
import { applyRun, checkRun } from "./apply.ts";
import { newPlates, sizesFor } from "./elements.ts";
import { scoreRun } from "./score.ts";
import type { PredictHooks } from "../posterior/predictive.ts";

type Raw = Readonly<Record<string, unknown>>;

export interface PredictSettings extends PredictHooks {
  /** Draws that scores and probabilities of classes are averaged over, and data sets to draw, at most. */
  readonly draws: number;
  /** Nothing but the scores. */
  readonly scoresOnly?: boolean;
  readonly seed: Seed;
  readonly statistics: readonly string[];
  /** Sizes that no data tell; those of the run otherwise. */
  readonly sizes: Readonly<Record<string, number>>;
}

/**
 * Where there are scores, at most so many data sets are drawn beside them, and so many entries in all; when that makes
 * fewer data sets than `fewestDrawn`, none.
 */
const mostDrawn = 1000;
const mostEntries = 1e6;
const fewestDrawn = 200;
/** Importance draws of new data in all, and for each datum. */
const mostWeighed = 1e7;
const fewestWeighed = 1000;

/** Where the draws of latents come from. */
interface Chosen {
  readonly draws: Draws;
  readonly verdict: Verdict;
  readonly sources: readonly LatentSource[];
  /** Latents that are left to their prior. */
  readonly fresh: ReadonlySet<string>;
}

/**
 * The posterior predictive of a saved run: for the data it was fitted to, or for others.
 *
 * Latents outside plates are drawn from the posterior, and so are those of plates whose elements are the ones that
 * the run was fitted to: as many of them, with the same data. Elements of other plates are new. A network reads their
 * latents off their data where the guide has one and the data are all there; otherwise they come from their prior,
 * given the latents that are not new.
 */
export async function predictRun(
  run: LoadedRun,
  raw: Raw | null,
  open: (program: Program) => Promise<Outcome<Executor>>,
  settings: PredictSettings,
): Promise<Outcome<Prediction>> {
  const asked = askOf(run, raw ?? {}, open, settings);
  if (!asked.ok) return asked;
  const { model, numbers, given, posterior } = asked.value;
  const scored = await scoreRun(run, given, open, settings);
  if (!scored.ok) return scored;
  const { sites: predictive, scores, unscored } = scored.value;
  const common = { model: model.name, seed: settings.seed, scores, unscored, draws: settings.draws };
  const exactly = new Map(predictive.map((site) => [site.datum, exactSite(site)]));
  const complete = [...observedNames(model)].every((name) => exactly.get(name) && !Object.hasOwn(given, name));
  // there is nothing to compare drawn data with, and nothing to learn from them
  const count = complete ? 0 : dataSets(model, numbers, settings, predictive.length > 0);
  const scoresAlone = (): Prediction => {
    const { sources } = scored.value;
    const sites = predictive.flatMap((site) => exactSite(site) ?? []);
    return { ...common, simulated: 0, sites, checks: [], sources, verdict: posterior.verdict };
  };
  if (count === 0) return ok(scoresAlone(), scored.warnings);
  const chosen = await unlessStopped(settings.signal, () => chooseDraws(asked.value, count));
  if (chosen === null) return ok(scoresAlone(), scored.warnings);
  if (!chosen.ok) return chosen;
  const { sources, verdict } = chosen.value;
  const predicted = await predict(simulationOf(asked.value, chosen.value, count), settings);
  if (!predicted.ok) return predicted;
  const warnings = unique([scored, asked, chosen].flatMap((stage) => stage.warnings));
  const sites = predicted.value.sites.map((site) => exactly.get(site.name) ?? site);
  const { draws: simulated, checks } = predicted.value;
  return ok({ ...common, simulated, sites, checks, sources, verdict }, warnings);
}

/** What is asked of a run, checked. */
interface Ask {
  readonly run: LoadedRun;
  readonly posterior: NonNullable<LoadedRun["posterior"]>;
  readonly model: Model;
  readonly numbers: Numbers;
  /** The data, as they were given. */
  readonly given: Raw;
  readonly open: (program: Program) => Promise<Outcome<Executor>>;
  readonly settings: PredictSettings;
}

function askOf(run: LoadedRun, given: Raw, open: Ask["open"], settings: PredictSettings): Outcome<Ask> {
  const known = statisticNames();
  const unknown = settings.statistics.find((name) => !known.includes(name));
  if (unknown !== undefined) return failed(usage.unknownStatistic({ name: unknown, known }));
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { model } = checked.value;
  const sizes = sizesFor(run.record.sizes, model, given, settings.sizes);
  const bound = bindUnobserved(model, given, sizes, "`stratum predict`");
  if (!bound.ok) return bound;
  const { posterior } = run;
  if (posterior === null)
    return failed(usage.notARun({ path: run.source.path, problem: "it was saved before it was finished" }));
  return ok({ run, posterior, model, numbers: bound.value, given, open, settings }, bound.warnings);
}

/** What data are drawn from: the chosen draws, those of fresh latents left out. */
function simulationOf({ run, model, numbers, given, settings }: Ask, chosen: Chosen, count: number): PredictInput {
  const latents = Object.entries(named(chosen.draws)).filter(
    ([name]) => !chosen.fresh.has(name) && latentsOf({ model }).some((latent) => latent.name === name),
  );
  const observed = [...observedNames(model)]
    .filter((name) => Object.hasOwn(given, name))
    .map((name) => [name, present(numbers.data.get(name), name)] as const);
  const { seed, statistics } = settings;
  return {
    model,
    numbers,
    parameters: learnedOf(run.record.paramSpecs, run.parameters),
    latents: Object.fromEntries(latents),
    count,
    seed,
    observed: new Map(observed),
    statistics,
  };
}

/** Each warning once. */
function unique(warnings: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ code, message }: Diagnostic): string => `${code} ${message}`;
  return [...new Map(warnings.map((warning) => [key(warning), warning])).values()];
}

/** How many data sets are drawn: as many as were asked for, unless there are scores and these would cost much less. */
function dataSets(model: Model, numbers: Numbers, { draws, scoresOnly }: PredictSettings, scored: boolean): number {
  if (scoresOnly) return 0;
  if (!scored) return draws;
  const entries = [...observedNames(model)].reduce(
    (sum, name) => sum + sizeOf(present(numbers.data.get(name), name).shape),
    0,
  );
  const count = Math.min(draws, mostDrawn, Math.floor(mostEntries / Math.max(1, entries)));
  return count < Math.min(draws, fewestDrawn) ? 0 : count;
}

async function chooseDraws(ask: Ask, count: number): Promise<Outcome<Chosen>> {
  const { run, posterior, model, numbers, given } = ask;
  const isNew = await newPlates(run, model, numbers, given);
  const latents = latentsOf({ model });
  const unseen = latents.filter(({ plates }) => plates.some(isNew)).map(({ name }) => name);
  // a discrete site that is summed out for good has no draws
  const summedOut = latents
    .filter(({ name }) => !posterior.draws.sites.some((site) => site.name === name))
    .map(({ name }) => name);
  const fresh = new Set([...unseen, ...summedOut]);

  const complete = [...observedNames(model)].every((name) => Object.hasOwn(given, name));
  if (unseen.length > 0 && complete && Object.keys(run.record.encoders).length > 0) {
    const read = await readOff(ask, fresh, count);
    if (!read.ok) return read;
    if (read.value !== null) return ok(read.value, read.warnings);
  }

  const misfits = latents.filter(({ name }) => !fresh.has(name)).flatMap((node) => misfit(ask, node));
  const [first, ...rest] = misfits;
  if (first) return failed(first, ...rest);
  const draws = resample(posterior.draws, count, ask.settings.seed, weightsOf);
  return ok({ draws, sources: sourcesOf(model, fresh, "prior"), verdict: posterior.verdict, fresh });
}

function sourcesOf(model: Model, fresh: ReadonlySet<string>, other: LatentSource["from"]): LatentSource[] {
  return latentsOf({ model }).map(({ name }) => ({ site: name, from: fresh.has(name) ? other : "posterior" }));
}

/** Draws of new elements that the guide's networks read off their data; null where the guide has no such networks. */
async function readOff(ask: Ask, fresh: ReadonlySet<string>, count: number): Promise<Outcome<Chosen | null>> {
  const { run, posterior, model, settings } = ask;
  const { seed, signal } = settings;
  const applied = applyRun(run, ask.given, "globals");
  // a guide with parameters for each datum knows nothing of new ones
  if (!applied.ok) return applied.errors.some(({ code }) => code !== "PPL782") ? applied : ok(null);
  const programs = applied.value;
  const opened = await ask.open(programs.evaluation(smallEvaluation).program);
  if (!opened.ok) return opened;
  const executor = opened.value;
  const warnings = [...applied.warnings, ...opened.warnings];
  const none = new Set<string>();
  const joint = programs.guide.blocks.some(({ plates }) => plates.length === 0);
  if (joint) {
    // weights would count the new data as evidence in place of those of the run
    const draws = await drawGuide(programs, executor, run.parameters, { seed: `${seed}/guide`, count, signal });
    const sources = latentsOf({ model }).map(({ name }): LatentSource => ({ site: name, from: "guide" }));
    return ok({ draws, sources, verdict: posterior.verdict, fresh: none }, warnings);
  }
  const sizes = programs.guide.blocks.map(({ plates }) => sizeOf(plates.map((id) => rowsIn(ask, id))));
  const data = sizes.reduce((sum, size) => sum + size, 0);
  const most = Math.max(fewestWeighed, Math.floor(mostWeighed / Math.max(1, data)));
  const options = { ...defaultEvaluateOptions, seed, draws: Math.min(defaultEvaluateOptions.draws, most) };
  const answer = await makePosterior(programs, executor, run.parameters, options, { signal });
  const draws = resample(answer.draws, count, seed, weightsOf);
  return ok({ draws, sources: sourcesOf(model, fresh, "network"), verdict: answer.verdict, fresh: none }, warnings);
}

function misfit({ posterior, model, numbers }: Ask, node: LatentNode): Diagnostic[] {
  const plates = node.plates.map((id) => rowsIn({ model, numbers }, id));
  const asked = [...plates, ...node.type.shape.map(numbers.size)];
  const saved = posterior.draws.sites.find(({ name }) => name === node.name)?.shape ?? [];
  return saved.join() === asked.join() ? [] : [drawing.otherLatentShape({ site: node.name, saved, asked })];
}
