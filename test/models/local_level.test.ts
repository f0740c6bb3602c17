import { expect, test } from "vitest";
import { localLevel } from "../../scripts/references.ts";
import { entries, inferred, referenceOf } from "./fits.ts";

test("with the defaults, a local level is what the Kalman smoother says", async () => {
  const { code, report } = await inferred("local_level", ["--seed", "1"]);
  expect(code).toBe(0);
  expect(report.verdict.trusted).toBe(true);
  const { sites, logEvidence } = referenceOf("local_level");
  const [mean, sd] = [entries(report.sites["x"]!.mean), entries(report.sites["x"]!.sd)];
  const exact = { mean: entries(sites["x"]!.mean), sd: entries(sites["x"]!.sd) };
  expect(mean).toHaveLength(50);
  mean.forEach((value, t) => {
    // six standard errors of 10,000 draws: 0.06 sd of a mean, 0.042 of a standard deviation
    expect(Math.abs(value - exact.mean[t]!) / exact.sd[t]!).toBeLessThan(0.06);
    expect(Math.abs(sd[t]! / exact.sd[t]! - 1)).toBeLessThan(0.042);
  });
  // the guide is the posterior, so that every log weight is the evidence, to the search's tolerance
  expect(report.logEvidence.value).toBeCloseTo(logEvidence, 4);
});

test("two measurements: the smoother is the conditional of a bivariate normal", () => {
  const { logEvidence, sites } = localLevel({ y: [1, -1] }, { start: 1, drift: 1, noise: 1 });
  // cov(x) = [[1, 1], [1, 2]], cov(y) = [[2, 1], [1, 3]], whose inverse is [[3, -1], [-1, 2]] / 5
  const { mean, sd } = sites["x"]!;
  // cov(x) inv = [[2, 1], [1, 3]] / 5
  [(2 - 1) / 5, (1 - 3) / 5].forEach((x, t) => expect(entries(mean)[t]).toBeCloseTo(x, 12));
  // 1 - [1, 1] inv [1, 1] = 1 - 3/5, and 2 - [1, 2] inv [1, 2] = 2 - 7/5
  [Math.sqrt(2 / 5), Math.sqrt(3 / 5)].forEach((x, t) => expect(entries(sd)[t]).toBeCloseTo(x, 12));
  // y inv y = (3 + 2 + 2) / 5
  expect(logEvidence).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(5) - 0.5 * 1.4, 12);
});
