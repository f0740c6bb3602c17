import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { compile, infer, load, StratumError, type InferOptions } from "../../src/index.ts";

const conjugate = `
data y: real[N]
sample mu ~ normal(0, 2)
plate n in N { observe y[n] ~ normal(mu, 1) }`;
const y = [0.3, 1.1, -0.4, 2.0, 0.9];
const options: InferOptions = {
  data: { y },
  guide: "full_rank",
  objective: "elbo",
  T: 5,
  steps: 800,
  lr: 0.05,
  seed: 1,
  engine: "reference",
  evidenceDraws: 4000,
};
const folder = await mkdtemp(join(tmpdir(), "stratum-"));
afterAll(() => rm(folder, { recursive: true }));

test("infer finds a conjugate posterior, and its answer can be sampled, weighed and saved", async () => {
  const answer = await infer(conjugate, options);
  // precision 1 / 4 + 5, mean sum(y) / precision
  const [mean, sd] = [3.9 / 5.25, Math.sqrt(1 / 5.25)];
  expect(answer.verdict.trusted).toBe(true);
  const { mu } = answer.summary();
  // importance-weighted with 4,000 draws: six standard errors of a mean, sd / sqrt(4000)
  expect(Math.abs((mu!.mean as number) - mean)).toBeLessThan((6 * sd) / Math.sqrt(4000));
  expect(answer.report().logEvidence.value).toBeCloseTo(-7.803382, 2);

  const draws = answer.sample(50, 3);
  expect(draws["mu"]!.shape).toEqual([50]);
  expect(answer.sample(50, 3)).toEqual(draws);
  const logQ = await answer.logProb(draws);
  const logJoint = await answer.logJoint(draws);
  // q is the posterior nearly: log p - log q is the evidence at every draw
  logQ.forEach((q, i) => expect(logJoint[i]! - q).toBeCloseTo(-7.803382, 1));

  await answer.save(join(folder, "run"));
  const again = await load(join(folder, "run"));
  expect(again.summary()).toEqual(answer.summary());
  expect(again.sample(50, 3)["mu"]!.values).toEqual(draws["mu"]!.values);
  await expect(again.logProb(draws)).rejects.toThrow(/PPL789.*densities need the data/);
});

test("predict draws data anew, from an answer and from a saved one", async () => {
  const answer = await infer(conjugate, options);
  const predicted = await answer.predict({ draws: 500, seed: 2, statistics: ["max"] });
  expect(predicted).toMatchObject({ draws: 500, sources: [{ site: "mu", from: "posterior" }] });
  // normal(3.9 / 5.25, sd sqrt(1 + 1 / 5.25)): six standard errors of 500 draws, and of 4,000 of mu
  const error = 6 * Math.hypot(Math.sqrt((1 + 1 / 5.25) / 500), Math.sqrt(1 / 5.25 / 4000));
  for (const mean of predicted.sites["y"]!.mean as number[]) expect(Math.abs(mean - 3.9 / 5.25)).toBeLessThan(error);
  expect(predicted.checks).toMatchObject([{ site: "y", statistic: "max", observed: 2 }]);

  await answer.save(join(folder, "predicted"));
  const again = await load(join(folder, "predicted"));
  expect(await again.predict({ data: { y }, draws: 500, seed: 2, statistics: ["max"] })).toEqual(predicted);
  const other = await again.predict({ size: { N: 2 }, draws: 10 });
  expect(other.sites["y"]!.mean).toHaveLength(2);
  await expect(answer.predict({ statistics: ["mode"] })).rejects.toThrow(StratumError);
});

test("the same seed gives the same answer", async () => {
  const short = { ...options, steps: 50, evidenceDraws: 200 };
  const [a, b] = [await infer(conjugate, short), await infer(conjugate, short)];
  expect(a.parameters).toEqual(b.parameters);
  expect(a.summary()).toEqual(b.summary());
});

test("the number of threads changes nothing in the answer", async () => {
  // loops over 300,000 numbers: large enough to be shared out
  const large = {
    ...options,
    data: { y: Array.from({ length: 30_000 }, (_, i) => Math.sin(i)) },
    T: 10,
    steps: 30,
    engine: "fused",
    evidenceDraws: 500,
  } as const;
  const [one, two] = [await infer(conjugate, large), await infer(conjugate, { ...large, threads: 2 })];
  expect(two.parameters).toEqual(one.parameters);
  expect(two.summary()).toEqual(one.summary());
  const codes = (answer: typeof one) => answer.report().warnings.map(({ code }) => code);
  expect(codes(two)).not.toContain("PPL757");
  // five numbers are not
  const small = await infer(conjugate, { ...options, steps: 5, engine: "fused", threads: 2 });
  expect(codes(small)).toContain("PPL757");
});

