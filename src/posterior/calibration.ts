import type { Seed } from "../execute/executor.ts";
import { randomStream, seedKey } from "../numeric/random.ts";
import { mean } from "../numeric/statistics.ts";
import { rankUniformity, type Uniformity } from "../numeric/uniformity.ts";
import { sizeOf, type HostTensor, unravel } from "../tensor/shape.ts";
import { perDatum, type Draws } from "./draws.ts";
import { resample } from "./resample.ts";
import { weightsOf } from "./weights.ts";

/** Ranks of the true values of one scalar among posterior draws, over many fits of simulated data. */
export interface ScalarRanks {
  readonly site: string;
  /** Position within the site; null along plates whose elements are pooled. */
  readonly index: readonly (number | null)[];
  /** Whole numbers from 0 to L. */
  readonly ranks: number[];
}

/**
 * Adds the ranks of one fit: of each entry of each latent site, how many of L posterior draws are below its true
 * value. Draws are weighted where k-hat allows, and the guide's own elsewhere; ties are broken at random.
 *
 * @param pooled  the data are independent of each other, so that all elements of a plate tell of one rank distribution
 */
export function addRanks(
  to: Map<string, ScalarRanks>,
  truth: ReadonlyMap<string, HostTensor>,
  draws: Draws,
  options: { readonly L: number; readonly seed: Seed; readonly pooled: boolean },
): void {
  const { L, seed, pooled } = options;
  const chosen = resample(draws, L, seed, weightsOf);
  const random = randomStream(seedKey(seed, "ties"));
  for (const { name, kind, block, shape, values } of chosen.sites) {
    const real = truth.get(name);
    if (kind !== "sample" || !real) continue;
    const data = chosen.blocks.find(({ id }) => id === block)?.data ?? [];
    const size = sizeOf(shape);
    const inner = pooled ? perDatum({ shape }, data) : size;
    for (let entry = 0; entry < size; entry++) {
      const key = `${name} ${entry % inner}`;
      const scalar = to.get(key) ?? { site: name, index: indexOf(shape, entry, pooled ? data.length : 0), ranks: [] };
      to.set(key, scalar);
      let below = 0;
      let ties = 0;
      for (let draw = 0; draw < L; draw++) {
        const value = values[draw * size + entry]!;
        if (value < real.values[entry]!) below++;
        else if (value === real.values[entry]!) ties++;
      }
      scalar.ranks.push(below + Math.floor(random.uniform() * (ties + 1)));
    }
  }
}

function indexOf(shape: readonly number[], entry: number, pooled: number): (number | null)[] {
  return unravel(shape, entry).map((at, axis) => (axis < pooled ? null : at));
}

/** What the ranks of a scalar say of the posteriors it was ranked in. */
export type Fault = "too narrow" | "too wide" | "too low" | "too high";

export interface ScalarCalibration extends ScalarRanks {
  readonly uniformity: Uniformity;
  /** The probability of ranks this far from uniform, by either test, for this many scalars (Bonferroni). */
  readonly p: number;
  /** Null while the ranks may be uniform. */
  readonly fault: Fault | null;
}

/** Ranks are called not uniform when nothing is wrong with this probability, over all scalars together. */
export const calibrationLevel = 0.01;

/** Tests the ranks of every scalar. */
export function judgeRanks(scalars: readonly ScalarRanks[], L: number): readonly ScalarCalibration[] {
  return scalars.map((scalar) => {
    const uniformity = rankUniformity(scalar.ranks, L);
    const either = 2 * Math.min(uniformity.pChiSquared, uniformity.pDeviation);
    const p = Math.min(1, either * scalars.length);
    return {
      ...scalar,
      uniformity,
      p,
      fault: p < calibrationLevel ? faultOf(scalar.ranks, L) : null,
    };
  });
}

/** The larger of the shift and the change of spread, each in its standard errors. */
function faultOf(ranks: readonly number[], L: number): Fault {
  const u = ranks.map((rank) => (rank + 0.5) / (L + 1));
  const n = ranks.length;
  const centre = mean(u) - 0.5;
  const spread = mean(u.map((x) => (x - 0.5) ** 2)) - 1 / 12;
  // of a uniform variable the variance is 1/12, that of its squared deviation 1/180
  if (Math.abs(centre) * Math.sqrt(12 * n) > Math.abs(spread) * Math.sqrt(180 * n))
    return centre > 0 ? "too low" : "too high";
  return spread > 0 ? "too narrow" : "too wide";
}
