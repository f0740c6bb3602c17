import { describe, expect, test } from "vitest";
import { metricsOf, readPath, valueAt } from "../../src/sweep/metrics.ts";
import { csv, markdown, spreadText, summary } from "../../src/sweep/print.ts";
import { mergeRows, pointsOf, tabulate, type Ended, type Machine, type Row } from "../../src/sweep/results.ts";
import type { Plot, Scalar } from "../../src/sweep/sweep.ts";

const machine: Machine = { cores: 2, node: "v20.19.0", platform: "linux x64" };

const ended = (accuracy: number | null, more: Partial<Ended> = {}): Ended => ({
  state: "done",
  exit: 0,
  trusted: true,
  metrics: { accuracy },
  seconds: 60,
  peakMemoryBytes: 100e6,
  machine,
  message: null,
  ...more,
});

function row(hash: string, axes: Record<string, Scalar>, outcome: Ended | null, grids = [0]): Row {
  const options = Object.fromEntries(Object.entries(axes).map(([name, one]) => [name, String(one)]));
  const setting = { model: "m", data: null, test: null, options: { T: "7", ...options } };
  return { hash, axes, setting, grids, state: outcome?.state ?? "waiting", outcome };
}

const rows: readonly Row[] = [
  row("a", { objective: "elbo", K: 1, seed: 0 }, ended(0.5)),
  row("b", { objective: "elbo", K: 1, seed: 1 }, ended(0.7, { trusted: false, exit: 2, seconds: 120 })),
  row("c", { objective: "siwae", K: 1, seed: 0 }, ended(0.9)),
  row("d", { objective: "siwae", K: 1, seed: 1 }, null),
];
const axes = ["objective", "K", "seed"];

describe("a table", () => {
  test("gathers seeds: mean, standard deviation between seeds, minutes, share of trusted fits", () => {
    const table = tabulate(axes, rows, ["accuracy"]);
    expect(table).toMatchObject({ fixed: { K: 1 }, axes: ["objective"] });
    const [elbo, siwae] = table.lines;
    expect(elbo).toMatchObject({ axes: { objective: "elbo" }, trusted: 0.5, minutes: 1.5 });
    expect(elbo!.states).toEqual({ waiting: 0, running: 0, done: 2, failed: 0 });
    // 0.5 and 0.7: their mean, and sqrt(2 x 0.1^2 / (2 - 1)); each to the rounding of a few sums
    expect(elbo!.metrics["accuracy"]!.mean).toBeCloseTo(0.6, 12);
    expect(elbo!.metrics["accuracy"]!.sd).toBeCloseTo(Math.sqrt(0.02), 12);
    expect(siwae).toMatchObject({ metrics: { accuracy: { n: 1, mean: 0.9, sd: null } } });
    expect(siwae!.states).toMatchObject({ waiting: 1, done: 1 });
  });

  test("counts a cell once that stands in it twice", () => {
    const twice = [...rows, rows[0]!];
    expect(tabulate(axes, twice, ["accuracy"])).toEqual(tabulate(axes, rows, ["accuracy"]));
  });

  test("has no mean of what no fit has", () => {
    const table = tabulate(axes, [row("a", { K: 1 }, ended(null))], ["accuracy"]);
    expect(table.lines[0]!.metrics).toEqual({ accuracy: null });
    expect(spreadText(null)).toBe("");
    expect(spreadText({ n: 1, mean: 0.912345678, sd: null })).toBe("0.91235");
    expect(spreadText({ n: 2, mean: 0.9123, sd: 0.0041 })).toBe("0.9123 ± 0.0041");
  });
});

describe("cells of one hash", () => {
  test("are one row, with the axes of both, unless they are called differently", () => {
    const one = row("a", { K: 5, seed: 0 }, null);
    const more = row("a", { K: 5, T: 1, seed: 0 }, null, [1]);
    expect(mergeRows([one, more])).toMatchObject([{ axes: { K: 5, T: 1, seed: 0 }, grids: [0, 1] }]);
    expect(mergeRows([one, row("a", { K: 6 }, null)])).toHaveLength(2);
    expect(mergeRows([one, row("b", { K: 5, seed: 0 }, null)])).toHaveLength(2);
  });
});

