import { describe, expect, test } from "vitest";
import { infer } from "../../src/index.ts";
import { lgamma } from "../../src/numeric/special.ts";
import { stratum, withFiles } from "../cli/harness.ts";
import { expectExact, type Exact, type Moments } from "./closeness.ts";

type Data = Readonly<Record<string, readonly number[]>>;

interface Conjugate {
  readonly name: string;
  readonly text: string;
  readonly size: string;
  /** Data that are not simulated. */
  readonly given?: Data;
  readonly exact: (data: Data) => Exact;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const logTwoPi = Math.log(2 * Math.PI);

/** Mean a / (a + b), and the moments about it: Johnson, Kotz & Balakrishnan 2, ch. 25. */
function beta(a: number, b: number): Moments {
  const n = a + b;
  const excess = (6 * ((a - b) ** 2 * (n + 1) - a * b * (n + 2))) / (a * b * (n + 2) * (n + 3));
  return { mean: a / n, sd: Math.sqrt((a * b) / (n + 1)) / n, kurtosis: 3 + excess };
}

/** Mean shape / rate; excess kurtosis 6 / shape. */
function gamma(shape: number, rate: number): Moments {
  return { mean: shape / rate, sd: Math.sqrt(shape) / rate, kurtosis: 3 + 6 / shape };
}

/** The logarithm of the integral of prod_k p[k]^(a[k] - 1) over the simplex. */
const logDirichlet = (a: readonly number[]): number => sum(a.map(lgamma)) - lgamma(sum(a));

function counts(y: readonly number[], values: number): number[] {
  return Array.from({ length: values }, (_, value) => y.filter((one) => one === value).length);
}

/** mu ~ normal(m, s), y ~ normal(mu, sd): precisions add, and y is normal with covariance sd^2 I + s^2 11'. */
function normalNormal(y: readonly number[], m: number, s: number, sd: number): Exact {
  const precision = 1 / s ** 2 + y.length / sd ** 2;
  const off = y.map((value) => value - m);
  const quadratic = (sum(off.map((d) => d * d)) - sum(off) ** 2 / (sd ** 2 * precision)) / sd ** 2;
  const logDet = 2 * y.length * Math.log(sd) + Math.log(precision * s ** 2);
  return {
    logEvidence: -0.5 * (y.length * logTwoPi + logDet + quadratic),
    sites: { mu: [{ mean: m + sum(off) / sd ** 2 / precision, sd: 1 / Math.sqrt(precision) }] },
  };
}

/**
 * a, b ~ normal(0, s), y ~ normal(a + b x, sd): precision P = I / s^2 + X'X / sd^2, covariance its inverse, and
 * log N(y; 0, sd^2 I + s^2 XX') by the determinant lemma and Woodbury's identity.
 */
function line(x: readonly number[], y: readonly number[], s: number, sd: number): Exact {
  const [n, v] = [y.length, sd ** 2];
  const [sx, sxx] = [sum(x) / v, sum(x.map((value) => value * value)) / v];
  const [ty, txy] = [sum(y) / v, sum(y.map((value, i) => value * (x[i] ?? NaN))) / v];
  const [p, q, r] = [1 / s ** 2 + n / v, sx, 1 / s ** 2 + sxx];
  const det = p * r - q * q;
  const [a, b] = [(r * ty - q * txy) / det, (p * txy - q * ty) / det];
  const quadratic = sum(y.map((value) => value * value)) / v - (a * ty + b * txy);
  return {
    logEvidence: -0.5 * (n * (logTwoPi + Math.log(v)) + Math.log(det * s ** 4) + quadratic),
    sites: { a: [{ mean: a, sd: Math.sqrt(r / det) }], b: [{ mean: b, sd: Math.sqrt(p / det) }] },
  };
}

const inPlate = (prior: string, y: string, likelihood: string): string =>
  `data y: ${y}[N]\n${prior}\nplate n in N { observe y[n] ~ ${likelihood} }\n`;

const models: readonly Conjugate[] = [
  {
    name: "normal mean, normal data",
    text: inPlate("sample mu ~ normal(2, 3)", "real", "normal(mu, 1.5)"),
    size: "N=40",
    exact: ({ y = [] }) => normalNormal(y, 2, 3, 1.5),
  },
  {
    name: "beta probability, bernoulli data",
    text: inPlate("sample p ~ beta(2, 3)", "int<0..2>", "bernoulli(p)"),
    size: "N=30",
    exact: ({ y = [] }) => {
      const [tails = 0, heads = 0] = counts(y, 2);
      return {
        logEvidence: logDirichlet([2 + heads, 3 + tails]) - logDirichlet([2, 3]),
        sites: { p: [beta(2 + heads, 3 + tails)] },
      };
    },
  },
  {
    name: "gamma rate, poisson data",
    text: inPlate("sample rate ~ gamma(3, 0.5)", "int<0..>", "poisson(rate)"),
    size: "N=25",
    exact: ({ y = [] }) => {
      const [shape, rate] = [3 + sum(y), 0.5 + y.length];
      return {
        logEvidence:
          3 * Math.log(0.5) - lgamma(3) - (shape * Math.log(rate) - lgamma(shape)) - sum(y.map((k) => lgamma(k + 1))),
        sites: { rate: [gamma(shape, rate)] },
      };
    },
  },
  {
    name: "a line through points with known noise",
    text: `data x: real[N]\n${inPlate("sample a ~ normal(0, 5)\nsample b ~ normal(0, 5)", "real", "normal(a + b * x[n], 0.7)")}`,
    size: "N=30",
    given: { x: Array.from({ length: 30 }, (_, n) => 2 + n / 10) },
    exact: ({ x = [], y = [] }) => line(x, y, 5, 0.7),
  },
  {
    name: "dirichlet probabilities, categorical data",
    text: inPlate("sample p ~ dirichlet([1.5, 1, 2, 0.5])", "int<0..4>", "categorical(p = p)"),
    size: "N=60",
    exact: ({ y = [] }) => {
      const prior = [1.5, 1, 2, 0.5];
      const observed = counts(y, 4);
      const after = prior.map((a, k) => a + (observed[k] ?? 0));
      return {
        logEvidence: logDirichlet(after) - logDirichlet(prior),
        sites: { p: after.map((a) => beta(a, sum(after) - a)) },
      };
    },
  },
];

/** Data drawn from the model itself, by `stratum simulate`. */
async function simulated({ text, size, given = {} }: Conjugate): Promise<Data> {
  const files = { "model.ppl": text, "given.json": JSON.stringify(given) };
  return withFiles(files, async (path) => {
    const known = Object.keys(given).length > 0 ? ["--data", path("given.json")] : ["--size", size];
    const { out, err } = await stratum(["simulate", path("model.ppl"), ...known, "--seed", "1"]);
    if (!out.startsWith("{")) throw new Error(err);
    return { ...given, ...(JSON.parse(out) as Data) };
  });
}

describe("with no options, a posterior in closed form is found with its evidence:", () => {
  test.each(models)("$name", async (model) => {
    const data = await simulated(model);
    const answer = await infer(model.text, { data, seed: 1 });
    expectExact(answer.report(), model.exact(data));
  });
});

describe("the closed forms, worked out by hand:", () => {
  test("one datum at the prior mean of a normal has the density of a wider normal", () => {
    const { logEvidence, sites } = normalNormal([1], 1, 3, 4);
    expect(logEvidence).toBeCloseTo(-0.5 * logTwoPi - Math.log(5), 12);
    expect(sites["mu"]?.[0]?.sd).toBeCloseTo(12 / 5, 12);
  });

  test("one datum of a line is normal with variance sd^2 + s^2 (1 + x^2)", () => {
    const { logEvidence } = line([2], [3], 1, 2);
    expect(logEvidence).toBeCloseTo(-0.5 * (logTwoPi + Math.log(9) + 1), 12);
  });

  test("a uniform probability gives every number of heads the same evidence, and has kurtosis 9 / 5", () => {
    expect(logDirichlet([3, 2]) - logDirichlet([1, 1])).toBeCloseTo(Math.log(1 / 12), 12);
    expect(beta(1, 1)).toEqual({
      mean: 0.5,
      sd: expect.closeTo(Math.sqrt(1 / 12), 12),
      kurtosis: expect.closeTo(1.8, 12),
    });
  });
});
