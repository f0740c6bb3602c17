import { describe, expect, test } from "vitest";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { threefry2x32 } from "../../src/numeric/threefry.ts";
import { mean, normalCdf, variance } from "../../src/numeric/statistics.ts";
import { kolmogorovSmirnov } from "./kolmogorov.ts";

const size = 20_000;

describe("randomStream", () => {
  test("starts with the first blocks of threefry2x32", () => {
    // Random123's known answer for key (0, 0), counter (0, 0): 6b200159 99ba4efe.
    const expected = ((0x6b200159 >>> 6) * 2 ** 26 + (0x99ba4efe >>> 6) + 0.5) / 2 ** 52;
    expect(randomStream([0, 0]).uniform()).toBe(expected);
  });

  test("is threefry2x32 at one counter after another, past the end of a batch of them", () => {
    const random = randomStream([5, 6]);
    const words = new Uint32Array(2);
    for (let counter = 0; counter < 70; counter++) {
      threefry2x32(5, 6, counter, 0, words);
      const expected = ((words[0]! >>> 6) * 2 ** 26 + (words[1]! >>> 6) + 0.5) / 2 ** 52;
      expect(random.uniform()).toBe(expected);
    }
  });

  test("has uniform and normal numbers with the right distribution", () => {
    const random = randomStream(seedKey(1, "test"));
    const uniforms = Float64Array.from({ length: size }, random.uniform);
    const normals = Float64Array.from({ length: size }, random.normal);
    expect(kolmogorovSmirnov(uniforms, (x) => x)).toBeLessThan(2.7);
    expect(kolmogorovSmirnov(normals, normalCdf)).toBeLessThan(2.7);
    // Six standard errors of the mean, and of the variance (whose own variance is 2 / n).
    expect(Math.abs(mean(normals))).toBeLessThan(6 / Math.sqrt(size));
    expect(Math.abs(variance(normals) - 1)).toBeLessThan(6 * Math.sqrt(2 / size));
  });

  test("does not correlate a normal with the next, its other half", () => {
    const random = randomStream([7, 8]);
    const products = Float64Array.from({ length: size }, () => random.normal() * random.normal());
    expect(Math.abs(mean(products))).toBeLessThan(6 / Math.sqrt(size));
  });

  test("gives the same numbers for the same key and others for another", () => {
    const three = (key: [number, number]): number[] => {
      const random = randomStream(key);
      return [random.uniform(), random.normal(), random.uniform()];
    };
    expect(three([3, 4])).toEqual(three([3, 4]));
    expect(three([3, 4])).not.toEqual(three([4, 3]));
  });
});

describe("seedKey", () => {
  test("is pinned, so that old runs can be repeated", () => {
    expect(seedKey(42, "noise")).toEqual([2198170832, 492644690]);
  });
  test("tells purposes and seeds apart, and takes a seed as it is written", () => {
    expect(seedKey(1, "noise")).toEqual(seedKey("1", "noise"));
    expect(seedKey(1, "noise")).not.toEqual(seedKey(1, "start"));
    expect(seedKey(1, "noise")).not.toEqual(seedKey(2, "noise"));
  });
});
