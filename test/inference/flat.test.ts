import { describe, expect, test } from "vitest";
import { exactExecutor } from "../../src/execute/select.ts";
import { directionWords, flatDirections } from "../../src/inference/search/flat.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { compileSource } from "../../src/pipeline.ts";

const random = randomStream(seedKey(0, "flat.test"));
const normals = Array.from({ length: 30 }, () => random.normal());
const more = Array.from({ length: 30 }, () => random.normal());
const y = normals.map((x, i) => 1 + 3 * x + 0.3 * (more[i] ?? 0));
const rising = Array.from({ length: 20 }, (_, i) => i - 9.5);

async function flat(text: string, data: Readonly<Record<string, unknown>>): Promise<string[]> {
  const compiled = compileSource({ path: "flat.ppl", text }, data);
  if (!compiled.ok) throw new Error(compiled.errors.map(({ message }) => message).join("; "));
  const found = await flatDirections(compiled.value, exactExecutor({ threads: 1 }), 0);
  return found.map((direction) => directionWords(direction).along);
}

const regression = (prior: string): string =>
  `data x: real[N, 2]\ndata y: real[N]\nsample a ~ normal(0, 10)\nsample b: real[2] ~ ${prior}\nsample s: real<0..> ~ half_normal(1)\nobserve y ~ normal(a + x @ b, s)`;
const logistic =
  "data x: real[N]\ndata y: int<0..2>[N]\nsample a ~ flat()\nsample b ~ flat()\nobserve y ~ bernoulli(logits = a + b * x)";
const scale = "data y: real[N]\nsample s: real<0..> ~ flat()\nobserve y ~ normal(0, s)";

describe("what data and improper priors leave open is found, and named", () => {
  test("a predictor that is twice another", async () =>
    expect(await flat(regression("flat()"), { x: normals.map((x) => [x, 2 * x]), y })).toEqual([
      "0.89 b[0] - 0.45 b[1]",
    ]));

  test("an intercept beside a full set of groups", async () => {
    const text =
      "data g: int<0..3>[N]\ndata y: real[N]\nsample a ~ flat()\nsample d: real[3] ~ flat()\nplate n in N { observe y[n] ~ normal(a + d[g[n]], 1) }";
    expect(await flat(text, { g: y.map((_, i) => i % 3), y })).toEqual(["0.50 a - 0.50 d[0] - 0.50 d[1] - 0.50 d[2]"]);
  });

  test("two that are only ever added up, and one that is in no likelihood", async () => {
    const text =
      "data y: real[N]\nsample a ~ flat()\nsample b ~ flat()\nsample z ~ flat()\nobserve y ~ normal(a + b, 1)";
    expect(await flat(text, { y })).toEqual(["`z`", "0.71 a - 0.71 b"]);
  });

  test("a scale that one observation tells", async () => expect(await flat(scale, { y: [1.3] })).toEqual(["`s`"]));

  test("classes that a line separates", async () =>
    expect(await flat(logistic, { x: rising, y: rising.map((x) => Number(x > 0)) })).toEqual(["`b`"]));
});

describe("what is proper is left alone", () => {
  test.each([
    ["predictors that differ", regression("flat()"), { x: normals.map((x, i) => [x, more[i]]), y }],
    [
      "predictors that nearly say the same",
      regression("flat()"),
      { x: normals.map((x, i) => [x, 2 * x + 1e-4 * (more[i] ?? 0)]), y },
    ],
    ["collinear ones under proper priors", regression("normal(0, 100)"), { x: normals.map((x) => [x, 2 * x]), y }],
    ["a scale that four observations tell", scale, { y: [1.3, 0.2, -0.4, 1.7] }],
    ["classes that overlap", logistic, { x: rising, y: rising.map((x, i) => Number(x > 0 || i === 4)) }],
    [
      "eight schools",
      "data y: real[J]\ndata sigma: real[J]\nsample mu ~ flat()\nsample tau: real<0..> ~ flat()\nsample theta: real[J] ~ normal(mu, tau)\nobserve y ~ normal(theta, sigma)",
      { y: [28, 8, -3, 7, -1, 1, 18, 12], sigma: [15, 10, 16, 11, 9, 11, 10, 18] },
    ],
  ] as const)("%s", async (_, text, data) => expect(await flat(text, data)).toEqual([]));
});
