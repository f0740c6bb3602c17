import { describe, expect, test } from "vitest";
import { threefry2x32, threefryBlocks } from "../../src/numeric/threefry.ts";

describe("threefry2x32 with 20 rounds", () => {
  // The known-answer vectors of the Random123 distribution, file kat_vectors: counter, key, result.
  test.each([
    [0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x6b200159, 0x99ba4efe],
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0],
  ])("agrees with Random123 at counter %i %i", (c0, c1, k0, k1, r0, r1) => {
    const out = new Uint32Array(2);
    threefry2x32(k0, k1, c0, c1, out);
    expect([...out]).toEqual([r0, r1]);
    threefry2x32(k0 | 0, k1 | 0, c0 | 0, c1 | 0, out);
    expect([...out]).toEqual([r0, r1]);
  });

  test("gives the same words in bulk as one at a time, also where the counter wraps", () => {
    const bulk = new Uint32Array(20);
    threefryBlocks([7, 8], [0xfffffffc, 3], 10, bulk);
    const one = new Uint32Array(2);
    for (let block = 0; block < 10; block++) {
      threefry2x32(7, 8, (0xfffffffc + block) >>> 0, 3, one);
      expect([...bulk.subarray(2 * block, 2 * block + 2)]).toEqual([...one]);
    }
  });
});
