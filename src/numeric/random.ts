import seedrandom from "seedrandom";
import { threefryBlocks, type Words } from "./threefry.ts";

/** A stream of independent random numbers. */
export interface RandomStream {
  /** Uniform on the open interval (0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
}

/** Counters encrypted at a time; a power of 2, so that a batch never straddles the carry into the high word. */
const blocks = 32;

/**
 * The stream of a key: threefry2x32 at counters (0, 0), (1, 0), ..., so two keys never share numbers by accident.
 *
 * A uniform is the middle of one of 2^52 equal cells (never 0 or 1); a normal is half of a Box-Muller pair, the other
 * half being the next normal.
 */
export function randomStream(key: Words): RandomStream {
  const words = new Uint32Array(2 * blocks);
  let at = words.length;
  let low = 0;
  let high = 0;
  let spare: number | null = null;

  const uniform = (): number => {
    if (at === words.length) {
      threefryBlocks(key, [low, high], blocks, words);
      low = (low + blocks) >>> 0;
      if (low === 0) high = (high + 1) >>> 0;
      at = 0;
    }
    const [first, second] = [words[at]!, words[at + 1]!];
    at += 2;
    return ((first >>> 6) * 2 ** 26 + (second >>> 6) + 0.5) * 2 ** -52;
  };
  const normal = (): number => {
    if (spare !== null) {
      const z = spare;
      spare = null;
      return z;
    }
    const radius = Math.sqrt(-2 * Math.log(uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/**
 * Two 32-bit words for a seed and what it is used for ("noise", "initialisation", ...): different purposes of one run
 * get unrelated streams. The seeds 1 and "1" are the same seed.
 *
 * The words are the first two outputs of `seedrandom` (David Bau's ARC4 generator), which accepts a seed of any length.
 */
export function seedKey(seed: number | string, purpose: string): [number, number] {
  const generator = seedrandom(JSON.stringify([String(seed), purpose]));
  return [generator.int32() >>> 0, generator.int32() >>> 0];
}
