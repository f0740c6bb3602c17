import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/numeric/random.ts";
import { erfc } from "../../src/numeric/special.ts";
import { bandWidth, binsFor, chiSquaredTail, rankUniformity, sidak, upperGamma } from "../../src/numeric/uniformity.ts";

describe("the upper incomplete gamma function", () => {
  test("is exp(-x) for a = 1 and erfc(sqrt x) for a = 1/2, on both sides of a + 1", () => {
    for (const x of [1e-6, 0.3, 1, 1.5, 2.5, 10, 100]) {
      expect(upperGamma(1, x) / Math.exp(-x)).toBeCloseTo(1, 12);
      expect(upperGamma(0.5, x) / erfc(Math.sqrt(x))).toBeCloseTo(1, 12);
    }
  });

  test("is 1 at 0, 0 at infinity, and falls by x^a exp(-x) / Gamma(a + 1) for each one less in a", () => {
    expect(upperGamma(3, 0)).toBe(1);
    expect(upperGamma(3, Infinity)).toBe(0);
    // Q(a + 1, x) - Q(a, x) = x^a exp(-x) / Gamma(a + 1): 2^3 exp(-2) / 6 for a = 3, x = 2
    expect(upperGamma(4, 2) - upperGamma(3, 2)).toBeCloseTo((8 * Math.exp(-2)) / 6, 13);
    // the median of a gamma variable of shape 1,000 is 1000 - 1/3 + 0.02 / 1000
    expect(upperGamma(1000, 1000 - 1 / 3 + 8 / 405 / 1000)).toBeCloseTo(0.5, 9);
  });

  test("gives the tables of the chi-squared distribution", () => {
    expect(chiSquaredTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquaredTail(36.19086912927004, 19)).toBeCloseTo(0.01, 12);
  });
});

describe("ranks", () => {
  test("are put in the most bins that divide their range and hold five each", () => {
    expect(binsFor(100, 99)).toBe(20);
    expect(binsFor(40, 99)).toBe(5);
    expect(binsFor(40, 63)).toBe(8);
    expect(binsFor(9, 99)).toBe(1);
  });

  test("are compared with uniform ones, worked out by hand", () => {
    // ten ranks of 0 ... 9, five in each half; the last is 9
    const { bins, chiSquared, deviation } = rankUniformity([0, 0, 0, 1, 2, 3, 5, 7, 8, 9], 9);
    expect(bins).toEqual([6, 4]);
    expect(chiSquared).toBeCloseTo(0.4, 12);
    // three ranks of 0: 3/10 of them, where uniform ones have 1/10
    expect(deviation).toBeCloseTo(0.2, 12);
  });

  test("that are uniform are seldom called otherwise", () => {
    const random = randomStream([1, 2]);
    const p: number[] = [];
    for (let set = 0; set < 400; set++) {
      const ranks = Array.from({ length: 100 }, () => Math.floor(100 * random.uniform()));
      const { pChiSquared, pDeviation } = rankUniformity(ranks, 99);
      p.push(pChiSquared);
      // bound on a probability: below 1e-9 is as good as impossible in 400 sets
      expect(pDeviation).toBeGreaterThan(1e-9);
    }
    // a p-value is below 0.5 half of the time: six standard errors of 400 coins
    const low = p.filter((value) => value < 0.5).length / 400;
    expect(Math.abs(low - 0.5)).toBeLessThan(6 * Math.sqrt(0.25 / 400));
  });

  test("that are all the same are as far from uniform as can be", () => {
    const { chiSquared, pChiSquared, deviation, pDeviation } = rankUniformity(new Array<number>(100).fill(0), 99);
    expect(chiSquared).toBe(1900);
    expect(pChiSquared).toBeLessThan(1e-300);
    expect(deviation).toBeCloseTo(0.99, 12);
    expect(pDeviation).toBeCloseTo(2 * Math.exp(-2 * 100 * 0.99 ** 2), 20);
  });
});

test("the band is as wide as the deviation whose bound is the level", () => {
  expect(2 * Math.exp(-2 * 100 * bandWidth(100, 0.01) ** 2)).toBeCloseTo(0.01, 12);
  expect(bandWidth(100, 0.01)).toBeCloseTo(0.162762, 6);
});

test("Sidak's correction is exact for tiny probabilities", () => {
  expect(sidak(0.5, 2)).toBeCloseTo(0.75, 15);
  expect(sidak(1e-20, 1000) / 1e-17).toBeCloseTo(1, 12);
  expect(sidak(1, 3)).toBe(1);
});
