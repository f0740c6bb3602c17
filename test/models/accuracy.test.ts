import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { infer } from "../../src/index.ts";
import { randomStream, seedKey, type RandomStream } from "../../src/numeric/random.ts";
import { lgamma } from "../../src/numeric/special.ts";
import { flatten } from "../../src/posterior/summary.ts";
import { posteriors, readJson, referenceOf } from "../accuracy/cases.ts";
import { describeShared } from "../shared.ts";
import { root } from "./fits.ts";

const model = (name: string) => ({
  path: name,
  text: readFileSync(join(root, "models", "posteriordb", name, "model.ppl"), "utf8"),
});

interface Regression {
  readonly name: string;
  readonly columns: (random: RandomStream) => Readonly<Record<string, number>>;
  /** The row of the design that the model makes of a datum. */
  readonly row: (datum: Readonly<Record<string, number>>) => readonly number[];
  readonly response: string;
  readonly fromMean: (mean: number) => number;
  readonly truth: readonly number[];
  readonly sigma: number;
}

const regressions: readonly Regression[] = [
  {
    name: "earnings-earn_height",
    columns: (random) => ({ height: 66 + 4 * random.normal() }),
    row: ({ height }) => [1, height!],
    response: "earn",
    fromMean: (mean) => mean,
    truth: [-60_000, 1200],
    sigma: 19_000,
  },
  {
    name: "earnings-logearn_interaction",
    columns: (random) => ({
      height: 66 + 4 * random.normal(),
      male: Number(random.uniform() < 0.5),
    }),
    row: ({ height, male }) => [1, height!, male!, height! * male!],
    response: "earn",
    fromMean: Math.exp,
    truth: [8.4, 0.02, -0.1, 0.01],
    sigma: 0.9,
  },
  {
    name: "mesquite-mesquite",
    columns: (random) => ({
      diam1: 1 + random.uniform(),
      diam2: 1 + random.uniform(),
      canopy_height: 1 + random.uniform(),
      total_height: 1 + random.uniform(),
      density: 1 + 3 * random.uniform(),
      group: Number(random.uniform() < 0.5),
    }),
    row: ({ diam1, diam2, canopy_height, total_height, density, group }) => [
      1,
      diam1!,
      diam2!,
      canopy_height!,
      total_height!,
      density!,
      group!,
    ],
    response: "weight",
    fromMean: (mean) => mean,
    truth: [-700, 190, 370, 350, -100, 130, -360],
    sigma: 270,
  },
];

/**
 * Posterior moments under flat priors on the coefficients and on sigma > 0. With S the residual sum of squares of n data
 * and p coefficients, p(sigma | y) is in proportion to sigma^-(n - p) exp(-S / 2 sigma^2), so that
 * E sigma^k = (S / 2)^(k / 2) Gamma((n - p - 1 - k) / 2) / Gamma((n - p - 1) / 2), and the coefficients have the least
 * squares estimate as their mean and E sigma^2 (X'X)^-1 as their covariance.
 */
function closedForm(X: readonly (readonly number[])[], y: readonly number[]) {
  const p = X[0]!.length;
  const gram = new Float64Array(p * p);
  const moment = new Float64Array(p);
  X.forEach((row, n) => {
    for (let i = 0; i < p; i++) {
      moment[i]! += row[i]! * y[n]!;
      for (let j = 0; j < p; j++) gram[i * p + j]! += row[i]! * row[j]!;
    }
  });
  const inverse = inverseOf(gram, p);
  const at = (i: number) => moment.reduce((sum, m, j) => sum + inverse[i * p + j]! * m, 0);
  const beta = Array.from({ length: p }, (_, i) => at(i));
  const S = X.reduce((sum, row, n) => sum + (y[n]! - row.reduce((s, x, i) => s + x * beta[i]!, 0)) ** 2, 0);
  const nu = X.length - p - 1;
  const power = (k: number) => Math.exp((k / 2) * Math.log(S / 2) + lgamma((nu - k) / 2) - lgamma(nu / 2));
  return {
    beta: beta.map((mean, i) => ({ mean, sd: Math.sqrt(power(2) * inverse[i * p + i]!) })),
    sigma: [{ mean: power(1), sd: Math.sqrt(power(2) - power(1) ** 2) }],
  };
}

