import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrayOf, scaled, type RawArray } from "../../src/data/arrays.ts";
import { parseSelection, selected } from "../../src/data/select.ts";

const cut = (array: RawArray, text: string) => {
  const selection = parseSelection(text);
  return "problem" in selection ? selection : selected(array, selection);
};

/** Entry [i, j, k] is 100 i + 10 j + k. */
const cube: RawArray = {
  shape: [2, 3, 4],
  values: Int16Array.from({ length: 24 }, (_, n) => 100 * Math.floor(n / 12) + 10 * (Math.floor(n / 4) % 3) + (n % 4)),
};

describe("a selection", () => {
  test.each([
    ["[1]", [3, 4], [100, 101, 102, 103, 110, 111, 112, 113, 120, 121, 122, 123]],
    ["[:, 1..3, 2]", [2, 2], [12, 22, 112, 122]],
    ["[ 0 , 2 , 1..]", [3], [21, 22, 23]],
    ["[.., ..1, 3]", [2, 1], [3, 103]],
    ["[1, 2, 3]", [], [123]],
    ["[0, 1..1]", [0, 4], []],
  ] as const)("%s keeps what an index of the language would", (text, shape, values) => {
    expect(cut(cube, text)).toEqual({ shape, values: Int16Array.from(values) });
  });

  test("that keeps everything copies nothing", () => {
    const whole = cut(cube, "[:, 0..3]");
    expect(whole).toEqual(cube);
    expect("values" in whole && whole.values).toBe(cube.values);
  });

  test("of any shape has at each place the entry that counting finds there", () => {
    const axis = fc.record({
      size: fc.nat({ max: 4 }),
      one: fc.boolean(),
      a: fc.nat(),
      b: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(axis, { minLength: 1, maxLength: 4 }), (axes) => {
        const shape = axes.map(({ size }) => size);
        const values = Float64Array.from({ length: shape.reduce((n, size) => n * size, 1) }, (_, n) => n);
        const parts = axes.map(({ size, one, a, b }) => {
          if (one && size > 0) return { text: `${a % size}`, at: [a % size], one: true };
          const [x, y] = [a % (size + 1), b % (size + 1)].toSorted((p, q) => p - q);
          return { text: `${x}..${y}`, at: Array.from({ length: y! - x! }, (_, i) => x! + i), one: false };
        });
        const flat = parts.reduce<number[]>(
          (places, { at }, n) => places.flatMap((place) => at.map((i) => place * shape[n]! + i)),
          [0],
        );
        expect(cut({ shape, values }, `[${parts.map(({ text }) => text).join(", ")}]`)).toEqual({
          shape: parts.flatMap(({ at, one }) => (one ? [] : [at.length])),
          values: Float64Array.from(flat),
        });
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test.each([
    ["0..3", "it stands in brackets"],
    ["[]", "there is nothing between the brackets"],
    ["[1,]", "there is nothing beside a comma"],
    ["[-1]", "`-1` is below 0, where indices start"],
    ["[0:3]", "a range is written `a..b`, not `0:3`"],
    ["[n]", "`n` is no number, range or `:`"],
    ["[0, 0, 0, 0]", "it names 4 axes, and there are 3"],
    ["[:, 3]", "there is no entry 3, axis 1 has 3 entries"],
    ["[0..3]", "0..3 ends too late, axis 0 has 2 entries"],
    ["[:, 2..1]", "the range 2..1 ends before it begins"],
  ])("%s is refused: %s", (text, problem) => {
    expect(cut(cube, text)).toEqual({ problem });
  });
});

describe("a scale", () => {
  test("takes the ends of one range exactly to the ends of the other, and what is missing nowhere", () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(number, number, number, number, (a, b, c, d) => {
        fc.pre(a !== b);
        const array = { shape: [3], values: Float64Array.of(a, b, NaN) };
        // adding 0 makes -0 the same as 0
        const found = scaled(array, { from: [a, b], to: [c, d] }).values.map((x) => x + 0);
        expect(found).toEqual(Float64Array.of(c + 0, d + 0, NaN));
      }),
      { seed: 12, numRuns: 500 },
    );
  });

  test("is a straight line, beyond its range too", () => {
    const bytes = { shape: [4], values: Uint8Array.of(0, 51, 102, 255) };
    const { values } = scaled(bytes, { from: [0, 51], to: [-1, 1] });
    expect([...values]).toEqual([-1, 1, 3, 9]);
  });
});

describe("an array out of raw data", () => {
  test("is a number, lists of lists or a shape with its values; `null` is missing", () => {
    expect(arrayOf(3)).toEqual({ shape: [], values: Float64Array.of(3) });
    expect(
      arrayOf([
        [1, null],
        [3, 4],
      ]),
    ).toEqual({ shape: [2, 2], values: Float64Array.of(1, NaN, 3, 4) });
    expect(arrayOf({ shape: [1, 2], values: [5, null] })).toEqual({ shape: [1, 2], values: Float64Array.of(5, NaN) });
    expect(arrayOf([])).toEqual({ shape: [0], values: new Float64Array() });
  });

  test("is nothing else", () => {
    expect(arrayOf([[1, 2], [3]])).toEqual({ problem: "its rows differ in length" });
    expect(arrayOf([[1, 2], 3])).toEqual({ problem: "its rows differ in depth" });
    expect(arrayOf([1, [2]])).toEqual({ problem: "its rows differ in depth" });
    expect(arrayOf(["a"])).toEqual({ problem: 'it holds the text "a"' });
    expect(arrayOf({ shape: [3], values: [1, 2] })).toEqual({ problem: "its rows differ in length" });
  });
});
