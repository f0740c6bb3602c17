import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Exited, Launch } from "../../src/cli/sweep/launch.ts";
import { progressLines, totals } from "../../src/cli/sweep/screen.ts";
import { readSweep } from "../../src/sweep/read.ts";
import type { Row } from "../../src/sweep/results.ts";
import { normalData, normalMean, stratum, withFiles, type Ran } from "./harness.ts";
import { runSweep } from "./sweeping.ts";

const files = { "model.ppl": normalMean, "data.json": normalData };
const grid = { objective: ["elbo", "iwae"], T: [1, 2], seed: 0 };
const sweep = (more: object = {}): string =>
  JSON.stringify({ model: "model.ppl", data: "data.json", grid, metrics: { T: "T" }, ...more });

/** A fit that takes no time: its report says what it was asked for. */
interface Fake {
  readonly launch: Launch;
  readonly calls: (readonly string[])[];
}

function fake(end: (args: readonly string[], nth: number) => Partial<Exited> & { report?: object } = () => ({})): Fake {
  // prettier-ignore
  const calls: (readonly string[])[] = [];
  const launch: Launch = async (args, { out, err }) => {
    calls.push(args);
    const { report, ...exited } = end(args, calls.length);
    const T = Number(args.find((one) => one.startsWith("--T="))?.slice(4));
    const fine = { T, bound: { value: -T }, verdict: { trusted: true }, stopped: "finished" };
    writeFileSync(out, JSON.stringify(report ?? fine));
    writeFileSync(err, "a remark\n");
    return { exit: 0, signal: null, seconds: 30, peakMemoryBytes: 5e7, ...exited };
  };
  return { launch, calls };
}

/** `stratum sweep`, its fits run by a fake. */
const run = (file: string, { launch }: Fake, ...more: [flags?: Flags, signal?: AbortSignal]): Promise<Ran> =>
  runSweep(file, launch, ...more);
type Flags = Readonly<Record<string, string | boolean>>;

interface Results {
  readonly ok: boolean;
  readonly cells: readonly {
    readonly cell: string;
    readonly state: string;
    readonly axes: Readonly<Record<string, unknown>>;
    readonly metrics: Readonly<Record<string, number | null>>;
    readonly message: string | null;
    readonly peakMemoryBytes: number;
  }[];
}
const resultsIn = (path: string): Results => JSON.parse(readFileSync(`${path}/results.json`, "utf8")) as Results;

