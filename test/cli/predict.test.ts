import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PredictionReport } from "../../src/report/prediction.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const files = { "model.ppl": normalMean, "data.json": normalData };
const elbo = ["--guide", "mean_field", "--objective", "elbo"];

const quick = ["--steps", "600", "--lr", "0.05", "--evidence-draws", "500", "--seed", "1"];

describe("predict", () => {
  test("draws data like those that were fitted, and compares", () =>
    withFiles(files, async (path) => {
      const predict = await fitted(path, ...elbo);
      const { code, report } = await predict("--data", path("data.json"), "--statistic", "mean,max");
      expect(code).toBe(0);
      expect(report).toMatchObject({ draws: 1000, sources: [{ site: "mu", from: "posterior" }] });
      // normal(1.5, sd sqrt(1 + 1/4)); 500 importance draws behind the mean of mu
      const error = 6 * Math.sqrt(1.25 / 1000 + 0.25 / 500);
      for (const mean of report.sites["y"]!.mean as number[]) expect(Math.abs(mean - 1.5)).toBeLessThan(error);
      expect(report.checks.map(({ statistic, observed }) => [statistic, observed])).toEqual([
        ["mean", 2],
        ["max", 3],
      ]);
      // P(mean >= 2), the mean being normal(1.5, sd sqrt(7/12)); its error and that of the draws of mu
      const [{ p }] = report.checks as [PredictionReport["checks"][0]];
      expect(Math.abs(p - 0.256345)).toBeLessThan(6 * Math.hypot(Math.sqrt(0.19 / 1000), 0.42 * Math.sqrt(0.25 / 500)));
    }));

  test("needs no data where only observations are missing, and writes every datum to a file", () =>
    withFiles(files, async (path) => {
      const predict = await fitted(path, ...elbo);
      const { code, report } = await predict("--out", path("out.csv"), "--size", "N=12");
      expect(code).toBe(0);
      expect(report.checks).toEqual([]);
      const [head, ...rows] = readFileSync(path("out.csv"), "utf8").trim().split("\n");
      expect(head).toBe("site,index,mean,sd,q05,q50,q95,observed");
      expect(rows).toHaveLength(12);
      expect(rows[11]).toMatch(/^y,11,(-?[\d.]+,){5}$/);
      const text = await stratum(["predict", path("run"), "--seed", "1", "--size", "N=12"]);
      expect(text.out).toMatch(/^normal_mean {2}posterior predictive, 1,000 draws; seed 1\nmu: posterior\n/);
      expect(text.out).toContain("… 3 more");
    }));

  const groups = `model groups
data y: real[J]
sample mu ~ normal(0, 3)
plate j in J {
  sample eta ~ normal(0, 1)
  observe y[j] ~ normal(mu + eta, 0.5)
}
`;

  test(
    "draws the latents of new elements from their prior, given the others",
    () =>
      withFiles({ "model.ppl": groups, "data.json": '{ "y": [4, 6, 5, 5] }' }, async (path) => {
        const predict = await fitted(path, "--guide", "full_rank", "--objective", "elbo", "--steps", "3000");
        const same = await predict("--data", path("data.json"));
        expect(same.report.sources.map(({ from }) => from)).toEqual(["posterior", "posterior"]);
        // mu + eta is known of the fitted elements to 0.5 at worst: sd sqrt(1/2) at most, and six standard errors
        for (const sd of same.report.sites["y"]!.sd as number[]) expect(sd).toBeLessThan(0.8);
        const other = await predict("--size", "J=2");
        expect(other.report.sources).toEqual([
          { site: "mu", from: "posterior" },
          { site: "eta", from: "prior" },
        ]);
        // mu has precision 1/9 + 4/1.25, eta 1 and the noise 4; six standard errors, twice that for weights
        const sd = Math.sqrt(1 / (1 / 9 + 4 / 1.25) + 1 + 0.25);
        for (const found of other.report.sites["y"]!.sd as number[])
          expect(Math.abs(found - sd)).toBeLessThan((12 * sd) / Math.sqrt(2000));
      }),
    60_000,
  );

  test("reads latents of new data off them where a network was trained", () => {
    const text = "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 0.1)\n}\n";
    const data = JSON.stringify({ x: Array.from({ length: 64 }, (_, i) => Math.sin(i) * 1.5) });
    return withFiles({ "model.ppl": text, "data.json": data, "new.json": '{ "x": [1, -1] }' }, async (path) => {
      // prettier-ignore
      const predict = await fitted(path, ...elbo, "--amortize", "--hidden", "20");
      const { report } = await predict("--data", path("new.json"));
      expect(report.sources).toEqual([{ site: "z", from: "network" }]);
      const [up, down] = report.sites["x"]!.mean as [number, number];
      // exactly x / 1.01; the network need only be near
      expect(Math.abs(up - 1 / 1.01)).toBeLessThan(0.1);
      expect(Math.abs(down + 1 / 1.01)).toBeLessThan(0.1);
    });
  }, 60_000);

  test("draws latents outside plates from the guide too, where networks read new data", () => {
    const text =
      "data y: real[N]\nsample mu ~ normal(0, 3)\nplate n in N {\n  sample z ~ normal(mu, 1)\n  observe y[n] ~ normal(z, 0.5)\n}\n";
    const data = '{ "y": [1, 2, 3, 2.5, 1.5, 2, 3.5, 0.5] }';
    return withFiles({ "model.ppl": text, "data.json": data, "new.json": '{ "y": [2, 2.5, 1] }' }, async (path) => {
      // prettier-ignore
      const predict = await fitted(path, "--guide", "full_rank", "--objective", "elbo", "--amortize", "--hidden", "20", "--steps", "4000");
      const { report } = await predict("--data", path("new.json"));
      expect(report.sources).toEqual([
        { site: "mu", from: "guide" },
        { site: "z", from: "guide" },
      ]);
      // z given y and mu near 2 is 0.8 y + 0.2 mu, and y that again: the network need only be near
      const exact = [2, 2.4, 1.2];
      (report.sites["y"]!.mean as number[]).forEach((mean, n) => expect(Math.abs(mean - exact[n]!)).toBeLessThan(0.3));
    });
  });

  test("says what it lacks and what it does not know", () => {
    const text =
      "data x: real[N]\ndata y: real[N]\nsample b ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(b * x[n], 1) }\n";
    return withFiles({ "model.ppl": text, "data.json": '{ "x": [1, 2], "y": [1, 2] }' }, async (path) => {
      // prettier-ignore
      const predict = await fitted(path, ...elbo);
      const missing = await predict();
      expect(missing.code).toBe(1);
      expect(missing.out).toContain("`stratum predict` needs the data");
      const statistic = await predict("--data", path("data.json"), "--statistic", "mode");
      expect(statistic.out).toContain("PPL792");
      const out = await predict("--data", path("data.json"), "--out", path("out.xls"));
      expect(out.out).toContain("PPL793");
    });
  });

  test("refuses data that change the shape of a latent", () => {
    const text =
      "data x: real[N, P]\ndata y: real[N]\nsample b: real[P] ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(dot(x[n], b), 1) }\n";
    const files = {
      "model.ppl": text,
      "data.json": '{ "x": [[1, 2], [2, 1], [0, 1]], "y": [1, 2, 0] }',
      "rows.json": '{ "x": [[1, 1]] }',
      "columns.json": '{ "x": [[1, 1, 1]] }',
    };
    return withFiles(files, async (path) => {
      const predict = await fitted(path, "--guide", "full_rank", "--objective", "elbo");
      // new rows are new data of the same coefficients
      const rows = await predict("--data", path("rows.json"));
      expect(rows.code).toBe(0);
      expect(rows.report.sources).toEqual([{ site: "b", from: "posterior" }]);
      const columns = await predict("--data", path("columns.json"));
      expect(columns.code).toBe(1);
      expect(columns.out).toContain("PPL797");
      expect(columns.out).toContain("`b` has shape [2] in the saved run and [3] with these data");
    });
  });
});

/** A run folder of the model in `path("")`, and predictions from it. */
async function fitted(path: (name: string) => string, ...more: readonly string[]) {
  const { code, err } = await stratum([
    "infer",
    path("model.ppl"),
    "--data",
    path("data.json"),
    ...quick,
    ...more,
    "--out",
    path("run"),
  ]);
  expect({ code, err }).toEqual({ code: 0, err: `saved in ${path("run")}\n` });
  const predict = async (...argv: readonly string[]) => {
    const ran = await stratum(["predict", path("run"), "--seed", "1", ...argv, "--json"]);
    return { ...ran, report: JSON.parse(ran.out) as PredictionReport };
  };
  return predict;
}
