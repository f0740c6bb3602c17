import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { callbackThrew } from "../diagnostics/catalogue/usage.ts";
import { thrownText } from "../base/thrown.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { compileSource, type Compiled } from "../pipeline.ts";
import { train } from "../app/answer.ts";
import type { FitProgress } from "../inference/progress.ts";
import { StratumError, unwrap } from "./error.ts";
import { optionsOf, type InferOptions } from "./infer-options.ts";
import { inferenceOf, type Inference } from "./inference.ts";
import { openerOf } from "../app/opener.ts";
import { sourceOf, type ModelSource } from "./model-source.ts";
import { drawSeed, type Config } from "../options/config.ts";
import { idleOptions } from "../options/uses.ts";
import { version } from "./version.ts";

/** A model with its data, guide and programs, and what the compiler had to say. */
export interface CompiledModel extends Compiled {
  readonly warnings: readonly Diagnostic[];
}

/**
 * Compiles a model: checks it, binds its data, chooses its guide and writes its programs. Nothing is trained.
 *
 * @param model    the text of a `.ppl` file
 * @param options  as for `infer`; `data` holds nested arrays, or `{ shape, values }`, by name
 * @throws StratumError  when the model, the data or the options are wrong, with every mistake found
 */
export function compile(model: ModelSource, options: InferOptions = {}): CompiledModel {
  const source = sourceOf(model, "compile");
  const { config, beside } = optionsOf(options, "compile");
  return compileWith(source, beside, config);
}

function compileWith(source: SourceFile, options: Pick<InferOptions, "data" | "test">, config: Config): CompiledModel {
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
  const source = sourceOf(model, "infer");
  const { config, beside } = optionsOf(options, "infer");
  const began = performance.now();
  const compiled = compileWith(source, beside, config);
  const compileTime = performance.now() - began;
  const warnings = [...compiled.warnings];

  const watcher = watcherOf(beside, source);
  const trained = unwrap(
    await train({
      compiled,
      open: openerOf(config.run),
      config,
      seed: config.run.seed ?? drawSeed(),
      compileTime,
      warnings,
      hooks: watcher,
      ...(beside.test ? { test: beside.test } : {}),
      versions: { stratum: version },
    }),
    source,
  );
  watcher.check();
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

/** Who looks on while a fit goes on, and may end it. */
interface Watcher {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FitProgress) => void;
  /** Throws what a function of the caller's threw, or its promise. */
  readonly check: () => void;
}

type Callback = "onStep" | "onProgress";

function watcherOf(
  { signal, onStep, onProgress }: Pick<InferOptions, "signal" | Callback>,
  source: SourceFile,
): Watcher {
  const stop = new AbortController();
  let failure: StratumError | null = null;
  const threw = (name: Callback, cause: unknown): StratumError =>
    new StratumError([callbackThrew({ name, thrown: thrownText(cause) })], source, { cause });
  const check = (): void => {
    if (failure) throw failure;
  };
  /** What a function of the caller's says. A promise is not waited for; one that is rejected ends the fit. */
  const told = <T>(name: Callback, callback: ((what: T) => unknown) | undefined, what: T): unknown => {
    let answer: unknown;
    try {
      answer = callback?.(what);
    } catch (error) {
      throw threw(name, error);
    }
    if (typeof answer === "object" && answer !== null)
      Promise.resolve(answer).catch((error: unknown) => {
        failure ??= threw(name, error);
        stop.abort();
      });
    return answer;
  };
  return {
    signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
    onProgress: (progress) => {
      check();
      told("onProgress", onProgress, progress);
      if (progress.phase !== "train") return;
      const { phase: _, ...step } = progress;
      if (told("onStep", onStep, step) === false) stop.abort();
    },
    check,
  };
}
