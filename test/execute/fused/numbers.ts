import { threefry2x32 } from "../../../src/numeric/threefry.ts";

/** A stream of numbers between -1 and 1. */
export function random(seed: number): () => number {
  const words = new Uint32Array(2);
  let at = 0;
  return () => {
    threefry2x32(seed, 0, at++, 0, words);
    return words[0]! / 2 ** 31 - 1;
  };
}
