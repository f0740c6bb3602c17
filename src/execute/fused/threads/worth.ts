import { inputsOf, type Program } from "../../../program/program.ts";
import { sizeOf } from "../../../tensor/shape.ts";
import { clustersOf, type Cluster } from "../clusters.ts";
import { legalise } from "../legalise.ts";
import { streamed } from "../stream.ts";
import type { Precision } from "../target.ts";
import { divisible, workOf, workOfNoise } from "./work.ts";

/** How many threads do a step, and from how much estimated work on, in nanoseconds, a part of it is divided. */
export interface Threading {
  readonly threads: number;
  readonly least: number;
  /** From how much on, in nanoseconds, a step of one thread is run in pieces: left out, that of `longStep`. */
  readonly long?: number;
}

/** As measured: waiting for each other costs threads about ten microseconds for each part that they share. */
export const leastWork = 30_000;
/** By the estimates; half of what they promise is lost on processors that are two threads of one core. */
const leastSaved = 1 / 3;

/** A step that nobody shares. */
export const oneThread: Threading = { threads: 1, least: leastWork };

/** Whether so many threads are faster than one, by the estimates that decide what is divided. */
export function worthThreads(given: Program, precision: Precision, threads: number): boolean {
  const program = legalise(streamed(given).program, precision);
  return isWorth(program, clustersOf(program), precision, { threads, least: leastWork });
}

/**
 * The host waits at most 50 ms: some 12 that it has waited before a step (`breathe`), and the step, which may take twice
 * what is estimated. In pieces, a step takes up to a tenth longer: those that need not be are not.
 */
export const longStep = 16e6;

/** Whether a step takes so long that the host should have its turn in the middle of it. */
export function takesLong(
  program: Program,
  clusters: readonly Cluster[],
  precision: Precision,
  { long = longStep }: Threading,
): boolean {
  const noise = inputsOf(program).filter(({ attributes }) => attributes.role === "noise");
  const drawn = noise.reduce((sum, { shape }) => sum + workOfNoise(sizeOf(shape), precision), 0);
  return drawn + clusters.reduce((sum, cluster) => sum + workOf(program, cluster, precision), 0) >= long;
}

/** Whether enough of a step would be saved, meetings before and after each part that is divided taken off. */
export function isWorth(
  program: Program,
  clusters: readonly Cluster[],
  precision: Precision,
  { threads, least }: Threading,
): boolean {
  let [all, saved] = [0, 0];
  for (const cluster of clusters) {
    const work = workOf(program, cluster, precision);
    all += work;
    if (divisible(cluster) && work >= least) saved += work * (1 - 1 / threads) - least / 3;
  }
  return saved >= all * leastSaved;
}
