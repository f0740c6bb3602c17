import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCsv } from "../../src/data/formats/table.ts";
import { parseJson } from "../../src/data/formats/json.ts";
import { readData } from "../../src/data/read.ts";
import { column, rows } from "./files.ts";

describe("a table", () => {
  const read = (text: string) => parseCsv(text, "t.csv");

  test("gives one list for each column", () => {
    expect(read("y,x\n1,2.5\n-3,1e-3\n")).toMatchObject({
      ok: true,
      value: { y: column(1, -3), x: column(2.5, 0.001) },
    });
  });

  test("gathers indexed columns into a matrix, in the order of their indices", () => {
    const value = { x: rows([2, 1], [4, 3]), y: column(9, 8) };
    expect(read("x[1],x[0],y\n1,2,9\n3,4,8")).toMatchObject({ ok: true, value });
    expect(read("x.1,x.0,y\r\n1,2,9\r\n3,4,8\r\n")).toMatchObject({ ok: true, value });
  });

  test("has missing values where a cell is empty, NA or NaN", () => {
    expect(read("y,x\n,1\nNA,2\nnan,3\n")).toMatchObject({
      ok: true,
      value: { y: column(NaN, NaN, NaN), x: column(1, 2, 3) },
    });
  });

  test("says in which line and column it stops making sense", () => {
    const place = (text: string) => {
      const outcome = read(text);
      return outcome.ok ? null : [outcome.errors[0].code, outcome.errors[0].elsewhere];
    };
    expect(place("y,x\n1,2\n3,abc\n")).toEqual(["PPL626", "t.csv:3:3"]);
    expect(place('"y","x"\n1,none\n')).toEqual(["PPL626", "t.csv:2:3"]);
    expect(place("y,y\n1,2\n")).toEqual(["PPL627", "t.csv:1:3"]);
    expect(place("y,\n1,2\n")).toEqual(["PPL625", "t.csv:1:3"]);
    expect(place("y,y[0]\n1,2\n")).toEqual(["PPL627", "t.csv:1:3"]);
    expect(place("")).toEqual(["PPL628", "t.csv"]);
    expect(place("y,x\n1,2\n3\n")).toEqual(["PPL625", "t.csv:3:1"]);
  });
});

describe("JSON", () => {
  test("that is broken is met with the place where it breaks", () => {
    const place = (text: string) => {
      const outcome = parseJson(text, "d.json");
      return outcome.ok ? null : `${outcome.errors[0].elsewhere} ${outcome.errors[0].message}`;
    };
    expect(place('{"y": [1, 2}')).toBe("d.json:1:12 this is not JSON: a `,` or `]` is expected");
    expect(place('{"y": [1,\n 2')).toBe("d.json:2:3 this is not JSON: the file ends inside a `[`");
    expect(place("{'y': 1}")).toBe("d.json:1:2 this is not JSON: names and texts stand in double quotes");
    expect(place("{y: 1}")).toBe("d.json:1:2 this is not JSON: `y` has no meaning here");
    expect(place("")).toBe("d.json:1:1 this is not JSON: the file is empty");
  });

  test("with one character changed is read or refused, and never throws", () => {
    const text = '{ "y": [1, -2.5e3, null], "x": [[true, "a\\n"], []], "z": {} }';
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.constantFrom("", '"', ",", ":", "]", "}", "[", "{", "x", "-", ".", "\\", " "),
        (at, put) => {
          const broken = text.slice(0, at) + put + text.slice(at + 1);
          const outcome = parseJson(broken, "d.json");
          if (outcome.ok) expect(outcome.value).toEqual(JSON.parse(broken));
          else expect(outcome.errors[0].elsewhere).toMatch(/^d\.json(:1:\d+)?$/);
        },
      ),
      { seed: 99, numRuns: 1000 },
    );
  });
});

describe("a file", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "stratum-"));
    await writeFile(join(folder, "schools.json"), '\uFEFF{ "y": [1, 2] }');
    await writeFile(join(folder, "schools.csv"), "\uFEFFy,x\n1,2\n");
    await writeFile(join(folder, "schools.tsv"), "y\tx\n1\t2\n");
    await writeFile(join(folder, "schools.xlsx"), "");
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is read by its ending", async () => {
    expect(await readData(join(folder, "schools.json"))).toMatchObject({ value: { y: [1, 2] } });
    expect(await readData(join(folder, "schools.csv"))).toMatchObject({ value: { y: column(1), x: column(2) } });
    expect(await readData(join(folder, "schools.tsv"))).toMatchObject({ value: { y: column(1), x: column(2) } });
    expect(await readData(join(folder, "schools.xlsx"))).toMatchObject({ errors: [{ code: "PPL622" }] });
  });

  test("that is not there is met with the ones that are", async () => {
    const path = join(folder, "shools.json");
    const outcome = await readData(path);
    expect(outcome).toMatchObject({ errors: [{ code: "PPL620", message: `there is no file \`${path}\`` }] });
    expect(!outcome.ok && outcome.errors[0].hint).toContain("schools.json");
    expect(await readData(folder)).toMatchObject({ errors: [{ code: "PPL621" }] });
  });
});
