import { describe, expect, test } from "vitest";
import { fitPareto, paretoK, paretoQuantile, paretoSmooth } from "../../src/numeric/pareto.ts";
import { randomStream } from "../../src/numeric/random.ts";
import { logSumExp } from "../../src/numeric/special.ts";

function logWeightsOf(k: number, size: number, key: number): Float64Array {
  const random = randomStream([key, 1]);
  return Float64Array.from({ length: size }, () => Math.log(1 + paretoQuantile(random.uniform(), { k, sigma: 1 })));
}

describe("fitPareto", () => {
  test.each([-0.3, 0.2, 0.5, 1, 2])("recovers k = %d of exact quantiles", (k) => {
    const n = 2000;
    const exact = Float64Array.from({ length: n }, (_, i) => paretoQuantile((i + 0.5) / n, { k, sigma: 3 }));
    const fit = fitPareto(exact);
    const shrunk = (k * n + 5) / (n + 10);
    // Quantiles have no sampling error; the slack is a tenth of what a sample of this size would have.
    expect(Math.abs(fit.k - shrunk)).toBeLessThan((0.1 * (1 + Math.abs(k))) / Math.sqrt(n) + 0.005);
    expect(Math.abs(fit.sigma / 3 - 1)).toBeLessThan(0.02);
  });

  test("agrees with the algorithm as written out in NumPy, on ten numbers", () => {
    const fit = fitPareto(Float64Array.of(0.1, 0.2, 0.4, 0.5, 0.9, 1.1, 1.7, 2.5, 4, 11));
    expect(fit.k).toBeCloseTo(0.5442867831316534, 12);
    expect(fit.sigma).toBeCloseTo(1.1368622956186238, 12);
  });
});

describe("paretoK", () => {
  test.each([0.2, 0.5, 0.7, 1, 1.5])("recovers the tail of weights with k = %d", (k) => {
    const size = 10_000;
    const tail = 300;
    const shrunk = (k * tail + 5) / (tail + 10);
    // The weights 1 + x are themselves generalised Pareto with this k above any threshold. Six standard errors.
    const slack = (6 * (1 + k)) / Math.sqrt(tail);
    expect(Math.abs(paretoK(logWeightsOf(k, size, 100 * k)) - shrunk)).toBeLessThan(slack);
  });

  test("averages to the truth over repetitions", () => {
    const ks = Array.from({ length: 100 }, (_, i) => paretoK(logWeightsOf(0.7, 4000, 1000 + i)));
    const mean = ks.reduce((sum, k) => sum + k, 0) / ks.length;
    // Tail of 190 weights: standard error (1 + k) / sqrt(190) each, a tenth of that for the mean of 100; and a bias
    // of the posterior mean of the order of 1 / 190.
    expect(Math.abs(mean - (0.7 * 190 + 5) / 200)).toBeLessThan((0.6 * 1.7) / Math.sqrt(190) + 0.01);
  });

  test("does not depend on the scale of the weights", () => {
    const weights = logWeightsOf(0.6, 1000, 3);
    const shifted = weights.map((weight) => weight - 5000);
    expect(paretoK(shifted)).toBeCloseTo(paretoK(weights), 8);
  });

  test("is -Infinity for equal weights and Infinity where it cannot tell", () => {
    expect(paretoK(new Float64Array(1000).fill(3))).toBe(-Infinity);
    expect(paretoK(Float64Array.from({ length: 1000 }, (_, i) => 3 + (i % 7) * 1e-14))).toBe(-Infinity);
    expect(paretoK([])).toBe(Infinity);
    expect(paretoK([1, 2, 3])).toBe(Infinity);
    expect(paretoK(Float64Array.from({ length: 100 }, (_, i) => (i === 5 ? NaN : i)))).toBe(Infinity);
    expect(paretoK(Float64Array.from({ length: 100 }, (_, i) => (i === 5 ? 20 : 0)))).toBe(Infinity);
  });

  test("takes weights of 0 and astronomically small ones", () => {
    const weights = logWeightsOf(0.5, 1000, 4);
    for (let i = 0; i < 900; i += 2) weights[i] = i % 4 === 0 ? -Infinity : -1e6;
    expect(Number.isFinite(paretoK(weights))).toBe(true);
  });
});

describe("paretoSmooth", () => {
  const raw = logWeightsOf(0.8, 2000, 9);
  const { logWeights, k } = paretoSmooth(raw);
  const tail = Math.ceil(3 * Math.sqrt(2000));

  test("changes the largest weights only, keeps their order and never exceeds the largest", () => {
    const order = Array.from(raw, (_, i) => i).sort((a, b) => raw[a]! - raw[b]!);
    const changed = order.filter((i) => raw[i] !== logWeights[i]);
    expect(changed.length).toBeLessThanOrEqual(tail);
    expect(changed.length).toBeGreaterThan(tail / 2);
    expect(changed.every((i) => order.indexOf(i) >= 2000 - tail)).toBe(true);
    const smoothed = order.map((i) => logWeights[i]!);
    expect(smoothed.every((weight, i) => i === 0 || weight >= smoothed[i - 1]!)).toBe(true);
    expect(Math.max(...logWeights)).toBeLessThanOrEqual(Math.max(...raw));
  });

  test("has the k of paretoK and leaves its argument alone", () => {
    expect(k).toBe(paretoK(raw));
    expect(raw).toEqual(logWeightsOf(0.8, 2000, 9));
  });

  test("hardly moves the total of weights that are as good as equal", () => {
    const random = randomStream([11, 12]);
    const good = Float64Array.from({ length: 2000 }, () => 0.1 * random.normal());
    const moved = logSumExp(paretoSmooth(good).logWeights) - logSumExp(good);
    // One standard error of the log mean is 0.1 / sqrt(2000) = 0.0022; the smoothing is far below it.
    expect(Math.abs(moved)).toBeLessThan(0.0005);
  });
});
