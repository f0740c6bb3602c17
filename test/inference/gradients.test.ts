import { describe, expect, test } from "vitest";
import { checkGradients } from "../../src/app/check-gradients.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { compareMoments, gradientMoments, near, type GradientMoments } from "../../src/inference/gradients.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { logitEntries, parameterAt } from "../../src/lower/where.ts";
import type { Compiled } from "../../src/pipeline.ts";
import { Builder } from "../../src/program/builder.ts";
import type { Program } from "../../src/program/program.ts";
import { gradientText } from "../../src/report/gradients.ts";
import { compiled, oneMean } from "./models.ts";
import { finiteDifferences } from "../../src/inference/finite-differences.ts";
import { estimatorsOf, type Estimator } from "../../src/app/estimators.ts";

const unwrap = <T>(outcome: { ok: true; value: T } | { ok: false; errors: readonly { message: string }[] }): T => {
  // prettier-ignore
  if (!outcome.ok) throw new Error(outcome.errors[0]!.message);
  return outcome.value;
};

/** The gradient program with one output scaled: a wrong one. */
function scaled(program: Program, name: string, factor: number): Program {
  const b = Builder.resume(program);
  const value = b.scale(factor, program.outputs.find((output) => output.name === name)!.value);
  const outputs = program.outputs.map((output) => (output.name === name ? { ...output, value } : output));
  return { ...b.finish(), outputs };
}

const options = { repeats: 1500, points: 2, seed: 1 };
const check = async (model: Compiled, estimators?: readonly Estimator[]) =>
  unwrap(await checkGradients(model, referenceExecutor, options, estimators));

const elbo = compiled(oneMean.text, oneMean.data, {
  objective: { bound: "elbo", estimator: "pathwise", T: 4 },
});