describe("sweep", () => {
  test("fits every cell once, wherever in the grid it stands, and writes three tables", () =>
    withFiles(
      { ...files, "s.json": sweep({ grid: [grid, { objective: "iwae", T: [2, 3], seed: 0 }] }) },
      async (path) => {
        const cells = fake();
        const { code, out, err } = await run(path("s.json"), cells);
        expect(code).toBe(0);
        expect(cells.calls).toHaveLength(5);
        expect(cells.calls[0]!.slice(0, 7)).toEqual([
          "infer",
          path("model.ppl"),
          "--data",
          path("data.json"),
          "--seed=0",
          "--objective=elbo",
          "--T=1",
        ]);
        expect(out).toContain("5 of 5 fits done.");
        expect(err.match(/^\d of 5 {2}objective = /gm)).toHaveLength(5);
        const { ok, cells: rows } = resultsIn(path("s"));
        expect(ok).toBe(true);
        expect(rows.map(({ metrics }) => metrics["T"]).toSorted()).toEqual([1, 1, 2, 2, 3]);
        expect(rows[0]).toMatchObject({ state: "done", peakMemoryBytes: 5e7, message: null });
        expect(readFileSync(path("s/results.csv"), "utf8").split("\n")).toHaveLength(7);
        expect(readFileSync(path("s/results.md"), "utf8")).toContain("## Grid 2");
        expect(readdirSync(path("s")).filter((name) => name.endsWith(".part"))).toEqual([]);
      },
    ));

  test("does not fit again what is done, and asks reports for metrics that are new", () =>
    withFiles({ ...files, "s.json": sweep() }, async (path) => {
      await run(path("s.json"), fake());
      writeFileSync(path("s.json"), sweep({ metrics: { twice: "bound.value" }, grid: { ...grid, T: [1, 2, 4] } }));
      const second = fake();
      const { code, err } = await run(path("s.json"), second);
      expect(code).toBe(0);
      expect(err).toContain("4 of 6 fits done before");
      expect(second.calls.map((args) => args.at(-4))).toEqual(["--T=4", "--T=4"]);
      const { cells } = resultsIn(path("s"));
      expect(cells.map(({ metrics }) => metrics["twice"]).toSorted()).toEqual([-1, -1, -2, -2, -4, -4]);
    }));

  test("fits anew when the model, the data or an option of the model's folder changed", () =>
    withFiles(
      {
        "m/model.ppl": normalMean,
        "m/data.json": `{ "y": [1, 2, 3] }`,
        "s.json": JSON.stringify({ model: "m", grid: { T: 1 } }),
      },
      async (path) => {
        const count = async (): Promise<number> => {
          const cells = fake();
          await run(path("s.json"), cells);
          return cells.calls.length;
        };
        expect([await count(), await count()]).toEqual([1, 0]);
        writeFileSync(path("m/data.json"), `{ "y": [1, 2, 4] }`);
        expect([await count(), await count()]).toEqual([1, 0]);
        writeFileSync(path("m/model.ppl"), normalMean.replace("normal(0, 1)", "normal(0, 2)"));
        expect([await count(), await count()]).toEqual([1, 0]);
        writeFileSync(path("m/options.json"), `{ "lr": 0.5 }`);
        expect([await count(), await count()]).toEqual([1, 0]);
        // threads change no number
        writeFileSync(path("m/options.json"), `{ "lr": 0.5, "threads": 2 }`);
        expect(await count()).toBe(0);
      },
    ));

  test("sees a change of a file that the data declare", () =>
    withFiles(
      {
        ...files,
        "data.json": `{ "y": { "file": "y.csv" } }`,
        "y.csv": "y\n1\n",
        "s.json": sweep({ grid: { T: 1 } }),
      },
      async (path) => {
        await run(path("s.json"), fake());
        writeFileSync(path("y.csv"), "y\n2\n");
        const second = fake();
        await run(path("s.json"), second);
        expect(second.calls).toHaveLength(1);
      },
    ));

  test("keeps what is finished when it is stopped, and goes on from there", () =>
    withFiles({ ...files, "s.json": sweep() }, async (path) => {
      const controller = new AbortController();
      const first = fake((_, nth) => {
        if (nth < 2) return {};
        controller.abort();
        return { exit: null, signal: "SIGTERM", report: {} };
      });
      const { code, out } = await run(path("s.json"), first, {}, controller.signal);
      expect(code).toBe(130);
      expect(first.calls).toHaveLength(2);
      expect(out).toContain("1 of 4 fits done.");
      expect(resultsIn(path("s")).cells.map(({ state }) => state)).toEqual(["done", "waiting", "waiting", "waiting"]);

      const second = fake();
      expect((await run(path("s.json"), second)).code).toBe(0);
      expect(second.calls).toHaveLength(3);
      expect(second.calls.some((args) => args.join() === first.calls[0]!.join())).toBe(false);
    }));

  test("goes on after a fit that fails, shows and keeps its message, and tries it again", () =>
    withFiles({ ...files, "s.json": sweep() }, async (path) => {
      const wrong = { ok: false, diagnostics: [{ code: "PPL503", message: "no such gradient" }] };
      const first = fake((_, nth) =>
        nth === 1
          ? { exit: 1, report: wrong }
          : nth === 2
            ? { exit: null, signal: "SIGKILL", report: {} }
            : { exit: 2 },
      );
      const { code, err, out } = await run(path("s.json"), first);
      expect(code).toBe(1);
      expect(first.calls).toHaveLength(4);
      expect(err).toContain("objective = elbo, T = 1, seed = 0: failed: no such gradient [PPL503]");
      expect(err).toContain("failed: it was ended by SIGKILL, perhaps for want of memory");
      expect(out).toContain("0 of 1 (1 failed)");
      expect(resultsIn(path("s"))).toMatchObject({
        ok: false,
        cells: [{ state: "failed", message: "no such gradient [PPL503]" }, {}, { state: "done" }, {}],
      });
      expect(readFileSync(path("s/results.md"), "utf8")).toContain("## Failed");

      const second = fake();
      expect((await run(path("s.json"), second)).code).toBe(0);
      expect(second.calls).toHaveLength(2);
    }));

  test("takes a fit that says nothing of use for a failed one", () =>
    withFiles({ ...files, "s.json": sweep({ grid: { T: 1 } }) }, async (path) => {
      const { code, err } = await run(
        path("s.json"),
        fake(() => ({ exit: 70, report: {} })),
      );
      expect(code).toBe(1);
      expect(err).toContain("failed: a remark");
    }));

  test("writes the tables of what is done, and runs nothing, when only they are asked for", () =>
    withFiles({ ...files, "s.json": sweep() }, async (path) => {
      await run(
        path("s.json"),
        fake((_, nth) => (nth === 4 ? { exit: 1, report: {} } : {})),
      );
      const plots = [{ file: "t.svg", y: "T", x: "T", by: "objective" }];
      writeFileSync(path("s.json"), sweep({ plots }));
      const cells = fake();
      const { code } = await run(path("s.json"), cells, { "report-only": true });
      expect(code).toBe(1);
      expect(cells.calls).toEqual([]);
      const svg = readFileSync(path("s/t.svg"), "utf8");
      expect(svg).toMatch(/^<svg[^]*T by T[^]*<\/svg>\s*$/);
      expect(svg).toContain(">elbo<");
      expect(readFileSync(path("s/results.md"), "utf8")).toContain("![t](t.svg)");
    }));

  test("says which metric no fit has", () =>
    withFiles({ ...files, "s.json": sweep({ metrics: { T: "T", ece: "test.scores[0].ece" } }) }, async (path) => {
      const { code, err } = await run(path("s.json"), fake());
      expect(code).toBe(0);
      expect(err).toContain("warning[PPL826]: no fit has a number at `test.scores[0].ece`, which is the metric `ece`");
      expect(err.match(/PPL826/g)).toHaveLength(1);
    }));

  test("lists the fits and which are done, without touching anything", () =>
    withFiles({ ...files, "s.json": sweep() }, async (path) => {
      const { code, out } = await run(path("s.json"), fake(), { "dry-run": true });
      expect(code).toBe(0);
      expect(out.match(/waiting/g)).toHaveLength(4);
      expect(existsSync(path("s"))).toBe(false);
      await run(path("s.json"), fake());
      const again = await run(path("s.json"), fake(), { "dry-run": true });
      expect(again.out.match(/done/g)).toHaveLength(4);
    }));

  test("prints the results as JSON, and puts them where it is told", () =>
    withFiles({ ...files, "s.json": sweep() }, async (path) => {
      const { out } = await run(path("s.json"), fake(), { json: true, out: path("here") });
      const printed = JSON.parse(out) as Results;
      expect(printed.cells).toHaveLength(4);
      expect(printed).toEqual(resultsIn(path("here")));
    }));

  test("runs several at once, and no more than it is told", () =>
    withFiles({ ...files, "s.json": sweep({ grid: { seed: [0, 1, 2, 3, 4, 5] } }) }, async (path) => {
      let [now, most] = [0, 0];
      const cells = fake();
      const launch: Launch = async (...args) => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        now--;
        return cells.launch(...args);
      };
      await run(path("s.json"), { ...cells, launch }, { jobs: "3" });
      expect([cells.calls.length, most]).toEqual([6, 3]);
    }));

  test("says what is missing before anything runs, all at once", () =>
    withFiles({ ...files, "test.json": "{}" }, async (path) => {
      const json = {
        model: ["model.ppl", "nowhere.ppl"],
        "set.q": 1,
        test: "tset.json",
        data: ["data.json", "data.jsn"],
      };
      writeFileSync(path("s.json"), JSON.stringify({ grid: json }));
      const cells = fake();
      const { code, err } = await run(path("s.json"), cells);
      expect(code).toBe(1);
      expect(cells.calls).toEqual([]);
      expect(err.match(/error\[PPL\d+\]/g)!.toSorted()).toEqual([
        "error[PPL217]",
        "error[PPL774]",
        "error[PPL825]",
        "error[PPL825]",
      ]);
      writeFileSync(path("s.json"), JSON.stringify({ model: "model.ppl", grid: {} }));
      const none = await run(path("s.json"), cells, { json: true });
      expect(none.code).toBe(1);
      expect(JSON.parse(none.out)).toMatchObject({ ok: false, diagnostics: [{ code: "PPL820" }] });
      expect((await stratum(["sweep", path("nowhere.json")])).err).toContain("PPL825");
      writeFileSync(path("list.json"), "[1]");
      expect((await stratum(["sweep", path("list.json")])).err).toContain(
        "`list.json` is an object with a `grid`, and is none",
      );
      expect((await stratum(["sweep", path("s.json"), "--jobs", "0"])).err).toContain("PPL771");
    }));
});

