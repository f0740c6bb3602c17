import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bounds } from "../../src/base/bounds.ts";
import { inBytes } from "../../src/base/bytes.ts";
import { parseJson, readJson } from "../../src/data/formats/json.ts";
import { parseCsv, readTable } from "../../src/data/formats/table.ts";
import { readContent } from "../../src/data/read.ts";
import { readShortText } from "../../src/data/text.ts";
import { stratum } from "../cli/harness.ts";
import { column, idx } from "./files.ts";

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "stratum-"));
  writeFileSync(at("model.ppl"), "data y: real[N]\nsample m ~ normal(0, 1)\nobserve y ~ normal(m, 1)\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with a file, in words. */
async function problemOf(path: string): Promise<string | undefined> {
  const read = await readContent(path);
  return read.ok ? undefined : read.errors[0].message;
}

describe("what is no file is refused by name", () => {
  test("a device, under any name", async () => {
    symlinkSync("/dev/zero", at("zero.csv"));
    expect(await problemOf("/dev/zero")).toBe("`/dev/zero` cannot be read: it is a device, which has no end");
    expect(await problemOf(at("zero.csv"))).toContain("it is a device");
    expect(await readShortText("/dev/zero")).toEqual({ problem: "it is a device, which has no end" });
    for (const args of [
      ["/dev/zero"],
      [at("model.ppl"), "--data", "/dev/zero"],
      [at("model.ppl"), "--data", `y=${at("zero.csv")}`],
    ]) {
      const { code, err } = await stratum(["check", ...args]);
      expect([code, err]).toEqual([1, expect.stringContaining("it is a device")]);
    }
  });

  test("a folder and a socket", async () => {
    mkdirSync(at("folder.csv"));
    expect(await problemOf(at("folder.csv"))).toContain("it is a folder");
    const server = createServer().listen(at("socket.csv"));
    expect(await problemOf(at("socket.csv"))).toContain("it is a socket");
    server.close();
  });
});

describe("a FIFO", () => {
  const fifo = (name: string): string => {
    execFileSync("mkfifo", [at(name)]);
    return at(name);
  };

  test("is read as a stream, late or slow as its writer may be", async () => {
    const path = fifo("late.csv");
    const writer = spawn("sh", ["-c", `sleep 0.3; (echo y; sleep 0.3; echo 1; seq 2 100000) > ${path}`]);
    const read = await readContent(path);
    writer.kill();
    const all = read.ok && read.value.kind === "columns" ? read.value.columns.all() : null;
    expect(all?.ok && (all.value["y"]?.values as Float64Array | undefined)?.reduce((sum, x) => sum + x, 0)).toBe(
      5000050000,
    );
  });

  test("that nobody writes to is refused after a while, and tells that it waits", { timeout: 30_000 }, async () => {
    const path = fifo("silent.csv");
    const began = performance.now();
    const { code, err } = await stratum(["check", at("model.ppl"), "--data", path]);
    expect(code).toBe(1);
    expect(err).toContain(`waiting for somebody to write to \`${path}\``);
    expect(err).toContain(`it is a FIFO, and nobody wrote to it within ${bounds.writerSeconds} seconds`);
    expect(performance.now() - began).toBeLessThan(1000 * (bounds.writerSeconds + 5));
  });
});

describe("JSON", () => {
  const refused = (text: string): string | undefined => {
    const read = parseJson(text, "d.json");
    return read.ok ? undefined : read.errors[0].message;
  };

  test("that nests too deep is refused before it is parsed", async () => {
    const deep = "this is larger than what is read: more than 32 lists stand inside one another";
    expect(refused(`{ "y": ${"[".repeat(1e6)}`)).toBe(deep);
    expect(refused('{ "y": '.repeat(1e6))).toBe(deep);
    expect(refused(`{ "y": ${"[".repeat(31)}1${"]".repeat(31)} }`)).toBe(undefined);
    expect(refused(`{ "y[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[[": 1 }`)).toBe(undefined);
    writeFileSync(at("bomb.json"), gzipSync(Buffer.alloc(2e7, "[")));
    const before = process.memoryUsage().rss;
    expect(await problemOf(at("bomb.json"))).toBe(deep);
    expect(process.memoryUsage().rss - before).toBeLessThan(5e7);
  });

  test("that is too long, or takes too much memory, is refused", { timeout: 60_000 }, async () => {
    const endless = async (text: string) => {
      const piece = Buffer.alloc(3 << 19, text);
      async function* bytes() {
        for (;;) yield piece;
      }
      const read = await readJson(bytes(), "d.json", { ...bounds, jsonBytes: 2e7, jsonMemory: 1e8 });
      return !read.ok && read.errors[0].message;
    };
    expect(await endless(" ")).toContain(`it has more than ${inBytes(2e7)}`);
    expect(await endless("[],")).toContain(`more than ${inBytes(1e8)} of memory`);
  });

  test("that is broken behind millions of characters says where", () => {
    const read = parseJson(`{ "y": "${"a".repeat(5e6)}`, "d.json");
    expect(!read.ok && read.errors[0].message).toBe("this is not JSON: a text that does not end");
    expect(refused(`{ "y": ${"1".repeat(5e6)}`)).toBe("this is not JSON: the file ends inside a `{`");
    expect(refused(`${"a".repeat(5e6)}`)).toBe("this is not JSON: `aaaaaaaaaaaaaaaaaaaa` has no meaning here");
    expect(refused(`{ "y": "a\tb" }`)).toBe("this is not JSON: a tab or another control character stands in a text");
    expect(refused(`{ "y": "\\q" }`)).toBe("this is not JSON: `\\q` means nothing in a text");
  });
});

describe("a table", () => {
  /** The same text at once, and in pieces as they may come. */
  const streamed = async (text: string, piece: number) => {
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
      bytes.subarray(i * piece, (i + 1) * piece),
    );
    const read = await readTable(Readable.from(pieces), { path: "t.csv", delimiter: ",", wanted: null });
    return read.ok ? read.value.all() : read;
  };

  test("is the same in one piece and in many, with quotation marks or without", async () => {
    const cell = fc.constantFrom("1", " 2.5 ", "", "NA", '"3"', '" 4"', '"5\n"', "x", '""', '"a,b"', "  ", '"', "-1e3");
    const row = fc.array(cell, { minLength: 1, maxLength: 3 }).map((cells) => cells.join(","));
    const newline = fc.constantFrom("\n", "\r\n", "\n\n");
    const text = fc.tuple(fc.array(row, { maxLength: 8 }), newline).map(([rows, end]) => ["y,x", ...rows].join(end));
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (whole, piece) => {
        expect(await streamed(whole, piece)).toEqual(parseCsv(whole, "t.csv"));
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  test("with lines that end as on old machines is read as well", async () => {
    expect(await streamed("y,x\r1,2\r3,4\r", 3)).toMatchObject({ value: { y: column(1, 3), x: column(2, 4) } });
  });

  test("says where the first bad cell is, in the middle of many lines", async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `${i},${i}`);
    const text = ["y,x", ...lines, " 7, bad", ...lines].join("\n");
    expect(await streamed(text, 100)).toMatchObject({ errors: [{ code: "PPL626", elsewhere: "t.csv:1002:4" }] });
    const ragged = ["y,x", ...lines, "7", ...lines].join("\n");
    expect(await streamed(ragged, 100)).toMatchObject({ errors: [{ code: "PPL625", elsewhere: "t.csv:1002:1" }] });
  });

  test("takes memory for its numbers, not for its text", { timeout: 60_000 }, async () => {
    const block = Buffer.from("0.123456789012345678901234567890,some text,1\n".repeat(20_000));
    async function* endless() {
      yield Buffer.from("y,name,x\n");
      for (let i = 0; i < 40; i++) yield block;
    }
    const before = process.memoryUsage();
    const read = await readTable(endless(), { path: "t.csv", delimiter: ",", wanted: new Set(["y"]) });
    const after = process.memoryUsage();
    expect(read).toMatchObject({ ok: true });
    const found = read.ok ? read.value.some("y") : null;
    expect(found).toMatchObject({ value: { shape: [800_000] } });
    // 36 MB of text, 6.4 MB of numbers
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(2e7);
  });

  test("with a row that does not end, or too many columns, is refused", { timeout: 60_000 }, async () => {
    const long = async (text: string) => {
      async function* endless() {
        yield Buffer.from("y\n1\n");
        for (;;) yield Buffer.alloc(3 << 19, text);
      }
      const read = await readTable(endless(), { path: "t.csv", delimiter: ",", wanted: null });
      return !read.ok && read.errors[0].message;
    };
    expect(await long("1")).toBe("this is larger than what is read: a row has more than 16 MB");
    expect(await long('"a\n"')).toMatch(/more than 16 MB/);
    const wide = parseCsv(`${"a,".repeat(bounds.columns)}b\n`, "t.csv");
    expect(!wide.ok && wide.errors[0].message).toContain("it has more than 1000000 columns");
  });
});

test("an IDX file whose header lies is refused before anything is kept", async () => {
  const lying = idx(0x0e, [0xffffffff, 0xffffffff, 0xffffffff], [1]);
  writeFileSync(at("lie.idx"), lying);
  expect(await problemOf(at("lie.idx"))).toContain("and 8 follow");
  writeFileSync(at("lie-packed.idx"), gzipSync(Buffer.concat([lying, Buffer.alloc(2000)])));
  expect(await problemOf(at("lie-packed.idx"))).toContain("it has more than 536870912 numbers");
});