describe("estimators of a gradient", () => {
  test("are all that are legal and unbiased", () => {
    const names = (model: Compiled) => estimatorsOf(model).map(({ name }) => name);
    expect(names(elbo)).toEqual(["pathwise", "score", "score (loo)", "stl"]);
    const objective = { bound: "iwae", estimator: "pathwise" } as const;
    // dropping the score of q inside a log of means is biased
    expect(names(compiled(oneMean.text, oneMean.data, { objective: { ...objective, T: 4 } }))).toEqual([
      "pathwise",
      "score",
      "score (loo)",
      "dreg",
    ]);
    expect(names(compiled(oneMean.text, oneMean.data, { objective: { ...objective, T: 1 } }))).toEqual([
      "pathwise",
      "score",
      "dreg",
    ]);
    // a mixture's own draws have no pathwise gradient
    const mixture = { bound: "elbo", estimator: "score", T: 4 } as const;
    expect(names(compiled(oneMean.text, oneMean.data, { guide: { K: 2 }, objective: mixture }))).toEqual([
      "score",
      "score (loo)",
    ]);
  });

  test.each(["elbo", "selbo", "iwae", "siwae"] as const)("agree for %s", async (bound) => {
    const K = bound === "elbo" || bound === "iwae" ? 1 : 2;
    const model = compiled(oneMean.text, oneMean.data, {
      guide: { K },
      objective: { bound, estimator: "pathwise", T: 4 },
    });
    const report = await check(model);
    expect(report).toMatchObject({ agree: true, disagreeing: [], reference: "pathwise" });
    const finite = report.rows.flatMap((row) => (row.finite ? [row.finite] : []));
    expect(finite).toHaveLength(2);
    // Richardson's estimate is of the order of the rounding errors, 2^-52 |bound| / 1e-4
    for (const { relativeError, entries } of finite) {
      expect(relativeError).toBeLessThan(1e-8);
      expect(entries).toBe(model.parameterCount);
    }
    expect(gradientText(report)).toContain("agree on the mean gradient, and finite differences agree with pathwise.");
  });

  test("that are biased are caught, with the worst parameter and its statement", async () => {
    const [pathwise, , loo] = estimatorsOf(elbo);
    const biased = { ...loo!, name: "biased", gradient: scaled(loo!.gradient, "gradient.guide.global", 1.2) };
    const report = await check(elbo, [pathwise!, loo!, biased]);
    expect(report.agree).toBe(false);
    expect(report.disagreeing.map(({ point, estimator }) => [point, estimator])).toEqual([
      [0, "biased"],
      [1, "biased"],
    ]);
    const { difference } = report.rows.find((row) => row.estimator === "biased")!;
    expect(difference!.p).toBeLessThan(1e-6);
    expect(difference!.worst).toEqual({
      slot: "guide.global",
      entry: [0, 0],
      name: "mu",
      path: "folder/test.ppl",
      line: 2,
      statement: "sample mu ~ normal(0, 1)",
    });
    expect(gradientText(report)).toMatch(
      /Biased and pathwise disagree at the starting parameters: their means are \S+ standard errors apart\n {2}for guide\.global\[0, 0\] of mu \(folder\/test\.ppl:2: sample mu/,
    );
  });

  test("whose derivative is wrong differ from finite differences", async () => {
    const [pathwise] = estimatorsOf(elbo);
    const wrong = { ...pathwise!, gradient: scaled(pathwise!.gradient, "gradient.guide.global", 1.001) };
    const report = await check(elbo, [wrong]);
    expect(report.agree).toBe(false);
    expect(report.rows[0]!.finite).toMatchObject({ agrees: false });
    expect(report.rows[0]!.finite!.relativeError).toBeCloseTo(0.001, 3);
    expect(gradientText(report)).toContain("Pathwise disagrees with finite differences");
  });

  test("that are alone are compared with nothing, and the report says so", async () => {
    const model = compiled(oneMean.text, oneMean.data, {
      guide: { K: 2 },
      objective: { bound: "elbo", estimator: "score", T: 1 },
    });
    const report = await check(model);
    expect(report).toMatchObject({ agree: true, reference: "score" });
    expect(gradientText(report)).toContain("There is nothing to compare");
  });
});

describe("moments and differences", () => {
  test("of a gradient that has a closed form are found", async () => {
    // elbo of q = normal(m, s): its derivative in m is 6 - 4 m
    const parameters = Float64Array.of(0.25, 0.1);
    const [pathwise] = estimatorsOf(elbo);
    const run = { repeats: 2000, seed: 3 };
    const moments = unwrap(await gradientMoments(elbo, pathwise!.gradient, referenceExecutor, parameters, run));
    expect(moments.repeats).toBe(2000);
    const error = 6 * Math.sqrt(moments.variance[0]! / 2000);
    expect(Math.abs(moments.mean[0]! - 5)).toBeLessThan(error);
    // pathwise: (6 - 4 z) averaged over four draws, z of sd softplus(0.1) + 1e-5
    const sd = Math.log1p(Math.exp(0.1)) + 1e-5;
    const exact = (16 * sd * sd) / 4;
    // the standard error of a variance is sqrt(2 / n) of it, for normal variables
    expect(Math.abs(moments.variance[0]! / exact - 1)).toBeLessThan(6 * Math.sqrt(2 / 2000));
    // of 20 blocks of 100 repeats: the standard error itself is known to 1 / sqrt(2 * 19), a sixth
    const grouped = unwrap(
      await gradientMoments(elbo, pathwise!.gradient, referenceExecutor, parameters, {
        ...run,
        groups: [Uint32Array.of(0), Uint32Array.of(0, 1)],
      }),
    );
    const [first, both] = grouped.groups;
    expect(first!.value).toBeCloseTo(moments.variance[0]!, 12);
    expect(both!.value).toBeCloseTo((moments.variance[0]! + moments.variance[1]!) / 2, 12);
    const expected = exact * Math.sqrt(2 / 2000);
    expect(first!.standardError! / expected).toBeGreaterThan(0.2);
    expect(first!.standardError! / expected).toBeLessThan(2.2);
    const few = unwrap(
      await gradientMoments(elbo, pathwise!.gradient, referenceExecutor, parameters, {
        repeats: 30,
        seed: 3,
        groups: [Uint32Array.of(0)],
      }),
    );
    expect(few.groups[0]!.standardError).toBeNull();
  });

  const moments = (mean: readonly number[], sd: number, largest: readonly number[]): GradientMoments => ({
    // prettier-ignore
    repeats: 100,
    groups: [],
    mean: Float64Array.from(mean),
    variance: Float64Array.from(mean, () => sd * sd),
    largest: Float64Array.from(largest),
  });

  test("are compared in standard errors, corrected for their number", () => {
    const found = compareMoments(moments([0, 1, 2], 1, [0, 0, 0]), moments([0, 1.5, 2], 1, [0, 0, 0]), 1e-9);
    // 0.5 / sqrt(2 / 100) = 3.5355: two-sided 0.000407, three times that but for its square
    expect(found.z).toBeCloseTo(3.535534, 6);
    expect(found.entry).toBe(1);
    expect(found.p).toBeCloseTo(1 - (1 - 0.000406952) ** 3, 7);
  });

  test("are not compared where one repeat carries the variance", () => {
    const found = compareMoments(moments([0, 1], 1, [0, 0.3]), moments([0, 9], 1, [0, 0]), 1e-9);
    expect(found).toMatchObject({ z: 0, entry: -1, p: 1, compared: 1, leftOut: 1 });
  });

  test("without noise differ only beyond rounding", () => {
    const exact = (mean: readonly number[]) =>
      moments(
        mean,
        0,
        mean.map(() => 0),
      );
    expect(compareMoments(exact([1, 1e-13]), exact([1 + 1e-12, 0]), 1e-9).z).toBe(0);
    expect(compareMoments(exact([1]), exact([1.1]), 1e-9).p).toBeLessThan(1e-300);
  });

  test("finite differences cover some entries of each array when there are many", async () => {
    const model = compiled(
      "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}\n",
      { x: [0.5, -1] },
      { guide: { amortize: true, hidden: [5] }, objective: { bound: "elbo", estimator: "pathwise" } },
    );
    const [pathwise] = estimatorsOf(model);
    const programs = { gradient: pathwise!.gradient, bound: model.objective() };
    const executors = { gradient: referenceExecutor, exact: referenceExecutor };
    const parameters = near(initialise(model, 1), 2, 0.1);
    const found = unwrap(await finiteDifferences(model, programs, executors, parameters, { seed: 4, entries: 6 }));
    expect(found).toMatchObject({ agrees: true, entries: 6 });
    expect(parameterAt(model, found.worst)).toMatchObject({ name: "z" });
  });
});

test("parameters that make the weights of a mixture are found, free or made by a network", () => {
  const text = "data x: real[N]\nplate n in N {\n  sample z ~ normal(0, 1)\n  observe x[n] ~ normal(z, 1)\n}\n";
  const of = (guide: object) => logitEntries(compiled(text, { x: [0.5, -1] }, { guide: { K: 2, ...guide } }));
  // two data of two rows of a logit, a location and a scale
  expect([...of({ amortize: false })]).toEqual([0, 3, 6, 9]);
  // a layer of 1 x 2 and 2, then columns 0 and 3 of 2 x 6 and of 6
  expect([...of({ amortize: true, hidden: [2] })]).toEqual([4, 7, 10, 13, 16, 19]);
  expect([...of({ amortize: false, K: 1, family: "mean_field" })]).toEqual([]);
});

test("parameters are named by array, entry and statement", () => {
  const text = `data y: real
param s: real<0..> = 1
sample a: real[2] ~ normal(0, 1)
sample b ~ normal(0, 1)
observe y ~ normal(sum(a) + b, s)
`;
  const model = compiled(text, { y: 1 }, { guide: { family: "full_rank", K: 1 } });
  const names = Array.from({ length: model.parameterCount }, (_, i) => parameterAt(model, i).name);
  // locations, scales, then the rows of the factor
  expect(names).toEqual([..."aabaab", ..."aaaaaabbb", "s"]);
  expect(parameterAt(model, model.parameterCount)).toEqual({ parameter: "bound", entry: [], name: null, span: null });
});
