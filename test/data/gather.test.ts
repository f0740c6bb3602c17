import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gatherData, type DataRequest } from "../../src/data/gather.ts";
import { describeShared } from "../shared.ts";
import { column, idx, rows } from "./files.ts";

const nothing: DataRequest = {
  file: null,
  named: new Map(),
  select: new Map(),
  scale: new Map(),
  folder: null,
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "stratum-"));
  await mkdir(join(folder, "far"));
  const images = Array.from({ length: 12 }, (_, n) => n * 20);
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "some-images-idx3-ubyte.gz": gzipSync(idx(0x08, [3, 2, 2], images)),
    "unnamed-as-such.idx": gzipSync(idx(0x08, [2], [7, 9])),
    "far/labels.idx1-ubyte": idx(0x08, [3], [5, 0, 4]),
    "table.csv": "age,x.0,x.1,who\n30,1,2,Ann\n41,,4,Bob\n",
    "table.tsv.gz": gzipSync("\uFEFFy\tx\n1\t2\n3\t4\n"),
    "other.json": '{ "a": [1, 2], "b": [[1], [2]], "again": { "file": "table.csv" } }',
    "short.csv.gz": gzipSync("y\n1\n2\n").subarray(0, -4),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
});
afterAll(() => rm(folder, { recursive: true }));

/** What a data file with these entries gives, or what is wrong with it. */
async function declared(
  entries: Readonly<Record<string, unknown>>,
  request: Partial<DataRequest> = {},
): Promise<unknown> {
  const file = join(folder, "data.json");
  await writeFile(file, JSON.stringify(entries));
  const outcome = await gatherData({ ...nothing, file, ...request });
  return outcome.ok ? outcome.value : outcome.errors.map(({ code }) => code);
}

const pixels = { file: "some-images-idx3-ubyte.gz" };

describe("a declared datum", () => {
  test("is read beside the file that declares it, cut, then scaled; others stay as they are", async () => {
    const scale = { from: [0, 200], to: [-1, 1] };
    const found = await declared({
      pixels: { ...pixels, select: "[0..2, :, 1]", scale },
      shaped: { shape: [2], values: [1, 2] },
      y: [1, [2]],
    });
    expect(found).toEqual({
      pixels: { shape: [2, 2], values: Float64Array.of(-0.8, -0.4, 0, 0.4) },
      shaped: { shape: [2], values: [1, 2] },
      y: [1, [2]],
    });
  });

  test("stays in bytes until it is scaled", async () => {
    const found = await declared({ pixels: { ...pixels, select: "[:, 0, 0]" } });
    expect(found).toEqual({ pixels: { shape: [3], values: Uint8Array.of(0, 80, 160) } });
  });

  test("is gzipped or not, whatever its name says", async () => {
    expect(await declared({ k: { file: "unnamed-as-such.idx" } })).toEqual({
      k: { shape: [2], values: Uint8Array.of(7, 9) },
    });
  });

  test("is in the folder that is given for all of them", async () => {
    const label = { file: "labels.idx1-ubyte" };
    const values = Uint8Array.of(5, 0, 4);
    expect(await declared({ label })).toEqual(["PPL620"]);
    expect(await declared({ label }, { folder: join(folder, "far") })).toEqual({ label: { shape: [3], values } });
  });

  test("is a column or a matrix of several, the rest of the table being what it likes", async () => {
    const file = "table.csv";
    expect(await declared({ y: { file, column: "age" } })).toEqual({ y: column(30, 41) });
    expect(await declared({ y: { file, column: "x" } })).toEqual({ y: rows([1, 2], [NaN, 4]) });
    expect(await declared({ y: { file, column: "x.1" } })).toEqual({ y: column(2, 4) });
    expect(await declared({ y: { file, columns: ["age", "x.1"] } })).toEqual({ y: rows([30, 2], [41, 4]) });
    expect(await declared({ age: { file } })).toEqual({ age: column(30, 41) });
    expect(await declared({ y: { file, column: "who" } })).toEqual(["PPL626"]);
    expect(await declared({ y: { file, column: "wage" } })).toEqual(["PPL648"]);
    expect(await declared({ y: { file } })).toEqual(["PPL648"]);
    expect(await declared({ y: { file, name: "age" } })).toEqual(["PPL648"]);
    expect(await declared({ y: { file: "table.tsv.gz" } })).toEqual({ y: column(1, 3) });
  });

  test("is a name of a JSON file, once", async () => {
    const file = "other.json";
    expect(await declared({ y: { file, name: "a" } })).toEqual({ y: [1, 2] });
    expect(await declared({ b: { file, select: "[:, 0]" } })).toEqual({
      b: { shape: [2], values: Float64Array.of(1, 2) },
    });
    expect(await declared({ y: { file } })).toEqual(["PPL648"]);
    expect(await declared({ y: { file, name: "c" } })).toEqual(["PPL648"]);
    expect(await declared({ y: { file, column: "a" } })).toEqual(["PPL648"]);
    expect(await declared({ again: { file } })).toEqual(["PPL652"]);
  });

  test("is refused for what it says of itself, all mistakes at once", async () => {
    expect(await declared({ y: { fil: "table.csv" }, x: { ...pixels, selct: "[0]" } })).toEqual(["PPL643", "PPL643"]);
    expect(await declared({ y: { select: "[0]" } })).toEqual(["PPL643"]);
    expect(await declared({ y: { file: 3, scale: { from: [0], to: [0, 1] } } })).toEqual(["PPL644", "PPL644"]);
    expect(await declared({ y: { file: "table.csv", column: "age", columns: ["age"] } })).toEqual(["PPL644"]);
    expect(await declared({ y: { ...pixels, select: "0", scale: { from: [1, 1], to: [0, 1] } } })).toEqual([
      "PPL645",
      "PPL647",
    ]);
    expect(await declared({ y: { ...pixels, select: "[3]" } })).toEqual(["PPL646"]);
    expect(await declared({ y: { ...pixels, column: "a" } })).toEqual(["PPL648"]);
    expect(await declared({ y: { file: "short.csv.gz" } })).toEqual(["PPL642"]);
  });
});

