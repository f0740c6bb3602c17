import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { FitReport } from "../../src/report/report.ts";
import { normalData, normalMean, stratum, withFiles } from "./harness.ts";

/** log p(1, 2, 3) of the normal mean: y is normal with covariance I + 1 1', of determinant 4; y' S^-1 y = 14 - 36 / 4. */
const logEvidence = -1.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(4) - 0.5 * 5;

const files = { "model.ppl": normalMean, "data.json": normalData };
const quick = ["--guide", "mean_field", "--objective", "elbo", "--engine", "reference"];
const training = ["--steps", "500", "--lr", "0.05", "--seed", "1", "--evidence-draws", "4000"];

const json = (out: string) => JSON.parse(out) as FitReport & { schemaVersion: number };

describe("infer", () => {
  test("finds the conjugate posterior and its evidence", () =>
    withFiles(files, async (path) => {
      const { code, out, err } = await stratum(["infer", path(""), ...quick, ...training, "--json"]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      const report = json(out);
      expect(report).toMatchObject({
        schemaVersion: 1,
        model: "normal_mean",
        guide: { family: "mean_field", K: 1 },
        objective: { bound: "elbo", gradient: "pathwise", T: 10 },
        seed: 1,
        engine: "reference",
        steps: 500,
        bound: { per: "data set" },
        logEvidence: { draws: 4000, perDatum: null },
        components: [{ weight: 1 }],
        warnings: [],
      });
      const { value, standardError } = report.logEvidence;
      expect(logEvidence).toBeCloseTo(-5.949963, 6);
      expect(Math.abs(value - logEvidence)).toBeLessThan(6 * standardError);
      expect(report.bound.value).toBeLessThan(logEvidence + 6 * report.bound.standardError);
      // Posterior normal(1.5, sd 0.5): the mean of 4,000 draws is within 6 x 0.5 / sqrt(4000), the sd within that / sqrt 2.
      const { mean, sd } = report.sites["mu"]!;
      const standardErrorOfMean = 0.5 / Math.sqrt(4000);
      expect(Math.abs((mean as number) - 1.5)).toBeLessThan(6 * standardErrorOfMean);
      expect(Math.abs((sd as number) - 0.5)).toBeLessThan((6 * standardErrorOfMean) / Math.SQRT2);
    }));

  test("prints a report with a verdict, and nothing else on standard output", () =>
    withFiles(files, async (path) => {
      const { code, out, err } = await stratum(["infer", path(""), ...quick, ...training]);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out).toMatch(/^normal_mean {2}mean field guide; elbo \(pathwise, T = 10\)\n/);
      expect(out).toContain("\nThe approximation is good enough to correct: ");
      expect(out).toMatch(/\nmu +1\.\d+ +0\.\d+/);
    }));

  test("stops at the first value that is not finite, names the statement, and exits with 2", () => {
    const text = "data y: real\nsample mu ~ normal(0, 1)\nobserve y ~ normal(log(mu), 1)\n";
    return withFiles({ "model.ppl": text, "data.json": '{ "y": 1 }' }, async (path) => {
      const { code, out, err } = await stratum(["infer", path(""), ...quick, ...training]);
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toContain("the bound is NaN at step 0, through the likelihood of y");
      expect(err).toMatch(/model\.ppl:3:1\n[^]*log\(-[0-9.]+\) = NaN/);
    });
  });

  test("finds the same on TensorFlow.js, up to 32-bit rounding", () =>
    withFiles(files, async (path) => {
      const on = async (...engine: readonly string[]) => {
        const argv = ["infer", path(""), ...quick.slice(0, 4), ...training, ...engine, "--json"];
        return json((await stratum(argv)).out);
      };
      const exact = await on("--engine", "reference");
      const single = await on("--backend", "wasm");
      expect(single).toMatchObject({ engine: "tfjs-wasm", precision: "float32" });
      // 500 steps of about ten roundings of 2^-24 each, were they all to point the same way
      const drift = 500 * 10 * 2 ** -24;
      const { mean } = exact.sites["mu"]!;
      expect(Math.abs((single.sites["mu"]!.mean as number) - (mean as number))).toBeLessThan(drift);
    }));

  test("gives the same answer for the same seed", () =>
    withFiles(files, async (path) => {
      const run = async () => {
        const { out } = await stratum(["infer", path(""), ...quick, ...training, "--json"]);
        return { ...json(out), seconds: null };
      };
      expect(await run()).toEqual(await run());
    }));

  test("echoes a seed that it drew, and takes it back", () =>
    withFiles(files, async (path) => {
      const argv = ["infer", path(""), ...quick, "--steps", "5", "--json"];
      const drawn = await stratum(argv);
      const { seed, sites } = json(drawn.out);
      expect(drawn.err).toContain(`seed ${seed} (drawn`);
      expect(json((await stratum([...argv, "--seed", String(seed)])).out).sites).toEqual(sites);
    }));

  test("exits with 2 when its own checks say that the answer is not to be trusted", () =>
    withFiles(files, async (path) => {
      const { code, out } = await stratum([
        ...["infer", path(""), ...quick, "--steps", "1", "--seed", "1", "--evidence-draws", "20"],
      ]);
      expect(code).toBe(2);
      expect(out).toContain("20 draws are too few to judge the approximation.");
    }));

  test("exits with 1 and names the datum when the data do not fit", () =>
    withFiles({ ...files, "data.json": `{ "x": [1] }` }, async (path) => {
      const { code, out, err } = await stratum(["infer", path(""), ...quick, ...training]);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain("`y`");
    }));

  test("takes the options that a model folder recommends, below those of the command line", () =>
    withFiles({ ...files, "options.json": `{ "K": 3, "lr": 0.5 }` }, async (path) => {
      const { out } = await stratum([
        ...["infer", path(""), "--print-config", "--json", "--lr", "0.25", "--seed", "7"],
      ]);
      expect(JSON.parse(out)).toMatchObject({ config: { K: 3, lr: 0.25, seed: 7, T: 10 } });
      const text = await stratum(["infer", path(""), "--print-config", "--seed", "7"]);
      expect(text.out).toMatch(/^guide +mixture\nK +3\n/);
    }));

  test("says where the time of a step goes, by source line, when asked", () =>
    withFiles(files, async (path) => {
      const { out } = await stratum([...["infer", path(""), "--profile", "--json", "--steps", "5", "--seed", "7"]]);
      const { profile, memoryBytes } = JSON.parse(out) as FitReport;
      const terms = profile!.filter(({ line }) => line !== null).map(({ term }) => term);
      expect(terms.some((term) => term.startsWith("likelihood of "))).toBe(true);
      expect(profile!.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      expect(memoryBytes).toBeGreaterThan(0);
      const other = await stratum([
        ...["infer", path(""), "--profile", "--engine", "reference", "--steps", "5", "--seed", "7"],
      ]);
      expect(other.out + other.err).toContain("reference cannot tell where the time of a step goes");
    }));

  test("refuses an options file that it cannot follow, by its name", () =>
    withFiles({ ...files, "options.json": `{ "epoch": 3 }` }, async (path) => {
      const { code, err } = await stratum(["infer", path("")]);
      expect(code).toBe(1);
      expect(err).toContain("`epoch` is not an option of `infer`");
      expect(err).toContain(path("options.json"));
      expect(err).toContain("did you mean `epochs`?");
    }));

  test("when interrupted reports and saves what was learned, with status 130", () =>
    withFiles(files, async (path) => {
      const { code, out } = await stratum(
        ["infer", path(""), ...quick, "--steps", "1000000", "--seed", "1", "--out", path("run")],
        { signal: AbortSignal.timeout(300) },
      );
      expect(code).toBe(130);
      expect(out).toContain(", then interrupted;");
      const record = JSON.parse(readFileSync(path("run/run.json"), "utf8")) as {
        training: { steps: number; stopped: string };
      };
      expect(record.training.stopped).toBe("interrupted");
      expect(record.training.steps).toBeLessThan(1_000_000);
    }));
});

describe("posterior", () => {
  test("prints a saved run without the data it came from", () =>
    withFiles(files, async (path) => {
      const fitted = await stratum([...["infer", path(""), ...quick, ...training, "--json", "--out", path("run")]]);
      expect(fitted.err).toBe(`saved in ${path("run")}\n`);
      expect(existsSync(path("run/posterior.json"))).toBe(true);
      const shown = await stratum(["posterior", path("run"), "--json"]);
      expect(shown.code).toBe(0);
      expect(json(shown.out)).toEqual({ ...json(fitted.out), seconds: null });
    }));

  test("refuses new data for a guide that is about the old", () =>
    withFiles(files, async (path) => {
      await stratum(["infer", path(""), ...quick, "--steps", "5", "--seed", "1", "--out", path("run")]);
      const { code, err } = await stratum(["posterior", path("run"), "--data", path("data.json")]);
      expect(code).toBe(1);
      expect(err).toContain("error[PPL782]");
      expect(err).toContain("what it learned of `mu` is about the data it was trained on");
    }));

  test("applies an amortized guide to new data", () => {
    const local = `model scale
data y: real[N]
plate n in N {
  sample z ~ normal(0, 1)
  observe y[n] ~ normal(z, 1)
}
`;
    const data = JSON.stringify({ y: Array.from({ length: 64 }, (_, i) => (i - 31.5) / 16) });
    return withFiles({ "model.ppl": local, "data.json": data, "new.json": `{ "y": [1] }` }, async (path) => {
      const options = ["--guide", "mean_field", "--objective", "elbo", "--hidden", "", "--engine", "reference"];
      const fitted = await stratum([
        ...["infer", path(""), ...options, "--steps", "800", "--lr", "0.05", "--seed", "1"],
        ...["--evidence-draws", "500", "--json", "--out", path("run")],
      ]);
      expect(json(fitted.out)).toMatchObject({ guide: { amortized: true }, bound: { per: "datum" } });
      const { code, out } = await stratum([
        ...["posterior", path("run"), "--data", path("new.json"), "--engine", "reference"],
        ...["--evidence-draws", "4000", "--json"],
      ]);
      expect(code).toBe(0);
      const report = json(out);
      // z given y = 1 is normal(1 / 2, variance 1 / 2), and y is normal(0, variance 2).
      const { mean } = report.sites["z"]!;
      expect(Math.abs((mean as number[])[0]! - 0.5)).toBeLessThan((6 * Math.SQRT1_2) / Math.sqrt(1000));
      const exact = -0.5 * Math.log(4 * Math.PI) - 0.25;
      expect(Math.abs(report.logEvidence.value - exact)).toBeLessThan(6 * report.logEvidence.standardError);
      expect(report.logEvidence.perDatum).toBe(report.logEvidence.value);
    });
  });

  test("says what is wrong with a folder that holds no run", () =>
    withFiles({ "x.txt": "" }, async (path) => {
      const { code, err } = await stratum(["posterior", path("")]);
      expect(code).toBe(1);
      expect(err).toContain("it holds no `run.json`");
    }));
});

describe("simulate", () => {
  test("draws data that infer reads, the same for the same seed", () =>
    withFiles({ "model.ppl": normalMean }, async (path) => {
      const argv = ["simulate", path("model.ppl"), "--seed", "3", "--size", "N=5"];
      const first = await stratum(argv);
      expect(first.code).toBe(0);
      expect((await stratum(argv)).out).toBe(first.out);
      expect((JSON.parse(first.out) as { y: number[] }).y).toHaveLength(5);
      const written = await stratum([...argv, "--out", path("sim.json")]);
      expect(written).toEqual({ code: 0, out: "", err: `wrote ${path("sim.json")}\n` });
      expect(readFileSync(path("sim.json"), "utf8")).toBe(first.out);
      const check = await stratum(["check", path("model.ppl"), "--data", path("sim.json")]);
      expect(check.out).toContain("N = 5");
    }));

  test("tells the latents behind the data under --json", async () => {
    const { out } = await stratum(["simulate", "-", "--seed", "3", "--size", "N=2", "--json"], {
      stdin: normalMean,
    });
    const result = JSON.parse(out) as { latents: { mu: number }; data: { y: number[] } };
    expect(result).toMatchObject({ schemaVersion: 1, ok: true, seed: 3, sizes: { N: 2 } });
    expect(Number.isFinite(result.latents.mu)).toBe(true);
  });

  test("asks for the sizes and the covariates that it cannot draw", async () => {
    const regression =
      "model line\ndata x: real[N]\ndata y: real[N]\nsample b ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(b * x[n], 1) }\n";
    const size = await stratum(["simulate", "-"], { stdin: normalMean });
    expect(size.code).toBe(1);
    expect(size.err).toContain("`--size N=100`");
    const covariates = await stratum(["simulate", "-", "--size", "N=3"], { stdin: regression });
    expect(covariates.code).toBe(1);
    expect(covariates.err).toContain("`stratum simulate` needs the data of `line`: `x`");
    await withFiles({ "x.json": `{ "x": [1, 2, 3] }` }, async (path) => {
      const { code, out } = await stratum(["simulate", "-", "--seed", "1", "--data", path("x.json")], {
        stdin: regression,
      });
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ x: [1, 2, 3] });
    });
  });
});

