import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { FitReport } from "../../src/report/report.ts";
import { stratum, withFiles } from "../cli/harness.ts";
import { inferred, root } from "./fits.ts";

const short = {
  eight_schools: ["--steps", "60", "--evidence-draws", "400"],
  abs_normal: ["--steps", "20", "--evidence-draws", "50"],
};

/** The data of a model, of the toy the first 64 rows: enough for minibatches. */
function someData(name: string): string {
  const text = readFileSync(join(root, "models", name, "data.json"), "utf8");
  const rows = (values: unknown): unknown => (Array.isArray(values) ? values.slice(0, 64) : values);
  const data = Object.entries(JSON.parse(text) as Record<string, unknown>);
  return JSON.stringify(Object.fromEntries(data.map(([key, values]) => [key, rows(values)])));
}

/** Everything but how long it took. */
function timeless(report: FitReport): unknown {
  return { ...report, seconds: null };
}

for (const [name, options] of Object.entries(short))
  for (const engine of ["reference", "tfjs"])
    test(`the same seed gives ${name} the same answer bit for bit on ${engine}`, async () => {
      await withFiles({ "data.json": someData(name) }, async (path) => {
        const all = [...options, "--engine", engine, "--data", path("data.json")];
        const once = async (seed: string) => timeless((await inferred(name, [...all, "--seed", seed])).report);
        const first = await once("7");
        expect(await once("7")).toEqual(first);
        expect(await once("8")).not.toEqual({ ...(first as FitReport), seed: 8 });
      });
    });

test("an interrupt keeps what was learned, reports it and exits with 130", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 700);
  const { code, report } = await inferred(
    "linear_regression",
    ["--seed", "1", "--steps", "1000000", "--engine", "reference", "--evidence-draws", "2000"],
    { signal: stop.signal },
  );
  expect(code).toBe(130);
  expect(report.stopped).toBe("interrupted");
  expect(report.steps).toBeGreaterThan(10);
  expect(report.steps).toBeLessThan(1_000_000);
  // what was learned is what as many steps learn: the start is thousands of nats below
  expect(report.bound.value).toBeGreaterThan(-1000);
  expect(Object.keys(report.sites)).toContain("sigma");
});

for (const name of ["coin", "abs_normal"])
  test(`models/${name}/data.json is what its README says it was simulated by`, async () => {
    const size = name === "coin" ? "N=20" : "N=1000";
    const { out } = await stratum(["simulate", join(root, "models", name), "--size", size, "--seed", "1"]);
    expect(out).toBe(readFileSync(join(root, "models", name, "data.json"), "utf8"));
  });

test("models/linear_regression/data.json is simulated from simulated predictors", async () => {
  const folder = join(root, "models", "linear_regression");
  const { out: predictors } = await stratum([
    "simulate",
    join(folder, "covariates.ppl"),
    "--size",
    "N=100,P=2",
    "--seed",
    "1",
  ]);
  const { out } = await stratum(["simulate", folder, "--data", "-", "--seed", "1"], { stdin: predictors });
  expect(out).toBe(readFileSync(join(folder, "data.json"), "utf8"));
});
