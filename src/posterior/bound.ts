import { present } from "../base/assert.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { batchRows } from "../inference/batches.ts";
import { feedOf, writeInputs } from "../inference/inputs.ts";
import { mean, standardDeviation } from "../numeric/statistics.ts";
import type { Lowered } from "../objective/lowered.ts";

/** A bound at fixed parameters, in nats, averaged over fresh noise. */
export interface BoundEstimate {
  readonly value: number;
  /** Monte-Carlo standard error; NaN for one repeat. */
  readonly standardError: number;
  readonly repeats: number;
}

/**
 * The bound that was trained, at fixed parameters and beta = 1. With minibatches, the data are gone through
 * once for each repeat.
 */
export async function estimateBound(
  lowered: Pick<Lowered, "boundOnly" | "minibatches" | "bound">,
  executor: Executor,
  parameters: Float64Array,
  { seed, repeats }: { readonly seed: Seed; readonly repeats: number },
): Promise<BoundEstimate> {
  const { minibatches } = lowered;
  const program = lowered.boundOnly(minibatches.length > 0);
  const key = `${seed}/bound`;
  const feed = feedOf(program, {
    ...Object.fromEntries(minibatches.map((m) => [m.feed, batchRows(key, m)])),
  });
  const steps = Math.max(1, ...minibatches.map(({ rows, size }) => Math.round(size / rows)));
  const session = await executor.open(program, { seed: key });
  try {
    writeInputs(session, program, lowered.bound, { parameters });
    const values: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const trace = await session.run(repeat * steps, steps, feed);
      values.push(mean(present(trace["bound"], "traced bound")));
    }
    const standardError = standardDeviation(values) / Math.sqrt(repeats);
    return { value: mean(values), standardError, repeats };
  } finally {
    session.dispose();
  }
}
