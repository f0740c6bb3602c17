import { breathe, unlessStopped } from "../base/turns.ts";
import { present } from "../base/assert.ts";
import type { Services } from "../inference/strategy/strategy.ts";
import { smallEvaluation } from "../posterior/chunks.ts";
import * as drawing from "../diagnostics/catalogue/draws.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import type { Numbers } from "../bind/numbers.ts";
import type { Model } from "../model/model.ts";
import { bindUnobserved, observedNames } from "../bind/unobserved.ts";
import { seedKey } from "../numeric/random.ts";
import { checkSource, compileSource, type Compiled } from "../pipeline.ts";
import { addRanks, calibrationLevel, judgeRanks, type ScalarRanks } from "../posterior/calibration.ts";
import { defaultEvaluateOptions } from "../posterior/evaluate.ts";
import { fromFiles, type LoadedRun } from "../posterior/load.ts";
import { makePosterior, type Posterior } from "../posterior/posterior.ts";
import { simulator, type Simulation } from "../posterior/simulate.ts";
import type { CalibrationReport } from "../report/calibration.ts";
import { sizeOf, type HostTensor } from "../tensor/shape.ts";
import { train, type Trained } from "./answer.ts";
import { applyRun } from "./apply.ts";
import { withValues, type Config } from "../options/config.ts";

type Raw = Readonly<Record<string, unknown>>;

