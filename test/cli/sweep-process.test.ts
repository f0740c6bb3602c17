import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { normalData, normalMean, withFiles } from "./harness.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string }>;
}

/** `stratum sweep` as a process of its own, with processes of its own. */
function start(argv: readonly string[]): Started {
  const child = spawn(process.execPath, ["--import", "tsx", main, "sweep", ...argv], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<{ code: number | null; out: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out })),
  );
  return { child, said: () => err, ended };
}

const options = { guide: "mean_field", objective: "elbo", engine: "reference", steps: 20, "evidence-draws": 200 };
const files = { "model.ppl": normalMean, "data.json": normalData };
const text = (grid: object, more: object = {}): string =>
  JSON.stringify({ model: "model.ppl", data: "data.json", options, grid, ...more });

/** The processes whose command line names a path. */
const processes = (path: string): readonly string[] =>
  execFileSync("ps", ["-Ao", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(path));

interface Cell {
  readonly state: string;
  readonly metrics: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
  readonly cell: string;
}
const cellsIn = (path: string): readonly Cell[] =>
  (JSON.parse(readFileSync(path, "utf8")) as { cells: readonly Cell[] }).cells;

describe("the processes of a sweep", () => {
  test("fit a grid: numbers, memory and run folders are there", () =>
    withFiles(
      { ...files, "s.json": text({ T: [1, 4], seed: [0, 1] }, { metrics: { draws: "objective.T" } }) },
      async (path) => {
        const { code, out } = await start([path("s.json"), "--jobs", "2"]).ended;
        expect(code).toBe(0);
        expect(out).toContain("4 of 4 fits done.");
        const cells = cellsIn(path("s/results.json"));
        expect(cells.map(({ metrics }) => metrics["draws"]).toSorted()).toEqual([1, 1, 4, 4]);
        for (const { state, metrics, peakMemoryBytes, cell } of cells) {
          expect(state).toBe("done");
          expect(metrics["bound"]).toBeLessThan(0);
          // a process of Node alone holds tens of megabytes
          expect(peakMemoryBytes).toBeGreaterThan(20e6);
          expect(peakMemoryBytes).toBeLessThan(4e9);
          expect(existsSync(path(`s/cells/${cell}/run.json`))).toBe(true);
        }
      },
    ));

  test("end with the sweep when it is killed, and the next one runs only what is left", () =>
    withFiles({ ...files, "s.json": text({ steps: [20, 50_000_000], seed: 0 }) }, async (path) => {
      const first = start([path("s.json"), "--jobs", "1"]);
      // a fit's checkpoints stand beside its folder
      const folders = () =>
        (existsSync(path("s/cells")) ? readdirSync(path("s/cells")) : []).filter((name) => !/checkpoint$/.test(name));
      // the second fit would take hours
      while (processes(path("s/cells")).length === 0 || folders().length < 2) await pause(50);
      first.child.kill("SIGKILL");
      await first.ended;
      while (processes(path("s/cells")).length > 0) await pause(50);
      expect(first.said()).toContain("1 of 2");
      expect(cellsIn(path("s/results.json")).map(({ state }) => state)).toEqual(["done", "waiting"]);
      const [done] = folders().filter((name) => existsSync(path(`s/cells/${name}/cell.json`)));
      const written = statSync(path(`s/cells/${done}/cell.json`)).mtimeMs;

      const second = start([path("s.json"), "--jobs", "1"]);
      while (processes(path("s/cells")).length === 0) await pause(50);
      expect(second.said()).toContain("1 of 2 fits done before");
      second.child.kill("SIGINT");
      expect((await second.ended).code).toBe(130);
      expect(processes(path("s/cells"))).toEqual([]);
      expect(statSync(path(`s/cells/${done}/cell.json`)).mtimeMs).toBe(written);
      expect(cellsIn(path("s/results.json")).map(({ state }) => state)).toEqual(["done", "waiting"]);
    }));
});