describe("what the command line says of data", () => {
  const named = (files: Readonly<Record<string, string>>) =>
    new Map(Object.entries(files).map(([name, file]) => [name, join(folder, file)]));

  test("wins over the data file, whose declaration of the same name is not read", async () => {
    const entries = { y: { file: "not-there.csv" }, x: [1] };
    expect(await declared(entries, { named: named({ y: "table.tsv.gz" }) })).toEqual({ y: column(1, 3), x: [1] });
  });

  test("needs no data file", async () => {
    const outcome = await gatherData({
      ...nothing,
      named: named({ age: "table.csv", label: "far/labels.idx1-ubyte" }),
    });
    expect(outcome).toMatchObject({ value: { age: column(30, 41), label: { shape: [3] } } });
    expect(await gatherData(nothing)).toMatchObject({ ok: true, value: null });
  });

  test("comes after what a declaration says", async () => {
    const scale = { from: [0, 10], to: [0, 1] };
    const found = await declared(
      { y: [10, 20, 30], pixels: { ...pixels, select: "[1..3, 0, 0]", scale } },
      {
        select: new Map([["pixels", { text: "[1]", axes: [{ kind: "at", at: 1 }] }]]),
        scale: new Map([["y", { from: [0, 10], to: [1, 2] }]]),
      },
    );
    expect(found).toEqual({
      y: { shape: [3], values: Float64Array.of(2, 3, 4) },
      pixels: { shape: [], values: Float64Array.of(16) },
    });
  });

  test("is refused for a name that is not there, an array without a name and a ragged one", async () => {
    const select = new Map([["y", { text: "[0]", axes: [{ kind: "at", at: 0 } as const] }]]);
    expect(await declared({ x: [1] }, { select })).toEqual(["PPL649"]);
    expect(await declared({ y: [[1], 2] }, { select })).toEqual(["PPL650"]);
    const file = join(folder, "unnamed-as-such.idx");
    expect(await gatherData({ ...nothing, file })).toMatchObject({ errors: [{ code: "PPL651" }] });
  });

  test("reads standard input once, for all that it holds", async () => {
    let asked = 0;
    const stdin = () => (asked++, Readable.from([Buffer.from('{ "x": [1], "y": [2] }')]));
    const outcome = await gatherData({ ...nothing, file: "-", named: new Map([["y", "-"]]) }, { stdin });
    expect(outcome).toMatchObject({ value: { x: [1], y: [2] } });
    expect(asked).toBe(1);
  });
});

describeShared("the MNIST files", "mnist", (mnist) => {
  test("give a column of 60,000 images, scaled, beside their labels", async () => {
    const scale = { from: [0, 255], to: [-1, 1] };
    const found = (await declared(
      {
        pixels: { file: "train-images-idx3-ubyte.gz", select: "[:, :, 14]", scale },
        label: { file: "train-labels-idx1-ubyte.gz" },
      },
      { folder: mnist },
    )) as Readonly<Record<string, { shape: number[]; values: Float64Array | Uint8Array }>>;
    const { values } = found["pixels"]!;
    expect(found["pixels"]!.shape).toEqual([60_000, 28]);
    expect([values.every((x) => x >= -1 && x <= 1), values.includes(-1), values.includes(1)]).toEqual([
      true,
      true,
      true,
    ]);
    // the first digits of the training set, as they are shown everywhere
    expect([...found["label"]!.values.slice(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(found["label"]!.values).toBeInstanceOf(Uint8Array);
  });
});
