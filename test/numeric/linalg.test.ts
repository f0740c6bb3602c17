import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choleskyInPlace, solveLowerInPlace } from "../../src/numeric/linalg.ts";

describe("choleskyInPlace", () => {
  test("is the factor worked out by hand, whatever lies above the diagonal", () => {
    const a = Float64Array.of(4, 99, 99, 2, 5, 99, 2, 3, 11);
    expect(choleskyInPlace(a, 3)).toBe(true);
    expect([...a]).toEqual([2, 0, 0, 1, 2, 0, 1, 1, 3]);
  });

  test("leaves what is outside its block alone", () => {
    const a = Float64Array.of(7, 9, 7);
    choleskyInPlace(a, 1, 1);
    expect([...a]).toEqual([7, 3, 7]);
  });

  test.each([
    ["negative", [-1]],
    ["zero", [0]],
    ["infinite", [Infinity]],
    ["not a number", [NaN]],
    ["indefinite", [1, 0, 2, 1]],
  ])("is NaN throughout when the matrix is %s", (_, entries) => {
    const a = Float64Array.from(entries);
    expect(choleskyInPlace(a, Math.sqrt(a.length))).toBe(false);
    expect([...a].every(Number.isNaN)).toBe(true);
  });
});

describe("solveLowerInPlace", () => {
  const l = Float64Array.of(2, 99, 1, 4);

  test("solves L X = B and L' X = B as worked out by hand, for each column", () => {
    const b = Float64Array.of(2, 4, 9, 6);
    solveLowerInPlace({ entries: l, size: 2 }, { entries: b, columns: 2 });
    expect([...b]).toEqual([1, 2, 2, 1]);
    const c = Float64Array.of(4, 8);
    solveLowerInPlace({ entries: l, size: 2 }, { entries: c, columns: 1 }, true);
    expect([...c]).toEqual([1, 2]);
  });

  test("undoes a product with the factor, twice for a symmetric matrix", () => {
    const entry = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 12, maxLength: 12 }), (values) => {
        // A = M M' + I with M 3 x 3: eigenvalues between 1 and 10, so the solution keeps all but two digits.
        const m = values.slice(0, 9);
        const x = values.slice(9);
        const at = (i: number, j: number): number =>
          [0, 1, 2].reduce((sum, k) => sum + m[3 * i + k]! * m[3 * j + k]!, i === j ? 1 : 0);
        const a = Float64Array.from({ length: 9 }, (_, k) => at(Math.floor(k / 3), k % 3));
        const b = Float64Array.from({ length: 3 }, (_, i) => [0, 1, 2].reduce((sum, j) => sum + at(i, j) * x[j]!, 0));
        choleskyInPlace(a, 3);
        solveLowerInPlace({ entries: a, size: 3 }, { entries: b, columns: 1 });
        solveLowerInPlace({ entries: a, size: 3 }, { entries: b, columns: 1 }, true);
        b.forEach((value, i) => {
          expect(Math.abs(value - x[i]!)).toBeLessThan(100 * Number.EPSILON);
        });
      }),
      { seed: 1 },
    );
  });
});
