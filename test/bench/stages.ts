import type { Outcome } from "../../src/diagnostics/diagnostic.ts";
import type { SourceFile } from "../../src/diagnostics/span.ts";
import { openExecutor } from "../../src/execute/select.ts";
import { buildGraph } from "../../src/graph/graph.ts";
import { adamFeeds } from "../../src/inference/adam.ts";
import { batchRows } from "../../src/inference/batches.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../src/inference/inputs.ts";
import { bind } from "../../src/model/bind.ts";
import { check } from "../../src/model/check.ts";
import { lowerObjective, planObjective } from "../../src/objective/lower.ts";
import type { CompileOptions } from "../../src/objective/options.ts";
import { optimise } from "../../src/program/passes/index.ts";
import { parse } from "../../src/syntax/parse.ts";
import type { Raw } from "./cases.ts";

/** The stages of src/pipeline.ts, then the back end and the first step. */
export const stageNames = [
  "parse",
  "check",
  "graph",
  "bind",
  "plan",
  "lower and optimise",
  "start the back end",
  "open",
  "first step",
] as const;
export type StageName = (typeof stageNames)[number];
export type Stages = Readonly<Record<StageName, number>>;

/** Milliseconds of each stage, from source text to the first step taken; data are in memory. */
export async function timeStages(
  source: SourceFile,
  raw: Raw,
  options: CompileOptions,
  backend: string,
): Promise<Stages> {
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
  lap("check");
  const graph = buildGraph(model);
  lap("graph");
  const bound = sure(bind(model, raw));
  lap("bind");
  const { guide, minibatches } = sure(planObjective(graph, bound, options));
  lap("plan");
  const lowered = lowerObjective(graph, bound, guide, minibatches, options);
  lap("lower and optimise");

  const executor = sure(await openExecutor("tfjs", backend));
  lap("start the back end");
  const session = await executor.open(lowered.step, { seed: 1 });
  const parameters = initialise(lowered, 1);
  const zeros = new Float64Array(parameters.length);
  const state = { parameters, "adam.m": zeros, "adam.v": zeros };
  writeInputs(session, lowered.step, bound, state);
  lap("open");
  const feed = feedOf(lowered.step, {
    "adam.rate": (step) => adamFeeds(1e-3, step)["adam.rate"],
    "adam.epsilon": (step) => adamFeeds(1e-3, step)["adam.epsilon"],
    ...Object.fromEntries(minibatches.map((m) => [m.feed, batchRows(1, m)])),
  });
  await session.run(0, 1, feed);
  lap("first step");
  session.dispose();
  return times as Stages;
}

/** Milliseconds that the passes take of "lower and optimise". */
export function timePasses(
  source: SourceFile,
  raw: Raw,
  options: CompileOptions,
): { readonly optimise: number; readonly before: number; readonly after: number } {
  const model = sure(check(sure(parse(source)), source, {}));
  const graph = buildGraph(model);
  const bound = sure(bind(model, raw));
  const { guide, minibatches } = sure(planObjective(graph, bound, options));
  const { unoptimised } = lowerObjective(graph, bound, guide, minibatches, options);
  const began = performance.now();
  const after = optimise(unoptimised).equations.length;
  return { optimise: performance.now() - began, before: unoptimised.equations.length, after };
}

function sure<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(outcome.errors.map(({ message }) => message).join("\n"));
}
