import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { PredictionReport } from "../../src/report/prediction.ts";
import type { FitReport } from "../../src/report/report.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const quick = [
  "--guide",
  "full_rank",
  "--objective",
  "elbo",
  "--steps",
  "500",
  "--lr",
  "0.05",
  "--seed",
  "1",
  "--evidence-draws",
  "4000",
];
const coin = "model coin\ndata y: int<0..2>[N]\nsample p ~ beta(1, 1)\nplate n in N { observe y[n] ~ bernoulli(p) }\n";

describe("scores of a test set", () => {
  test("stand in the report of infer, as text and as JSON, and in the saved run", () =>
    withFiles({ "model.ppl": normalMean, "data.json": normalData, "test.json": '{ "y": [0, 2.5] }' }, async (path) => {
      const argv = [
        "infer",
        path("model.ppl"),
        "--data",
        path("data.json"),
        "--test",
        path("test.json"),
        "--test-draws",
        "4000",
        ...quick,
      ];
      const { code, out } = await stratum([...argv, "--json", "--out", path("run")]);
      expect(code).toBe(0);
      const report = JSON.parse(out) as FitReport;
      const [score] = report.test!.scores;
      expect(score).toMatchObject({ site: "y[n]", count: 2, draws: 4000, fitted: false, accuracy: null });
      expect(report.test!.seconds).toBeGreaterThan(0);
      // normal(1.5, variance 5/4) at 0 and at 2.5
      const exact = -0.5 * Math.log(2 * Math.PI * 1.25) - (1.5 ** 2 + 1) / 2 / 2.5;
      // p varies less than its largest value, 0.4, over the draws; its mean is above 0.14
      expect(Math.abs(score!.logDensity.mean - exact)).toBeLessThan((6 * 0.4) / 0.14 / Math.sqrt(4000));
      const saved = await stratum(["posterior", path("run"), "--json"]);
      expect((JSON.parse(saved.out) as FitReport).test).toEqual({
        ...report.test,
        seconds: null,
      });
      const text = await stratum(argv);
      expect(text.out).toMatch(
        /\n\ntest data, 4,000 draws \(scored in [^)]+\)\nprediction of +data +log density per datum\ny\[n\] +2 +-1\.\d+ ± 0\.\d+\n\n/,
      );
    }));

  test("need a file that is there, whose data fit the model", () =>
    withFiles(
      {
        "model.ppl": coin,
        "data.json": '{ "y": [1, 0] }',
        "bad.json": '{ "y": [2] }',
        "named.csv": "y\n1\n0\n1\n",
      },
      async (path) => {
        const with_ = (file: string, ...more: readonly string[]) =>
          stratum(["infer", path("model.ppl"), "--data", path("data.json"), "--test", file, ...quick, ...more]);
        const missing = await with_(path("tests.json"));
        expect(missing.code).toBe(1);
        expect(missing.err).toContain("tests.json");
        const bad = await with_(path("bad.json"));
        expect(bad.code).toBe(1);
        expect(bad.err).toContain("`y");
        expect(bad.out).toBe("");
        const twice = await stratum(["infer", path("model.ppl"), "--data", "-", "--test", "-", ...quick], {
          stdin: '{ "y": [1] }',
        });
        expect(twice.code).toBe(1);
        expect(twice.err).toContain("standard input is read once");
        const named = await with_(`y=${path("named.csv")}`, "--json");
        expect((JSON.parse(named.out) as FitReport).test!.scores).toMatchObject([{ count: 3 }]);
      },
    ));
});

describe("predict", () => {
  test("prints accuracy, log loss, Brier score and calibration first, and writes probabilities", () =>
    withFiles(
      { "model.ppl": coin, "data.json": '{ "y": [1, 1, 0, 1] }', "new.json": '{ "y": [1, 0, 1, 1, 0] }' },
      async (path) => {
        await stratum(["infer", path("model.ppl"), "--data", path("data.json"), ...quick, "--out", path("run")]);
        const argv = ["predict", path("run"), "--data", path("new.json"), "--draws", "4000", "--scores", "--seed", "1"];
        const { code, out } = await stratum([...argv, "--json", "--out", path("out.csv")]);
        expect(code).toBe(0);
        const report = JSON.parse(out) as PredictionReport;
        expect(report).toMatchObject({ draws: 4000, simulated: 0, checks: [], unscored: [] });
        const [score] = report.scores;
        // 3 of 5 are the class that is thought likelier
        expect(score).toMatchObject({ site: "y[n]", count: 5, draws: 4000, accuracy: 0.6 });
        // P(1) is the mean of beta(4, 2), 2/3: its sd is below 0.18; 2,000 effective draws at least
        const error = (6 * 0.18) / Math.sqrt(2000);
        const p = (report.sites["y"]!.probabilities as number[][])[0]![1]!;
        expect(Math.abs(p - 2 / 3)).toBeLessThan(error);
        expect(score!.logDensity.mean).toBeCloseTo(0.6 * Math.log(p) + 0.4 * Math.log(1 - p), 6);
        expect(score!.brier).toBeCloseTo(0.6 * 2 * (1 - p) ** 2 + 0.4 * 2 * p ** 2, 6);
        expect(score!.ece).toBeCloseTo(p - 0.6, 6);
        const text = await stratum(argv);
        expect(text.out).toMatch(
          /^coin {2}posterior predictive, 4,000 draws; seed 1\np: posterior\n\nprediction of +data +accuracy +log loss +Brier +ECE +by chance\ny\[n\] +5 +0\.60 ± 0\.22/,
        );
        expect(text.out).toMatch(
          /\nconfidence in y\[n\] +data +mean confidence +accuracy\n0\.(667 to 0\.733|600 to 0\.667) +5 /,
        );
        const [head, ...rows] = readFileSync(path("out.csv"), "utf8").trim().split("\n");
        expect(head).toBe("site,index,mean,sd,q05,q50,q95,observed,p0,p1");
        expect(rows).toHaveLength(5);
      },
    ));

  test("draws fewer data sets where draws count for the scores, and says so", () =>
    withFiles(
      {
        "model.ppl": coin,
        "data.json": '{ "y": [1, 1, 0, 1] }',
        "new.json": JSON.stringify({ y: Array.from({ length: 2500 }, (_, i) => i % 2) }),
      },
      async (path) => {
        await stratum(["infer", path("model.ppl"), "--data", path("data.json"), ...quick, "--out", path("run")]);
        const { out } = await stratum([
          "predict",
          path("run"),
          "--data",
          path("new.json"),
          "--draws",
          "2000",
          "--seed",
          "1",
          "--statistic",
          "mean",
        ]);
        expect(out).toContain("\n400 data sets were drawn anew for the summaries below\n");
        expect(out).toContain("\nmean(y) ");
      },
    ));
});
