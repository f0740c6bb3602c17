import { describe, expect, test } from "vitest";
import { exactExecutor } from "../../src/api/check-gradients.ts";
import { gradientMoments } from "../../src/inference/gradients.ts";
import type { EstimatorName, ObjectiveOptions } from "../../src/objective/options.ts";
import { compiled, parametersWith, rawScale, refusals, run, type Settings } from "./support.ts";

const normal = `
data y: real[N]
sample mu ~ normal(0, 2)
plate n in N { observe y[n] ~ normal(mu, 1) }`;

const withParam = normal.replace("sample", "param s: real<0..> = 1\nsample").replace("(mu, 1)", "(mu, s)"); // prettier-ignore

const local = `
data x: real[N]
param b: real = 0.2
plate n in N {
  sample z: real[2] ~ normal(b, 1)
  observe x[n] ~ normal(sum(abs(z)), 0.7)
}`;

/** Raw parameters of a guide block: overlapping components of unequal weights. */
const raw = (K: number): number[] => {
  const rows = [[0.3, 0.6, rawScale(0.5)], [-0.2, -0.4, rawScale(0.6)], [-0.8, 0.2, rawScale(1.1)]]; // prettier-ignore
  return K === 1 ? rows[0]!.slice(1) : rows.slice(0, K).flat();
};

async function moments(
  text: string,
  data: Record<string, unknown>,
  { objective, ...what }: Settings,
  estimator: EstimatorName,
  values: (size: number) => ArrayLike<number>,
  repeats: number,
) {
  const model = compiled(text, data, { ...what, objective: { ...objective, estimator } });
  const parameters = Float64Array.from(values(model.parameterCount));
  const found = await gradientMoments(model, model.gradient(), exactExecutor(), parameters, { repeats, seed: `1/${estimator}` }); // prettier-ignore
  if (!found.ok) throw new Error(found.errors[0]!.message);
  return found.value;
}

/** The largest difference of two means, in standard errors. */
function apart(a: Awaited<ReturnType<typeof moments>>, c: typeof a): number {
  const zs = Array.from(a.mean, (mean, i) => {
    const se = Math.sqrt(a.variance[i]! / a.repeats + c.variance[i]! / c.repeats);
    return Math.abs(mean - c.mean[i]!) / (se + 1e-12);
  });
  return Math.max(...zs);
}

describe("the doubly reparameterized gradient has the mean of the pathwise one:", () => {
  const cases: (Partial<ObjectiveOptions> & { K: number })[] = [
    { bound: "iwae", K: 1, T: 1 },
    { bound: "iwae", K: 1, T: 3 },
    { bound: "siwae", K: 1, T: 4, beta: 0.3 },
    { bound: "siwae", K: 2, T: 1 },
    { bound: "siwae", K: 3, T: 2 },
    { bound: "siwae", K: 2, T: 3, beta: 0.4 },
    { bound: "siwae", K: 2, T: 2, beta: 2 },
  ];
  test.each(cases)("$bound, K = $K, T = $T, beta = $beta", async ({ K, ...objective }) => {
    const of = (estimator: EstimatorName) =>
      moments(normal, { y: [0.5, 1.5] }, { guide: { K }, objective }, estimator, () => raw(K), 40_000); // prettier-ignore
    // 6 standard errors: once in 10^8 for each of at most 10 entries
    expect(apart(await of("pathwise"), await of("dreg"))).toBeLessThan(6);
  });

  test("and dropping the score instead has another, which this many repeats show", async () => {
    const of = (estimator: EstimatorName) =>
      moments(normal, { y: [0.5, 1.5] }, { guide: { K: 2 }, objective: { T: 2 } }, estimator, () => raw(2), 40_000); // prettier-ignore
    expect(apart(await of("pathwise"), await of("stl"))).toBeGreaterThan(10);
  });

  test.each([1, 3])("parameters of the model among them, K = %s", async (K) => {
    const values = () => [...raw(K), 0.4];
    const of = (estimator: EstimatorName) =>
      moments(withParam, { y: [0.5, 1.5] }, { guide: { K }, objective: { T: 3 } }, estimator, values, 40_000); // prettier-ignore
    expect(apart(await of("pathwise"), await of("dreg"))).toBeLessThan(6);
  });

  test.each(["mean_field", "full_rank"] as const)("local latents, read by a network (%s)", async (component) => {
    const what = { guide: { K: 2, component, hidden: [3] }, objective: { T: 2 }, batch: { n: 2 } };
    const values = (size: number) => Array.from({ length: size }, (_, i) => 0.4 * Math.sin(3 * i + 1)); // prettier-ignore
    const of = (estimator: EstimatorName) =>
      moments(local, { x: [0.9, 1.4, 2] }, what, estimator, values, 30_000);
    expect(apart(await of("pathwise"), await of("dreg"))).toBeLessThan(6);
  });
});
