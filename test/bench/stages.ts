import type { Outcome } from "../../src/diagnostics/diagnostic.ts";
import { buildGraph } from "../../src/graph/graph.ts";
import { bind } from "../../src/bind/bind.ts";
import { check } from "../../src/check/check.ts";
import { analyse } from "../../src/graph/instance.ts";
import { lower } from "../../src/lower/lower.ts";
import { plan } from "../../src/plan/plan.ts";
import { parse } from "../../src/syntax/parse.ts";
import { executorOf, seed, trainingFeed, writeStart, type Engine } from "./session.ts";
import type { Workload } from "./workloads.ts";

/** The stages of src/pipeline.ts, then the engine and the first step. */
export const stageNames = ["parse", "check", "bind", "plan", "lower", "engine", "open", "start", "step"] as const;
export type StageName = (typeof stageNames)[number];
export type Stages = Readonly<Record<StageName, number>>;

/** What each of them is. */
export const stageLegend =
  "lower: to programs, differentiated and optimised; engine: starting it; open: its code for the step; " +
  "start: starting values, and all inputs into its memory; step: the first one";

/** Milliseconds of each stage, from source text to the first step taken; data are in memory. */
export async function timeStages(workload: Workload, engine: Engine): Promise<Stages> {
  const source = workload.source();
  const data = workload.data();
  const { options } = workload;
  const times: Partial<Record<StageName, number>> = {};
  let before = performance.now();
  const lap = (stage: StageName): void => {
    const now = performance.now();
    times[stage] = now - before;
    before = now;
  };

  const ast = sure(parse(source));
  lap("parse");
  const model = sure(check(ast, source, {}));
  const graph = buildGraph(model);
  lap("check");
  const numbers = sure(bind(model, data));
  lap("bind");
  const planned = sure(plan(analyse(graph, numbers), options));
  lap("plan");
  const programs = lower(planned);
  programs.step();
  lap("lower");

  const executor = await executorOf(engine, programs);
  lap("engine");
  const session = await executor.open(programs.step(), { seed });
  lap("open");
  writeStart(session, programs);
  lap("start");
  await session.run(0, 1, trainingFeed(programs));
  lap("step");
  session.dispose();
  return times as Stages;
}

export const totalOf = (stages: Stages): number => stageNames.reduce((sum, name) => sum + stages[name], 0);

function sure<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.errors.map(({ message }) => message).join("\n"));
}
