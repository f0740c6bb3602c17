import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, infer } from "../../src/api/infer.ts";
import { load } from "../../src/api/load.ts";
import { lgamma } from "../../src/numeric/special.ts";
import { compiled } from "../objective/support.ts";
import { stratum, withFiles } from "../cli/harness.ts";

const thinned = `data y: int<0..>
  sample n ~ poisson(20)
  observe y ~ binomial(n, 0.4)`;
const y = 7;
/** log poisson(x; rate) */
const logPoisson = (x: number, rate: number): number => x * Math.log(rate) - rate - lgamma(x + 1);

describe("n ~ poisson(20), of which y = 7 are seen: n - 7 is poisson(12), y poisson(8)", () => {
  test("is found by the defaults, reported, saved and read back", async () => {
    const posterior = await infer(thinned, { data: { y }, seed: 1 });
    const { n } = posterior.summary();
    expect(posterior.verdict.trusted).toBe(true);
    // summaries are of 4,000 weighted draws, of which 9 in 10 and more are effective: 6 standard errors
    const draws = 3600;
    expect(Math.abs((n!.mean as number) - 19)).toBeLessThan(6 * Math.sqrt(12 / draws));
    // of a variance: its fourth central moment is 12 + 3 * 144
    expect(Math.abs((n!.sd as number) ** 2 - 12)).toBeLessThan(6 * Math.sqrt((444 - 144) / draws));
    const { value, standardError } = posterior.posterior.evidence;
    expect(Math.abs(value - logPoisson(7, 8))).toBeLessThan(6 * standardError);
    expect(standardError).toBeLessThan(0.01);
    // a weighted draw is a draw: whole numbers of at least 7
    for (const draw of posterior.resample(200)["n"]!.values) {
      expect(Number.isInteger(draw)).toBe(true);
      expect(draw).toBeGreaterThanOrEqual(y);
    }
    const folder = join(mkdtempSync(join(tmpdir(), "stratum-")), "run");
    await posterior.save(folder);
    const again = await load(folder);
    rmSync(folder, { recursive: true });
    expect(again.summary()).toEqual(posterior.summary());
  });

  test("has a guide whose probabilities sum to 1, and the joint density that the formulas give", async () => {
    const posterior = await infer(thinned, { data: { y }, seed: 1, steps: 20, evidenceDraws: 500 });
    const values = Float64Array.from({ length: 5000 }, (_, i) => y + i);
    const at = { n: { shape: [values.length], values } };
    const logQ = await posterior.logProb(at);
    // log n within 9 standard deviations of where the components start
    expect(logQ.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 9);
    const logJoint = await posterior.logJoint(at);
    [0, 5, 40].forEach((i) => expect(logJoint[i]).toBeCloseTo(logPoisson(y, 8) + logPoisson(i, 12), 9));
  });
});

test("what is drawn agrees with what is summed out, where both can be done", async () => {
  // the same prior to 1e-9: 100 values can be summed out, and no end cannot
  const text = (type: string): string => `data x: real[N]
    sample m ~ normal(0, 1)
    sample n${type} ~ geometric(0.2)
    plate i in N { observe x[i] ~ normal(m + n, 2) }`;
  const options = { data: { x: [4.1, 6.3, 5.2] }, seed: 2 };
  const drawn = await infer(text(""), options);
  const summed = await infer(text(": int<0..100>"), options);
  const [a, b] = [drawn.posterior.evidence, summed.posterior.evidence];
  expect(Math.abs(a.value - b.value)).toBeLessThan(6 * Math.hypot(a.standardError, b.standardError));
  expect(a.standardError).toBeLessThan(0.05);
  for (const site of ["m", "n"]) {
    const [one, other] = [drawn, summed].map((each) => each.summary()[site]!);
    const sd = other!.sd as number;
    // means of draws, of which more than 1,000 are effective in each
    expect(Math.abs((one!.mean as number) - (other!.mean as number))).toBeLessThan(6 * sd * Math.sqrt(2 / 1000));
  }
});

test("a vector that is too large to sum out is drawn entry by entry", async () => {
  const text = `data x: real
    sample z: int[12] ~ bernoulli(0.3)
    observe x ~ normal(sum(z), 0.5)`;
  const { guide } = compile(text, { data: { x: 4 } });
  expect(guide.blocks.map(({ sites }) => sites.map(({ name, size }) => [name, size]))).toEqual([[["z", 12]]]);
  const posterior = await infer(text, { data: { x: 4 }, seed: 1 });
  // the sum is binomial(12, 0.3) beforehand, and entries are exchangeable
  const weights = Array.from({ length: 13 }, (_, s) =>
    Math.exp(
      lgamma(13) - lgamma(s + 1) - lgamma(13 - s) + s * Math.log(0.3) + (12 - s) * Math.log(0.7) - 2 * (4 - s) ** 2,
    ),
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = weights.reduce((sum, w, s) => sum + (s * w) / total, 0) / 12;
  // 1,000 effective draws
  for (const found of posterior.summary()["z"]!.mean as number[])
    expect(Math.abs(found - mean)).toBeLessThan(6 * Math.sqrt((mean * (1 - mean)) / 1000));
});

test("a continuous latent may be bounded by a count that is drawn", () => {
  const text = `data x: real
    sample n ~ poisson(2)
    sample k ~ binomial(n, 0.5)
    sample z: real<k..> ~ exponential(1)
    observe x ~ normal(z, 1)`;
  expect(compiled(text, { x: 1 }).guide.blocks[0]!.sites.map(({ integer }) => integer !== null)).toEqual([
    true,
    true,
    false,
  ]);
});

test("check says which latents are drawn", () =>
  withFiles({ "model.ppl": thinned, "data.json": `{ "y": 7 }` }, async (path) => {
    const { out } = await stratum(["check", path("")]);
    expect(out).toMatch(/\n {2}n: score function, its values have no end\n$/);
    const json = await stratum(["check", path(""), "--json"]);
    expect(JSON.parse(json.out)).toMatchObject({
      sites: [{ name: "n", discrete: { treatment: "score function", values: null } }, { name: "y" }],
    });
  }));
