import seedrandom from "seedrandom";
import { threefryBlocks } from "../numeric/threefry.ts";
import type { Seed } from "./executor.ts";

/** One `noise` input's random numbers, at any step. */
export interface NoiseSource {
  /** Overwrites every entry of `out`. An entry depends on its index and the step only, not on the array's length. */
  fill(step: number, out: Float32Array | Float64Array): void;
}

/** Blocks drawn at once: the words fit in the first-level cache. */
const chunk = 512;
const words = new Uint32Array(2 * chunk);

/** The largest 32-bit float below 1: rounding to float32 must not leave the open interval. */
const belowOne = 1 - 2 ** -24;
const perWord = 2 ** -32;
const turn = 2 * Math.PI * perWord;

/**
 * The stream of numbers that a `noise` input takes, a pure function of (seed, input, step, entry). The layout, for
 * whoever implements it elsewhere:
 *
 * - key: the first two `int32()` of `seedrandom(JSON.stringify([String(seed), input]))`;
 * - block b, which holds entries 2 b and 2 b + 1: (w0, w1) = threefry2x32(key, counter = (b, step));
 * - uniform: entry 2 b is u(w0), entry 2 b + 1 is u(w1), where u(w) = min((w + 0.5) / 2^32, 1 - 2^-24);
 * - normal (Box & Muller 1958): with r = sqrt(-2 log((w0 + 0.5) / 2^32)) and a = 2 pi w1 / 2^32, entry 2 b is
 *   r cos(a) and entry 2 b + 1 is r sin(a). The largest is 6.77.
 *
 * Computed in float64, stored as `out` rounds it. The seeds 1 and "1" are the same.
 */
export function noiseSource(seed: Seed, input: string, kind: "normal" | "uniform"): NoiseSource {
  const key = noiseKey(seed, input);
  const write = kind === "normal" ? writeNormals : writeUniforms;
  return {
    fill(step, out) {
      for (let start = 0; start < out.length; start += 2 * chunk) {
        const entries = Math.min(2 * chunk, out.length - start);
        threefryBlocks(key, [start / 2, step], (entries + 1) >> 1, words);
        write(out, start, entries);
      }
    },
  };
}

/** The two 32-bit words that start an input's stream. */
export function noiseKey(seed: Seed, input: string): readonly [number, number] {
  const random = seedrandom(JSON.stringify([String(seed), input]));
  return [random.int32(), random.int32()];
}

function writeUniforms(out: Float32Array | Float64Array, start: number, entries: number): void {
  for (let i = 0; i < entries; i++) out[start + i] = Math.min((words[i]! + 0.5) * perWord, belowOne);
}

function writeNormals(out: Float32Array | Float64Array, start: number, entries: number): void {
  for (let i = 0; i < entries; i += 2) {
    const radius = Math.sqrt(-2 * Math.log((words[i]! + 0.5) * perWord));
    const angle = words[i + 1]! * turn;
    out[start + i] = radius * Math.cos(angle);
    // Past the end of an array of odd length this store does nothing.
    out[start + i + 1] = radius * Math.sin(angle);
  }
}
