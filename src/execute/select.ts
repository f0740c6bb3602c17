import * as diagnostics from "../diagnostics/catalogue/execute.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Program } from "../program/program.ts";
import type { Executor } from "./executor.ts";
import { arenaBytes, mostMemory, worthThreads } from "./fused/compile.ts";
import { fusedExecutor, precisionFor } from "./fused/executor.ts";
import { canThread, processors } from "./fused/threads/workers.ts";
import { features } from "./fused/wasm/features.ts";
import type { EngineName } from "./names.ts";
import { referenceExecutor } from "./reference.ts";
import { tfjsExecutor } from "./tfjs/executor.ts";

/**
 * Starts an executor.
 *
 * @param engine   "auto" is TensorFlow.js when a back end of it is asked for, else the fused engine
 * @param backend  a TensorFlow.js back end (see `backendNames`), wasm when null; other engines have none
 * @param program  what it will run: the fused engine takes 32 bits for programs with networks, 64 for others
 * @param threads  how many run a step of the fused engine together, at most
 * @returns        PPL750 when an optional back end is not installed, PPL751 when it does not start here, PPL752 when
 *                 there is none of that name, PPL754 when the program needs more memory than there is; with the
 *                 warning PPL753 TensorFlow.js where the fused engine cannot run, and with PPL756 to PPL759 fewer
 *                 threads than were asked for, or more than is wise
 */
export async function openExecutor(
  engine: EngineName,
  backend: string | null,
  program: Program | null = null,
  threads = 1,
): Promise<Outcome<Executor>> {
  const ignored = (name: string): readonly Diagnostic[] =>
    threads > 1 ? [diagnostics.threadsOfAnother({ engine: name })] : [];
  if (engine === "reference") return ok(referenceExecutor, ignored("the reference evaluator"));
  if (engine === "tfjs" || (engine === "auto" && backend !== null)) {
    const started = await tfjsExecutor(backend ?? "wasm");
    return started.ok ? ok(started.value, [...started.warnings, ...ignored("TensorFlow.js")]) : started;
  }
  if (features().simd) {
    const precision = program ? precisionFor(program) : "float64";
    const bytes = program ? arenaBytes(program, precision) : 0;
    if (bytes > mostMemory) return failed(diagnostics.doesNotFit({ gigabytes: bytes / 2 ** 30, most: 4 }));
    const team = teamFor(threads, program);
    return ok(fusedExecutor(precision, { threads: team.threads }), team.warnings);
  }
  const instead = await tfjsExecutor("cpu");
  return instead.ok ? ok(instead.value, [diagnostics.noFusedEngine(), ...instead.warnings]) : instead;
}

/** How many threads make sense for what was asked, and what there is to say about it. */
function teamFor(
  asked: number,
  program: Program | null,
): { readonly threads: number; readonly warnings: readonly Diagnostic[] } {
  const one = (warning: Diagnostic) => ({ threads: 1, warnings: [warning] });
  if (asked === 1) return { threads: 1, warnings: [] };
  if (!canThread()) return one(diagnostics.noThreads({ threads: asked }));
  if (program && !worthThreads(program, precisionFor(program), asked))
    return one(diagnostics.oneThreadIsAsFast({ threads: asked }));
  const there = processors();
  const many = there !== null && asked > there;
  const warnings = many ? [diagnostics.moreThreadsThanProcessors({ threads: asked, processors: there })] : [];
  return { threads: asked, warnings };
}
