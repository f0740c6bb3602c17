import type { SourceFile } from "../diagnostics/span.ts";
import * as usage from "../diagnostics/catalogue/usage.ts";
import { openExecutor } from "../execute/select.ts";
import { defaultEvaluateOptions } from "../posterior/evaluate.ts";
import { makePosterior } from "../posterior/posterior.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { fitReport, fittedOf, fittedThen } from "../report/build.ts";
import { applyRun } from "./apply.ts";
import { StratumError, unwrap } from "./error.ts";
import { inferenceOf, type Inference } from "./inference.ts";

export interface LoadOptions {
  /**
   * New data for an amortized guide: its networks read them, and the answer is theirs. Without data the answer is the
   * one that was saved.
   */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Importance draws for the evidence and the summaries of new data, for each datum. */
  readonly evidenceDraws?: number;
  /** For new data; the run's own otherwise. */
  readonly seed?: number;
  readonly backend?: string;
}

/**
 * Reads a run folder back, alone or with new data. Node only.
 *
 * @throws StratumError  when the folder is not a run, or its guide cannot read new data
 */
export async function load(folder: string, options: LoadOptions = {}): Promise<Inference> {
  const nowhere: SourceFile = { path: folder, text: "" };
  const { loadRun, runFiles } = await import("../data/runs.ts");
  const run = unwrap(await loadRun(folder), nowhere);
  const files = () => runFiles(folder);
  const answer = options.data === undefined ? saved(run, folder) : await applied(run, options.data, options); // prettier-ignore
  return inferenceOf({
    source: run.source,
    parameters: run.parameters,
    trace: run.checkpoint.trace.bound,
    executor: async () => unwrap(await openExecutor("tfjs", options.backend ?? "wasm"), run.source),
    files,
    ...answer,
  });
}

const common = ({ record }: LoadedRun) => ({
  fit: record.training,
  beta: record.settings.fit.beta.to,
  engine: record.executor,
  warnings: [],
});

function saved(run: LoadedRun, folder: string) {
  const { posterior, record, source } = run;
  if (posterior === null)
    throw new StratumError([usage.notARun({ path: folder, problem: "it was saved before it was finished" })], source); // prettier-ignore
  const fitted = fittedThen(run);
  const report = fitReport({ ...common(run), fitted, posterior, seed: record.seed, seconds: null });
  return { posterior, report, lowered: null };
}

async function applied(
  run: LoadedRun,
  data: Readonly<Record<string, unknown>>,
  options: LoadOptions,
) {
  const { source, record, parameters } = run;
  const began = performance.now();
  const lowered = unwrap(applyRun(run, data), source);
  const executor = unwrap(await openExecutor("tfjs", options.backend ?? "wasm"), source);
  const compiled = performance.now();
  const seed = options.seed ?? record.seed;
  const draws = options.evidenceDraws ?? defaultEvaluateOptions.draws;
  const posterior = await makePosterior(lowered, executor, parameters, { ...defaultEvaluateOptions, seed, draws }); // prettier-ignore
  const report = fitReport({
    ...common(run),
    fitted: fittedOf(lowered),
    posterior,
    seed,
    engine: executor,
    seconds: {
      compile: (compiled - began) / 1000,
      train: null,
      evaluate: (performance.now() - compiled) / 1000,
    },
  });
  return { posterior, report, lowered };
}
