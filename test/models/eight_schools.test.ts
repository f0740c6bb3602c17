import { expect, test } from "vitest";
import type { FitReport } from "../../src/report/report.ts";
import { testShared } from "../shared.ts";
import { entries, inferred, longRun, referenceOf, type LongRun } from "./fits.ts";

const fitted = inferred("eight_schools", ["--seed", "1", "--engine", "reference"]);

/**
 * Half the distance that makes a posterior look wrong to a reader. Importance-weighted draws are within 0.15 standard
 * deviations when 1,600 of them count (six standard errors); the heavy tail of tau needs the 15 % on its own.
 */
function expectClose(report: FitReport, site: string, index: number, exact: LongRun): void {
  const found = report.sites[site]!;
  const [mean, sd] = [entries(found.mean)[index]!, entries(found.sd)[index]!];
  expect(Math.abs(mean - exact.mean) / exact.sd).toBeLessThan(0.15);
  expect(Math.abs(sd / exact.sd - 1)).toBeLessThan(0.15);
}

test("a mixture of full-rank components recovers eight schools as integrated numerically", async () => {
  const { code, report } = await fitted;
  expect(code).toBe(0);
  expect(report.verdict.trusted).toBe(true);
  const { sites, logEvidence } = referenceOf("eight_schools");
  expect(Object.keys(sites).sort()).toEqual(["eta", "mu", "tau", "theta"]);
  for (const [site, { mean, sd }] of Object.entries(sites))
    entries(mean).forEach((value, i) => expectClose(report, site, i, { mean: value, sd: entries(sd)[i]! }));
  const { value, standardError, bias } = report.logEvidence;
  expect(logEvidence).toBeCloseTo(-31.3113, 4);
  expect(Math.abs(value - logEvidence)).toBeLessThan(6 * standardError + bias);
});

const draws = "posteriordb/eight_schools-eight_schools_noncentered";
testShared("a mixture of full-rank components recovers 10,000 reference draws", draws, async (folder) => {
  const exact = longRun(folder);
  const { report } = await fitted;
  const names = Object.keys(exact);
  expect(names).toHaveLength(10);
  for (const name of names) {
    const [, site, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(name)!;
    // these count from 1
    expectClose(report, site!, index === undefined ? 0 : Number(index) - 1, exact[name]!);
  }
});

test("a mean field on the centred form is far from the posterior, and the verdict says so", async () => {
  const { code, report } = await inferred("eight_schools_centred", [
    ...["--guide", "mean_field", "--objective", "elbo", "--T", "10", "--steps", "1500"],
    ...["--lr", "0.05", "--seed", "1", "--engine", "reference"],
  ]);
  expect(code).toBe(2);
  expect(report.verdict.trusted).toBe(false);
  // measured 1.06; its standard error at 4,000 draws is 0.15
  expect(report.kHat).toBeGreaterThan(0.7);
  expect(report.verdict.sentence).toContain("poor");
  // it is: one Gaussian settles at one width of the funnel
  const { sites } = referenceOf("eight_schools_centred");
  expect(entries(report.sites["tau"]!.sd)[0]).toBeLessThan(0.6 * entries(sites["tau"]!.sd)[0]!);
});
