import { present } from "../base/assert.ts";
import type { Seed } from "../execute/executor.ts";
import { randomStream, seedKey, type RandomStream } from "../numeric/random.ts";
import type { Minibatch } from "../joint/context.ts";

/** The whole numbers below `size`, in random order. Fisher & Yates. */
export function permutation(random: RandomStream, size: number): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/**
 * The rows of a minibatch at any step, a pure function of (seed, step).
 *
 * The data are dealt out in a new random order each epoch, every datum once: batch s is entries s B, ..., s B + B - 1
 * of the epochs laid end to end, so a batch may end one epoch and begin the next.
 */
export function batchRows(
  seed: Seed,
  { plate, rows, size }: Pick<Minibatch, "plate" | "rows" | "size">,
): (step: number) => Float64Array {
  const orders = new Map<number, Uint32Array>();
  const orderOf = (epoch: number): Uint32Array => {
    const known = orders.get(epoch);
    if (known) return known;
    const fresh = permutation(randomStream(seedKey(seed, `batch.${plate}.${epoch}`)), size);
    // A batch meets few epochs, one after the other: two are worth keeping
    for (const old of [...orders.keys()].slice(0, -1)) orders.delete(old);
    orders.set(epoch, fresh);
    return fresh;
  };
  return (step) =>
    Float64Array.from({ length: rows }, (_, i) => {
      const at = step * rows + i;
      return present(orderOf(Math.floor(at / size))[at % size], "a row");
    });
}

/** Steps until every datum of every minibatched plate has been seen once on average; 1 without minibatches. */
export function stepsPerEpoch(minibatches: readonly Minibatch[]): number {
  return Math.max(1, ...minibatches.map(({ rows, size }) => size / rows));
}
