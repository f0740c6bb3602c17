import * as tf from "@tensorflow/tfjs-core";
import { compileProgram } from "../../src/execute/fused/compile.ts";
import { batchRows } from "../../src/inference/batches.ts";
import type { Compiled } from "../../src/pipeline.ts";
import { trainer, type Handwritten } from "./handwritten/step.ts";
import { peakTensorBytes } from "./memory.ts";
import { executorOf, learningRate, seed, trainingFeed, writeStart, type Engine } from "./session.ts";
import { inTurns, spreadOf, type Effort, type Repeated, type Spread } from "./timing.ts";
import { compileWorkload, type Workload } from "./workloads.ts";

/** One training step, bound, gradient and Adam's update together, on an engine or as written by hand. */
export interface StepTimes {
  readonly workload: string;
  readonly engine: Engine | "by hand";
  readonly precision: "float32" | "float64";
  /** Microseconds; or why it was not measured. */
  readonly step: Spread | string;
  /** How many times as long the hand-written step takes: the median over neighbouring stretches, and its quarters. */
  readonly ratio: Spread | null;
  /** The most memory that it holds: the fused engine's whole, else tensors. Null for plain JavaScript arrays. */
  readonly bytes: number | null;
}

interface Contestant extends Pick<StepTimes, "engine" | "precision"> {
  readonly run: Repeated;
  readonly bytes: () => Promise<number | null>;
  readonly dispose: () => void;
}

/**
 * A workload's step on each of the engines, and the hand-written one on wasm, all in turns. `slowest` is how many
 * milliseconds a step may take to be worth the wait.
 */
export async function timeSteps(
  workload: Workload,
  slowest: Readonly<Partial<Record<StepTimes["engine"], number>>>,
  effort: Effort,
): Promise<StepTimes[]> {
  const compiled = compileWorkload(workload);
  const fast: Contestant[] = [];
  const steps: StepTimes[] = [];
  let onWasm = 0;
  for (const [engine, most] of Object.entries(slowest) as [StepTimes["engine"], number][]) {
    const contestant = engine === "by hand" ? await byHand(workload) : await opened(engine, compiled);
    // where wasm is too slow for cpu's limit, one step on cpu may take a minute: what is told is the wasm step
    const hopeless = engine === "tfjs-cpu" && onWasm > most;
    const milliseconds = hopeless ? onWasm : await once(contestant.run);
    if (engine === "tfjs-wasm") onWasm = milliseconds;
    if (milliseconds <= most) {
      fast.push(contestant);
      continue;
    }
    contestant.dispose();
    const about = `about ${Math.round(milliseconds)} ms a step`;
    const step = `${hopeless ? `${about} on wasm already` : about}, the limit is ${most}`;
    const { precision } = contestant;
    steps.push({ workload: workload.name, engine, precision, step, ratio: null, bytes: null });
  }
  const times = await inTurns(
    fast.map(({ run }) => run),
    effort,
  );
  const hand = times[fast.findIndex(({ engine }) => engine === "by hand")];
  for (const [i, { engine, precision, bytes, dispose }] of fast.entries()) {
    const mine = times[i]!;
    const ratio = hand && engine !== "by hand" ? spreadOf(hand.map((time, at) => time / mine[at]!)) : null;
    steps.push({ workload: workload.name, engine, precision, step: spreadOf(mine), ratio, bytes: await bytes() });
    dispose();
  }
  const order = Object.keys(slowest);
  return steps.sort((a, b) => order.indexOf(a.engine) - order.indexOf(b.engine));
}

/** Milliseconds of a step that is not the first, nor the second where these are quick. */
async function once(run: Repeated): Promise<number> {
  let milliseconds = 0;
  for (let i = 0; i < 3 && milliseconds < 1000; i++) {
    const began = performance.now();
    await run(1);
    milliseconds = performance.now() - began;
  }
  return milliseconds;
}

async function opened(engine: Engine, compiled: Compiled): Promise<Contestant> {
  const executor = await executorOf(engine, compiled);
  const feed = trainingFeed(compiled);
  const open = async () => {
    const session = await executor.open(compiled.step(), { seed });
    writeStart(session, compiled);
    return session;
  };
  const session = await open();
  let at = 0;
  return {
    engine,
    precision: executor.precision,
    bytes: bytesOf,
    async run(count) {
      await session.run(at, count, feed);
      at += count;
    },
    dispose: () => session.dispose(),
  };

  async function bytesOf(): Promise<number | null> {
    if (engine === "reference") return null;
    if (engine === "fused") return compileProgram(compiled.step(), executor.precision, null).memory;
    return peakTensorBytes(async () => {
      const another = await open();
      await another.run(0, 1, feed);
      another.dispose();
    });
  }
}

async function byHand(workload: Workload): Promise<Contestant> {
  // loads and starts the back end
  await executorOf("tfjs-wasm", compileWorkload(workload));
  await tf.setBackend("wasm");
  const data = workload.data();
  const hand = await workload.handwritten(data);
  const { step, dispose } = trainer(hand, learningRate, rowsOf(hand.batch));
  return {
    engine: "by hand",
    precision: "float32",
    bytes: () =>
      peakTensorBytes(async () => {
        const own = await workload.handwritten(data);
        const { step, dispose } = trainer(own, learningRate, rowsOf(own.batch));
        // the second step finds Adam's moments there
        step();
        step();
        dispose();
      }),
    run(count) {
      for (let i = 0; i < count; i++) step();
    },
    dispose,
  };
}

/** Minibatches for the hand-written step, from the same shuffled epochs. */
function rowsOf(batch: Handwritten["batch"]): (() => Int32Array) | null {
  if (batch === null) return null;
  const rows = batchRows(seed, { plate: "n", ...batch });
  let step = 0;
  return () => Int32Array.from(rows(step++));
}
