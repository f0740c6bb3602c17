import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  absNormal,
  coin,
  eightSchools,
  integrate,
  linearRegression,
  referenceFile,
  references,
  referenceText,
} from "../../scripts/references.ts";
import { testShared } from "../shared.ts";
import { entries, longRun } from "./fits.ts";

for (const [name, compute] of Object.entries(references))
  test(`models/${name}/reference.json is what its method gives`, async () => {
    expect(readFileSync(referenceFile(name), "utf8")).toBe(await referenceText(compute()));
  });

test("the trapezium rule integrates a normal density to 1 with its moments", () => {
  const { log, moments } = integrate(-12, 14, (x) => ({
    log: -0.5 * (Math.log(2 * Math.PI * 4) + (x - 1) ** 2 / 4),
    // a quantity with mean x and variance 3 given x
    moments: [[x, 3]],
  }));
  // cut at 6.5 standard deviations: 1e-10
  expect(log).toBeCloseTo(0, 9);
  expect(moments[0]![0]).toBeCloseTo(1, 8);
  expect(moments[0]![1]).toBeCloseTo(Math.sqrt(7), 8);
});

test("one flip has evidence 1/2 and moves beta(2, 2) to beta(3, 2)", () => {
  const { logEvidence, sites } = coin({ y: [1] });
  expect(logEvidence).toBeCloseTo(Math.log(0.5), 12);
  expect(sites["bias"]!.mean).toBeCloseTo(0.6, 12);
  expect(sites["bias"]!.sd).toBeCloseTo(0.2, 12);
});

test("the density of abs_normal at the origin is that of a normal", () => {
  // 2 N(0; 0, 1 + s^2) / 2 in each coordinate: -log(2 pi 1.0025) = -1.840373947
  expect(absNormal({ x: [[0, 0]] }, 0.05).logEvidence).toBeCloseTo(-1.840373947, 8);
});

test("one school: mu and the effect have the moments of a two-dimensional integral", () => {
  // y = 4, se = 3: brute force over (log tau, mu) on a grid, theta in closed form
  const [y, se] = [4, 3];
  let [total, mu, theta] = [0, 0, 0];
  for (let i = -400; i <= 400; i++)
    for (let j = -300; j <= 300; j++) {
      const [tau, m] = [Math.exp(i / 40), j / 10];
      const variance = se ** 2 + tau ** 2;
      const weight =
        (Math.exp(-0.5 * (m / 5) ** 2) * Math.exp((-0.5 * (y - m) ** 2) / variance) * tau) /
        (Math.sqrt(variance) * (1 + (tau / 5) ** 2));
      total += weight;
      mu += weight * m;
      theta += weight * (m + (tau ** 2 / variance) * (y - m));
    }
  const { sites } = eightSchools({ y: [y], se: [se] }, ["theta"]);
  // the grid stops at |mu| = 30, six prior standard deviations, and tau = e^10, beyond which lies 1e-4 of its prior
  expect(sites["mu"]!.mean).toBeCloseTo(mu / total, 3);
  expect(entries(sites["theta"]!.mean)[0]).toBeCloseTo(theta / total, 3);
});

test("regression on precise data is least squares", () => {
  const x = [[-1.5], [-0.5], [0.5], [1.5]];
  const { sites } = linearRegression({ x, y: x.map(([xi], i) => 2 + 3 * xi! + 0.01 * (-1) ** i) });
  expect(entries(sites["alpha"]!.mean)[0]).toBeCloseTo(2, 2);
  expect(entries(sites["beta"]!.mean)[0]).toBeCloseTo(3, 1);
});

const draws = "posteriordb/eight_schools-eight_schools_noncentered";
testShared("eight schools agrees with 10,000 draws from elsewhere", draws, (folder) => {
  const { sites } = references["eight_schools"]!();
  for (const [name, { mean, sd }] of Object.entries(longRun(folder))) {
    const [, site, index] = /^(\w+?)(?:\[(\d+)\])?$/.exec(name)!;
    const exact = entries(sites[site!]!.mean)[Number(index ?? 1) - 1]!;
    // six standard errors of 10,000 draws
    expect(Math.abs(mean - exact)).toBeLessThan(0.06 * sd);
  }
});
