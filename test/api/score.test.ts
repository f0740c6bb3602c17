import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { infer, load, StratumError, type InferOptions } from "../../src/index.ts";
import { randomStream } from "../../src/numeric/random.ts";

const folder = await mkdtemp(join(tmpdir(), "stratum-"));
afterAll(() => rm(folder, { recursive: true }));

/** Labels that follow from the pixels but for noise. */
function labelled(count: number, seed: number) {
  const random = randomStream([seed, 7]);
  const pixels = Array.from({ length: count }, () => [random.normal(), random.normal()]);
  const label = pixels.map(([a]) => (a! + 0.5 * random.normal() < -0.5 ? 0 : a! < 0.7 ? 1 : 2));
  return { pixels, label };
}

const classifier = `model classifier
data pixels: real[N, 2]
data label: int<0..3>[N]
net decode = mlp(2, 3)
plate n in N {
  sample z: real[2] ~ normal(0, 1)
  observe label[n] ~ categorical(logits = decode(z))
}
guide { z ~ mixture(K = 2) given pixels[n] by mlp(8) }`;

const options: InferOptions = {
  data: labelled(200, 1),
  objective: "siwae",
  T: 1,
  // at 1 the prior asks as much of z as labels give
  beta: 0.01,
  steps: 1500,
  lr: 0.02,
  seed: 1,
  evidenceDraws: 500,
  testDraws: 2000,
};

test("infer scores a test set, and its labels change no prediction", async () => {
  const held = labelled(300, 2);
  const answer = await infer(classifier, { ...options, test: held });
  const { test: found } = answer.report();
  expect(found!.unscored).toEqual([]);
  const [score] = found!.scores;
  expect(score).toMatchObject({ site: "label[n]", count: 300, draws: 2000, fitted: false });
  // the classes hold 0.36, 0.4 and 0.24 of the data; it learns to do much better than the largest
  expect(score!.accuracy).toBeGreaterThan(0.6);
  expect(score!.logDensity.mean).toBeGreaterThan(-Math.log(3));
  expect(score!.bins).toHaveLength(15);

  const ask = { draws: 2000, seed: 1, scoresOnly: true };
  const predicted = await answer.predict({ data: held, ...ask });
  expect(predicted.scores).toEqual(found!.scores);
  expect(predicted).toMatchObject({ simulated: 0, sources: [{ site: "z", from: "network" }] });
  const { probabilities } = predicted.sites["label"]!;
  const permuted = { ...held, label: held.label.toReversed() };
  const other = await answer.predict({ data: permuted, ...ask });
  expect(other.sites["label"]!.probabilities).toEqual(probabilities);
  expect(other.scores[0]!.accuracy).toBeLessThan(score!.accuracy!);
  const without = await answer.predict({ data: { pixels: held.pixels }, draws: 2000, seed: 1 });
  // the same draws in another program: 32-bit rounding of sums
  const flat = (nested: unknown) => (nested as number[][]).flat();
  flat(probabilities).forEach((p, i) => expect(flat(without.sites["label"]!.probabilities)[i]).toBeCloseTo(p, 4));
  expect(without.scores).toEqual([]);

  const trained = await answer.predict({ data: options.data!, ...ask });
  expect(trained.scores).toMatchObject([{ fitted: true, count: 200 }]);

  await answer.save(join(folder, "run"));
  const again = await load(join(folder, "run"));
  expect(again.report().test).toEqual({ scores: found!.scores, unscored: [], seconds: null });
}, 60_000);

test("the classes of a test set follow their arithmetic: sums of 1, means, quantiles", async () => {
  const { testDraws: _, ...fitting } = options;
  const answer = await infer(classifier, { ...fitting, steps: 50 });
  const { sites } = await answer.predict({ data: labelled(5, 3), draws: 100, seed: 1, scoresOnly: true });
  const { probabilities, mean, q50 } = sites["label"]!;
  (probabilities as number[][]).forEach((p, i) => {
    // 32-bit rounding of three numbers
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect((mean as number[])[i]).toBeCloseTo(p[1]! + 2 * p[2]!, 5);
    const middle = p[0]! >= 0.5 ? 0 : p[0]! + p[1]! >= 0.5 ? 1 : 2;
    expect((q50 as number[])[i]).toBe(middle);
  });
}, 60_000);

test("a mistake in the test set is told before training", async () => {
  const wrong = { pixels: [[1, 2]], label: [3] };
  const never = { ...options, onStep: () => expect.unreachable("trained") };
  await expect(infer(classifier, { ...never, test: wrong })).rejects.toThrow(StratumError);
});

test("an observation that its own network reads is left out, and the reason told", async () => {
  const vae = `data x: int<0..2>[N, 3]
net decode = mlp(1, 3)
plate n in N {
  sample z ~ normal(0, 1)
  observe x[n] ~ bernoulli(logits = decode([z]))
}`;
  const x = Array.from({ length: 20 }, (_, i) => [i % 2, i % 2, i % 3 === 0 ? 1 : 0]);
  const answer = await infer(vae, {
    data: { x },
    test: { x: x.slice(0, 5) },
    guide: "mean_field",
    amortize: true,
    steps: 20,
    seed: 1,
    evidenceDraws: 100,
  });
  expect(answer.report().test).toMatchObject({
    scores: [],
    unscored: [{ site: "x[n]", because: "the guide's network reads `x` itself: that would be no prediction" }],
  });
}, 60_000);

test("a regression is scored with draws of its posterior; new groups are not known", async () => {
  const groups = `data y: real[N]
data g: int<0..J>[N]
data w: real[J]
sample mu ~ normal(0, 2)
plate j in J {
  sample a ~ normal(0, 1)
  observe w[j] ~ normal(a, 1)
}
plate n in N { observe y[n] ~ normal(mu + a[g[n]], 1) }`;
  const data = { y: [0.3, 1.1, -0.4, 2], g: [0, 0, 1, 1], w: [0.5, -0.5] };
  const answer = await infer(groups, {
    data,
    guide: "full_rank",
    objective: "elbo",
    T: 5,
    steps: 400,
    lr: 0.05,
    seed: 1,
    evidenceDraws: 2000,
  });
  const same = await answer.predict({ data: { ...data, y: [1, 2], g: [1, 0] }, draws: 500, seed: 1, scoresOnly: true });
  expect(same.scores.map(({ site, count, fitted }) => [site, count, fitted])).toEqual([
    ["w[j]", 2, true],
    ["y[n]", 2, false],
  ]);
  const other = await answer.predict({ data: { y: [1], g: [2], w: [0, 0, 0] }, draws: 500, seed: 1, scoresOnly: true });
  expect(other.scores).toEqual([]);
  expect(other.unscored[1]!.because).toContain("nothing is known of `a` for these data");
}, 60_000);
