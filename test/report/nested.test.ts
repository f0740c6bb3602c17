import fc from "fast-check";
import { expect, test } from "vitest";
import { nest } from "../../src/posterior/summary.ts";
import { entriesOf } from "../../src/report/nested.ts";

test("entries are named by their index, in row-major order", () => {
  expect(
    entriesOf("z", [
      [1, 2],
      [3, 4],
    ]),
  ).toEqual([
    { name: "z[0, 0]", value: 1 },
    { name: "z[0, 1]", value: 2 },
    { name: "z[1, 0]", value: 3 },
    { name: "z[1, 1]", value: 4 },
  ]);
  expect(entriesOf("mu", 7)).toEqual([{ name: "mu", value: 7 }]);
});

test("nesting row-major values and reading them back gives the same values", () => {
  expect(nest([3, 2], [1, 2, 3, 4, 5, 6])).toEqual([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }), (shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const values = Array.from({ length: size }, (_, at) => at);
      expect(entriesOf("x", nest(shape, values)).map(({ value }) => value)).toEqual(values);
    }),
    { seed: 1 },
  );
});
