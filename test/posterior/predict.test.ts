import { describe, expect, test } from "vitest";
import { bind } from "../../src/bind/bind.ts";
import type { Model } from "../../src/model/model.ts";
import { randomStream } from "../../src/numeric/random.ts";
import { normalCdf } from "../../src/numeric/statistics.ts";
import { checkSource } from "../../src/pipeline.ts";
import { predict, type Predicted, type PredictInput } from "../../src/posterior/predict.ts";
import { statisticNames, statisticOf } from "../../src/posterior/statistics.ts";
import { oneMean } from "../inference/models.ts";

function modelOf(text: string): Model {
  const checked = checkSource({ path: "test.ppl", text });
  if (!checked.ok) throw new Error(checked.errors[0].message);
  return checked.value.model;
}

const count = 4000;

/** Exact posterior draws of the conjugate model, and what they predict. */
async function conjugate(change: Partial<PredictInput> = {}, signal?: AbortSignal): Promise<Predicted> {
  const model = modelOf(oneMean.text);
  const numbers = bind(model, oneMean.data);
  if (!numbers.ok) throw new Error(numbers.errors[0].message);
  const random = randomStream([3, 4]);
  const values = Float64Array.from({ length: count }, () => oneMean.mean + oneMean.sd * random.normal());
  const predicted = await predict(
    {
      model,
      numbers: numbers.value,
      parameters: new Map(),
      latents: { mu: { shape: [count], values } },
      count,
      seed: 1,
      observed: numbers.value.data,
      statistics: ["mean", "max", "min", "median", "sd", "sum"],
      ...change,
    },
    signal ? { signal } : {},
  );
  if (!predicted.ok) throw new Error(predicted.errors[0].message);
  return predicted.value;
}

/** P(T(rep) >= t) for a statistic with distribution function F(t - mu) given mu, mu being normal(1.5, 0.5). */
function averaged(tail: (shift: number) => number): number {
  let sum = 0;
  const step = 1e-3;
  for (let z = -8; z <= 8; z += step) sum += Math.exp(-0.5 * z * z) * tail(1.5 + 0.5 * z) * step;
  return sum / Math.sqrt(2 * Math.PI);
}

describe("the posterior predictive of a conjugate normal model", async () => {
  const { sites, checks, draws } = await conjugate();
  const check = (statistic: string) => checks.find((one) => one.statistic === statistic)!;

  test("has the mean, the spread and the quantiles of normal(1.5, sqrt(1 + 1/4))", () => {
    expect(draws).toBe(count);
    const [site] = sites;
    expect(site).toMatchObject({ name: "y", shape: [3], categories: 0, probabilities: null });
    const sd = Math.sqrt(1.25);
    for (let entry = 0; entry < 3; entry++) {
      expect(Math.abs(site!.mean[entry]! - 1.5)).toBeLessThan((6 * sd) / Math.sqrt(count));
      expect(Math.abs(site!.sd[entry]! - sd)).toBeLessThan((6 * sd) / Math.sqrt(2 * count));
      // the density at the 95 % quantile is 0.1031 / sd
      const error = (sd * Math.sqrt((0.95 * 0.05) / count)) / 0.1031;
      expect(Math.abs(site!.q95[entry]! - (1.5 + 1.644854 * sd))).toBeLessThan(6 * error);
    }
    expect(site!.observed).toEqual(Float64Array.of(1, 2, 3));
  });

  test.each([
    // the mean of three is normal with variance 1/3 + 1/4; 2 was observed
    ["mean", 2, 1 - normalCdf(0.5 / Math.sqrt(7 / 12))],
    ["sum", 6, 1 - normalCdf(0.5 / Math.sqrt(7 / 12))],
    ["max", 3, averaged((mu) => 1 - normalCdf(3 - mu) ** 3)],
    ["min", 1, averaged((mu) => normalCdf(mu - 1) ** 3)],
    // of three, at least two are above 2
    ["median", 2, averaged((mu) => 3 * normalCdf(mu - 2) ** 2 - 2 * normalCdf(mu - 2) ** 3)],
    // 2 S^2 is chi-squared with 2 degrees: P(S >= 1) = exp(-1)
    ["sd", 1, Math.exp(-1)],
  ])("has the p-value of %s that follows by hand", (statistic, observed, exact) => {
    const found = check(statistic);
    expect(found.observed).toBeCloseTo(observed, 12);
    expect(Math.abs(found.p - exact)).toBeLessThan(6 * Math.sqrt((exact * (1 - exact)) / count));
    expect(found.standardError).toBeCloseTo(Math.sqrt((found.p * (1 - found.p)) / count), 12);
  });

  test("is pinned: P(mean >= 2) = 0.2563", () => {
    expect(1 - normalCdf(0.5 / Math.sqrt(7 / 12))).toBeCloseTo(0.256345, 6);
  });

  test("is the same whether its draws are held together or one datum at a time", async () => {
    const apart = await conjugate({ held: count });
    expect(apart.sites).toEqual(sites);
    expect(apart.checks).toEqual(checks);
  });
});

test("an interrupted prediction summarises what it drew, and nothing when that is nothing", async () => {
  const stopped = await conjugate({}, AbortSignal.abort());
  expect(stopped).toEqual({ draws: 0, sites: [], checks: [] });
});

test("latents that are not given come from their prior, and small whole numbers have probabilities", async () => {
  const model = modelOf("data y: int<0..2>[N]\nsample p ~ beta(3, 1)\nplate n in N { observe y[n] ~ bernoulli(p) }\n");
  const numbers = bind(model, { y: [1, 0] });
  if (!numbers.ok) throw new Error(numbers.errors[0].message);
  const predicted = await predict({
    model,
    numbers: numbers.value,
    parameters: new Map(),
    latents: {},
    count,
    seed: 2,
    observed: new Map(),
    statistics: ["mean"],
  });
  if (!predicted.ok) throw new Error(predicted.errors[0].message);
  const [site] = predicted.value.sites;
  expect(site!.categories).toBe(2);
  // P(1) is the prior mean of p, 3/4
  for (const entry of [0, 1]) {
    expect(site!.probabilities![2 * entry]! + site!.probabilities![2 * entry + 1]!).toBeCloseTo(1, 12);
    expect(Math.abs(site!.probabilities![2 * entry + 1]! - 0.75)).toBeLessThan(6 * Math.sqrt(0.1875 / count));
  }
  expect(predicted.value.checks).toEqual([]);
});

test("statistics are the language's functions that make a number of an array, and the median", () => {
  expect([...statisticNames()].sort()).toEqual(
    expect.arrayContaining(["logsumexp", "max", "mean", "median", "min", "prod", "sd", "sum"]),
  );
  expect(statisticNames()).not.toContain("softmax");
  expect(statisticNames()).not.toContain("exp");
  const values = Float64Array.of(4, 1, 7);
  const of = (name: string) => statisticOf(name, 3)(values);
  expect([of("sum"), of("mean"), of("sd"), of("max"), of("min"), of("median")]).toEqual([12, 4, 3, 7, 1, 4]);
  expect(of("prod")).toBe(28);
});
