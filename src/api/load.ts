import type { BackendName } from "../execute/names.ts";
import { present } from "../base/assert.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { defaultEvaluateOptions } from "../posterior/evaluate.ts";
import { answerFor, savedAnswer } from "../app/answer.ts";
import { evaluationOpenerOf } from "../app/opener.ts";
import { unwrap } from "./error.ts";
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
  readonly backend?: BackendName;
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
  const open = evaluationOpenerOf({ engine: "auto", backend: options.backend ?? null, threads: 1 });
  const answer =
    options.data === undefined
      ? { ...unwrap(savedAnswer(run, folder), run.source), programs: null }
      : unwrap(
          await answerFor(run, options.data, open, {
            seed: options.seed ?? null,
            draws: options.evidenceDraws ?? defaultEvaluateOptions.draws,
          }),
          run.source,
        );
  const { programs } = answer;
  return inferenceOf({
    source: run.source,
    parameters: run.parameters,
    trace: run.checkpoint.trace.bound,
    executor: async () => unwrap(await open(present(programs, "programs")), run.source),
    files: () => runFiles(folder),
    ...answer,
  });
}
