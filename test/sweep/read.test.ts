import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../../src/sweep/axes.ts";
import { readSweep } from "../../src/sweep/read.ts";
import type { Cell, Sweep } from "../../src/sweep/sweep.ts";

function sweepOf(json: Json): Sweep {
  const read = readSweep({ model: "m.ppl", ...json }, "s.json");
  if (!read.ok) throw new Error(read.errors.map(({ message }) => message).join("\n"));
  return read.value;
}

const cellsOf = (json: Json): readonly Cell[] => sweepOf(json).grids.flatMap(({ cells }) => cells);

/** Code, place and message of each mistake. */
function mistakes(json: Json): readonly (readonly [string, string | undefined, string])[] {
  const read = readSweep(json, "s.json");
  return read.ok ? [] : read.errors.map((one) => [one.code, one.elsewhere, one.message]);
}

/** Of a sweep with a model and this grid. */
const wrong = (grid: unknown, more: Json = {}) => mistakes({ model: "m.ppl", grid, ...more });

describe("a grid", () => {
  test("has a cell for every combination, each once", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const names = ["K", "T", "steps", "rank"];
        const grid = Object.fromEntries(
          lengths.map((length, i) => [names[i]!, Array.from({ length }, (_, n) => n + 1)]),
        );
        const cells = cellsOf({ grid });
        expect(cells).toHaveLength(lengths.reduce((product, length) => product * length, 1));
        expect(new Set(cells.map(({ axes }) => JSON.stringify(axes))).size).toBe(cells.length);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test("varies the seed slowest, and keeps the axes in their order", () => {
    const cells = cellsOf({ grid: { T: [1, 2], seed: [0, 1] } });
    expect(cells.map(({ axes }) => axes)).toEqual([
      { T: 1, seed: 0 },
      { T: 2, seed: 0 },
      { T: 1, seed: 1 },
      { T: 2, seed: 1 },
    ]);
    expect(Object.keys(cells[0]!.axes)).toEqual(["T", "seed"]);
  });

  test("puts its values over the options common to all", () => {
    const options = { K: 3, lr: 0.1, steps: 10, batch: { n: 5 }, hidden: [8, 4] };
    const [cell] = cellsOf({ options, grid: { K: 5, epochs: 2 }, data: "d.json" });
    expect(cell!.setting).toEqual({
      model: "m.ppl",
      data: "d.json",
      test: null,
      // epochs of the grid silence the steps of the options; a seed is always given
      options: { seed: "0", K: "5", lr: "0.1", epochs: "2", batch: "n=5", hidden: "8,4" },
    });
  });

  test("has constants, models and data as axes", () => {
    const cells = cellsOf({
      options: { set: "a=1,b=2" },
      grid: { "set.a": [3], model: ["x", "y"], test: "t.json" },
    });
    expect(cells.map(({ setting: { model, test, options } }) => [model, test, options["set"]])).toEqual([
      // prettier-ignore
      ["x", "t.json", "a=1,b=2,a=3"],
      ["y", "t.json", "a=1,b=2,a=3"],
    ]);
  });

  test("changes options together where they are one axis", () => {
    const variant = [
      { name: "siwae", objective: "siwae", gradient: "pathwise", T: 10 },
      { name: "plain", objective: "elbo", "set.s": 2 },
    ];
    const cells = cellsOf({ options: { T: 1 }, grid: { variant, seed: 4 } });
    expect(cells.map(({ axes, setting }) => [axes, setting.options])).toEqual([
      [
        { variant: "siwae", seed: 4 },
        { seed: "4", T: "10", objective: "siwae", gradient: "pathwise" },
      ],
      [
        { variant: "plain", seed: 4 },
        { seed: "4", T: "1", objective: "elbo", set: "s=2" },
      ],
    ]);
  });

  test("takes lists of lists where one value is a list", () => {
    const cells = cellsOf({ grid: { hidden: [[10, 10], [20]] } });
    expect(cells.map(({ axes }) => axes["hidden"])).toEqual(["10,10", "20"]);
  });

  test("may be one of several, or empty: a single fit", () => {
    expect(sweepOf({ grid: [{ K: [1, 2] }, { T: 3 }] }).grids.map(({ cells }) => cells.length)).toEqual([2, 1]);
    expect(cellsOf({ grid: {} })).toHaveLength(1);
  });
});

describe("a mistake", () => {
  test("in a value is found by the option's own reader, with its place", () => {
    expect(wrong({ K: [1, 0], objective: "elbow" })).toEqual([
      ["PPL771", "s.json, grid.K", "`--K` takes a whole number of at least 1, and is given `0`"],
      [
        "PPL771",
        "s.json, grid.objective",
        "`--objective` takes `elbo`, `selbo`, `iwae`, `siwae` or `miselbo`, and is given `elbow`",
      ],
    ]);
    expect(wrong([{ v: [{ name: "a", T: 0 }] }])[0]!.slice(0, 2)).toEqual(["PPL771", "s.json, grid[0].v[0].T"]);
    expect(wrong({ "set.s": "x" })[0]!.slice(0, 2)).toEqual(["PPL771", "s.json, grid.set.s"]);
    expect(wrong({ model: 3 })[0]).toEqual([
      "PPL820",
      "s.json, grid.model",
      "`model` is the path of a file, and is `3`",
    ]);
  });

  test("in the name of an axis comes with the name that was meant", () => {
    const read = readSweep({ model: "m.ppl", grid: { objectiv: "elbo" } }, "s.json");
    expect(read).toMatchObject({
      errors: [{ code: "PPL822", hint: "did you mean `objective`?", elsewhere: "s.json, grid.objectiv" }],
    });
  });

  test("is an option given twice, or two values of one name", () => {
    expect(wrong({ T: 1, v: [{ name: "a", T: 2 }] })).toEqual([
      ["PPL823", "s.json, grid", "`T` is given by two axes, `T` and `v`"],
    ]);
    const v = [
      { name: "a", T: 1 },
      { name: "a", T: 2 },
    ];
    expect(wrong({ v })).toEqual([["PPL823", "s.json, grid.v[1]", "`v` has two values of the name `a`"]]);
  });

  test("is an empty axis, a group without a name, a grid that is none", () => {
    expect(wrong({ K: [] })[0]![2]).toBe("`K` is a value or a list of values, and is an empty list");
    expect(wrong({ v: [{ T: 1 }] })[0]![2]).toBe("`name` is how tables call this value of the axis, and is missing");
    expect(wrong([])[0]![2]).toBe("`grid` is an object of axes, or a list of such objects, and is an empty list");
    expect(wrong("K")[0]![2]).toContain("and is the text `K`");
  });

  test("in the options common to all names the place, also where two exclude each other", () => {
    expect(wrong({}, { options: { steps: 1, epochs: 1 } })[0]!.slice(0, 2)).toEqual(["PPL773", "s.json, options"]);
    expect(wrong({}, { options: [1] })[0]![0]).toBe("PPL820");
  });

  test("is a key of no meaning, and a model that nothing gives", () => {
    expect(mistakes({ modle: "m.ppl", grid: {} })).toEqual([
      ["PPL821", "s.json", "`modle` has no meaning here"],
      ["PPL820", "s.json", "`model` is the path of a model, and is missing"],
    ]);
    expect(mistakes({ grid: { model: ["a", "b"] } })).toEqual([]);
    // many fits cannot read one standard input
    expect(mistakes({ model: "-", grid: { data: "-" } }).map(([code]) => code)).toEqual(["PPL820", "PPL820"]);
  });

  test("in metrics and plots is found before anything runs", () => {
    const metrics = { bound: "x", a: "b..c", fine: "test.scores[0].ece" };
    expect(wrong({}, { metrics }).map(([code, , message]) => [code, message])).toEqual([
      ["PPL820", "`bound` is a metric that every sweep has, and is defined anew"],
      ["PPL820", "`a` is a path into the report of a fit, and is the text `b..c`"],
    ]);
    const plot = { file: "a.png", y: "bond", x: "TT", wher: 1, where: { Q: 1 }, "log-x": 1 };
    expect(wrong({ K: 1 }, { plots: [plot] }).map(([code, where]) => [code, where])).toEqual([
      ["PPL821", "s.json, plots[0]"],
      ["PPL820", "s.json, plots[0]"],
      ["PPL824", "s.json, plots[0].y"],
      ["PPL824", "s.json, plots[0].x"],
      ["PPL824", "s.json, plots[0].where"],
      ["PPL820", "s.json, plots[0]"],
    ]);
    const references = [{ y: "high" }];
    expect(wrong({ K: 1 }, { plots: [{ file: "a.svg", y: "bound", x: "K", references }] })).toHaveLength(1);
    expect(wrong({}, { plots: {} })[0]![0]).toBe("PPL820");
  });

  test("does not hide the others", () => {
    const all = mistakes({ modle: 1, data: 3, options: { lr: "fast" }, grid: { K: 0 }, metrics: { x: 1 } });
    expect(all.map(([code]) => code)).toEqual(["PPL821", "PPL820", "PPL771", "PPL771", "PPL820", "PPL820"]);
  });
});
