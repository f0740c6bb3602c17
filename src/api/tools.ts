import * as v from "valibot";
import { calibrate as calibrateModel } from "../app/calibrate.ts";
import { openerOf } from "../app/opener.ts";
import { bind } from "../bind/bind.ts";
import { bindUnobserved } from "../bind/unobserved.ts";
import { bounds } from "../base/bounds.ts";
import * as drawing from "../diagnostics/catalogue/draws.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { readConfig, typed, drawSeed } from "../options/config.ts";
import { checkSource } from "../pipeline.ts";
import { simulate as draw } from "../posterior/simulate.ts";
import type { CalibrationReport } from "../report/calibration.ts";
import { format as canonical } from "../syntax/format.ts";
import { parse } from "../syntax/parse.ts";
import type { HostTensor } from "../tensor/shape.ts";
import { StratumError, unwrap } from "./error.ts";
import { data, given, lastingData, options as optionsIn, record, signal, whole } from "./given.ts";
import { sourceOf, type ModelSource } from "./model-source.ts";

const sizes = v.pipe(record("sizes by name"), v.record(v.string(), whole(0, bounds.numbers)));
const constants = v.pipe(
  record("numbers by the names of constants"),
  v.record(
    v.string(),
    v.custom<number>((value) => Number.isFinite(value), "a number"),
  ),
);

/** What a model is checked with. */
export interface CheckOptions {
  /** Data by name; without any, the model alone is checked. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Constants of the model to override. */
  readonly set?: Readonly<Record<string, number>>;
  /** Sizes that no data fix. */
  readonly size?: Readonly<Record<string, number>>;
}

/** What a model is, and everything that is wrong with it: plain data. */
export interface Checkup {
  readonly name: string;
  /** Latents, in the order of the model. */
  readonly latents: readonly string[];
  readonly data: readonly string[];
  /** Sizes by name, where data were given. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Checks a model, and its data where there are any, as `stratum check` does.
 *
 * @throws StratumError  with every mistake found
 */
export function check(model: ModelSource, options: CheckOptions = {}): Checkup {
  const source = sourceOf(model, "check");
  const schema = optionsIn({ data: v.optional(data), set: v.optional(constants), size: v.optional(sizes) });
  const asked = given(schema, options, "options", "check");
  const warnings: Diagnostic[] = [];
  const checked = unwrap(checkSource(source, asked.set ?? {}), source, warnings);
  const found = asked.data && unwrap(bind(checked.model, asked.data, { sizes: asked.size ?? {} }), source, warnings);
  return {
    name: checked.model.name,
    latents: checked.model.nodes.flatMap((node) => (node.kind === "latent" ? [node.name] : [])),
    data: checked.model.data.map(({ name }) => name),
    sizes: found ? Object.fromEntries(found.sizes) : {},
    warnings,
  };
}

/**
 * The canonical form of a model's text, as `stratum format` writes it.
 *
 * @throws StratumError  when it is no model
 */
export function format(model: ModelSource): string {
  const source = sourceOf(model, "format");
  return canonical(unwrap(parse(source), source));
}

/** What is simulated. */
export interface SimulateOptions {
  /** Data that nothing explains; of those that an `observe` explains, the lengths. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly set?: Readonly<Record<string, number>>;
  readonly size?: Readonly<Record<string, number>>;
  /** A whole number; drawn when left out. */
  readonly seed?: number;
}

/** One draw from a model: plain data. */
export interface SimulatedData {
  readonly seed: number;
  readonly sizes: Readonly<Record<string, number>>;
  /** As `infer` takes them: those that were given, and those that were drawn. */
  readonly data: Readonly<Record<string, HostTensor>>;
  readonly latents: Readonly<Record<string, HostTensor>>;
}

/**
 * One draw of latents and data from a model, as `stratum simulate` draws it.
 *
 * @throws StratumError  when the model has no draws, or a size is not told
 */
export function simulate(model: ModelSource, options: SimulateOptions = {}): SimulatedData {
  const source = sourceOf(model, "simulate");
  const asked = given(
    optionsIn({
      data: v.optional(data),
      set: v.optional(constants),
      size: v.optional(sizes),
      seed: v.optional(whole(0)),
    }),
    options,
    "options",
    "simulate",
  );
  const checked = unwrap(checkSource(source, asked.set ?? {}), source);
  const learned = [...checked.model.params, ...checked.model.nets];
  const [first] = learned;
  if (first) {
    const names = learned.map(({ name }) => name);
    throw new StratumError([drawing.simulatesUnlearned({ names, span: first.span })], source);
  }
  const bound = unwrap(bindUnobserved(checked.model, asked.data ?? {}, asked.size ?? {}, "`simulate`"), source);
  const seed = asked.seed ?? drawSeed();
  const drawn = unwrap(draw(checked.model, bound, seed), source);
  return {
    seed,
    sizes: Object.fromEntries(bound.sizes),
    data: Object.fromEntries([...bound.data, ...drawn.data]),
    latents: Object.fromEntries(drawn.latents),
  };
}

/** How a model is calibrated. */
export interface CalibrateOptions {
  /** Covariates, and lengths of what is observed. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly size?: Readonly<Record<string, number>>;
  /** Data sets that are simulated and fitted: 100 when left out. */
  readonly simulations?: number;
  /** Posterior draws that each true value is ranked among: 99 when left out. */
  readonly draws?: number;
  readonly seed?: number;
  /** Options of each fit, as `infer` takes them. */
  readonly fit?: Readonly<Record<string, unknown>>;
  /** Ends it early: what was fitted until then is judged. */
  readonly signal?: AbortSignal;
}

/**
 * Simulation-based calibration, as `stratum calibrate` does it: data are simulated and fitted, and true values ranked
 * among the draws of their posteriors.
 *
 * @throws StratumError  when the model has no prior to draw from, or an option is wrong
 */
export async function calibrate(model: ModelSource, options: CalibrateOptions = {}): Promise<CalibrationReport> {
  const source = sourceOf(model, "calibrate");
  const schema = optionsIn({
    data: v.optional(lastingData),
    size: v.optional(sizes),
    simulations: v.optional(whole(1, 1e6)),
    draws: v.optional(whole(1, 1e6)),
    seed: v.optional(whole(0)),
    fit: v.optional(record("options of `infer`")),
    signal: v.optional(signal),
  });
  const asked = given(schema, options, "options", "calibrate");
  const fit = { ...asked.fit, ...(asked.size ? { size: asked.size } : {}) };
  const config = unwrap(readConfig([{ door: typed, given: fit, where: "calibrate, `fit`" }]), source);
  const calibrated = await calibrateModel(source, {
    config,
    data: asked.data ?? {},
    simulations: asked.simulations ?? 100,
    draws: asked.draws ?? 99,
    seed: asked.seed ?? drawSeed(),
    open: openerOf(config.run),
    ...(asked.signal ? { signal: asked.signal } : {}),
  });
  return unwrap(calibrated, source);
}
