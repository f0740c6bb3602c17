import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { callbackThrew } from "../diagnostics/catalogue/usage.ts";
import { thrownText } from "../base/thrown.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { compileSource, type Compiled } from "../pipeline.ts";
import { train } from "../app/answer.ts";
import { StratumError, unwrap } from "./error.ts";
import { optionsOf, type InferOptions, type Progress } from "./infer-options.ts";
import { inferenceOf, type Inference } from "./inference.ts";
import { openerOf } from "../app/opener.ts";
import { sourceOf, type ModelSource } from "./model-source.ts";
import { drawSeed, type Config } from "../options/config.ts";
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

function compileWith(source: SourceFile, options: Pick<InferOptions, "data">, config: Config): CompiledModel {
  const warnings: Diagnostic[] = [];
  const settings = { ...config.compile, ...config.model };
  const compiled = unwrap(compileSource(source, options.data ?? {}, settings), source, warnings);
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
 * `signal` ends training early; what was learned is evaluated and returned, with `stopped: "interrupted"`.
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

/** Who looks on while training goes on, and may end it. */
interface Watcher {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Throws what `onStep` threw, or its promise. */
  readonly check: () => void;
}

function watcherOf({ signal, onStep }: Pick<InferOptions, "signal" | "onStep">, source: SourceFile): Watcher {
  const stop = new AbortController();
  let failure: StratumError | null = null;
  const threw = (cause: unknown): StratumError =>
    new StratumError([callbackThrew({ name: "onStep", thrown: thrownText(cause) })], source, { cause });
  const check = (): void => {
    if (failure) throw failure;
  };
  const onProgress = (progress: Progress): void => {
    check();
    let answer: unknown;
    try {
      answer = onStep?.(progress);
    } catch (error) {
      throw threw(error);
    }
    if (answer === false) stop.abort();
    // a promise is not waited for; one that is rejected ends the fit at the next chance
    if (typeof answer === "object" && answer !== null)
      Promise.resolve(answer).catch((error: unknown) => {
        failure ??= threw(error);
        stop.abort();
      });
  };
  return { signal: signal ? AbortSignal.any([signal, stop.signal]) : stop.signal, onProgress, check };
}
