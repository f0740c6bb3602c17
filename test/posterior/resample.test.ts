import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import type { Draws } from "../../src/posterior/draws.ts";
import { resample, subsample, systematic } from "../../src/posterior/resample.ts";
import { flatten, nest, summarise } from "../../src/posterior/summary.ts";
import { weightsOf } from "../../src/posterior/weights.ts";

const counts = (chosen: Uint32Array, size: number): number[] => {
  const out = new Array<number>(size).fill(0);
  for (const i of chosen) out[i]!++;
  return out;
};

test("systematic resampling takes n w of each, rounded up or down", () => {
  const law = fc.property(
    fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
    fc.integer({ min: 1, max: 200 }),
    fc.integer(),
    (raw, n, seed) => {
      const total = raw.reduce((a, b) => a + b, 0);
      const weights = Float64Array.from(raw, (w) => w / total);
      const found = counts(systematic(randomStream(seedKey(seed, "t")), weights, n), raw.length);
      found.forEach((count, i) => expect(Math.abs(count - n * weights[i]!)).toBeLessThan(1 + 1e-9));
    },
  );
  fc.assert(law, { seed: 2, numRuns: 100 });
});

test("halves and quarters come out exactly", () => {
  const chosen = systematic(randomStream(seedKey(1, "t")), Float64Array.of(0.5, 0.25, 0.25), 8);
  expect(counts(chosen, 3)).toEqual([4, 2, 2]);
});

/** Standard normal draws of two data, weighted towards N(1, 1) for the first and left alone for the second. */
function shifted(count: number): Draws {
  const random = randomStream(seedKey(11, "draws"));
  const values = Float64Array.from({ length: 2 * count }, () => random.normal());
  // log N(z; 1, 1) - log N(z; 0, 1) = z - 1/2
  const logWeight = values.map((z, i) => (i % 2 === 0 ? z - 0.5 : 0));
  const zeros = new Float64Array(2 * count);
  return {
    count,
    blocks: [{ id: "n", data: [2], logWeight, logJoint: zeros, logQ: zeros, component: zeros }],
    sites: [
      { name: "z", kind: "sample", block: "n", shape: [2], values },
      { name: "mixed", kind: "let", block: null, shape: [], values: values.slice(0, count) },
    ],
  };
}

test("weights turn draws from one normal into draws from another, datum by datum", () => {
  const draws = shifted(4000);
  const [first, second] = weightsOf(draws.blocks[0]!);
  expect([first!.corrected, second!.kHat]).toEqual([true, -Infinity]);
  // Effective size is 4000 / E w^2 = 4000 / e: six standard errors of the means
  const error = 6 * Math.sqrt(Math.E / 4000);
  const [z, mixed] = summarise(draws);
  expect(Math.abs(z!.mean[0]! - 1)).toBeLessThan(error);
  expect(Math.abs(z!.mean[1]!)).toBeLessThan(6 / Math.sqrt(4000));
  expect(Math.abs(z!.sd[0]! - 1)).toBeLessThan(error);
  // The density at the 5% quantile is 0.103, so its standard error is sqrt(0.05 * 0.95) / 0.103 of a mean's
  expect(Math.abs(z!.q05[0]! - (1 - 1.6449))).toBeLessThan((error * Math.sqrt(0.0475)) / 0.103);
  expect(Math.abs(z!.q50[1]!)).toBeLessThan((6 * 0.5) / 0.3989 / Math.sqrt(4000));
  expect([z!.corrected, mixed!.corrected]).toEqual([1, 0]);

  const again = resample(draws, 2000, 3);
  const resampled = summarise(again, new Map())[0]!;
  expect(Math.abs(resampled.mean[0]! - 1)).toBeLessThan(error + 6 / Math.sqrt(2000));
  expect(Math.abs(resampled.mean[1]!)).toBeLessThan(6 / Math.sqrt(2000));
  expect(resample(draws, 2000, 3)).toEqual(again);
  expect(resample(draws, 2000, 4)).not.toEqual(again);
});

test("weights that cannot be trusted are left out, and the summary says so", () => {
  const draws = shifted(4000);
  const block = draws.blocks[0]!;
  const wild = { ...draws, blocks: [{ ...block, logWeight: block.logWeight.map((w) => 20 * w) }] };
  const [z] = summarise(wild);
  expect(z!.corrected).toBe(0.5);
  expect(Math.abs(z!.mean[0]!)).toBeLessThan(6 / Math.sqrt(4000));
});

test("the guide's own draws are not repeated while they last", () => {
  const draws = shifted(100);
  const z = (n: number) => subsample(draws, n, 1).sites[0]!.values;
  expect(new Set(z(100)).size).toBe(200);
  expect(new Set(z(250)).size).toBe(200);
  expect(z(250).length).toBe(500);
});

test("nested arrays are row-major", () => {
  const values = [0, 1, 2, 3, 4, 5];
  expect(nest([2, 3], values)).toEqual([
    [0, 1, 2],
    [3, 4, 5],
  ]);
  expect(nest([], [7])).toBe(7);
  expect([...flatten(nest([3, 1, 2], values))]).toEqual(values);
});
