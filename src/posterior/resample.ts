import { present } from "../base/assert.ts";
import type { Seed } from "../execute/executor.ts";
import { permutation } from "../inference/batches.ts";
import { randomStream, seedKey, type RandomStream } from "../numeric/random.ts";
import { sizeOf } from "../tensor/shape.ts";
import { blockOf, perDatum, type BlockDraws, type Draws } from "./draws.ts";
import { smoothedWeights, type ObservationWeights } from "./weights.ts";

/**
 * `n` indices below weights.length, index i about n w_i times: systematic resampling, one uniform number for all.
 * The order is random, so that repeats are not neighbours. Weights sum to 1. Douc, Cappe & Moulines (2005).
 */
export function systematic(random: RandomStream, weights: Float64Array, n: number): Uint32Array {
  const offset = random.uniform();
  const chosen = new Uint32Array(n);
  let at = 0;
  let below = weights[0] ?? 0;
  for (let i = 0; i < n; i++) {
    const target = (i + offset) / n;
    while (below < target && at < weights.length - 1) below += weights[++at]!;
    chosen[i] = at;
  }
  return Uint32Array.from(permutation(random, n), (place) => chosen[place]!);
}

/**
 * `n` draws from the implicit posterior (Cremer et al. 2017): the guide's draws, chosen by their Pareto-smoothed
 * weights, datum by datum for local blocks. It is what it is whatever k-hat says; above the threshold, few draws carry
 * most of the weight, and will be chosen again and again. With `weightsOf` for `weigh` the guide's own draws are
 * taken there, none twice while they last.
 */
export function resample(
  draws: Draws,
  n: number,
  seed: Seed,
  weigh: (block: BlockDraws) => readonly ObservationWeights[] = smoothedWeights,
): Draws {
  return choose(draws, n, (block) => {
    return weigh(blockOf(draws, block)).map(({ weights }, observation) =>
      systematic(randomStream(seedKey(seed, `resample.${block}.${observation}`)), weights, n),
    );
  });
}

/** `n` of the guide's own draws, none twice while they last. */
export function subsample(draws: Draws, n: number, seed: Seed): Draws {
  const order: number[] = [];
  for (let round = 0; order.length < n; round++)
    for (const draw of permutation(randomStream(seedKey(seed, `sample.${round}`)), draws.count)) order.push(draw);
  const chosen = Uint32Array.from(order.slice(0, n));
  return choose(draws, n, (block) => {
    const { data } = blockOf(draws, block);
    return Array.from({ length: sizeOf(data) }, () => chosen);
  });
}

/** Draws put together from the given ones: for each block, which to take for each datum. */
function choose(draws: Draws, n: number, indicesOf: (block: string) => readonly Uint32Array[]): Draws {
  const indices = new Map(draws.blocks.map(({ id }) => [id, indicesOf(id)]));
  const first = [...indices.values()][0]?.[0] ?? new Uint32Array(n);
  const chosen = (block: string, observation: number): Uint32Array =>
    present(indices.get(block)?.[observation], "what to take");
  const take = (values: Float64Array, columns: number, of: (column: number) => Uint32Array) => {
    const out = new Float64Array(n * columns);
    for (let column = 0; column < columns; column++) {
      const from = of(column);
      for (let i = 0; i < n; i++) out[i * columns + column] = values[from[i]! * columns + column]!;
    }
    return out;
  };
  return {
    count: n,
    blocks: draws.blocks.map((block) => {
      const columns = sizeOf(block.data);
      const pick = (values: Float64Array) => take(values, columns, (observation) => chosen(block.id, observation));
      return {
        ...block,
        logWeight: pick(block.logWeight),
        logJoint: pick(block.logJoint),
        logQ: pick(block.logQ),
        component: pick(block.component),
      };
    }),
    sites: draws.sites.map((site) => {
      const columns = sizeOf(site.shape);
      const data = draws.blocks.find(({ id }) => id === site.block)?.data ?? [];
      const inner = perDatum(site, data);
      const of = (column: number): Uint32Array =>
        site.block === null ? first : chosen(site.block, Math.floor(column / inner));
      return { ...site, values: take(site.values, columns, of) };
    }),
  };
}
