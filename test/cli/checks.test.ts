import { describe, expect, test } from "vitest";
import { calibrationText, type CalibrationReport } from "../../src/report/calibration.ts";
import type { GradientReport } from "../../src/report/gradients.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

const files = { "model.ppl": normalMean, "data.json": normalData };
const elbo = ["--guide", "mean_field", "--objective", "elbo"];

describe("check-gradients", () => {
  test("finds that the estimators agree", () =>
    withFiles(files, async (path) => {
      const argv = ["check-gradients", path(""), ...elbo, "--seed", "1", "--repeats", "800"];
      const { code, out, err } = await stratum([...argv, "--json"]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const report = JSON.parse(out) as GradientReport;
      expect(report).toMatchObject({
        objective: { bound: "elbo", T: 10 },
        parameters: 2,
        repeats: 800,
        points: 3,
        reference: "pathwise",
        agree: true,
      });
      expect(report.rows.map(({ estimator, point }) => `${point} ${estimator}`)).toEqual(
        [0, 1, 2].flatMap((at) => ["pathwise", "score", "score (loo)", "stl"].map((name) => `${at} ${name}`)),
      );
      const text = await stratum([...argv, "--points", "1"]);
      expect(text.out).toMatch(
        /^normal_mean {2}gradients of elbo \(T = 10\) in 2 parameters at 1 point\n800 repeats each; \S+, float64; seed 1\n/,
      );
      expect(text.out).toContain("Score, score (loo), stl and pathwise agree on the mean gradient");
    }));

  test("checks the engine that it is given", () =>
    withFiles(files, async (path) => {
      const argv = ["check-gradients", path(""), ...elbo, "--seed", "1", "--repeats", "100"];
      const { code, out } = await stratum([...argv, "--points", "1", "--backend", "cpu", "--json"]);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ engine: "tfjs-cpu", precision: "float32", agree: true });
    }));

  test("measures at the parameters of a saved run, several bounds with its one guide", () =>
    withFiles(files, async (path) => {
      const fit = [
        "--guide",
        "mixture",
        "--K",
        "2",
        "--objective",
        "siwae",
        "--T",
        "3",
        "--steps",
        "600",
        "--lr",
        "0.03",
      ];
      const ran = await stratum([
        "infer",
        path(""),
        ...fit,
        "--seed",
        "1",
        "--evidence-draws",
        "200",
        "--out",
        path("run"),
      ]);
      expect(ran.err).toContain("saved in");
      const argv = ["check-gradients", path(""), "--run", path("run"), "--seed", "1", "--repeats", "800"];
      const { code, out, err } = await stratum([...argv, "--objectives", "siwae,selbo:6,elbo", "--json"]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const report = JSON.parse(out) as GradientReport;
      expect(report).toMatchObject({
        at: "trained",
        points: 1,
        per: "data set",
        objectives: [
          { bound: "siwae", T: 3 },
          { bound: "selbo", T: 6 },
          { bound: "elbo", T: 3 },
        ],
        agree: true,
      });
      const of = (bound: string, estimator: string) =>
        report.rows.find((row) => row.objective.bound === bound && row.estimator === estimator)!.variance;
      expect(report.rows.map(({ estimator }) => estimator)).toEqual([
        ...["pathwise", "score", "score (loo)", "dreg"],
        ...["pathwise", "score", "score (loo)", "stl"],
        "score",
        "score (loo)",
      ]);
      // 0.0006, 0.22 and 127 near the posterior, known to a tenth
      expect(of("siwae", "dreg").mean.value).toBeLessThan(of("siwae", "pathwise").mean.value / 100);
      expect(of("siwae", "score").mean.value).toBeGreaterThan(100 * of("siwae", "pathwise").mean.value);
      for (const { variance, sd } of report.rows) {
        expect(sd ** 2).toBeCloseTo(variance.mean.value, 12);
        // all parameters are the guide's, of which two make the weights
        expect(variance.guide!.value).toBeCloseTo(variance.mean.value, 12);
        expect(variance.model).toBeUndefined();
        expect(variance.weights!.value).toBeLessThan(variance.largest.value + 1e-12);
        expect(variance.mean.standardError!).toBeLessThan(variance.mean.value);
      }
      const text = await stratum([...argv, "--objectives", "siwae,selbo:6"]);
      expect(text.out).toContain("siwae, T = 3: score, score (loo), dreg and pathwise agree on the mean gradient");
      // the same without a list: the bound of the run, with an option in its place
      const one = await stratum([...argv, "--T", "2", "--json"]);
      expect(JSON.parse(one.out)).toMatchObject({ objectives: [{ bound: "siwae", T: 2 }] });

      const guide = await stratum([...argv, "--K", "3"]);
      expect(guide.err).toContain("`--run` and `--K` do not go together");
      const listed = await stratum([...argv, "--objectives", "siwae:0"]);
      expect(listed.err).toContain("`--objectives` takes bounds among `elbo`");
    }));

  test("refuses a run of another model, and warns of other data", () =>
    withFiles(
      {
        ...files,
        "other/model.ppl": normalMean.replace("(0, 1)", "(0, 2)"),
        "less.json": `{ "y": [0.5] }`,
      },
      async (path) => {
        // prettier-ignore
        await stratum(["infer", path(""), "--steps", "5", ...elbo, "--seed", "1", "--out", path("run")]);
        const argv = ["--run", path("run"), "--seed", "1", "--repeats", "50"];
        const other = await stratum(["check-gradients", path("other"), "--data", path("data.json"), ...argv]);
        expect(other.code).toBe(1);
        expect(other.err).toMatch(/error\[PPL742\]: the run in `\S+` is of another text/);
        const less = await stratum(["check-gradients", path(""), "--data", path("less.json"), ...argv]);
        expect(less.code).toBe(0);
        expect(less.err).toContain("warning[PPL741]: `y` is not what the run was trained on");
      },
    ));

  test("says what is wrong with its options", () =>
    withFiles(files, async (path) => {
      const { code, err } = await stratum(["check-gradients", path(""), "--repeats", "1"]);
      expect(code).toBe(1);
      expect(err).toContain("`--repeats` takes a whole number of at least 2, and is given `1`");
    }));
});

