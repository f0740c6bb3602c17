import { expect, test } from "vitest";
import { exactExecutor } from "../../src/execute/select.ts";
import { infer } from "../../src/index.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { normalisedWeights } from "../../src/numeric/statistics.ts";
import { compileSource } from "../../src/pipeline.ts";
import { drawGuide } from "../../src/posterior/evaluate.ts";
import { defaultOptions } from "../../src/plan/options.ts";

/** A regression with known noise: its posterior is Gaussian. Years far from 0 make intercept and slope one ridge. */
const text =
  "data x: real[N]\ndata y: real[N]\nsample a ~ normal(0, 100000)\nsample b ~ normal(0, 1000)\nplate n in N { observe y[n] ~ normal(a + b * x[n], 2) }";
const x = [2000, 2001, 2003, 2004, 2008];
const y = [1, 3, 2, 6, 9];

/** The posterior by hand: precision [[p, q], [q, r]], and its mean. */
function byHand() {
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0) / 4;
  const [p, q, r] = [sum(() => 1) + 1e-10, sum((i) => x[i]!), sum((i) => x[i]! ** 2) + 1e-6];
  const [u, v] = [sum((i) => y[i]!), sum((i) => x[i]! * y[i]!)];
  const det = p * r - q * q;
  const [sa, sb, cov] = [Math.sqrt(r / det), Math.sqrt(p / det), -q / det];
  const mean = [(r * u - q * v) / det, (p * v - q * u) / det];
  const slope = cov / sa;
  const factor = [sa, 0, slope, Math.sqrt(sb * sb - slope * slope)];
  return { mean, sa, sb, factor };
}

test("in the frame of the exact posterior every draw weighs the same, however wild the scales", async () => {
  const { mean, factor } = byHand();
  const half = { weight: 0.5, centre: mean, factor };
  for (const frames of [[{ ...half, weight: 1 }], [half, half]]) {
    const guide = { ...defaultOptions.guide, component: "full_rank" as const, frames };
    const compiled = compileSource({ path: "test", text }, { x, y }, { ...defaultOptions, guide });
    if (!compiled.ok) throw new Error("it compiles");
    const start = initialise(compiled.value, 0);
    const { blocks } = await drawGuide(compiled.value, exactExecutor({ threads: 1 }), start, { seed: 0, count: 2000 });
    const weights = normalisedWeights(blocks[0]!.logWeight);
    // squares of 2,000 by 10 standard deviations of the ridge cancel: 1e-16 of (4e6)^2 / 4 leaves 1e-4
    expect(Math.max(...weights) * 2000).toBeLessThan(1 + 1e-3);
    expect(Math.min(...weights) * 2000).toBeGreaterThan(1 - 1e-3);
  }
});

test("without an option, a ridge of wild scales is found, and the answer is that of the integral", async () => {
  const { mean, sa, sb } = byHand();
  const answer = await infer(text, { data: { x, y }, seed: 3 });
  expect(answer.verdict.trusted).toBe(true);
  const { a, b } = answer.summary();
  // six standard errors of 10,000 even draws
  expect(Math.abs((a!.mean as number) - mean[0]!)).toBeLessThan((6 * sa) / 100);
  expect(Math.abs((b!.mean as number) - mean[1]!)).toBeLessThan((6 * sb) / 100);
  expect(Math.abs((a!.sd as number) / sa - 1)).toBeLessThan(6 / Math.sqrt(2 * 10_000));
  expect(answer.report().guide.search).toMatchObject({
    modes: 1,
    disagree: false,
    polished: false,
  });
});

test("both labellings of a mixture's components are found, each with half of the mass", async () => {
  const twins =
    "data y: real[N]\nsample m: real[2] ~ normal(0, 5)\nplate n in N { observe y[n] ~ mixture(p = [0.5, 0.5], normal(m[0], 1), normal(m[1], 1)) }";
  const values = [-3.1, -2.9, -2.2, -3.8, 3.3, 2.6, 3.9, 2.9];
  const answer = await infer(twins, { data: { y: values }, seed: 1 });
  expect(answer.verdict.trusted).toBe(true);
  expect(answer.report().guide.search!.modes).toBe(2);
  const { values: m } = answer.resample(10_000, 1)["m"]!;
  const first = Array.from({ length: 10_000 }, (_, i) => Number(m[2 * i]! < m[2 * i + 1]!));
  // six standard errors of 10,000 draws at one half
  expect(Math.abs(first.reduce((p, q) => p + q, 0) / 10_000 - 0.5)).toBeLessThan(0.03);
  // the two halves do not overlap: the divergence between components is at least that between the halves, log 2
  expect(answer.report().guide.separation["global"]).toBeGreaterThan(0.95 * Math.LN2);
});
