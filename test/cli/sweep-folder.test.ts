import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Launch } from "../../src/cli/sweep/launch.ts";
import { lockFolder } from "../../src/data/lock.ts";
import { normalData, normalMean, withFiles, type Ran } from "./harness.ts";
import { runSweep } from "./sweeping.ts";

const sweep = (grid: object = { T: [1, 2], seed: 0 }): string =>
  JSON.stringify({ model: "model.ppl", data: "data.json", options: { objective: "iwae" }, grid });
const files = { "model.ppl": normalMean, "data.json": normalData, "s.json": sweep() };

/** `stratum sweep`, its fits taking no time; and how many there were. */
async function run(
  file: string,
  flags: Readonly<Record<string, string>> = {},
): Promise<Ran & { readonly fits: number }> {
  let fits = 0;
  const launch: Launch = async (_, to) => {
    fits++;
    writeFileSync(to.out, JSON.stringify({ bound: { value: -1 }, verdict: { trusted: true } }));
    return { exit: 0, signal: null, seconds: 1, peakMemoryBytes: null };
  };
  return { ...(await runSweep(file, launch, flags)), fits };
}

const cellsOf = (folder: string): readonly string[] => readdirSync(`${folder}/cells`).toSorted();

describe("the folder of a sweep", () => {
  test("has one sweep at a time, which the other is told", () =>
    withFiles(files, async (path) => {
      const lock = await lockFolder(path("s"));
      if (!lock.ok) throw new Error(lock.errors[0].message);
      const { code, err, fits } = await run(path("s.json"));
      expect([code, fits]).toEqual([1, 0]);
      expect(err).toContain("error[PPL725]: the folder is in use: this process is writing to it already");
      await lock.value.release();
      expect(await run(path("s.json"))).toMatchObject({ code: 0, fits: 2 });
    }));

  type Harm = (cell: string, other: string) => void;
  const edit = (file: string, from: RegExp, to: string): void =>
    writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
  const harms: readonly (readonly [string, Harm])[] = [
    ["half of a cell", (cell) => writeFileSync(`${cell}/cell.json`, readFileSync(`${cell}/cell.json`).subarray(0, 99))],
    ["a cell whose fields are others", (cell) => edit(`${cell}/cell.json`, /"seconds": 1/, '"seconds": "1"')],
    ["an edited report", (cell) => edit(`${cell}/report.json`, /-1/, "-2")],
    [
      "the cell of another fit",
      (cell, other) => writeFileSync(`${cell}/cell.json`, readFileSync(`${other}/cell.json`)),
    ],
  ];
  test.each(harms)("is not taken for done by %s: that fit runs again, and alone", (_, harm) =>
    withFiles(files, async (path) => {
      await run(path("s.json"));
      const [cell = "", other = ""] = cellsOf(path("s"));
      harm(path(`s/cells/${cell}`), path(`s/cells/${other}`));
      const again = await run(path("s.json"));
      expect(again).toMatchObject({ code: 0, fits: 1 });
      expect(again.err).toContain(`warning[PPL828]: what was kept of the fit \`${cell}\` was changed`);
      expect(await run(path("s.json"))).toMatchObject({ code: 0, fits: 0 });
    }),
  );

  test("is cleared of what a killed sweep had under way", () =>
    withFiles(files, async (path) => {
      await run(path("s.json"));
      writeFileSync(path("s/.stratum-99-0.part"), "half");
      await run(path("s.json"));
      expect(readdirSync(path("s")).toSorted()).toEqual(["cells", "results.csv", "results.json", "results.md"]);
    }));

  test("that cannot be made is said before anything runs", () =>
    withFiles({ ...files, file: "" }, async (path) => {
      const { code, err, fits } = await run(path("s.json"), { out: path("file") });
      expect([code, fits]).toEqual([1, 0]);
      expect(err).toContain("error[PPL776]: the result cannot be written: it is a file, not a folder");
    }));
});

test("a grid of more than a million fits is refused before it is written out", () =>
  withFiles({ ...files, "s.json": sweep({ T: range(1001), seed: range(1000) }) }, async (path) => {
    const began = process.cpuUsage();
    const { code, err, fits } = await run(path("s.json"));
    expect([code, fits]).toEqual([1, 0]);
    expect(err).toContain("error[PPL827]: the sweep has 1,001,000 fits, and may have 1,000,000 at most");
    expect(process.cpuUsage(began).user).toBeLessThan(2e6);
  }));

const range = (length: number): readonly number[] => Array.from({ length }, (_, i) => i + 1);
