import { expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { defaultEvaluateOptions, drawGuide, evaluate, type EvaluateOptions } from "../../src/posterior/evaluate.ts";
import { makePosterior } from "../../src/posterior/posterior.ts";
import { mean, standardDeviation } from "../../src/numeric/statistics.ts";
import { streamDraws } from "../../src/posterior/stream.ts";
import { compiled, manyMeans, oneMean, rawGaussian } from "../inference/models.ts";

const options = (changes: Partial<EvaluateOptions>): EvaluateOptions => ({
  ...defaultEvaluateOptions,
  ...changes,
});
const one = compiled(oneMean.text, oneMean.data);

test("at the exact posterior every draw weighs the same: evidence without error", async () => {
  const exact = Float64Array.from(rawGaussian(oneMean.mean, oneMean.sd));
  const found = await evaluate(one, referenceExecutor, exact, options({ draws: 5000 }));
  expect(oneMean.evidence).toBeCloseTo(-5.94996278, 8);
  // rounding of a few terms of order 10
  expect(found.evidence.value).toBeCloseTo(oneMean.evidence, 12);
  expect(found.evidence.standardError).toBeLessThan(1e-12);
  expect(found.bound.value).toBeCloseTo(oneMean.evidence, 1);
  expect(found.checks.kHat.largest).toBe(-Infinity);
  expect(found.checks.effectiveSampleSize.smallest).toBeCloseTo(5000, 6);
  expect(found.verdict.trusted).toBe(true);
  expect(found.draws.count).toBe(4000);
  const [mu, twice] = found.summary;
  expect([mu!.name, mu!.kind, twice!.name, twice!.kind]).toEqual(["mu", "sample", "twice", "let"]);
  expect(Math.abs(mu!.mean[0]! - 1.5)).toBeLessThan((6 * 0.5) / Math.sqrt(4000));
  expect(Math.abs(mu!.sd[0]! - 0.5)).toBeLessThan((6 * 0.5) / Math.sqrt(8000));
  expect(twice!.mean[0]).toBeCloseTo(2 * mu!.mean[0]!, 12);
});

test("importance weights correct a guide that is too wide", async () => {
  const wide = Float64Array.from(rawGaussian(1.2, 0.8));
  const found = await evaluate(one, referenceExecutor, wide, options({ draws: 20_000, seed: 5 }));
  const { value, standardError, bias, perDatum } = found.evidence;
  expect(standardError).toBeGreaterThan(1e-3);
  expect(standardError).toBeLessThan(0.02);
  expect(Math.abs(value - oneMean.evidence)).toBeLessThan(6 * standardError);
  expect(bias).toBeCloseTo(standardError ** 2 / 2, 15);
  expect(perDatum).toBe(value);
  // ELBO = evidence - KL(N(1.2, 0.8) || N(1.5, 0.5)); KL = log(5/8) + (0.64 + 0.09) / 0.5 - 0.5
  const kl = Math.log(0.5 / 0.8) + (0.64 + 0.09) / 0.5 - 0.5;
  expect(kl).toBeCloseTo(0.48999637, 8);
  expect(Math.abs(found.bound.value - (oneMean.evidence - kl))).toBeLessThan(6 * found.bound.standardError);
  expect(found.verdict.trusted).toBe(true);
  const [mu] = found.summary;
  const ess = 4000 * (found.checks.effectiveSampleSize.smallest / 20_000);
  expect(Math.abs(mu!.mean[0]! - 1.5)).toBeLessThan((6 * 0.5) / Math.sqrt(ess));
  expect(Math.abs(mu!.sd[0]! - 0.5)).toBeLessThan((6 * 0.5) / Math.sqrt(ess));
  expect(mu!.corrected).toBe(1);
});

test("a guide that is much too narrow is found out", async () => {
  // The weights' tail index is 1 - (0.05 / 0.5)^2 = 0.99
  const narrow = Float64Array.from(rawGaussian(1.5, 0.05));
  const found = await evaluate(one, referenceExecutor, narrow, options({ draws: 4000 }));
  const { largest, draws } = found.checks.kHat;
  // k-hat's standard error is (1 + k) / sqrt(size of the tail), 3 sqrt(4000) of them
  expect(Math.abs(largest - 0.99)).toBeLessThan((6 * 1.99) / Math.sqrt(3 * Math.sqrt(draws)));
  expect(found.verdict.trusted).toBe(false);
  expect(found.summary[0]!.corrected).toBe(0);
  expect(found.summary[0]!.sd[0]).toBeCloseTo(0.05, 2);
});

test("the same seed gives the same answer, another seed another", async () => {
  const wide = Float64Array.from(rawGaussian(1.2, 0.8));
  const at = (seed: number) => evaluate(one, referenceExecutor, wide, options({ draws: 300, seed }));
  expect(await at(1)).toEqual(await at(1));
  expect((await at(1)).evidence.value).not.toBe((await at(2)).evidence.value);
});

const many = (y: readonly number[], batch: Readonly<Record<string, number>> = {}) => {
  const programs = compiled(manyMeans.text, { y }, { batch });
  const exact = Float64Array.from(y.flatMap((value) => rawGaussian(value / 2, Math.SQRT1_2)));
  return { programs, exact };
};

test("local latents are weighed datum by datum, and their evidence adds up", async () => {
  const y = [0, 1, -2, 0.5];
  const { programs, exact } = many(y, { n: 3 });
  const found = await evaluate(programs, referenceExecutor, exact, options({ draws: 2000 }));
  // -4 log(4 pi) / 2 - (1 + 4 + 0.25) / 4
  expect(manyMeans.evidence(y)).toBeCloseTo(-6.37454849, 8);
  expect(found.evidence.value).toBeCloseTo(manyMeans.evidence(y), 10);
  expect(found.evidence.perDatum).toBeCloseTo(manyMeans.evidence(y) / 4, 10);
  expect(found.checks.kHat).toMatchObject({ largest: -Infinity, data: 4, draws: 1000 });
  expect(found.draws.blocks[0]!.data).toEqual([4]);
  expect(found.draws.sites.map(({ name, shape }) => [name, shape])).toEqual([
    ["z", [4]],
    ["twice", [4]],
  ]);
  y.forEach((value, n) => {
    const error = (6 * Math.SQRT1_2) / Math.sqrt(1000);
    expect(Math.abs(found.summary[0]!.mean[n]! - value / 2)).toBeLessThan(error);
  });
});

test("one bad datum among many is named, and only it is left uncorrected", async () => {
  const y = Array.from({ length: 40 }, (_, n) => n / 20 - 1);
  const { programs, exact } = many(y);
  exact.set(rawGaussian(y[17]! / 2, 0.05), 2 * 17);
  const found = await evaluate(programs, referenceExecutor, exact, options({ draws: 2000 }));
  expect(found.checks.kHat.worst).toBe(17);
  expect(found.checks.kHat.shareAbove).toBe(1 / 40);
  expect(found.verdict).toMatchObject({ trusted: true });
  expect(found.verdict.sentence).toContain("1 of 40 data");
  expect(found.summary[0]!.corrected).toBeCloseTo(39 / 40, 12);
});

test("many data are taken a few at a time, and put together in order", async () => {
  const y = Array.from({ length: 3001 }, (_, n) => Math.sin(n));
  const { programs, exact } = many(y);
  const chunks: [number, number][] = [];
  const sizes = { seed: 1, draws: 400, held: 400 };
  await streamDraws(programs, referenceExecutor, exact, sizes, function* ({ draws, offset }) {
    yield;
    chunks.push([offset.site("z"), draws.sites[0]!.shape[0]!]);
  });
  expect(chunks.length).toBeGreaterThan(1);
  expect(chunks.reduce((end, [from, size]) => (expect(from).toBe(end), end + size), 0)).toBe(3001);

  const found = await evaluate(programs, referenceExecutor, exact, options({ draws: 400 }));
  // a sum of 3,001 terms of order 1
  expect(found.evidence.value).toBeCloseTo(manyMeans.evidence(y), 8);
  const { mean: centre } = found.summary[0]!;
  // Seven standard errors, since there are 3,001 of them
  const error = (7 * Math.SQRT1_2) / Math.sqrt(400);
  y.forEach((value, n) => expect(Math.abs(centre[n]! - value / 2)).toBeLessThan(error));
  const { sites, count } = found.draws;
  const last = Array.from({ length: count }, (_, draw) => sites[0]!.values[draw * 3001 + 3000]!);
  expect(mean(last)).toBeCloseTo(centre[3000]!, 10);
});

test("fresh draws come from the guide itself", async () => {
  const wide = Float64Array.from(rawGaussian(1.2, 0.8));
  const draws = await drawGuide(one, referenceExecutor, wide, { seed: 9, count: 5000 });
  const mu = draws.sites[0]!.values;
  expect(mu.length).toBe(5000);
  expect(Math.abs(mean(mu) - 1.2)).toBeLessThan((6 * 0.8) / Math.sqrt(5000));
  expect(Math.abs(standardDeviation(mu) - 0.8)).toBeLessThan((6 * 0.8) / Math.sqrt(10_000));
  const { logWeight, logJoint, logQ } = draws.blocks[0]!;
  logWeight.forEach((w, i) => expect(w).toBeCloseTo(logJoint[i]! - logQ[i]!, 12));
  // log N(mu; 1.2, 0.8)
  const density = -0.5 * Math.log(2 * Math.PI * 0.64) - (mu[0]! - 1.2) ** 2 / 1.28;
  expect(logQ[0]).toBeCloseTo(density, 10);
});

test("a posterior has its components and its constants in the model's coordinates", async () => {
  const text = `data y: real
param scale: real<0..> = 2
sample s: real<0..> ~ half_normal(scale)
observe y ~ normal(0, s)
`;
  const programs = compiled(text, { y: 1 }, { guide: { K: 2, family: "mixture" } });
  const parameters = new Float64Array(programs.parameterCount);
  const posterior = await makePosterior(programs, referenceExecutor, parameters, options({ draws: 200 }));
  expect(Object.keys(posterior.constants)).toEqual(["scale"]);
  expect(posterior.constants["scale"]!.values[0]).toBeGreaterThan(0);
  const [block] = posterior.components;
  expect([...block!.weights.values]).toEqual([0.5, 0.5]);
  expect(block!.locations["s"]!.shape).toEqual([2]);
  expect(block!.locations["s"]!.values.every((value) => value > 0)).toBe(true);
  expect(posterior.resample(50)["s"]!.shape).toEqual([50]);
  expect(posterior.sample(50)["s"]!.values.every((value) => value > 0)).toBe(true);
});

test("without latents the evidence is the log likelihood", async () => {
  const programs = compiled("data y: real\nparam m: real = 1\nobserve y ~ normal(m, 1)\n", { y: 3 });
  const found = await evaluate(programs, referenceExecutor, Float64Array.of(1), options({}));
  // log N(3; 1, 1) = -0.918938533 - 2
  expect(found.evidence.value).toBeCloseTo(-2.918938533, 9);
  expect(found.verdict).toMatchObject({ trusted: true, suggestion: null });
  expect(found.verdict.sentence).toMatch(
    /^Maximum likelihood: the model has no latents, so that there is no posterior/,
  );
  expect(found.draws.count).toBe(0);
});

test("without latents minibatches add up to the whole likelihood, whatever their size", async () => {
  const y = [3, -1, 0.5, 2, 1, 7, -4];
  const text = "data y: real[N]\nparam m: real = 1\nplate n in N {\n  observe y[n] ~ normal(m, 1)\n}\n";
  const whole = y.reduce((sum, v) => sum - 0.5 * Math.log(2 * Math.PI) - 0.5 * (v - 1) ** 2, 0);
  for (const n of [2, 3, 7]) {
    const programs = compiled(text, { y }, { batch: { n } });
    const { bound, evidence } = await evaluate(programs, referenceExecutor, Float64Array.of(1), options({}));
    expect(evidence.value).toBeCloseTo(whole, 10);
    expect({ ...bound, value: 0 }).toEqual({ value: 0, standardError: 0, repeats: 1 });
  }
});