/** Gauss-Jordan, with rows scaled by their diagonal; enough for a Gram matrix of a few columns. */
function inverseOf(A: Float64Array, p: number): Float64Array {
  const rows = Array.from({ length: p }, (_, i) =>
    Array.from({ length: 2 * p }, (_, j) => (j < p ? A[i * p + j]! : Number(j - p === i))),
  );
  for (let i = 0; i < p; i++) {
    const pivot = rows[i]![i]!;
    rows[i] = rows[i]!.map((x) => x / pivot);
    for (let k = 0; k < p; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]!;
      rows[k] = rows[k]!.map((x, j) => x - factor * rows[i]![j]!);
    }
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(p)));
}

describe("with no options at all", () => {
  test.each(regressions)("$name finds the closed form of its posterior on simulated data", async (r) => {
    const random = randomStream(seedKey(1, r.name));
    const data = Array.from({ length: 80 }, () => r.columns(random));
    const X = data.map(r.row);
    const means = X.map((row) => row.reduce((sum, x, i) => sum + x * r.truth[i]!, 0) + r.sigma * random.normal());
    const exact = closedForm(X, means);
    const columns = Object.fromEntries(Object.keys(data[0]!).map((name) => [name, data.map((d) => d[name]!)]));
    const answer = await infer(model(r.name), {
      seed: 1,
      data: { ...columns, [r.response]: means.map(r.fromMean) },
    });
    expect(answer.verdict.trusted).toBe(true);
    const sites = answer.summary();
    // summaries are of 4,000 draws, of which nine tenths count; standard deviations, of nearly normal numbers, have half the variance
    const draws = 0.9 * 4000;
    for (const [name, entries] of Object.entries(exact))
      entries.forEach(({ mean, sd }, i) => {
        expect(Math.abs(flatten(sites[name]!.mean)[i]! - mean)).toBeLessThan((6 * sd) / Math.sqrt(draws));
        expect(Math.abs(flatten(sites[name]!.sd)[i]! - sd)).toBeLessThan((6 * sd) / Math.sqrt(draws));
      });
  });

  test("the closed form is that of three data on a line, by hand", () => {
    // y = x + (1, -2, 1) / 6 has S = 1 / 6 on 3 - 2 degrees: too few for moments, so each datum counts four times
    const x = [0, 1, 2].flatMap((v) => [v, v, v, v]);
    const y = x.map((v) => v + [1 / 6, -1 / 3, 1 / 6][v]!);
    const { beta, sigma } = closedForm(
      x.map((v) => [1, v]),
      y,
    );
    expect(beta.map(({ mean }) => mean)).toEqual([expect.closeTo(0, 12), expect.closeTo(1, 12)]);
    // S = 4 / 6; E sigma^2 = (S / 2) / ((9 - 2) / 2) = 2 / 21; sum of (x - 1)^2 is 8
    expect(beta[1]!.sd).toBeCloseTo(Math.sqrt(2 / 21 / 8), 12);
    expect(sigma[0]!.sd ** 2 + sigma[0]!.mean ** 2).toBeCloseTo(2 / 21, 12);
  });
});

const rows = ["kidiq-kidscore_momiq", "kilpisjarvi_mod-kilpisjarvi", "gp_pois_regr-gp_regr"];

describeShared("against long runs", "posteriordb", (folder) => {
  test.each(rows)("%s is within 0.1 standard deviations and 10 %", async (name) => {
    const { pairs } = posteriors.find((one) => one.name === name)!;
    const data = readJson(join(folder, name, "data.json")) as Record<string, unknown>;
    const answer = await infer(model(name), { seed: 1, data });
    const reference = referenceOf(dirname(folder), name);
    expect(answer.verdict.trusted).toBe(true);
    for (const pair of pairs) {
      const site = answer.summary()[pair.site]!;
      const { mean, sd } = reference[pair.reference]!;
      expect(Math.abs(flatten(site.mean)[pair.at]! - mean) / sd).toBeLessThan(0.1);
      expect(Math.abs(flatten(site.sd)[pair.at]! / sd - 1)).toBeLessThan(0.1);
    }
  });
});
