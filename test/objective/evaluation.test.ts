import { expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { average, compiled, parametersWith, rawScale, run, scalar } from "./support.ts";

const hierarchical = `
data y: real[N]
sample mu ~ normal(0, 2)
sample s ~ half_normal(1)
plate n in N {
  sample z ~ normal(mu, 1)
  let twice = 2 * z
  observe y[n] ~ normal(z, s)
}`;
const y = [0.4, -1.2, 0.9];

test.each([
  ["joined in one block", { amortize: null, K: 3 }],
  ["joined in one full-rank block", { amortize: null, K: 2, component: "full_rank" as const }],
  ["with an encoder for the plate", { amortize: true, K: 2 }],
])("density agrees with evaluation at the same draws, %s", async (_, guide) => {
  const model = compiled(hierarchical, { y }, { guide });
  const parameters = Float64Array.from({ length: model.parameterCount }, (_, i) => 0.3 * Math.sin(i + 1));
  const { program } = model.evaluation({ draws: 5, rows: null });
  const out = run(model, program, { parameters }, 3);
  const values = Object.fromEntries(["mu", "s", "z"].map((name) => [name, out.get(`value.${name}`)!]));
  const { logQ, logJoint } = await densitiesAt(model, referenceExecutor, parameters, values);
  const weight = out.get("log_weight.global")!.values;
  // the same sums in another order, and a bijection undone and done again
  weight.forEach((w, t) => expect(logJoint[t]! - logQ[t]!).toBeCloseTo(w, 8));
  const [z, twice] = [out.get("value.z")!, out.get("value.twice")!];
  expect(z.shape).toEqual([5, 3]);
  z.values.forEach((v, i) => expect(twice.values[i]).toBeCloseTo(2 * v, 12));
});

test("the joint density is the one worked out by hand", async () => {
  const model = compiled(hierarchical, { y: [0.5] });
  const at = (value: number, shape: number[]) => ({ shape, values: Float64Array.of(value) });
  const values = { mu: at(1, [1]), s: at(0.5, [1]), z: at(0.7, [1, 1]) };
  const parameters = new Float64Array(model.parameterCount);
  const { logJoint } = await densitiesAt(model, referenceExecutor, parameters, values);
  const normal = (x: number, m: number, sd: number): number =>
    -0.5 * Math.log(2 * Math.PI) - Math.log(sd) - 0.5 * ((x - m) / sd) ** 2;
  const exact = normal(1, 0, 2) + Math.log(2) + normal(0.5, 0, 1) + normal(0.7, 1, 1) + normal(0.5, 0.7, 0.5);
  expect(logJoint[0]).toBeCloseTo(exact, 12);
  expect(logJoint[0]).toBeCloseTo(-3.357607, 6);
});

/** y ~ normal(mu, sqrt(1 + 1)) given mu ~ normal(0, 2), marginally. */
const twoLevel = `
data y: real[N]
sample mu ~ normal(0, 2)
plate n in N {
  sample z ~ normal(mu, 1)
  observe y[n] ~ normal(z, 1)
}`;

test("two levels: the average weight is the evidence, whatever the inner number of draws", () => {
  const total = y.reduce((a, b) => a + b, 0);
  const squares = y.reduce((sum, v) => sum + v * v, 0);
  // y ~ N(0, 2 I + 4 11'): determinant 2^N (1 + 2 N), inverse (I - 2 11' / (1 + 2 N)) / 2
  const quadratic = (squares - (2 * total * total) / (1 + 2 * y.length)) / 2;
  const logDet = y.length * Math.log(2) + Math.log(1 + 2 * y.length);
  const exact = -0.5 * (y.length * Math.log(2 * Math.PI) + logDet + quadratic);
  for (const innerT of [1, 4]) {
    const model = compiled(twoLevel, { y }, { guide: { amortize: true, K: 1, hidden: [] }, objective: { innerT } });
    const wide = rawScale(1.2);
    // an encoder that ignores its datum: wide guides, whose weights have finite variance
    const parameters = parametersWith(model, {
      "guide.global": [0, wide],
      "guide.n.b0": [0, wide],
    });
    const draws = 20_000;
    const { program } = model.evaluation({ draws, rows: null });
    const out = run(model, program, { parameters }, 5);
    const weights = Array.from(out.get("log_weight.global")!.values, Math.exp);
    const mean = weights.reduce((a, b) => a + b, 0) / draws;
    const se = Math.sqrt(weights.reduce((sum, w) => sum + (w - mean) ** 2, 0)) / draws;
    expect(Math.abs(mean - Math.exp(exact))).toBeLessThan(6 * se);
    expect(se / mean).toBeLessThan(0.1);
  }
});

test("two levels: the outer bound stays below the evidence and rises with the inner draws", () => {
  const bound = (innerT: number) => {
    const model = compiled(
      twoLevel,
      { y },
      { guide: { amortize: true, K: 1, hidden: [] }, objective: { bound: "iwae", T: 2, innerT } },
    );
    const parameters = parametersWith(model, { "guide.global": [0, rawScale(1.2)], "guide.n.b0": [0, rawScale(1.2)] });
    const program = model.boundOnly();
    return average(4_000, (seed) => [scalar(run(model, program, { parameters }, seed), "bound")]);
  };
  const [one, eight] = [bound(1), bound(8)];
  expect(eight.mean[0]! - one.mean[0]!).toBeGreaterThan(6 * Math.hypot(eight.se[0]!, one.se[0]!));
});

test("a minibatch's bound has the mean of the whole bound", () => {
  const text = `
    data x: real[N]
    plate n in N { sample z ~ normal(0, 1)  observe x[n] ~ normal(z, 1) }`;
  const x = [0.2, -0.7, 1.5, 3.0];
  const what = { guide: { K: 2, hidden: [3] }, objective: { bound: "siwae", T: 3 } } as const;
  const whole = compiled(text, { x }, what);
  const part = compiled(text, { x }, { ...what, batch: { n: 2 } });
  const parameters = Float64Array.from({ length: whole.parameterCount }, (_, i) => 0.5 * Math.cos(i));
  const runs = 4_000;
  const all = average(runs, (seed) => [scalar(run(whole, whole.boundOnly(), { parameters }, seed), "bound")]);
  const some = average(runs, (seed) => {
    const rows = [
      [0, 1],
      [2, 3],
      [0, 3],
      [1, 2],
    ][seed % 4]!;
    const given = { parameters, "batch.n": rows, "adam.rate": [0.001], "adam.epsilon": [1e-8] };
    return [scalar(run(part, part.step(), given, seed), "bound")];
  });
  expect(Math.abs(all.mean[0]! - some.mean[0]!)).toBeLessThan(6 * Math.hypot(all.se[0]!, some.se[0]!));
});

test("a term in a plate that does not vary over it counts once for each element", async () => {
  const text = (body: string) => `data y: real[N]  sample mu ~ normal(0, 1)  plate n in N { ${body} }`;
  const joint = async (body: string) => {
    const model = compiled(text(body), { y });
    const values = { mu: { shape: [1], values: Float64Array.of(0.3) } };
    const parameters = new Float64Array(model.parameterCount);
    return (await densitiesAt(model, referenceExecutor, parameters, values)).logJoint[0]!;
  };
  const without = await joint("observe y[n] ~ normal(mu, 1)");
  const withFactor = await joint("observe y[n] ~ normal(mu, 1)  factor mu");
  expect(withFactor - without).toBeCloseTo(3 * 0.3, 12);
});

test("beta weighs the divergence in training, and the bound that is judged has beta = 1", () => {
  const text = "data x: real  sample z ~ normal(0, 1)  observe x ~ normal(z, 1)";
  const at = (beta: number) =>
    compiled(text, { x: 0.7 }, { guide: { K: 1 }, objective: { bound: "elbo", T: 1, beta } });
  const [plain, tempered] = [at(1), at(0.25)];
  const parameters = parametersWith(plain, { "guide.global": [0.3, rawScale(0.6)] });
  const bound = (model: typeof plain) => scalar(run(model, model.boundOnly(), { parameters }), "bound");
  expect(bound(tempered)).toBe(bound(plain));
  const feeds = { parameters, "adam.rate": [0.001], "adam.epsilon": [1e-8] };
  const trained = (model: typeof plain) => scalar(run(model, model.step(), feeds), "bound");
  expect(trained(plain)).toBeCloseTo(bound(plain), 12);
  // bound = likelihood + beta (prior - log q): at beta 1 and 1/4 the two differ by 3/4 of the divergence
  const out = run(plain, plain.evaluation({ draws: 1, rows: null }).program, { parameters });
  const z = scalar(out, "value.z");
  const divergence = -0.5 * Math.log(2 * Math.PI) - 0.5 * z * z - scalar(out, "log_q.global");
  expect(trained(plain) - trained(tempered)).toBeCloseTo(0.75 * divergence, 10);
});
