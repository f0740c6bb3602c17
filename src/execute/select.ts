import * as diagnostics from "../diagnostics/catalogue/execute.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Program } from "../program/program.ts";
import type { Executor } from "./executor.ts";
import { arenaBytes, mostMemory } from "./fused/arena.ts";
import { fusedExecutor, precisionFor } from "./fused/executor.ts";
import type { Precision } from "./fused/target.ts";
import { canThread, processors } from "./fused/threads/workers.ts";
import { worthThreads } from "./fused/threads/worth.ts";
import { features } from "./fused/wasm/features.ts";
import type { EngineName } from "./names.ts";
import { referenceExecutor } from "./reference.ts";

/** What programs need of whatever runs them; what the user chose is a part of it. */
export interface Need {
  /** 64 bits where the engine has them; "as needed" is 32 for programs with networks, 64 for others. */
  readonly precision: "as needed" | "float64";
  /** How many run a step together, at most; the numbers are the same for any. */
  readonly threads: number;
  /** "auto" is TensorFlow.js when a back end of it is asked for, else the fused engine. */
  readonly engine: EngineName;
  /** A TensorFlow.js back end (see `backendNames`), wasm when null; other engines have none. */
  readonly backend: string | null;
  /** The largest that will run; null where it is not known yet. */
  readonly program: Program | null;
}

/** What who says nothing needs. */
const usual: Need = { precision: "as needed", threads: 1, engine: "auto", backend: null, program: null };

/**
 * Starts an executor that answers a need.
 *
 * @returns  PPL750 when an optional back end is not installed, PPL751 when it does not start here, PPL752 when
 *           there is none of that name, PPL754 when the program needs more memory than there is; with the
 *           warning PPL753 TensorFlow.js, or the reference evaluator where that is not installed, where the fused
 *           engine cannot run, and with PPL756 to PPL759 fewer
 *           threads than were asked for, or more than is wise
 */
export async function openExecutor(asked: Partial<Need>): Promise<Outcome<Executor>> {
  const need = { ...usual, ...asked };
  const { engine, backend, threads } = need;
  const ignored = (name: string): readonly Diagnostic[] =>
    threads > 1 ? [diagnostics.threadsOfAnother({ engine: name })] : [];
  if (engine === "reference") return ok(referenceExecutor, ignored("the reference evaluator"));
  if (engine === "tfjs" || (engine === "auto" && backend !== null)) {
    const started = await openTfjs(backend ?? "wasm");
    return started.ok ? ok(started.value, [...started.warnings, ...ignored("TensorFlow.js")]) : started;
  }
  if (features().simd) return openFused(need);
  const instead = await openTfjs("cpu");
  if (!instead.ok) return ok(referenceExecutor, [diagnostics.noFusedEngine({ instead: "the reference evaluator" })]);
  return ok(instead.value, [diagnostics.noFusedEngine({ instead: "TensorFlow.js" }), ...instead.warnings]);
}

/** Loaded when it is asked for: most runs go without. */
async function openTfjs(backend: string): Promise<Outcome<Executor>> {
  const { tfjsExecutor } = await import("./tfjs/executor.ts");
  return tfjsExecutor(backend);
}

/** 64 bits on any machine, whatever the user chose: the fused engine, or the reference evaluator where there is none. */
export function exactExecutor({ threads }: Pick<Need, "threads">): Executor {
  return features().simd ? fusedExecutor("float64", { threads: canThread() ? threads : 1 }) : referenceExecutor;
}

function openFused({ program, precision: asked, threads }: Need): Outcome<Executor> {
  const precision = asked === "as needed" && program ? precisionFor(program) : "float64";
  const bytes = program ? arenaBytes(program, precision) : 0;
  if (bytes > mostMemory) return failed(diagnostics.doesNotFit({ gigabytes: bytes / 2 ** 30, most: 4 }));
  const team = teamFor(threads, program, precision);
  return ok(fusedExecutor(precision, { threads: team.threads }), team.warnings);
}

/** How many threads make sense for what was asked, and what there is to say about it. */
function teamFor(
  asked: number,
  program: Program | null,
  precision: Precision,
): { readonly threads: number; readonly warnings: readonly Diagnostic[] } {
  const one = (warning: Diagnostic) => ({ threads: 1, warnings: [warning] });
  if (asked === 1) return { threads: 1, warnings: [] };
  if (!canThread()) return one(diagnostics.noThreads({ threads: asked }));
  if (program && !worthThreads(program, precision, asked))
    return one(diagnostics.oneThreadIsAsFast({ threads: asked }));
  const there = processors();
  const many = there !== null && asked > there;
  const warnings = many ? [diagnostics.moreThreadsThanProcessors({ threads: asked, processors: there })] : [];
  return { threads: asked, warnings };
}
