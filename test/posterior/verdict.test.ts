import { expect, test } from "vitest";
import { checksOf, kThreshold, verdictAtBeta, verdictOf } from "../../src/posterior/verdict.ts";

const judged = (kHats: number[], kDraws = 1000, broken = 0) =>
  verdictOf(checksOf({ kHats, effective: kHats.map(() => 500), kDraws, draws: kDraws, broken }));

test("the threshold grows with the number of draws up to 0.7", () => {
  expect(kThreshold(100)).toBe(0.5);
  expect(kThreshold(1000)).toBeCloseTo(2 / 3, 15);
  // 1 - 1 / log10 S reaches 0.7 at S = 10^(10/3) = 2154
  expect(kThreshold(2154)).toBeLessThan(0.7);
  expect(kThreshold(2155)).toBe(0.7);
});

test("one k-hat is trusted up to the threshold", () => {
  expect(judged([0.3])).toEqual({
    trusted: true,
    sentence: "The approximation is good enough to correct: Pareto k-hat is 0.30, at most 0.67.",
    suggestion: null,
  });
  expect(judged([0.69]).trusted).toBe(false);
  expect(judged([0.69], 4000).trusted).toBe(true);
  expect(judged([0.9]).sentence).toContain("Pareto k-hat is 0.90, above 0.67");
  expect(judged([0.9]).suggestion).toContain("more components");
  expect(judged([-Infinity]).sentence).toContain("the guide is the posterior");
  expect(judged([Infinity]).trusted).toBe(false);
});

test("of many k-hats, one in twenty may be too large, and the sentence counts them", () => {
  const many = (bad: number) => [...Array<number>(100 - bad).fill(0.2), ...Array<number>(bad).fill(1.1)];
  expect(judged(many(0)).trusted).toBe(true);
  expect(judged(many(5)).trusted).toBe(true);
  expect(judged(many(5)).sentence).toContain("for 5 of 100 data, Pareto k-hat is above");
  expect(judged(many(6)).trusted).toBe(false);
  expect(judged(many(6)).suggestion).not.toBe(null);
});

test("too few draws, and draws without a density, are never trusted", () => {
  expect(judged([Infinity], 20).sentence).toBe("20 draws are too few to judge the approximation.");
  expect(judged([0.1], 1000, 3).sentence).toContain("at 3 of the guide's draws");
  expect(judged([0.1], 1000, 3).trusted).toBe(false);
});

test("checks keep the largest, the median, the share above and who it was", () => {
  const { kHat, effectiveSampleSize } = checksOf({
    kHats: [0.1, 0.9, -Infinity, 0.2],
    effective: [300, 100, 200, 1000],
    kDraws: 1000,
    draws: 5000,
    broken: 0,
  });
  expect(kHat).toMatchObject({ largest: 0.9, shareAbove: 0.25, worst: 1, data: 4, draws: 1000 });
  expect(kHat.median).toBeCloseTo(0.15, 15);
  expect(effectiveSampleSize).toEqual({ smallest: 100, median: 250, draws: 5000 });
  // Interpolating between infinities would give NaN
  expect(
    checksOf({ kHats: [-Infinity, -Infinity], effective: [1, 1], kDraws: 50, draws: 50, broken: 0 }).kHat.median,
  ).toBe(-Infinity);
});

test("a guide that was trained at another beta is not told to train longer", () => {
  const poor = judged([0.9]);
  expect(verdictAtBeta(poor, 1)).toBe(poor);
  expect(verdictAtBeta(poor, 0.05)).toMatchObject({ trusted: false, sentence: poor.sentence });
  expect(verdictAtBeta(poor, 0.05).suggestion).toContain("train at beta = 1");
  expect(verdictAtBeta(poor, 0.05).suggestion).toContain("at beta = 0.05");
  expect(verdictAtBeta(judged([0.3]), 0.05).suggestion).toBe(null);
});
