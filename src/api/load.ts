import * as v from "valibot";
import { backendNames, type BackendName } from "../execute/names.ts";
import { present } from "../base/assert.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { defaultEvaluateOptions } from "../posterior/evaluate.ts";
import { answerFor, savedAnswer } from "../app/answer.ts";
import { evaluationOpenerOf } from "../app/opener.ts";
import { unwrap } from "./error.ts";
import { folderName, given, is, lastingData, options as optionsIn, whole } from "./given.ts";
import { inferenceOf, type Inference } from "./inference.ts";

const loadOptions = optionsIn({
  data: v.optional(lastingData),
  evidenceDraws: v.optional(whole(1)),
  seed: v.optional(whole(0)),
  backend: v.optional(
    is<BackendName>(
      (value) => (backendNames as readonly unknown[]).includes(value),
      `one of ${backendNames.join(", ")}`,
    ),
  ),
});

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
  const path = given(folderName, folder, "folder", "load");
  const asked = given(loadOptions, options, "options", "load");
  const nowhere: SourceFile = { path, text: "" };
  const { loadRun, runFiles } = await import("../data/runs.ts");
  const run = unwrap(await loadRun(path), nowhere);
  const open = evaluationOpenerOf({ engine: "auto", backend: asked.backend ?? null, threads: 1 });
  const answer =
    asked.data === undefined
      ? { ...unwrap(savedAnswer(run, path), run.source), programs: null }
      : unwrap(
          await answerFor(run, asked.data, open, {
            seed: asked.seed ?? null,
            draws: asked.evidenceDraws ?? defaultEvaluateOptions.draws,
          }),
          run.source,
        );
  const { programs } = answer;
  return inferenceOf({
    source: run.source,
    parameters: run.parameters,
    trace: run.checkpoint.trace.bound,
    executor: async () => unwrap(await open(present(programs, "programs")), run.source),
    files: () => runFiles(path),
    ...answer,
  });
}
