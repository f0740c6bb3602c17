import { expect } from "vitest";
import { flatten } from "../../src/posterior/summary.ts";
import type { FitReport } from "../../src/report/report.ts";

/** A posterior that is known exactly, entry by entry of each site. */
export interface Exact {
  /** log p(data), nats. */
  readonly logEvidence: number;
  readonly sites: Readonly<Record<string, readonly Moments[]>>;
}

export interface Moments {
  readonly mean: number;
  readonly sd: number;
  /** Fourth central moment over the squared variance; 3 when left out, that of a normal. */
  readonly kurtosis?: number;
}

/** Draws that a report's summaries are of; its effective sample size is of more. */
const summarised = 4000;

/**
 * A report against the truth, within six standard errors. A mean of n independent draws has standard error
 * sd / sqrt(n), their standard deviation sd sqrt((kurtosis - 1) / 4n); n is what the weighted draws are worth. The
 * logarithm of an average is too low by about `bias`. Where all weights are equal the evidence is exact to rounding.
 */
export function expectExact(report: FitReport, { logEvidence, sites }: Exact): void {
  expect(report.verdict.trusted, report.verdict.sentence).toBe(true);
  const share = report.effectiveSampleSize / report.logEvidence.draws;
  const n = Math.min(summarised, report.logEvidence.draws) * share;
  for (const [name, entries] of Object.entries(sites)) {
    const found = report.sites[name];
    if (!found) throw new Error(`the report has no ${name}`);
    const [means, sds] = [flatten(found.mean), flatten(found.sd)];
    expect(means, name).toHaveLength(entries.length);
    entries.forEach(({ mean, sd, kurtosis = 3 }, i) => {
      expectWithin(means[i], mean, 6 * (sd / Math.sqrt(n)), `mean of ${name}[${i}]`);
      expectWithin(sds[i], sd, 6 * sd * Math.sqrt((kurtosis - 1) / 4 / n), `sd of ${name}[${i}]`);
    });
  }
  const { value, standardError, bias } = report.logEvidence;
  expectWithin(value, logEvidence, 6 * standardError + bias + 1e-9 * Math.abs(logEvidence), "log evidence");
}

export function expectWithin(found: number | undefined, exact: number, tolerance: number, what: string): void {
  const [least, most] = [exact - tolerance, exact + tolerance];
  expect(found, `${what}: ${exact} ± ${tolerance}`).toBeGreaterThanOrEqual(least);
  expect(found, `${what}: ${exact} ± ${tolerance}`).toBeLessThanOrEqual(most);
}
