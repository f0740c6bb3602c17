import fc from "fast-check";
import { expect, test } from "vitest";
import { concatArrays } from "../../src/numeric/arrays.ts";
import { contiguousStrides, onAxis, sizeOf, unravel } from "../../src/tensor/shape.ts";

test("unravelling undoes row-major order", () => {
  expect(unravel([2, 3, 4], 23)).toEqual([1, 2, 3]);
  expect(unravel([2, 3, 4], 6)).toEqual([0, 1, 2]);
  expect(unravel([], 0)).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), fc.nat(), (shape, seed) => {
      const flat = seed % sizeOf(shape);
      const strides = contiguousStrides(shape);
      const back = unravel(shape, flat).reduce((sum, at, axis) => sum + at * onAxis(strides, axis), 0);
      expect(back).toBe(flat);
    }),
    { seed: 20262 },
  );
});

test("an axis counts from the front or from the end, and one that is not there is an error", () => {
  expect([onAxis([4, 5], 0), onAxis([4, 5], -1)]).toEqual([4, 5]);
  expect(() => onAxis([4, 5], 2)).toThrow("there is no axis 2 in [4, 5]");
});

test("arrays are joined one after another", () => {
  expect([...concatArrays([Float64Array.of(1, 2), new Float64Array(0), Float64Array.of(3)])]).toEqual([1, 2, 3]);
  expect(concatArrays([])).toHaveLength(0);
});
