import { expect, test } from "vitest";
import { entries, inferred, referenceOf } from "./fits.ts";
import type { FitReport } from "../../src/report/report.ts";

/**
 * Moments from importance-weighted draws against exact ones, within six standard errors. Summaries are of 4,000 of the
 * 10,000 draws that the effective sample size is of; the mean of n independent draws has standard error sd / sqrt(n),
 * their standard deviation about sd / sqrt(2 n).
 */
function expectMoments(report: FitReport, name: string): void {
  const { sites } = referenceOf(name);
  const draws = 0.4 * report.effectiveSampleSize;
  for (const [site, exact] of Object.entries(sites)) {
    const found = report.sites[site]!;
    const sds = entries(exact.sd);
    entries(found.mean).forEach((mean, i) =>
      expect(Math.abs(mean - entries(exact.mean)[i]!)).toBeLessThan((6 * sds[i]!) / Math.sqrt(draws)),
    );
    entries(found.sd).forEach((sd, i) =>
      expect(Math.abs(sd - sds[i]!)).toBeLessThan((6 * sds[i]!) / Math.sqrt(2 * draws)),
    );
  }
}

/** The logarithm of an average is biased by about `bias`; 32-bit sums of the 100 log densities err by less than 1e-4. */
function expectEvidence({ logEvidence: found }: FitReport, exact: number): void {
  const tolerance = 6 * found.standardError + found.bias + 1e-4;
  expect(Math.abs(found.value - exact)).toBeLessThan(tolerance);
}

for (const engine of ["reference", "tfjs"])
  test(`the coin's beta posterior and evidence are recovered on ${engine}`, async () => {
    const { code, report } = await inferred("coin", ["--seed", "1", "--engine", engine]);
    expect(code).toBe(0);
    expect(report.verdict.trusted).toBe(true);
    expectMoments(report, "coin");
    expectEvidence(report, -14.723289);
    // 11 heads of 20 on beta(2, 2): the mean of beta(13, 11) is 13 / 24; the standard error is 0.1 / sqrt(4,000)
    expect(report.sites["bias"]!.mean).toBeCloseTo(0.5417, 2);
    // nearly the posterior itself, so that nearly all draws count and the evidence is known well
    expect(report.effectiveSampleSize).toBeGreaterThan(9000);
    expect(report.logEvidence.standardError).toBeLessThan(0.01);
  });

test("linear regression recovers coefficients, noise and evidence found by numerical integration", async () => {
  const { code, report } = await inferred("linear_regression", ["--seed", "1"]);
  expect(code).toBe(0);
  expect(report.verdict.trusted).toBe(true);
  expectMoments(report, "linear_regression");
  expectEvidence(report, -244.264732);
  expect(report.effectiveSampleSize).toBeGreaterThan(5000);
  // what the data were simulated from is within three posterior standard deviations
  const truth = { alpha: [-5.946], beta: [8.089, -4.82], sigma: [2.572] };
  for (const [site, values] of Object.entries(truth))
    values.forEach((value, i) => {
      const { mean, sd } = report.sites[site]!;
      expect(Math.abs(entries(mean)[i]! - value)).toBeLessThan(3 * entries(sd)[i]!);
    });
});