export interface CalibrateSettings {
  readonly config: Config;
  /** Covariates, and lengths of what is observed. */
  readonly data: Raw;
  readonly simulations: number;
  /** L, the posterior draws that each true value is ranked among. */
  readonly draws: number;
  readonly seed: number;
  /** Starts what the fits run on, see `Services`. */
  readonly open: Services["open"];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A size that nothing tells. */
const usualSize = 20;
/** A network is trained on so many data, or a few more. */
const trainingData = 1000;

/**
 * Simulation-based calibration (Talts et al. 2018): latents and data are simulated from the model, the data are
 * fitted, and the rank of each true value among the draws of its posterior is noted. Were the posteriors exact, the
 * ranks would be uniform.
 *
 * A guide of networks alone is trained once, on a large simulated data set, and applied to fresh ones. Where all
 * latents are local, the elements of a plate are independent, and their ranks are pooled.
 */
export async function calibrate(source: SourceFile, settings: CalibrateSettings): Promise<Outcome<CalibrationReport>> {
  const prepared = prepare(source, settings);
  if (!prepared.ok) return prepared;
  const { model, numbers, amortized } = prepared.value;
  const once = amortized ? await trainOnce(source, model, numbers, settings) : null;
  if (once && !once.ok) return once;
  const run = once?.value ?? null;
  if (amortized && run === null) return ok(reportOf(prepared.value, nothingRanked(), settings), prepared.warnings);
  const posteriorOf = (simulated: Simulation, s: number): Promise<Outcome<Posterior | null>> =>
    run ? applied(run, numbers, simulated, s, settings) : fitted(source, numbers, simulated, s, settings);
  const found = await rankAll(prepared.value, posteriorOf, settings);
  return found.ok ? ok(reportOf(prepared.value, found.value, settings), prepared.warnings) : found;
}

/** A model whose data can be simulated, and what calibrating its guide takes. */
interface Prepared {
  readonly model: Model;
  readonly numbers: Numbers;
  readonly simulated: (s: number) => Outcome<Simulation>;
  /** Ranks of the elements of a plate are ranks of one scalar. */
  readonly pooled: boolean;
  /** The guide is networks alone. */
  readonly amortized: boolean;
}

function prepare(source: SourceFile, { config, data, seed }: CalibrateSettings): Outcome<Prepared> {
  const checked = checkSource(source, config.model.set);
  if (!checked.ok) return checked;
  const { model } = checked.value;
  const refused = refusal(model);
  if (refused) return failed(refused);
  const bound = bindUnobserved(model, data, sizesFor(model, data, config.model.sizes), "`stratum calibrate`");
  if (!bound.ok) return bound;
  const simulate = simulator(model, bound.value);
  const simulated = (s: number): Outcome<Simulation> => simulate(`${seed}/calibrate ${s}`);
  const first = simulated(0);
  if (!first.ok) return first;
  // minibatches may be meant for the large data set
  const compiled = compileWith(source, bound.value, first.value, withValues(config, { batch: {} }));
  if (!compiled.ok) return compiled;
  const { blocks } = compiled.value.guide;
  const pooled = blocks.every(({ plates }) => plates.length > 0);
  const amortized = pooled && blocks.every((block) => block.source.kind === "network");
  const warnings = [checked, bound, compiled].flatMap((stage) => stage.warnings);
  return ok({ model, numbers: bound.value, simulated, pooled, amortized }, warnings);
}

/** What the simulations have shown so far. */
interface Ranked {
  readonly scalars: Map<string, ScalarRanks>;
  readonly failures: Diagnostic[];
  fits: number;
  untrusted: number;
}

function nothingRanked(): Ranked {
  return { scalars: new Map(), failures: [], fits: 0, untrusted: 0 };
}

/** Simulates data sets one after the other and ranks the true values among the draws of their posteriors. */
async function rankAll(
  { simulated, pooled }: Prepared,
  posteriorOf: (simulated: Simulation, s: number) => Promise<Outcome<Posterior | null>>,
  { simulations, draws: L, seed, signal, onProgress }: CalibrateSettings,
): Promise<Outcome<Ranked>> {
  const ranked = nothingRanked();
  for (let s = 0; s < simulations && !signal?.aborted; s++) {
    const simulation = simulated(s);
    if (!simulation.ok) return simulation;
    const posterior = await posteriorOf(simulation.value, s);
    if (!posterior.ok) {
      const [found, ...more] = posterior.errors;
      // values that are not finite are what a fit found, not what it was given
      if (!found.code.startsWith("PPL70")) return failed(found, ...more);
      ranked.failures.push(found);
    } else {
      if (posterior.value === null) break;
      const { verdict, draws } = posterior.value;
      ranked.fits++;
      if (!verdict.trusted) ranked.untrusted++;
      addRanks(ranked.scalars, simulation.value.latents, draws, { L, seed: `${seed}/${s}`, pooled });
    }
    onProgress?.(s + 1, simulations);
    await breathe();
  }
  return ok(ranked);
}

function reportOf(
  { model, numbers, pooled, amortized }: Prepared,
  { scalars, failures, fits, untrusted }: Ranked,
  { simulations, draws: L, seed }: CalibrateSettings,
): CalibrationReport {
  const judged = judgeRanks([...scalars.values()], L);
  return {
    model: model.name,
    seed,
    sizes: Object.fromEntries(numbers.sizes),
    simulations,
    fits,
    draws: L,
    amortized,
    pooled,
    untrusted,
    failed: failures.length,
    firstFailure: failures[0]?.message ?? null,
    level: calibrationLevel,
    scalars: judged,
    uniform: judged.every(({ fault }) => fault === null),
  };
}

/** Why a model's prior cannot be simulated. */
function refusal(model: Model): Diagnostic | null {
  const [learned, ...more] = [...model.params, ...model.nets];
  if (learned) {
    const names = [learned, ...more].map(({ name }) => name);
    return drawing.simulatesUnlearned({ names, span: learned.span });
  }
  const factor = model.nodes.find(({ kind }) => kind === "factor");
  if (factor) return drawing.notGenerative({ span: factor.span, what: "a `factor` has no data to draw" });
  if (!model.nodes.some(({ kind }) => kind === "latent")) return drawing.nothingToCalibrate({ model: model.name });
  return null;
}

/** What is asked for, and the usual size for sizes that no data tell. */
function sizesFor(
  { sizes, data }: Model,
  raw: Raw,
  asked: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const told = data.filter(({ name }) => Object.hasOwn(raw, name));
  const mentioned = told.flatMap(({ type }) => type.shape.flatMap((dim) => String(dim).split(/\W+/)));
  const rest = sizes.filter((size) => !mentioned.includes(size) && !Object.hasOwn(asked, size));
  return { ...asked, ...Object.fromEntries(rest.map((size) => [size, usualSize])) };
}

/** Simulated data as data that were given. */
function rawOf(numbers: Numbers, { data }: Simulation): Raw {
  return Object.fromEntries([...numbers.data, ...data]);
}

function compileWith(source: SourceFile, numbers: Numbers, simulated: Simulation, config: Config): Outcome<Compiled> {
  const sizes = Object.fromEntries(numbers.sizes);
  return compileSource(source, rawOf(numbers, simulated), { ...config.compile, ...config.model, sizes });
}

/** A number for the fit of one simulation. */
const fitSeed = (seed: number, s: number | string): number => seedKey(seed, `fit ${s}`)[0];

async function trainOn(
  source: SourceFile,
  numbers: Numbers,
  simulated: Simulation,
  s: number | string,
  { config, seed, open, signal }: CalibrateSettings,
): Promise<Outcome<Trained>> {
  const compiled = compileWith(source, numbers, simulated, config);
  if (!compiled.ok) return compiled;
  return train({
    compiled: compiled.value,
    open,
    config,
    seed: fitSeed(seed, s),
    compileTime: 0,
    warnings: [],
    hooks: signal ? { signal } : {},
    versions: {},
  });
}

/** The posterior of one simulated data set; null when its training was interrupted. */
async function fitted(
  source: SourceFile,
  numbers: Numbers,
  simulated: Simulation,
  s: number,
  settings: CalibrateSettings,
): Promise<Outcome<Posterior | null>> {
  const trained = await unlessAborted(settings.signal, trainOn(source, numbers, simulated, s, settings));
  if (!trained) return ok(null);
  return trained.ok ? ok(trained.value.posterior) : trained;
}

/** Trains networks on a large simulated data set: the covariates repeated, until there are data enough. */
async function trainOnce(
  source: SourceFile,
  model: Model,
  numbers: Numbers,
  settings: CalibrateSettings,
): Promise<Outcome<LoadedRun | null>> {
  const outer = new Set(model.plates.filter(({ within }) => within.length === 0).map(({ size }) => size));
  const times = (size: number): number => Math.max(1, Math.ceil(trainingData / Math.max(1, size)));
  const sizes = Object.fromEntries(
    [...numbers.sizes].map(([name, size]) => [name, outer.has(name) ? size * times(size) : size]),
  );
  const observed = observedNames(model);
  const covariates = model.data.flatMap(({ name, type }): [string, HostTensor][] => {
    if (observed.has(name)) return [];
    const value = present(numbers.data.get(name), name);
    const [leading] = type.shape;
    const [length = 1] = value.shape;
    return [[name, typeof leading === "string" && outer.has(leading) ? tiled(value, times(length)) : value]];
  });
  const large = bindUnobserved(model, Object.fromEntries(covariates), sizes);
  if (!large.ok) return large;
  const simulated = simulator(model, large.value)(`${settings.seed}/training`);
  if (!simulated.ok) return simulated;
  const training = trainOn(source, large.value, simulated.value, "training", settings);
  const trained = await unlessAborted(settings.signal, training);
  if (trained === null) return ok(null);
  return trained.ok ? fromFiles(await trained.value.files()) : trained;
}

function tiled({ shape, values }: HostTensor, times: number): HostTensor {
  const [first = 1, ...rest] = shape;
  const all = new Float64Array(times * sizeOf(shape));
  for (let i = 0; i < times; i++) all.set(values, i * values.length);
  return { shape: [first * times, ...rest], values: all };
}

/** What trained networks say of one simulated data set. */
async function applied(
  run: LoadedRun,
  numbers: Numbers,
  simulated: Simulation,
  s: number,
  { config, seed, open, signal }: CalibrateSettings,
): Promise<Outcome<Posterior | null>> {
  const programs = applyRun(run, rawOf(numbers, simulated));
  if (!programs.ok) return programs;
  const executor = await open(programs.value.evaluation(smallEvaluation).program, "as needed");
  if (!executor.ok) return executor;
  const options = { ...defaultEvaluateOptions, seed: fitSeed(seed, s), draws: config.evaluation.draws };
  const judged = () => makePosterior(programs.value, executor.value, run.parameters, options, { signal });
  return ok(await unlessStopped(signal, judged));
}

/** What a fit comes to, or null as soon as a signal is aborted: half a fit has no ranks, and nobody waits for it. */
async function unlessAborted<T>(signal: AbortSignal | undefined, fit: Promise<T>): Promise<T | null> {
  if (!signal) return fit;
  let stop = (): void => undefined;
  const stopped = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([stopped, fit]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
