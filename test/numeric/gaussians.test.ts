import { expect, test } from "vitest";
import { atOnce } from "../../src/base/turns.ts";
import {
  covarianceOf,
  densitiesOf,
  drawFrom,
  factorOf,
  noTails,
  spelledOut,
  type Component,
} from "../../src/numeric/gaussians.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";

const parts: Component[] = [
  { weight: 0.3, centre: Float64Array.of(-2, 1), factor: Float64Array.of(1, 0, 0.5, 0.5) },
  { weight: 0.7, centre: Float64Array.of(3, 0), factor: Float64Array.of(0.5, 0, -0.2, 2) },
];

test("a mixture's density is that of two correlated normals, by hand", () => {
  const points = Float64Array.of(-2, 1, 3, 0, 0, 0);
  const { each, total } = atOnce(densitiesOf(parts, points));
  // at its own centre: log(weight / (2 pi |L|))
  expect(each[0]).toBeCloseTo(Math.log(0.3 / (2 * Math.PI * 0.5)), 12);
  expect(each[3]).toBeCloseTo(Math.log(0.7 / (2 * Math.PI * 1)), 12);
  // at 0, first part: z = (2, (-1 - 0.5 * 2) / 0.5) = (2, -4)
  expect(each[4]).toBeCloseTo(Math.log(0.3 / (2 * Math.PI * 0.5)) - 0.5 * (4 + 16), 12);
  expect(total[2]).toBeCloseTo(Math.log(Math.exp(each[4]!) + Math.exp(each[5]!)), 12);
});

test("its draws have its mean and covariance, and each part its share of them", () => {
  const n = 20_000;
  const points = atOnce(drawFrom(parts, n, randomStream(seedKey(1, "gaussians"))));
  const first = points.filter((_, at) => at % 2 === 0);
  const mean = first.reduce((sum, x) => sum + x, 0) / n;
  // mean 0.3 * -2 + 0.7 * 3 = 1.5; sd sqrt(0.3 * 5 + 0.7 * 9.25 - 2.25) = 2.39; six standard errors
  expect(Math.abs(mean - 1.5)).toBeLessThan((6 * 2.39) / Math.sqrt(n));
});

test("a covariance is what its factor multiplies to", () => {
  const covariance = Float64Array.of(4, 1, 1, 3);
  const factor = factorOf(covariance, 2)!;
  covarianceOf(factor, 2).forEach((c, at) => expect(c).toBeCloseTo(covariance[at]!, 12));
  expect(factorOf(Float64Array.of(1, 2, 2, 1), 2)).toBe(null);
});

test("components with tails are the Gaussians that they are spelled out as", () => {
  const tails = { share: 0.2, scale: 3 };
  const points = Float64Array.of(-2, 1, 3, 0, 0, 0, 8, -9, -6, 4);
  const { each, total, precision } = atOnce(densitiesOf(parts, points, tails));
  const spelled = atOnce(densitiesOf(spelledOut(parts, tails), points));
  // sums of terms of order 1 to 100 in another order
  total.forEach((log, i) => expect(log).toBeCloseTo(spelled.total[i]!, 10));
  each.forEach((log, at) => {
    const [narrow, broad] = [spelled.each[2 * at]!, spelled.each[2 * at + 1]!].map(Math.exp);
    if (log === -Infinity) return;
    expect(Math.exp(log) / (narrow! + broad!)).toBeCloseTo(1, 10);
    expect(precision[at]!).toBeCloseTo((narrow! + broad! / 9) / (narrow! + broad!), 10);
  });
  // at a centre, by hand: narrow 0.8, broad 0.2 / 9
  expect(precision[0]!).toBeCloseTo((0.8 + 0.2 / 81) / (0.8 + 0.2 / 9), 12);
  expect(spelledOut(parts, noTails)).toEqual(parts);
  const drawn = atOnce(drawFrom([{ ...parts[0]!, weight: 1 }], 20_000, randomStream(seedKey(2, "tails")), tails));
  const squares = drawn.filter((_, at) => at % 2 === 0).map((x) => (x + 2) ** 2);
  // variance 0.8 + 0.2 * 9 = 2.6; fourth moment 3 (0.8 + 0.2 * 81) = 51: six standard errors
  const mean = squares.reduce((sum, x) => sum + x, 0) / squares.length;
  expect(Math.abs(mean - 2.6)).toBeLessThan((6 * Math.sqrt(51 - 2.6 ** 2)) / Math.sqrt(20_000));
});
