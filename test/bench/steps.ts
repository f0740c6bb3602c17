import * as tf from "@tensorflow/tfjs-core";
import { openExecutor } from "../../src/execute/select.ts";
import type { Executor, Feed, Session } from "../../src/execute/executor.ts";
import { adamFeeds } from "../../src/inference/adam.ts";
import { batchRows } from "../../src/inference/batches.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../src/inference/inputs.ts";
import type { Compiled } from "../../src/pipeline.ts";
import { compileModel, modelFiles, type Case } from "./cases.ts";
import { handwritten, trainer } from "./handwritten.ts";
import { inTurns, spreadOf, type Effort, type Repeated, type Spread } from "./timing.ts";

/** Microseconds of one training step; bound, gradient and Adam's update together. */
export interface StepTimes {
  readonly case: string;
  readonly executor: string;
  readonly equations: number;
  readonly ours: Spread;
  /** Null where there is nothing to compare with: the reference evaluator. */
  readonly handwritten: Spread | null;
  /** How many times as long the hand-written step takes: the median over neighbouring stretches, and its quarters. */
  readonly ratio: Spread | null;
}

const rate = 1e-3;
const seed = 1;

/** Our step on one executor, and on a TensorFlow.js back end the hand-written one in turns with it. */
export async function timeSteps(
  one: Case,
  backend: "fused" | "reference" | "cpu" | "wasm",
  effort: Effort,
): Promise<StepTimes> {
  const compiled = compileModel(one.model, one.options);
  const executor = await executorOf(backend, compiled);
  const session = await opened(executor, compiled);
  const feed = trainingFeed(compiled);
  let at = 0;
  const ours: Repeated = async (count) => {
    await session.run(at, count, feed);
    at += count;
  };
  const common = { case: one.name, executor: executor.name, equations: compiled.step.equations.length }; // prettier-ignore
  if (backend === "reference") {
    const [times] = await inTurns([ours], effort);
    session.dispose();
    return { ...common, ours: spreadOf(times!), handwritten: null, ratio: null };
  }
  // the fused engine is measured against the fastest of the hand-written ones
  await tf.setBackend(backend === "fused" ? "wasm" : backend);
  const hand = handwritten[one.name](modelFiles(one.model).data);
  const { step, dispose } = trainer(hand, rate, rowsOf(hand.batch));
  const theirs: Repeated = (count) => {
    for (let i = 0; i < count; i++) step();
  };
  const [mine, other] = await inTurns([ours, theirs], effort);
  session.dispose();
  dispose();
  return {
    ...common,
    ours: spreadOf(mine!),
    handwritten: spreadOf(other!),
    ratio: spreadOf(other!.map((time, i) => time / mine![i]!)),
  };
}

async function executorOf(backend: string, { step }: Compiled): Promise<Executor> {
  if (backend === "fused") await openExecutor("tfjs", "wasm");
  const engine = backend === "reference" || backend === "fused" ? backend : "tfjs";
  const executor = await openExecutor(engine, backend, step);
  if (!executor.ok) throw new Error(executor.errors[0].message);
  return executor.value;
}

async function opened(executor: Executor, compiled: Compiled): Promise<Session> {
  const session = await executor.open(compiled.step, { seed });
  const parameters = initialise(compiled, seed);
  const zeros = new Float64Array(parameters.length);
  writeInputs(session, compiled.step, compiled.bound, { parameters, "adam.m": zeros, "adam.v": zeros }); // prettier-ignore
  return session;
}

function trainingFeed(compiled: Compiled): Feed | undefined {
  return feedOf(compiled.step, {
    "adam.rate": (step) => adamFeeds(rate, step)["adam.rate"],
    "adam.epsilon": (step) => adamFeeds(rate, step)["adam.epsilon"],
    ...Object.fromEntries(compiled.minibatches.map((m) => [m.feed, batchRows(seed, m)])),
  });
}

/** Minibatches for the hand-written step, from the same shuffled epochs. */
function rowsOf(batch: { readonly rows: number; readonly size: number } | null) {
  if (batch === null) return null;
  const rows = batchRows(seed, { plate: "n", ...batch });
  let step = 0;
  return () => Int32Array.from(rows(step++));
}