describe("points of a plot", () => {
  const plot: Plot = {
    file: "f.svg",
    title: null,
    y: "accuracy",
    x: "K",
    by: "objective",
    where: {},
    logX: false,
    references: [],
  };

  test("are the finished fits, each with the line that it belongs to", () => {
    expect(pointsOf(plot, rows)).toEqual([
      { series: "elbo", x: 1, y: 0.5 },
      { series: "elbo", x: 1, y: 0.7 },
      { series: "siwae", x: 1, y: 0.9 },
    ]);
    expect(pointsOf({ ...plot, by: null }, rows)[0]).toEqual({ series: "accuracy", x: 1, y: 0.5 });
  });

  test("are chosen by axes, and by options where the grid has no such axis", () => {
    const where = { objective: ["siwae"], T: [7, 8] };
    expect(pointsOf({ ...plot, where }, rows)).toHaveLength(1);
    expect(pointsOf({ ...plot, where: { T: [8] } }, rows)).toEqual([]);
    expect(pointsOf({ ...plot, x: "T" }, rows)[0]).toMatchObject({ x: 7 });
    expect(pointsOf({ ...plot, x: "rank" }, rows)).toEqual([]);
  });
});

describe("a path into a report", () => {
  test("is names and places in lists", () => {
    expect(readPath("test.scores[0].log-loss")).toEqual(["test", "scores", 0, "log-loss"]);
    expect(readPath("bound")).toEqual(["bound"]);
    for (const text of ["", ".a", "a.", "a..b", "a[b]", "[0]", "a b"]) expect(readPath(text), text).toBeNull();
  });

  test("leads to a number or to nothing", () => {
    const report = {
      test: { scores: [{ accuracy: 0.9 }] },
      verdict: { trusted: true },
      kHat: null,
    };
    const at = (text: string) => valueAt(report, readPath(text)!);
    expect(at("test.scores[0].accuracy")).toBe(0.9);
    expect(at("verdict.trusted")).toBe(1);
    expect([at("kHat"), at("test.scores[1].accuracy"), at("test"), at("test.length"), at("x.y")]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  test("stands beside the metrics that every sweep has", () => {
    const report = {
      bound: { value: -2 },
      logEvidence: { value: -30, perDatum: -1.5 },
      kHat: 0.3,
      kHats: { shareAboveThreshold: 0.1 },
      seconds: { train: 4 },
      steps: 9,
    };
    expect(metricsOf({ report, seconds: 6 }, { steps: ["steps"] })).toEqual({
      steps: 9,
      bound: -2,
      log_evidence: -1.5,
      k_hat: 0.3,
      k_hat_share: 0.1,
      train_seconds: 4,
      seconds: 6,
    });
    expect(metricsOf({ report: {}, seconds: 1 }, {})).toMatchObject({ bound: null, k_hat_share: null });
  });
});

describe("the printed results", () => {
  const failed = row(
    "e",
    { objective: "a|b", K: 1, seed: 0 },
    ended(null, { state: "failed", metrics: {}, message: "no\nmore" }),
  );

  test("are one line of CSV for each cell, quoted where they need it", () => {
    const odd = row("f", { objective: 'x,"y"', K: 2, seed: 0 }, ended(0.25));
    expect(csv([rows[1]!, odd, rows[3]!], ["accuracy"]).split("\n")).toEqual([
      "objective,K,seed,accuracy,seconds,peak_memory_bytes,trusted,state,cell",
      "elbo,1,1,0.7,120,100000000,false,done,b",
      '"x,""y""",2,0,0.25,60,100000000,true,done,f',
      "siwae,1,1,,,,,waiting,d",
      "",
    ]);
  });

  test("are a page with a table, what it took, and what failed", () => {
    const all = [...rows, failed];
    const page = markdown({
      name: "toy",
      tables: [tabulate(axes, all, ["accuracy"])],
      metrics: ["accuracy"],
      rows: all,
      machine,
      plots: ["p.svg"],
    });
    expect(page).toContain("| objective | seeds | accuracy | trusted | min per fit |\n| --- | ---: |");
    expect(page).toContain("| elbo | 2 | 0.60 ± 0.14 | 50% | 1.5 |\n");
    expect(page).toContain("| siwae | 1 of 2 | 0.9 | 100% | 1 |\n");
    expect(page).toContain("| a\\|b | 0 of 1 (1 failed) |");
    expect(page).toContain("\nK = 1.\n");
    expect(page).toContain("![p](p.svg)");
    expect(page).toMatch(/## Failed\n\n- `e` \(objective = a\|b, K = 1, seed = 0\): no\n$/);
    expect(summary(all, machine)).toBe(
      "3 of 5 fits done, 1 failed. Their processes took 5 min 0 s in all, and at most 100 MB each. " +
        "Values are means ± standard deviations over seeds. 2 cores, linux x64, Node v20.19.0.",
    );
  });
});