/** An intercept and a slope whose covariate is far from 0: strongly correlated. */
const line = `model line
data y: real[N]
sample a ~ normal(0, 1)
sample b ~ normal(0, 1)
plate n in N {
  observe y[n] ~ normal(a + b * (5 + 0.1 * n), 1)
}
`;
const quick = ["--steps", "600", "--lr", "0.05", "--evidence-draws", "500", "--seed", "1"];

describe("calibrate", () => {
  const calibrated = async (path: string, ...more: readonly string[]) => {
    const { code, out, err } = await stratum(["calibrate", path, ...quick, ...more, "--json"]);
    return { code, err, report: JSON.parse(out) as CalibrationReport };
  };

  test(
    "finds nothing wrong with a guide that can be the posterior",
    () =>
      withFiles(files, async (path) => {
        const { code, err, report } = await calibrated(
          path("model.ppl"),
          ...elbo,
          "--size",
          "N=5",
          "--simulations",
          "60",
        );
        expect({ code, err }).toEqual({ code: 0, err: "" });
        expect(report).toMatchObject({
          sizes: { N: 5 },
          simulations: 60,
          fits: 60,
          draws: 99,
          amortized: false,
          pooled: false,
          untrusted: 0,
          failed: 0,
          uniform: true,
        });
        expect(report.scalars).toHaveLength(1);
        expect(report.scalars[0]!.ranks).toHaveLength(60);
      }),
    60_000,
  );

  test(
    "finds that a mean field is too narrow for correlated latents, and exits with 2",
    () =>
      withFiles({ "model.ppl": line }, async (path) => {
        const argv = [...elbo, "--size", "N=10", "--simulations", "80"];
        const { code, report } = await calibrated(path("model.ppl"), ...argv);
        expect(code).toBe(2);
        // by chance with probability below 1e-6
        for (const { fault, p } of report.scalars) {
          expect(fault).toBe("too narrow");
          expect(p).toBeLessThan(1e-6);
        }
        expect(report.untrusted).toBeGreaterThan(40);
        const text = calibrationText(report);
        expect(text).toContain("The posteriors of a, b are too narrow: true values are too often in their tails.");
        expect(text).toMatch(/\d+ of 80 fits did not trust themselves\./);
      }),
    60_000,
  );

  test("trains networks once, and takes the elements of a plate together", () => {
    const text = "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}\n";
    return withFiles({ "model.ppl": text }, async (path) => {
      const argv = [...elbo, "--amortize", "--hidden", "10", "--batch", "n=100", "--simulations", "6"];
      const { code, report } = await calibrated(path("model.ppl"), ...argv);
      expect(code).toBe(0);
      // the size that nothing tells is 20
      expect(report).toMatchObject({ amortized: true, pooled: true, sizes: { N: 20 }, fits: 6 });
      expect(report.scalars[0]).toMatchObject({ site: "z", index: [null] });
      expect(report.scalars[0]!.ranks).toHaveLength(120);
    });
  }, 60_000);

  test("gives the same ranks for the same seed, and what it has when it is interrupted", () =>
    withFiles(files, async (path) => {
      const argv = [path("model.ppl"), ...elbo, "--size", "N=3", "--simulations", "3"] as const;
      const [one, two] = [await calibrated(...argv), await calibrated(...argv)];
      expect(two.report).toEqual(one.report);
      const stopped = await stratum(["calibrate", ...argv, ...quick], { signal: AbortSignal.abort() });
      expect(stopped.code).toBe(130);
      expect(stopped.out).toContain("No fit was finished.");
    }));

  test("refuses models whose prior cannot be drawn from", () =>
    withFiles(
      {
        "flat.ppl": "data y: real\nsample z: real ~ flat()\nobserve y ~ normal(z, 1)\n",
        "factor.ppl": "sample z ~ normal(0, 1)\nfactor -z\n",
        "param.ppl": "data x: real\nparam m: real = 0\nobserve x ~ normal(m, 1)\n",
      },
      async (path) => {
        // prettier-ignore
        const factor = await stratum(["calibrate", path("factor.ppl")]);
        expect(factor.code).toBe(1);
        expect(factor.err).toMatch(/PPL794[^]*its prior cannot be drawn from[^]*factor\.ppl:2:1/);
        const flat = await stratum(["calibrate", path("flat.ppl")]);
        expect(flat.code).toBe(1);
        expect(flat.err).toContain("give it a proper prior");
        const param = await stratum(["calibrate", path("param.ppl")]);
        expect(param.code).toBe(1);
        expect(param.err).toContain("PPL786");
      },
    ));
});
