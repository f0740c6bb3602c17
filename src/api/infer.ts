import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { compileSource, type Compiled } from "../pipeline.ts";
import { train } from "../app/answer.ts";
import type { FitProgress } from "../inference/progress.ts";
import { StratumError, unwrap } from "./error.ts";
import { sourceOf as optionsOf, type InferOptions } from "./infer-options.ts";
import { inferenceOf, type Inference } from "./inference.ts";
import { openerOf } from "../app/opener.ts";
import { drawSeed, readConfig, type Config } from "../options/config.ts";
import { idleOptions } from "../options/uses.ts";
import { version } from "./version.ts";

/** A model: its text, or its text with the name to report it under. */
export type ModelSource = string | SourceFile;

/** A model with its data, guide and programs, and what the compiler had to say. */
export interface CompiledModel extends Compiled {
  readonly warnings: readonly Diagnostic[];
}

function sourceOf(model: ModelSource): SourceFile {
  return typeof model === "string" ? { path: "model.ppl", text: model } : model;
}

function configOf(options: InferOptions, source: SourceFile): Config {
  return unwrap(readConfig([optionsOf(options)]), source);
}

/**
 * Compiles a model: checks it, binds its data, chooses its guide and writes its programs. Nothing is trained.
 *
 * @param model    the text of a `.ppl` file
 * @param options  as for `infer`; `data` holds nested arrays, or `{ shape, values }`, by name
 * @throws StratumError  when the model, the data or the options are wrong, with every mistake found
 */
export function compile(model: ModelSource, options: InferOptions = {}): CompiledModel {
  const source = sourceOf(model);
  return compileWith(source, options, configOf(options, source));
}

function compileWith(source: SourceFile, options: InferOptions, config: Config): CompiledModel {
  const warnings: Diagnostic[] = [];
  const settings = { ...config.compile, ...config.model };
  const compiled = unwrap(compileSource(source, options.data ?? {}, settings), source, warnings);
  const [idle, ...others] = idleOptions(config, { plan: compiled, tested: options.test !== undefined });
  if (idle) throw new StratumError([idle, ...others], source);
  return { ...compiled, warnings };
}

/**
 * Fits a guide to a model's posterior and evaluates it.
 *
 *     const posterior = await infer(text, { data: { x }, guide: "mixture", K: 10 });
 *     posterior.summary().z.mean;
 *
 * @param model    the text of a `.ppl` file
 * @param options  `data` by name, and every option of `stratum infer` in camelCase; the defaults are the same
 * @returns        the posterior, with its verdict: look at `verdict.trusted` before you believe the numbers
 * @throws StratumError  when the model, the data or the options are wrong, or when training meets a value that is not
 *                       finite: the message names the statement, the term and the values
 *
 * `signal` ends the fit early, also while it searches for modes; what was learned is evaluated and returned, with
 * `stopped: "interrupted"`. `timeLimit` does the same after so many seconds, with `stopped: "time limit"`. Both are
 * among the findings of the verdict. The event loop is let go of every few milliseconds.
 * The same inputs and seed give the same numbers. No state is kept between calls.
 */
export async function infer(model: ModelSource, options: InferOptions = {}): Promise<Inference> {
  const source = sourceOf(model);
  const config = configOf(options, source);
  const began = performance.now();
  const compiled = compileWith(source, options, config);
  const compileTime = performance.now() - began;
  const warnings = [...compiled.warnings];

  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const onProgress = (progress: FitProgress): void => {
    options.onProgress?.(progress);
    if (progress.phase !== "train") return;
    const { phase: _, ...step } = progress;
    if (options.onStep?.(step) === false) stop.abort();
  };
  const trained = unwrap(
    await train({
      compiled,
      open: openerOf(config.run),
      config,
      seed: config.run.seed ?? drawSeed(),
      compileTime,
      warnings,
      hooks: { signal, onProgress },
      ...(options.test ? { test: options.test } : {}),
      versions: { stratum: version },
    }),
    source,
  );
  const { posterior, report, fit, files, programs } = trained;
  return inferenceOf({
    source,
    posterior,
    report,
    parameters: fit.parameters,
    trace: fit.trace.bound,
    programs,
    executor: () => Promise.resolve(trained.executor),
    files,
  });
}
