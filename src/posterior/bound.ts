import { present } from "../base/assert.ts";
import { breathe } from "../base/turns.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { batchRows } from "../inference/batches.ts";
import { feedOf, writeInputs } from "../inference/inputs.ts";
import type { Minibatch } from "../joint/context.ts";
import { mean, standardDeviation } from "../numeric/statistics.ts";
import type { Programs } from "../lower/programs.ts";
import { inputName } from "../program/names.ts";

/** A bound at fixed parameters, in nats, averaged over fresh noise. */
export interface BoundEstimate {
  readonly value: number;
  /** Monte-Carlo standard error; NaN for one repeat. */
  readonly standardError: number;
  readonly repeats: number;
}

export interface BoundOptions {
  readonly seed: Seed;
  readonly repeats: number;
  /** Ends it by its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Data beyond these need no repeats to average noise away: each has noise of its own. */
const manyData = 5000;
/** Repeats that a standard error can still be told from. */
const fewestRepeats = 5;

/** Repeats that are enough for so many data in minibatches: what was asked for, or fewer for more data than a few thousand. */
function fewerFor(asked: number, data: number): number {
  const enough = Math.ceil((asked * manyData) / Math.max(data, manyData));
  return Math.min(asked, Math.max(enough, fewestRepeats));
}

/** The greatest common divisor. */
function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/**
 * The bound that was trained, at fixed parameters and beta = 1. With minibatches, the data are gone through
 * once for each repeat. Where the guide has nothing to draw the bound is exact: the data are gone through as often as
 * it takes for each datum to be seen equally often, once.
 */
export async function estimateBound(
  programs: Programs,
  executor: Executor,
  parameters: Float64Array,
  { seed, repeats: asked, signal }: BoundOptions,
): Promise<BoundEstimate> {
  const { minibatches } = programs;
  const program = programs.boundOnly(minibatches.length > 0);
  await breathe(signal);
  const key = `${seed}/bound`;
  const feed = feedOf(program, {
    ...Object.fromEntries(minibatches.map((m) => [m.feed, batchRows(key, m)])),
  });
  // rows of two plates are dealt out by themselves: pairs of them are not all met
  const exact = programs.guide.blocks.length === 0 && minibatches.length <= 1;
  const stepsPerPass = ({ rows, size }: Minibatch): number =>
    exact ? size / divisor(rows, size) : Math.round(size / rows);
  const steps = Math.max(1, ...minibatches.map(stepsPerPass));
  const repeats = exact ? 1 : fewerFor(asked, Math.max(1, ...minibatches.map(({ size }) => size)));
  const session = await executor.open(program, { seed: key });
  try {
    writeInputs(session, program, programs.numbers, { [inputName.parameters]: parameters });
    const values: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const trace = await session.run(repeat * steps, steps, feed, signal);
      values.push(mean(present(trace["bound"], "traced bound")));
      await breathe(signal);
    }
    const standardError = exact ? 0 : standardDeviation(values) / Math.sqrt(repeats);
    return { value: mean(values), standardError, repeats };
  } finally {
    session.dispose();
  }
}