describe("a model without latents", () => {
  const line =
    "model line\ndata x: real[N]\ndata y: real[N]\nparam a: real = 0\nparam b: real = 0\nplate n in N {\n  observe y[n] ~ normal(a + b * x[n], 1)\n}\n";
  const data = { x: [0, 1, 2, 3, 4], y: [1, 2.5, 5.5, 7, 9] };

  test("is fitted by maximum likelihood, reported as that, saved, read back and predicted from", () =>
    withFiles({ "model.ppl": line, "data.json": JSON.stringify(data) }, async (path) => {
      const argv = ["infer", path(""), "--seed", "1", "--steps", "3000", "--lr", "0.05"];
      const ran = await stratum([...argv, "--out", path("run")]);
      expect(ran.code).toBe(0);
      expect(ran.out).toContain("line  no latents; maximum likelihood\n");
      expect(ran.out).toMatch(/\nlog likelihood {2}-\d+\.\d+ nats\n/);
      expect(ran.out).not.toContain("±");
      expect(ran.out).toContain("Maximum likelihood: the model has no latents");
      // least squares: slope 20.5 / 10, intercept 5 - 2 slope; squared residuals 0.1^2 + 0.45^2 + 0.5^2 + 0.05^2 + 0.1^2
      const exact = -2.5 * Math.log(2 * Math.PI) - 0.5 * 0.475;
      for (const batch of [[], ["--batch", "n=2", "--schedule", "step", "--decay-every", "300"]]) {
        const report = json((await stratum([...argv, ...batch, "--json"])).out);
        expect(report.verdict.trusted).toBe(true);
        expect(report.guide).toMatchObject({ family: "none", K: 1, component: "" });
        const near = batch.length === 0 ? 1e-4 : 0.05;
        expect(Math.abs(report.logEvidence.value - exact)).toBeLessThan(near);
        expect(report.logEvidence).toMatchObject({ standardError: 0, draws: 0 });
      }
      const read = await stratum(["posterior", path("run")]);
      expect(read.code).toBe(0);
      expect(read.out).toContain("line  no latents; maximum likelihood\n");
      const fresh = await stratum(["predict", path("run"), "--data", path("data.json"), "--seed", "1"]);
      expect(fresh.code).toBe(0);
      expect(fresh.out).toMatch(/^line {2}predictive at the learned params, 1,000 draws; seed 1\n/);
    }));

  test("has one estimator, its derivative", () =>
    withFiles({ "model.ppl": line, "data.json": JSON.stringify(data) }, async (path) => {
      const { code, out } = await stratum([
        "check-gradients",
        path(""),
        "--seed",
        "1",
        "--repeats",
        "40",
        "--points",
        "1",
      ]);
      expect(code).toBe(0);
      expect(out).toContain("\n\nFinite differences agree with pathwise.\n");
    }));
});

describe("compile", () => {
  test("writes a module and its declarations, and says what is in them", () =>
    withFiles(files, async (path) => {
      const out = path("built/step.mjs");
      const ran = await stratum(["compile", path(""), ...quick.slice(0, 4), "--out", out]);
      expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: "" });
      expect(ran.out).toContain(`wrote ${out} and ${path("built/step.d.mts")}`);
      expect(readFileSync(out, "utf8")).toContain("export function run(");
      expect(readFileSync(path("built/step.d.mts"), "utf8")).toContain("export declare function run(");
    }));

  test("takes the form from the ending of the file, or by its name", () =>
    withFiles(files, async (path) => {
      const out = path("step.wat");
      const ran = await stratum(["compile", path(""), ...quick.slice(0, 4), "--out", out]);
      expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: "" });
      const text = readFileSync(out, "utf8");
      expect(text).toMatch(/^\(module/);
      const named = await stratum(["compile", path(""), ...quick.slice(0, 4), "--to", "wasm", "--out", "-"]);
      expect(named.out).toBe(text);
      const emitted = await stratum(["emit", "wasm", path(""), ...quick.slice(0, 4)]);
      expect(emitted.out.trimEnd()).toBe(text.trimEnd());
    }));
});
