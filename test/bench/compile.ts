import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelFiles, type Case } from "./cases.ts";
import { stageNames, timePasses, timeStages, type StageName, type Stages } from "./stages.ts";
import { spreadOf, type Spread } from "./timing.ts";

/** Milliseconds of each stage of the compiler, and from source to the first step on wasm. */
export interface CompileTimes {
  readonly case: string;
  /** In fresh processes, each doing this once. */
  readonly cold: Readonly<Record<StageName | "total", Spread>>;
  /** Until a fresh process has loaded its modules, the time that tsx takes to strip types included. */
  readonly start: Spread;
  /** In a process that has compiled before. */
  readonly warm: Readonly<Record<StageName | "total", Spread>>;
  /** The passes' share of "lower and optimise", warm; and the equations of the step before and after them. */
  readonly passes: { readonly optimise: Spread; readonly before: number; readonly after: number };
}

export async function timeCompile(
  one: Case,
  { cold, warm }: { readonly cold: number; readonly warm: number },
): Promise<CompileTimes> {
  const fresh = Array.from({ length: cold }, () => freshProcess(one.name));
  const { source, data } = modelFiles(one.model);
  const again: Stages[] = [];
  const passes: ReturnType<typeof timePasses>[] = [];
  for (let i = 0; i < warm + 2; i++) {
    const stages = await timeStages(source, data, one.options, "wasm");
    // the first two warm up
    if (i < 2) continue;
    again.push(stages);
    passes.push(timePasses(source, data, one.options));
  }
  const { before, after } = passes[0]!;
  return {
    case: one.name,
    cold: overRuns(fresh),
    start: spreadOf(fresh.map(({ start }) => start)),
    warm: overRuns(again),
    passes: { optimise: spreadOf(passes.map(({ optimise }) => optimise)), before, after },
  };
}

function freshProcess(name: string): Stages & { readonly start: number } {
  const script = join(dirname(fileURLToPath(import.meta.url)), "cold.ts");
  const out = execFileSync(process.execPath, ["--import", "tsx", script, name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(out) as Stages & { start: number };
}

function overRuns(runs: readonly Stages[]): CompileTimes["cold"] {
  const total = spreadOf(runs.map((run) => stageNames.reduce((sum, name) => sum + run[name], 0)));
  const each = stageNames.map((name) => [name, spreadOf(runs.map((run) => run[name]))]);
  return { ...(Object.fromEntries(each) as Record<StageName, Spread>), total };
}
