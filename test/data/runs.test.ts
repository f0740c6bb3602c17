import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import type { Outcome } from "../../src/diagnostics/diagnostic.ts";
import { manifestOf, printManifest } from "../../src/data/manifest.ts";
import { claimRun, loadRun, readRunFiles, saveRun } from "../../src/data/runs.ts";
import type { RunFiles } from "../../src/posterior/run.ts";
import { savedRun } from "../posterior/saved.ts";

const top = mkdtempSync(join(tmpdir(), "stratum-runs-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let folder = "";
let count = 0;
beforeEach(() => (folder = join(top, `run${count++}`)));

const filesOf = (seed: number, more: RunFiles = {}): RunFiles => ({
  "run.json": JSON.stringify({ schemaVersion: 2, seed }),
  "model.ppl": "sample mu ~ normal(0, 1)\n",
  "parameters.npy": new Uint8Array(100).fill(seed),
  ...more,
});
const [old, fresh] = [
  filesOf(1, { "draws.old.npy": new Uint8Array(9) }),
  filesOf(2, { "draws.new.npy": new Uint8Array(5) }),
];

const told = (outcome: Outcome<unknown>): string[] =>
  outcome.ok ? [] : outcome.errors.map(({ code, message }) => `${code} ${message}`);
const read = async (): Promise<RunFiles> => {
  const files = await readRunFiles(folder);
  if (!files.ok) throw new Error(files.errors[0].message);
  return files.value;
};
const names = (...more: readonly string[]): readonly string[] => [...more, "manifest.json"].toSorted();

describe("a run folder", () => {
  test("is replaced as a whole: what the old run had alone goes, what is somebody's own stays", async () => {
    expect(await saveRun(folder, old)).toBeNull();
    writeFileSync(join(folder, "notes.txt"), "mine");
    expect(await saveRun(folder, fresh)).toBeNull();
    expect(await read()).toEqual(fresh);
    expect(readdirSync(folder).toSorted()).toEqual(names(...Object.keys(fresh), "notes.txt"));
  });

  test("has the same bytes whenever it is written, and the id of a run is made of them", async () => {
    await saveRun(folder, fresh);
    const once = readFileSync(join(folder, "manifest.json"), "utf8");
    await saveRun(`${folder}.again`, fresh);
    expect(readFileSync(join(`${folder}.again`, "manifest.json"), "utf8")).toBe(once);
    expect(manifestOf(old).run).not.toBe(manifestOf(fresh).run);
  });

  /** As a writer leaves it that is killed when it has moved so many files of the new run to their places. */
  const killedAfter = async (moved: number): Promise<void> => {
    await saveRun(folder, old);
    const pending = join(folder, ".stratum/pending");
    mkdirSync(pending, { recursive: true });
    const all = { ...fresh, "manifest.json": printManifest(manifestOf(fresh)) };
    for (const [name, content] of Object.entries(all)) writeFileSync(join(pending, name), content);
    if (moved > 0) rmSync(join(folder, "draws.old.npy"));
    for (const name of Object.keys(all).slice(0, moved)) renameSync(join(pending, name), join(folder, name));
  };

  test.each([0, 1, 2, 3, 4, 5])(
    "whose writer was killed after %i moves is the new one, and the next tidies up",
    async (moved) => {
      await killedAfter(moved);
      expect(await read()).toEqual(fresh);
      const lock = await claimRun(folder);
      if (lock.ok) await lock.value.release();
      expect(await read()).toEqual(fresh);
      expect(readdirSync(folder).toSorted()).toEqual(names(...Object.keys(fresh)));
    },
  );

  test("whose writer was killed before it had decided is the old one", async () => {
    await saveRun(folder, old);
    const staging = join(folder, ".stratum/staging-1");
    mkdirSync(staging, { recursive: true });
    writeFileSync(join(staging, "run.json"), "{ hal");
    expect(await read()).toEqual(old);
    expect(await saveRun(folder, fresh)).toBeNull();
    expect(readdirSync(folder).toSorted()).toEqual(names(...Object.keys(fresh)));
  });

  test("is read while it is replaced: the old run or the new one, never some of both", async () => {
    await saveRun(folder, old);
    let writing = true;
    const writer = (async () => {
      for (let i = 0; i < 40; i++) await saveRun(folder, i % 2 === 0 ? fresh : old);
      writing = false;
    })();
    const seen = new Set<number>();
    while (writing) {
      const { seed } = JSON.parse(String((await read())["run.json"])) as { seed: number };
      seen.add(seed);
    }
    await writer;
    expect([...seen].toSorted()).toEqual([1, 2]);
  });

  test("names what was changed, cut short, taken away or put in from another run", async () => {
    await saveRun(folder, fresh);
    writeFileSync(join(folder, "model.ppl"), "sample mu ~ normal(0, 2)\n");
    writeFileSync(join(folder, "parameters.npy"), new Uint8Array(99));
    rmSync(join(folder, "draws.new.npy"));
    expect(told(await readRunFiles(folder))).toEqual([
      "PPL720 the run has no `draws.new.npy`",
      "PPL723 `model.ppl` does not belong to this run: it was changed, or is of another run",
      "PPL723 `parameters.npy` does not belong to this run: it has 99 bytes, and was written with 100",
    ]);
    // two halves of two runs
    await saveRun(folder, fresh);
    await saveRun(`${folder}.other`, old);
    cpSync(join(`${folder}.other`, "run.json"), join(folder, "run.json"));
    expect(told(await loadRun(folder))).toEqual([
      "PPL723 `run.json` does not belong to this run: it was changed, or is of another run",
    ]);
    const run = await savedRun();
    await saveRun(folder, { ...run, "model.ppl": `${String(run["model.ppl"])}// another\n` });
    expect(told(await loadRun(folder))).toEqual([
      "PPL724 `model.ppl` is not the model that was fitted: its text has another SHA-256 than `run.json` tells",
    ]);
    writeFileSync(join(folder, "manifest.json"), "{}");
    expect(told(await loadRun(folder))[0]).toMatch(/^PPL723 `manifest.json` does not belong/);
    rmSync(join(folder, "manifest.json"));
    expect(told(await loadRun(folder))).toEqual(["PPL720 the run has no `manifest.json`"]);
    writeFileSync(join(folder, "run.json"), '{ "schemaVersion": 1 }');
    expect(told(await loadRun(folder))).toEqual(["PPL722 the run has schema version 1, and this program reads 2"]);
  });
});

describe("a folder to write to", () => {
  test("has one writer at a time, who says who it is", async () => {
    const first = await claimRun(folder);
    if (!first.ok) throw new Error(first.errors[0].message);
    expect(told(await claimRun(folder))).toEqual([
      "PPL725 the folder is in use: this process is writing to it already",
    ]);
    expect((await saveRun(folder, fresh))?.code).toBe("PPL725");
    expect(await saveRun(folder, fresh, first.value)).toBeNull();
    await first.value.release();
    expect(await saveRun(folder, old)).toBeNull();
  });

  test("is gone again when nothing was written", async () => {
    const lock = await claimRun(join(folder, "a/b"));
    if (lock.ok) await lock.value.release();
    expect(readdirSync(top)).not.toContain(folder.slice(top.length + 1));
  });

  test("is free as soon as its writer is killed", async () => {
    const runs = fileURLToPath(new URL("../../src/data/runs.ts", import.meta.url));
    const script = `import { claimRun } from ${JSON.stringify(runs)};
      const lock = await claimRun(${JSON.stringify(folder)});
      process.stdout.write(String(lock.ok)); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const [problem] = told(await claimRun(folder));
    expect(problem).toBe(`PPL725 the folder is in use: process ${child.pid} is writing to it`);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
    expect(await saveRun(folder, fresh)).toBeNull();
    expect(readdirSync(folder).toSorted()).toEqual(names(...Object.keys(fresh)));
  });

  test("is refused where somebody's own files would be overwritten, and where it is none", async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, "model.ppl"), "mine");
    const message = "PPL726 the folder holds no run, and a run would overwrite what is in it: `model.ppl`";
    expect(told(await claimRun(folder))).toEqual([message]);
    expect(readFileSync(join(folder, "model.ppl"), "utf8")).toBe("mine");
    expect(readdirSync(folder)).toEqual(["model.ppl"]);
    expect(told(await claimRun(join(folder, "model.ppl")))).toEqual([
      "PPL776 the result cannot be written: it is a file, not a folder",
    ]);
    expect(told(await claimRun(join(folder, "model.ppl/run")))).toEqual([
      "PPL776 the result cannot be written: part of its path is a file",
    ]);
    expect(told(await claimRun(join(folder, "x".repeat(300))))).toEqual([
      "PPL776 the result cannot be written: a name in its path is too long",
    ]);
    mkdirSync(join(`${folder}.dir`, "run.json"), { recursive: true });
    expect((await saveRun(`${folder}.dir`, fresh))?.code).toBe("PPL726");
  });
});
