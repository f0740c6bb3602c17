import fc from "fast-check";
import { atOnce } from "../../src/base/turns.ts";
import { expect, test } from "vitest";
import { lbfgs, minimiseAll, type Evaluation, type Minimum } from "../../src/numeric/lbfgs.ts";
import { eigenSymmetric } from "../../src/numeric/symmetric.ts";

type Smooth = (x: Float64Array) => Evaluation;

function minimise(f: Smooth, start: readonly number[]): Minimum {
  const run = lbfgs(Float64Array.from(start));
  let next = run.next();
  while (!next.done) next = run.next(f(next.value));
  return next.value;
}

/** 100 (y - x^2)^2 + (1 - x)^2 */
const rosenbrock: Smooth = ([x = 0, y = 0]) => ({
  value: 100 * (y - x * x) ** 2 + (1 - x) ** 2,
  gradient: Float64Array.of(-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)),
});

const quadratic =
  (curvature: readonly number[], centre: readonly number[]): Smooth =>
  (x) => ({
    value: 0.5 * curvature.reduce((sum, c, i) => sum + c * (x[i]! - centre[i]!) ** 2, 0),
    gradient: Float64Array.from(curvature, (c, i) => c * (x[i]! - centre[i]!)),
  });

test("finds the bottom of Rosenbrock's valley from its usual start, and from far away", () => {
  for (const start of [
    [-1.2, 1],
    [50, -30],
  ]) {
    const { point, stopped } = minimise(rosenbrock, start);
    expect(stopped).toBe("flat");
    // the valley floor curves by about 0.4: the last gain of 1e-9 leaves sqrt(1e-9)
    expect(Math.hypot(point[0]! - 1, point[1]! - 1)).toBeLessThan(1e-4);
  }
});

test("finds the centre of quadratics whose axes differ by ten orders of magnitude", () => {
  const curvature = [1e-8, 1e-4, 1, 100];
  const centre = [-60_000, 1250, 0.5, 3];
  const { point, value } = minimise(quadratic(curvature, centre), [0, 0, 0, 0]);
  // within a hundredth of each direction's own scale
  curvature.forEach((c, i) => expect(Math.abs(point[i]! - centre[i]!) * Math.sqrt(c)).toBeLessThan(0.01));
  expect(value).toBeLessThan(1e-4);
});

test("a step into a place where the function is not finite is taken back", () => {
  // -log x + x, whose minimum is at 1: beyond 0 there is nothing
  const barrier: Smooth = ([x = 0]) => ({
    value: x > 0 ? x - Math.log(x) : NaN,
    gradient: Float64Array.of(1 - 1 / x),
  });
  expect(minimise(barrier, [1e-3]).point[0]).toBeCloseTo(1, 4);
  expect(minimise(barrier, [-1]).stopped).toBe("start");
});

test("many searches side by side find what each finds alone", async () => {
  const starts = [
    [-1.2, 1],
    [3, 3],
    [0, 0],
  ].map((start) => Float64Array.from(start));
  const together = await minimiseAll(starts, (points) => Promise.resolve(points.map(rosenbrock)));
  starts.forEach((start, i) => {
    expect(together[i]!.point).toEqual(minimise(rosenbrock, [...start]).point);
  });
});

test("eigenvalues and vectors put a symmetric matrix together again", () => {
  const entry = fc.double({ min: -10, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 16, maxLength: 16 }), (entries) => {
      const matrix = entries.map((_, at) => entries[at]! + entries[(at % 4) * 4 + (at >> 2)]!);
      const { values, vectors } = atOnce(eigenSymmetric(matrix, 4));
      matrix.forEach((expected, at) => {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += values[k]! * vectors[k * 4 + (at >> 2)]! * vectors[k * 4 + (at % 4)]!;
        // rounding of a few operations on numbers up to 80
        expect(Math.abs(sum - expected)).toBeLessThan(1e-11);
      });
    }),
    { seed: 5, numRuns: 100 },
  );
  expect([...atOnce(eigenSymmetric([2, 1, 1, 2], 2)).values]).toEqual(
    [1, 3].map((x) => expect.closeTo(x, 12) as number),
  );
});
