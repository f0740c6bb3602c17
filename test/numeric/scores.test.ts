import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { brierOf, calibrationOf, meanOverData, shareOf, topClass } from "../../src/numeric/scores.ts";

/** Sums of a few numbers below 1. */
const rounding = 12;

describe("the expected calibration error", () => {
  test("is worked out by hand: two bins of two", () => {
    // (0, 1/2]: confidences 0.4, 0.5, one hit: |0.5 - 0.45|; (1/2, 1]: 0.8, 1, one hit: |0.5 - 0.9|
    const { ece, bins } = calibrationOf([0.4, 0.5, 0.8, 1], [1, 0, 0, 1], 2);
    expect(ece).toBeCloseTo(0.5 * 0.05 + 0.5 * 0.4, rounding);
    expect(bins.map(({ count }) => count)).toEqual([2, 2]);
    expect(bins[0]!.confidence).toBeCloseTo(0.45, rounding);
    expect(bins[1]!.confidence).toBeCloseTo(0.9, rounding);
    expect(bins.map(({ accuracy }) => accuracy)).toEqual([0.5, 0.5]);
  });

  test("has 15 bins, closed above: 1 is in the last, 1/15 in the first, and so is 0", () => {
    const { bins, ece } = calibrationOf([1, 1 / 15, 0], [1, 0, 0]);
    expect(bins).toHaveLength(15);
    expect(bins[0]!.count).toBe(2);
    expect(bins[14]).toMatchObject({ count: 1, confidence: 1, accuracy: 1 });
    expect(ece).toBeCloseTo(1 / 15 / 3, rounding);
  });

  test("counts a confidence that rounding took above 1 as 1", () => {
    expect(calibrationOf([1 + 1e-7], [1]).bins[14]!.count).toBe(1);
  });

  test("says nothing of empty bins, and is 0 without data", () => {
    const { bins, ece } = calibrationOf([], []);
    expect(ece).toBe(0);
    expect(bins[3]).toEqual({ from: 3 / 15, to: 4 / 15, count: 0, confidence: null, accuracy: null });
  });

  test("is 0 where confidence and accuracy agree, and 1 where certainty is always wrong", () => {
    expect(calibrationOf([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0]).ece).toBeCloseTo(0, rounding);
    expect(calibrationOf([1, 1], [0, 0]).ece).toBe(1);
  });

  test("by chance is what right confidences show on average, and worked out by hand for one bin", () => {
    // two coins: the hits have variance 1/2, E|normal| = sqrt(2 / pi) sd
    expect(calibrationOf([0.5, 0.5], [1, 0]).eceByChance).toBeCloseTo(0.2820947918 / 1, 9);
    expect(calibrationOf([1, 1], [1, 1]).eceByChance).toBe(0);

    const random = randomStream(seedKey(1, "ece"));
    const confidences = Array.from({ length: 3000 }, () => 0.1 + 0.9 * random.uniform());
    const repeats = Array.from({ length: 400 }, () => {
      const hits = confidences.map((p) => Number(random.uniform() < p));
      return calibrationOf(confidences, hits).ece;
    });
    const { mean, standardError } = meanOverData(repeats);
    const { eceByChance } = calibrationOf(confidences, confidences);
    // 6 standard errors, and the bins' hits are normal only nearly: of 200 data each, to about 1 %
    expect(Math.abs(mean - eceByChance)).toBeLessThan(6 * standardError + 0.01 * eceByChance);
  });

  test("lies between |mean confidence - accuracy| and 1, and its bins hold every datum", () => {
    const data = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1)), { minLength: 1 });
    fc.assert(
      fc.property(data, (pairs) => {
        const [p, hits] = [pairs.map(([x]) => x), pairs.map(([, hit]) => hit)];
        const { ece, bins } = calibrationOf(p, hits);
        const gap = Math.abs(meanOverData(p).mean - meanOverData(hits).mean);
        expect(ece).toBeGreaterThanOrEqual(gap - 1e-12);
        expect(ece).toBeLessThanOrEqual(1);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(p.length);
      }),
    );
  });
});

test("the Brier score is worked out by hand", () => {
  expect(brierOf([0.7, 0.2, 0.1], 0)).toBeCloseTo(0.09 + 0.04 + 0.01, rounding);
  expect(brierOf([0.7, 0.2, 0.1], 2)).toBeCloseTo(0.49 + 0.04 + 0.81, rounding);
  expect(brierOf([0, 1], 0)).toBe(2);
  expect(brierOf([1, 0], 0)).toBe(0);
});

test("the top class is the first of the most probable", () => {
  expect(topClass([0.2, 0.5, 0.3])).toBe(1);
  expect(topClass([0.4, 0.2, 0.4])).toBe(0);
});

test("means over data have their standard errors", () => {
  // variance of 1, 2, 3 is 1
  expect(meanOverData([1, 2, 3]).mean).toBe(2);
  expect(meanOverData([1, 2, 3]).standardError).toBeCloseTo(1 / Math.sqrt(3), rounding);
  expect(meanOverData([5]).standardError).toBeNaN();
  // sqrt(3/4 1/4 / 4)
  expect(shareOf([1, 1, 1, 0])).toEqual({ mean: 0.75, standardError: Math.sqrt(0.1875 / 4) });
});
