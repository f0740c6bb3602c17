import { doesNotFit, noFusedEngine } from "../diagnostics/catalogue/execute.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Program } from "../program/program.ts";
import type { Executor } from "./executor.ts";
import { arenaBytes, mostMemory } from "./fused/compile.ts";
import { fusedExecutor, precisionFor } from "./fused/executor.ts";
import { features } from "./fused/wasm/features.ts";
import { referenceExecutor } from "./reference.ts";
import { tfjsExecutor } from "./tfjs/executor.ts";

/** Ways to run a program. */
export const engineNames = ["auto", "fused", "tfjs", "reference"] as const;
export type EngineName = (typeof engineNames)[number];

/**
 * Starts an executor.
 *
 * @param engine   "auto" is TensorFlow.js when a back end of it is asked for, else the fused engine
 * @param backend  a TensorFlow.js back end (see `backendNames`), wasm when null; other engines have none
 * @param program  what it will run: the fused engine takes 32 bits for programs with networks, 64 for others
 * @returns        PPL750 when an optional back end is not installed, PPL751 when it does not start here, PPL752 when
 *                 there is none of that name, PPL754 when the program needs more memory than there is; with the warning PPL753 TensorFlow.js where the fused engine cannot run
 */
export async function openExecutor(
  engine: EngineName,
  backend: string | null,
  program: Program | null = null,
): Promise<Outcome<Executor>> {
  if (engine === "reference") return ok(referenceExecutor);
  if (engine === "tfjs" || (engine === "auto" && backend !== null)) return tfjsExecutor(backend ?? "wasm"); // prettier-ignore
  if (features().simd) {
    const precision = program ? precisionFor(program) : "float64";
    const bytes = program ? arenaBytes(program, precision) : 0;
    if (bytes > mostMemory) return failed(doesNotFit({ gigabytes: bytes / 2 ** 30, most: 4 }));
    return ok(fusedExecutor(precision));
  }
  const instead = await tfjsExecutor("cpu");
  return instead.ok ? ok(instead.value, [noFusedEngine(), ...instead.warnings]) : instead;
}
