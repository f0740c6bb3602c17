import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { infer } from "../../src/api/infer.ts";
import { load } from "../../src/api/load.ts";
import { joinProbabilities, emptySummary } from "../../src/posterior/summary.ts";

const sprinkler = `data wet: int<0..2>
  sample rain ~ bernoulli(0.2)
  sample on ~ bernoulli([0.4, 0.01][rain])
  let either = rain + on > 0
  observe wet ~ bernoulli(0.1 + 0.8 * either)`;

test("a model whose every latent is summed out has its evidence and probabilities exactly", async () => {
  const posterior = await infer(sprinkler, { data: { wet: 1 }, seed: 1, steps: 5 });
  // either with probability 1 - 0.8 * 0.6 = 0.52; wet with 0.1 * 0.48 + 0.9 * 0.52 = 0.516
  expect(posterior.posterior.evidence.value).toBeCloseTo(Math.log(0.516), 9);
  expect(posterior.verdict.trusted).toBe(true);
  const { rain, on, either } = posterior.summary();
  expect(rain!.mean).toBeCloseTo((0.2 * 0.9) / 0.516, 9);
  expect(on!.mean).toBeCloseTo((0.9 * (0.8 * 0.4 + 0.2 * 0.01)) / 0.516, 9);
  // a let is known from 4,000 draws
  expect(Math.abs((either!.mean as number) - (0.9 * 0.52) / 0.516)).toBeLessThan(6 * Math.sqrt(0.25 / 4000));
});

test("the mean and standard deviation of a discrete site follow from its probabilities", () => {
  const site = emptySummary("k", "sample", [2]);
  const chances = {
    ...emptySummary("probability.k", "probability", [2, 3]),
    mean: Float64Array.of(0.2, 0.5, 0.3, 1, 0, 0),
  };
  const [joined, ...rest] = joinProbabilities([site, chances], () => 4);
  expect(rest).toEqual([]);
  expect(Array.from(joined!.mean)).toEqual([expect.closeTo(5.1, 12), 4]);
  expect(Array.from(joined!.sd)).toEqual([expect.closeTo(0.7, 12), 0]);
  expect(joined!.probabilities).toMatchObject({ lower: 4, count: 3 });
});

test("probabilities are reported, and saved with a run and read back", async () => {
  const text = `data y: real[N]
    sample m: ordered[3] ~ normal(0, 3)
    plate n in N { sample k ~ categorical([0.2, 0.3, 0.5])  observe y[n] ~ normal(m[k], 1) }`;
  const y = [-2, 0.5, 3, 3.3];
  const posterior = await infer(text, { data: { y }, seed: 1, steps: 50, evidenceDraws: 500 });
  const { k } = posterior.report().sites;
  expect(k!.probabilities!.values).toEqual([0, 1, 2]);
  const rows = k!.probabilities!.of as number[][];
  expect(rows).toHaveLength(4);
  rows.forEach((row, n) => {
    expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
    expect((k!.mean as number[])[n]).toBeCloseTo(row[1]! + 2 * row[2]!, 9);
  });
  const folder = join(mkdtempSync(join(tmpdir(), "stratum-")), "run");
  await posterior.save(folder);
  const { posterior: read } = await load(folder);
  rmSync(folder, { recursive: true });
  const saved = read.summary.find(({ name }) => name === "k")!;
  expect(Array.from(saved.probabilities!.values)).toEqual(rows.flat());
});
