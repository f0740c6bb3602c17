import type { Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { openExecutor } from "../execute/select.ts";
import type { Services } from "../inference/strategy/strategy.ts";
import type { Programs } from "../lower/programs.ts";
import { smallEvaluation } from "../posterior/chunks.ts";
import type { Parts } from "../options/parts.ts";

/** What the options say of where programs run. */
type RunsOn = Pick<Parts["run"], "engine" | "backend" | "threads">;

/** What starts the executor that the options ask for. */
export function openerOf({ engine, backend, threads }: RunsOn): Services["open"] {
  return (program, precision) => openExecutor({ precision, threads, engine, backend, program });
}

/**
 * What starts the executor for programs that are not trained: for drawing and weighing alone, so that no training step
 * is written for it.
 */
export function evaluationOpenerOf({
  engine,
  backend,
  threads,
}: RunsOn): (programs: Programs) => Promise<Outcome<Executor>> {
  return (programs) =>
    openExecutor({ threads, engine, backend, program: programs.evaluation(smallEvaluation).program });
}