test("a mixture guide in one line", async () => {
  const answer = await infer(conjugate, {
    data: { y },
    guide: "mixture",
    K: 10,
    steps: 200,
    engine: "reference",
    seed: 0,
  });
  expect(answer.components()).toHaveLength(10);
  const total = answer.components().reduce((sum, { weight }) => sum + weight, 0);
  expect(total).toBeCloseTo(1, 6);
});

test("an amortized guide reads new data, and knows its densities there", async () => {
  const local = "data x: real[N]  plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z, 1) }";
  const x = Array.from({ length: 40 }, (_, n) => Math.sin(n) * 2);
  const answer = await infer(local, {
    data: { x },
    guide: "mean_field",
    objective: "elbo",
    hidden: [8],
    steps: 600,
    lr: 0.02,
    seed: 2,
    engine: "reference",
  });
  await answer.save(join(folder, "local"));
  const fresh = await load(join(folder, "local"), { data: { x: [1.5, -1] }, evidenceDraws: 2000 });
  // posterior mean x / 2, evidence normal(x; 0, sqrt 2)
  const [first, second] = fresh.summary()["z"]!.mean as number[];
  expect(first).toBeCloseTo(0.75, 1);
  expect(second).toBeCloseTo(-0.5, 1);
  const exact = -Math.log(4 * Math.PI) - (1.5 ** 2 + 1) / 4;
  expect(fresh.report().logEvidence.value).toBeCloseTo(exact, 1);
  const draws = fresh.sample(5);
  expect(draws["z"]!.shape).toEqual([5, 2]);
  expect(await fresh.logProb(draws)).toHaveLength(5);
});

test("an amortized guide refuses new data whose shape would need a larger one", async () => {
  const wide = "data x: real[N, D]  plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z, 1) }";
  const x = [
    [1, 2],
    [3, 4],
  ];
  const answer = await infer(wide, {
    data: { x },
    hidden: [4],
    steps: 2,
    seed: 1,
    engine: "reference",
    evidenceDraws: 50,
  });
  await answer.save(join(folder, "wide"));
  const wider = load(join(folder, "wide"), { data: { x: [[1, 2, 3]] } });
  await expect(wider).rejects.toThrow(/PPL783.*the new data ask for a guide of \d+ numbers/);
});

test("training can be watched and stopped", async () => {
  const seen: number[] = [];
  const answer = await infer(conjugate, {
    ...options,
    steps: 10_000_000,
    onStep: ({ step }) => {
      seen.push(step);
      return seen.length < 3;
    },
  });
  expect(seen).toHaveLength(3);
  expect(answer.report().stopped).toBe("interrupted");
  expect(answer.trace.length).toBeGreaterThan(0);
}, 20_000);

test("mistakes are StratumErrors that say where and what to do", async () => {
  const error = await infer("sample mu ~ normall(0, 1)").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(StratumError);
  expect((error as StratumError).message).toMatch(/model\.ppl:1:13[^]*did you mean `normal`/);
  expect(() => compile(conjugate, { data: { y: [1, "two"] } })).toThrow(StratumError);
  expect(() => compile(conjugate, { data: { y }, objective: "elboo" as "elbo" })).toThrow(/did you mean `elbo`/);
  await expect(load(join(folder, "nothing"))).rejects.toThrow(/nothing/);
});

test("compile returns every intermediate without training", () => {
  const { guide, paramSpecs, step, warnings } = compile(conjugate, { data: { y } });
  expect(guide.blocks[0]).toMatchObject({ id: "global", K: 4 });
  expect(paramSpecs.map(({ name }) => name)).toEqual(["guide.global"]);
  expect(step().outputs.some(({ name }) => name === "bound")).toBe(true);
  expect(warnings).toEqual([]);
});

test("values that are not points of the latents are refused by name", async () => {
  const answer = await infer(conjugate, { ...options, steps: 10, evidenceDraws: 100 });
  await expect(answer.logProb({})).rejects.toThrow(/there are no values of `mu`/);
  const wrong = { mu: { shape: [2, 3], values: new Float64Array(6) } };
  await expect(answer.logProb(wrong)).rejects.toThrow(/PPL790.*have shape \[2, 3\]/);
});
