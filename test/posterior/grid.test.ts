import { describe, expect, test } from "vitest";
import { boxOf, gridded, pointsOf } from "../../src/posterior/grid.ts";

/** Two narrow normals at (-1, 1) and (1, -1), far from normalised, and NaN beyond 3. */
const sd = 0.1;
const logDensity = (points: Float64Array, count: number): Promise<Float64Array> =>
  Promise.resolve(
    Float64Array.from({ length: count }, (_, i) => {
      const [x, y] = [points[2 * i]!, points[2 * i + 1]!];
      if (Math.abs(x) > 3) return NaN;
      const at = (a: number, b: number): number => -((x - a) ** 2 + (y - b) ** 2) / (2 * sd * sd);
      return 5000 + Math.log(Math.exp(at(-1, 1)) + Math.exp(at(1, -1)) + 1e-300);
    }),
  );

describe("a density on a grid", () => {
  test("holds modes that draws have missed, as long as they are within reach", async () => {
    const near = [
      [-1.2, -0.8],
      [0.8, 1.2],
    ] as const;
    const { xs, ys, values } = await gridded(
      logDensity,
      [
        [-4, 4],
        [-4, 4],
      ],
      near,
    );
    const found = values.map((value, at) => (xs[at % xs.length]! > 0 ? value : 0));
    const share = found.reduce((sum, value) => sum + value, 0) / values.reduce((sum, value) => sum + value, 0);
    expect(share).toBeCloseTo(0.5, 6);
    // the box is drawn in around what can be seen: sqrt(20) standard deviations, a line of the coarse grid, 8 %
    expect(xs.at(-1)).toBeLessThan(2);
    expect(xs[0]).toBeGreaterThan(-2);
    expect(ys.at(-1)).toBeGreaterThan(1.3);
    expect(Math.max(...values)).toBe(1);
  });

  test("sums to the mass of the density: the trapezium rule is exact for one so smooth", async () => {
    const normal = (points: Float64Array) => Promise.resolve(points.map((x) => (-x * x) / 2));
    const { xs, values } = await gridded(normal, [[-3, 5]], [[-1, 1]]);
    const mass = values.reduce((sum, value) => sum + value, 0) * (xs[1]! - xs[0]!);
    // the highest of the values, which is called 1, may lie half a step off the middle; beyond 4.9 sd nothing is left
    const step = xs[1]! - xs[0]!;
    expect(Math.abs(mass / Math.sqrt(2 * Math.PI) - 1)).toBeLessThan(step ** 2 / 8 + 2e-6);
  });

  test("lays points out row by row, and boxes around draws leave a share out", () => {
    expect([...pointsOf({ xs: [1, 2], ys: [3, 4] }, 2)]).toEqual([1, 3, 2, 3, 1, 4, 2, 4]);
    expect([...pointsOf({ xs: [1, 2], ys: [0] }, 1)]).toEqual([1, 2]);
    const rows = Array.from({ length: 100 }, (_, i) => [i, -i]);
    expect(boxOf(rows, 2, 0.05)).toEqual([
      [5, 94],
      [-94, -5],
    ]);
  });
});
