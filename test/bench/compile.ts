import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { optimise } from "../../src/program/passes/index.ts";
import type { Engine } from "./session.ts";
import { stageNames, timeStages, totalOf, type StageName, type Stages } from "./stages.ts";
import { spreadOf, type Spread } from "./timing.ts";
import { compileWorkload, type Workload } from "./workloads.ts";

export type StageTimes = Readonly<Record<StageName | "total", Spread>>;

/** Milliseconds from source text to the first step taken on an engine. */
export interface CompileTimes {
  readonly workload: string;
  readonly engine: Engine;
  /** In fresh processes, each doing this once; null when they were not asked for. */
  readonly cold: StageTimes | null;
  /** Until a fresh process has loaded its modules, the time that tsx takes to strip types included. */
  readonly process: Spread | null;
  /** In a process that has compiled before. */
  readonly warm: StageTimes;
}

export async function timeCompile(
  workload: Workload,
  engine: Engine,
  { cold, warm }: { readonly cold: number; readonly warm: number },
): Promise<CompileTimes> {
  const fresh = Array.from({ length: cold }, () => freshProcess(workload, engine));
  const again: Stages[] = [];
  for (let i = 0; i < warm + 2; i++) {
    const stages = await timeStages(workload, engine);
    // the first two warm up
    if (i >= 2) again.push(stages);
  }
  return {
    workload: workload.name,
    engine,
    cold: cold > 0 ? overRuns(fresh) : null,
    process: cold > 0 ? spreadOf(fresh.map((run) => run.process)) : null,
    warm: overRuns(again),
  };
}

/** What the passes do to a workload's step: milliseconds of "lower", and equations before and after. */
export interface PassTimes {
  readonly workload: string;
  readonly milliseconds: number;
  readonly before: number;
  readonly after: number;
}

export function timePasses(workload: Workload): PassTimes {
  const { unoptimised, step } = compileWorkload(workload);
  const runs = Array.from({ length: 5 }, () => {
    const began = performance.now();
    optimise(unoptimised());
    return performance.now() - began;
  });
  const [before, after] = [unoptimised(), step()].map(({ equations }) => equations.length);
  return {
    workload: workload.name,
    milliseconds: spreadOf(runs).median,
    before: before!,
    after: after!,
  };
}

function freshProcess({ name }: Workload, engine: Engine): Stages & { readonly process: number } {
  const script = join(dirname(fileURLToPath(import.meta.url)), "cold.ts");
  const out = execFileSync(process.execPath, ["--import", "tsx", script, name, engine], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(out) as Stages & { process: number };
}

function overRuns(runs: readonly Stages[]): StageTimes {
  const each = stageNames.map((name) => [name, spreadOf(runs.map((run) => run[name]))]);
  return {
    ...(Object.fromEntries(each) as Record<StageName, Spread>),
    total: spreadOf(runs.map(totalOf)),
  };
}