describe("the progress of a sweep", () => {
  const read = readSweep({ model: "m", grid: { K: [1, 2, 3], seed: [0, 1] } }, "s.json");
  if (!read.ok) throw new Error("the sweep is fine");
  const machine = { cores: 1, node: "v20", platform: "linux x64" };
  const states = ["done", "running", "waiting", "failed", "waiting", "waiting"] as const;
  const rows = read.value.grids[0]!.cells.map((cell, nth): Row => {
    const state = states[nth]!;
    const outcome = {
      state: "done",
      exit: 0,
      trusted: true,
      metrics: { bound: -2 },
      seconds: 60,
      peakMemoryBytes: null,
      machine,
      message: null,
    } as const;
    return { ...cell, hash: String(nth), grids: [0], state, outcome: state === "done" ? outcome : null };
  });
  const watched = { metric: "bound", jobs: 2 };

  test("is a line for each setting, and what is left", () => {
    const lines = progressLines(read.value, rows, watched, 20);
    expect(lines.map((line) => line.replaceAll(/ +/g, " "))).toEqual([
      "K done running failed bound",
      "1 1 of 2 1 -2",
      "2 0 of 2 1",
      "3 0 of 2",
      "1 of 6 done, 1 running, 1 failed; about 2 min 0 s left",
    ]);
  });

  test("is what is running where there is no room for more", () => {
    expect(progressLines(read.value, rows, watched, 3)).toHaveLength(3);
    expect(totals([], 1)).toBe("0 of 0 done, 0 running");
  });
});
