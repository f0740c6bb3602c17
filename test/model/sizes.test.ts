import fc from "fast-check";
import { expect, test } from "vitest";
import { addDims, multiplyDims, namesIn, resolve, solve, subtractDims } from "../../src/model/sizes.ts";
import type { Dim } from "../../src/model/model.ts";

const numbers: ReadonlyMap<string, number> = new Map([
  ["N", 7],
  ["M", 3],
  ["K_2", 11],
]);

const dims: fc.Arbitrary<Dim> = fc.letrec<{ dim: Dim }>((tie) => ({
  dim: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Dim>("N", "M", "K_2"),
    fc.nat({ max: 9 }),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => addDims(a, b)),
    fc.tuple(tie("dim"), tie("dim")).map(([a, b]) => subtractDims(a, b)),
    fc.tuple(fc.nat({ max: 3 }), tie("dim")).map(([a, b]) => multiplyDims(a, b)!),
  ),
})).dim;

const law = { seed: 7, numRuns: 500 };

test("sums of sizes are written in one way", () => {
  expect(addDims("N", 1)).toBe("N + 1");
  expect(addDims(1, "N")).toBe("N + 1");
  expect(subtractDims(addDims("N", "M"), 2)).toBe("M + N - 2");
  expect(subtractDims("M", addDims("N", "N"))).toBe("M - 2 * N");
  expect(subtractDims("N", "N")).toBe(0);
  expect(multiplyDims("N", "M")).toBeNull();
});

test("arithmetic on sizes is arithmetic on their numbers", () => {
  fc.assert(
    fc.property(dims, dims, fc.nat({ max: 5 }), (a, b, c) => {
      const [x, y] = [resolve(a, numbers)!, resolve(b, numbers)!];
      expect(resolve(addDims(a, b), numbers)).toBe(x + y);
      expect(resolve(subtractDims(a, b), numbers)).toBe(x - y);
      expect(resolve(multiplyDims(c, a)!, numbers)).toBe(c * x + 0);
    }),
    law,
  );
});

test("equal sums have equal text", () => {
  fc.assert(
    fc.property(dims, dims, (a, b) => {
      expect(addDims(a, b)).toBe(addDims(b, a));
      expect(subtractDims(addDims(a, b), b)).toBe(a);
    }),
    law,
  );
});

test("one unknown name is solved for, where a whole number does", () => {
  expect(solve("N + 1", 8, new Map())).toEqual({ name: "N", value: 7 });
  expect(solve("2 * N - M", 11, new Map([["M", 3]]))).toEqual({ name: "N", value: 7 });
  expect(solve("2 * N", 7, new Map())).toBeNull();
  expect(solve("N + M", 7, new Map())).toBeNull();
  expect(solve("N + 9", 7, new Map())).toBeNull();
  expect(namesIn("2 * N - M")).toEqual(["N", "M"]);
});
