import { drawSeed, readConfig, type Config, type Source } from "../options/config.ts";
import { idleOptions } from "../options/uses.ts";
import { loadRun } from "../data/runs.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { checkSource, compileSource, type Compiled } from "../pipeline.ts";
import type { LoadedRun } from "../posterior/load.ts";
import type { Call } from "./command.ts";
import { loadData, type AskedData } from "./data.ts";
import { loadModel, type Loaded } from "./load.ts";
import type { Output } from "./output.ts";

/** How commands begin: with a model or with a saved run, and what they open on the way. */

/** Set for the processes of a sweep. */
export const ofSweep = "STRATUM_OF_SWEEP";

/** A model that a command is about, with every option: what the command line says over what its folder recommends. */
export interface Subject {
  readonly loaded: Loaded;
  readonly source: SourceFile;
  readonly config: Config;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Begins a command about a model: reads its text and the options, and lets `act` go on. What `act` finds wrong is told
 * at its places in the text.
 */
export async function withModel(
  path: string,
  { request, io, output }: Call,
  act: (subject: Subject) => Promise<Outcome<number>>,
): Promise<number> {
  const loaded = await loadModel(path, io);
  if (!loaded.ok) return output.fail(loaded.errors);
  // a sweep's cells share options, not all of which are for every guide among them
  const asked: Source = io.env[ofSweep] === undefined ? request.options : { ...request.options, recommended: true };
  const config = readConfig([loaded.value.options, asked]);
  if (!config.ok) return output.fail(config.errors);
  const [idle, ...others] = idleOptions(config.value, { plan: null, tested: true });
  if (idle) return output.fail([idle, ...others]);
  const { source } = loaded.value;
  const done = await act({ loaded: loaded.value, source, config: config.value, warnings: loaded.warnings });
  return done.ok ? done.value : output.fail(done.errors, source);
}

/** Begins a command about a saved run, whose folder recommends no options: its model's text is where mistakes are. */
export async function withRun(
  folder: string,
  { request, output }: Call,
  act: (run: LoadedRun, config: Config) => Promise<Outcome<number>>,
): Promise<number> {
  const config = readConfig([request.options]);
  if (!config.ok) return output.fail(config.errors);
  const loaded = await loadRun(folder);
  if (!loaded.ok) return output.fail(loaded.errors);
  const done = await act(loaded.value, config.value);
  return done.ok ? done.value : output.fail(done.errors, loaded.value.source);
}

/** A compiled model, and how long the compiler took. */
export interface Prepared {
  readonly compiled: Compiled;
  /** Reading files not counted. */
  readonly milliseconds: number;
}

/** Compiles a model with its data. The model is checked before the data are missed: its mistakes come first. */
export async function prepare(
  { loaded, config }: Pick<Subject, "loaded" | "config">,
  call: Call<AskedData>,
): Promise<Outcome<Prepared>> {
  const data = await loadData(call, loaded.data);
  if (!data.ok) return data;
  if (data.value === null) {
    const checked = checkSource(loaded.source, config.model.set);
    if (!checked.ok) return checked;
    const { name: model, data: declared } = checked.value.model;
    const needs = declared.map(({ name }) => name);
    const what = `\`stratum ${call.request.command}\``;
    if (needs.length > 0) return failed(usage.noDataGiven({ what, model, needs, near: loaded.nearData }));
  }
  const began = performance.now();
  const compiled = compileSource(loaded.source, data.value ?? {}, { ...config.compile, ...config.model });
  if (!compiled.ok) return compiled;
  const milliseconds = performance.now() - began;
  const { flags } = call.request;
  const tested = !("test" in flags) || flags.test !== null;
  const [idle, ...others] = idleOptions(config, { plan: compiled.value, tested });
  if (idle) return failed(idle, ...others);
  return ok({ compiled: compiled.value, milliseconds }, compiled.warnings);
}

/** The seed of the options, or one that is drawn and told: `why` it would be given again. */
export function seedOf({ run }: Config, output: Output, why: string): number {
  const seed = run.seed ?? drawSeed();
  if (run.seed === null) output.note(`seed ${seed} (drawn; give it with --seed to ${why})`);
  return seed;
}
