import { describe, expect, test } from "vitest";
import { timeParts } from "../../src/execute/fused/profile.ts";
import type { Profile } from "../../src/execute/executor.ts";
import type { Equation, Value } from "../../src/program/program.ts";
import { reportText } from "../../src/report/text.ts";
import { example } from "./example.ts";
import { profileRows } from "../../src/report/profile.ts";

const source = { path: "m.ppl", text: "sample z ~ normal(0, 1)\nobserve x ~ normal(z, 1)\n" };
const equation = (term: string | null, at = 0): Equation => ({
  op: "exp",
  attributes: {},
  args: [0 as Value],
  out: 1 as Value,
  shape: [],
  origin: term === null ? null : { span: { start: at, end: at + 6 }, term },
});
const second = source.text.indexOf("observe");

const profile: Profile = {
  steps: 100,
  step: 19e-6,
  parts: [
    { equations: [equation("prior of z"), equation("likelihood of x", second)], seconds: 4e-6 },
    { equations: [equation("gradient of likelihood of x", second)], seconds: 6e-6 },
    { equations: [equation(null)], seconds: 5e-6 },
  ],
};

describe("a profile", () => {
  test("divides a loop's time between the terms that it serves, and joins a term with its gradient", () => {
    const rows = profileRows(profile, source);
    expect(rows.map(({ line, term }) => [line, term])).toEqual([
      [2, "likelihood of x"],
      [null, "bound and optimiser"],
      [null, "noise, minibatch and calls"],
      [1, "prior of z"],
    ]);
    const likelihood = rows[0]!;
    expect(likelihood.microseconds).toBeCloseTo(8, 12);
    expect(likelihood.gradient).toBeCloseTo(6, 12);
    expect(likelihood.share).toBeCloseTo(8 / 19, 12);
    expect(rows.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test("never shows less than nothing for what is between the parts", () => {
    const rows = profileRows({ ...profile, step: 1e-6 }, source);
    expect(rows.find(({ term }) => term.startsWith("noise"))!.microseconds).toBe(0);
  });

  test("has a share of nothing where nothing was timed", () => {
    const rows = profileRows({ steps: 1, step: 0, parts: [] }, source);
    expect(rows.map(({ share }) => share)).toEqual([0]);
  });

  test("of steps longer than the time there is has at least one of them", async () => {
    let loops = 0;
    const exports = { copies_before: () => 0, loop_0: () => ++loops };
    const runStep = (): void => {
      const end = performance.now() + 30;
      while (performance.now() < end);
    };
    const { steps, step, parts } = await timeParts([[equation(null)]], exports, 0.02, runStep);
    expect(steps).toBe(1);
    expect(step).toBeGreaterThan(0.02);
    expect(parts[0]?.seconds).toBeGreaterThanOrEqual(0);
    expect(loops).toBe(2);
  });

  test("prints a line for each term", () => {
    const report = { ...example, profile: profileRows(profile, source), warnings: [] };
    const text = reportText(report, { color: false });
    const printed = text.slice(text.indexOf("where a step's"), -1);
    expect(printed.split("\n")).toEqual([
      "where a step's time goes    line  microseconds  gradient  share",
      "likelihood of x                2             8         6  42.1%",
      "bound and optimiser                          5         0  26.3%",
      "noise, minibatch and calls                   4         0  21.1%",
      "prior of z                     1             2         0  10.5%",
    ]);
  });
});
