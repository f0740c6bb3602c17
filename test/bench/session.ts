import { openExecutor } from "../../src/execute/select.ts";
import type { Executor, Feed, Session } from "../../src/execute/executor.ts";
import { adamFeeds } from "../../src/inference/adam.ts";
import { batchRows } from "../../src/inference/batches.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../src/inference/inputs.ts";
import type { Programs } from "../../src/lower/programs.ts";

/** Where a step runs: the fused engine, TensorFlow.js on one of its back ends, or the reference evaluator. */
export type Engine = "fused" | "tfjs-wasm" | "tfjs-cpu" | "reference";

export const learningRate = 1e-3;
export const seed = 1;

export async function executorOf(engine: Engine, { step }: Programs): Promise<Executor> {
  const [name, backend] = engine.split("-") as ["fused" | "tfjs" | "reference", string | undefined];
  const executor = await openExecutor({ engine: name, backend: backend ?? null, program: step() });
  if (!executor.ok) throw new Error(executor.errors[0].message);
  return executor.value;
}

/** Data, starting values and Adam's moments. */
export function writeStart(session: Session, programs: Programs): void {
  const parameters = initialise(programs, seed);
  const zeros = new Float64Array(parameters.length);
  const state = { "all.parameters": parameters, "adam.m": zeros, "adam.v": zeros };
  writeInputs(session, programs.step(), programs.numbers, state);
}

export function trainingFeed({ step: program, minibatches }: Programs): Feed | undefined {
  return feedOf(program(), {
    "adam.rate": (step) => adamFeeds(learningRate, step)["adam.rate"],
    "adam.epsilon": (step) => adamFeeds(learningRate, step)["adam.epsilon"],
    ...Object.fromEntries(minibatches.map((m) => [m.feed, batchRows(seed, m)])),
  });
}
