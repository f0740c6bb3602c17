import { ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "./executor.ts";
import { referenceExecutor } from "./reference.ts";
import { tfjsExecutor } from "./tfjs/executor.ts";

/** Ways to run a program. */
export const engineNames = ["tfjs", "reference"] as const;
export type EngineName = (typeof engineNames)[number];

/**
 * Starts an executor.
 *
 * @param backend  a TensorFlow.js back end (see `backendNames`); the reference evaluator has none and ignores it
 * @returns        PPL750 when an optional back end is not installed, PPL751 when it does not start here, PPL752 when
 *                 there is none of that name
 */
export async function openExecutor(
  engine: EngineName,
  backend: string,
): Promise<Outcome<Executor>> {
  return engine === "reference" ? ok(referenceExecutor) : tfjsExecutor(backend);
}
