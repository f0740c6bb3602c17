import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { logSumExp } from "../../src/numeric/special.ts";
import * as statistics from "../../src/numeric/statistics.ts";

const { logMeanColumns, logMeanExp, mean, variance } = statistics;
const logWeights = fc.array(fc.double({ min: -700, max: 700, noNaN: true }), { minLength: 2 });
const seed = { seed: 20240602 };

describe("moments and quantiles", () => {
  test("of 1, 2, 4, 9 are those worked out by hand", () => {
    const x = [9, 1, 4, 2];
    expect(mean(x)).toBe(4);
    expect(variance(x)).toBeCloseTo(38 / 3, 14);
    expect(statistics.standardDeviation(x)).toBeCloseTo(Math.sqrt(38 / 3), 14);
    expect(statistics.quantile(x, 0.5)).toBe(3);
    expect(statistics.quantile(x, 0.9)).toBeCloseTo(7.5, 14);
    expect([statistics.quantile(x, 0), statistics.quantile(x, 1)]).toEqual([1, 9]);
  });

  test("do not lose a small spread beside a large mean", () => {
    expect(variance([1e9, 1e9 + 1, 1e9 + 2])).toBe(1);
  });

  test("are NaN where there is nothing to average", () => {
    expect([mean([]), variance([1]), statistics.quantile([], 0.5)]).toEqual([NaN, NaN, NaN]);
    expect(statistics.weightedMean([1, 2], [0, 0])).toBeNaN();
    expect(statistics.weightedQuantiles([1, 2], [0, 0], [0.5])).toEqual([NaN]);
  });

  test("with weights count a value of weight 3 three times", () => {
    expect(statistics.weightedMean([1, 5], [3, 1])).toBe(2);
    expect(statistics.weightedSd([1, 5], [3, 1])).toBeCloseTo(Math.sqrt(3), 14);
    // Middles of the weights are at 3/8 and 7/8 of the total.
    expect(statistics.weightedQuantiles([5, 1, 0], [1, 3, 0], [0, 0.375, 0.625, 1])).toEqual([1, 1, 3, 5]);
  });

  test("normalCdf has both tails", () => {
    expect(statistics.normalCdf(0)).toBe(0.5);
    expect(statistics.normalCdf(-10) / 7.61985302416052e-24).toBeCloseTo(1, 12);
  });
});

describe("logMeanExp", () => {
  test("of weights 1, 2, 3 has the value, error and sample size worked out by hand", () => {
    const result = logMeanExp([0, Math.log(2), Math.log(3)]);
    expect(result.value).toBeCloseTo(Math.log(2), 14);
    expect(result.standardError).toBeCloseTo(1 / (2 * Math.sqrt(3)), 14);
    expect(result.effectiveSampleSize).toBeCloseTo(36 / 14, 13);
    expect(result.count).toBe(3);
  });

  test("agrees with logSumExp in whatever order the weights come", () => {
    fc.assert(
      fc.property(logWeights, (weights) => {
        const expected = logSumExp(weights) - Math.log(weights.length);
        const tolerance = 1e-12 * Math.max(1, Math.abs(expected));
        for (const order of [weights, [...weights].sort((a, b) => a - b), [...weights].reverse()])
          expect(Math.abs(logMeanExp(order).value - expected)).toBeLessThan(tolerance);
      }),
      seed,
    );
  });

  test("shifts with its weights, and its error and sample size do not", () => {
    fc.assert(
      fc.property(logWeights, fc.integer({ min: -50, max: 50 }), (weights, shift) => {
        const before = logMeanExp(weights);
        const after = logMeanExp(weights.map((weight) => weight + shift));
        expect(Math.abs(after.value - before.value - shift)).toBeLessThan(1e-10);
        expect(Math.abs(after.effectiveSampleSize / before.effectiveSampleSize - 1)).toBeLessThan(1e-9);
      }),
      seed,
    );
  });

  test("has no error when the weights are equal: the guide is the posterior", () => {
    const result = logMeanExp(new Float64Array(100).fill(-1234.5));
    expect(result).toEqual({
      value: -1234.5,
      standardError: 0,
      effectiveSampleSize: 100,
      count: 100,
    });
  });

  test("counts weights of 0, and is -Infinity when there are no others", () => {
    expect(logMeanExp([-Infinity, 0]).value).toBeCloseTo(-Math.LN2, 15);
    expect(logMeanExp([-Infinity, 0]).effectiveSampleSize).toBe(1);
    expect(logMeanExp([-Infinity, -Infinity]).value).toBe(-Infinity);
    expect(statistics.effectiveSampleSize([-Infinity])).toBe(0);
    expect(logMeanColumns(1).results()[0]!.count).toBe(0);
  });

  test("has a standard error that is the spread over repetitions", () => {
    const random = randomStream([5, 6]);
    const runs = Array.from({ length: 400 }, () =>
      logMeanExp(Float64Array.from({ length: 400 }, () => 0.5 * random.normal())),
    );
    const spread = statistics.standardDeviation(runs.map((run) => run.value));
    const stated = mean(runs.map((run) => run.standardError));
    // A standard deviation of 400 numbers is known to 1 / sqrt(800); six of those.
    expect(Math.abs(spread / stated - 1)).toBeLessThan(6 / Math.sqrt(800));
    // E exp(z / 2) = exp(1/8); the delta method's own bias, -var / 2n = -4e-4, is a tenth of the slack.
    expect(Math.abs(mean(runs.map((run) => run.value)) - 0.125)).toBeLessThan((6 * stated) / 20);
  });

  test("normalisedWeights sum to one whatever the scale", () => {
    expect(Array.from(statistics.normalisedWeights([-5000, -5000 + Math.log(3)]))).toEqual([
      expect.closeTo(0.25, 12),
      expect.closeTo(0.75, 12),
    ]);
  });
});

test("weighted quantiles of many values are those of all of them sorted, wherever they crowd", () => {
  const random = randomStream(seedKey(3, "quantiles"));
  const crowded = [
    () => random.normal(),
    () => Math.exp(4 * random.normal()),
    () => Math.floor(3 * random.uniform()),
    () => 1 / random.normal() ** 2,
    () => 5,
  ];
  const ps = [0, 1e-3, 0.05, 0.5, 0.95, 0.9999, 1];
  for (const draw of crowded) {
    const values = Float64Array.from({ length: 1000 }, draw);
    const weights = values.map(() => Math.max(0, random.normal()));
    const sorted = [...values.keys()].filter((i) => weights[i]! > 0).sort((a, b) => values[a]! - values[b]!);
    const total = weights.reduce((sum, w) => sum + w, 0);
    const found = statistics.weightedQuantiles(values, weights, ps);
    ps.forEach((p, nth) => {
      let before = 0;
      const middles = sorted.map((i) => (before += weights[i]!) - weights[i]! / 2);
      const after = middles.findIndex((middle) => middle >= p * total);
      const [a, b] = [sorted[after - 1] ?? sorted.at(after < 0 ? -1 : 0)!, sorted.at(after)!];
      const low = middles[after - 1] ?? 0;
      const share = after < 1 ? 0 : (p * total - low) / (middles[after]! - low);
      const exact = values[a]! + share * (values[b]! - values[a]!);
      // sums of 1,000 weights in another order: a share of a gap between neighbours
      expect(Math.abs(found[nth]! - exact)).toBeLessThan(1e-9 * Math.max(1, Math.abs(exact)));
    });
  }
  expect(statistics.weightedQuantiles([...Array(200).keys()], Array(200).fill(1), [0.5])).toEqual([99.5]);
});
