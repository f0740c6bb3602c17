import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { average, compiled, parametersWith, run, scalar } from "./support.ts";

const mixture = `data y: real[N]
  sample m: real[2] ~ normal(0, 2)
  sample theta ~ beta(2, 2)
  plate n in N { sample k ~ bernoulli(theta)  observe y[n] ~ normal(m[k], 1) }`;
const sequence = `data y: real[T]
  sample m: real[2] ~ normal(0, 2)
  sample q: simplex[2, 2] ~ dirichlet([2, 1])
  sample z ~ markov([0.5, 0.5], q, T)
  plate t in T { observe y[t] ~ normal(m[z[t]], 1) }`;
const y = [0.3, -1.4, 2.2, 1.7, -0.2];
const start = (size: number): number[] => Array.from({ length: size }, (_, i) => 0.4 * Math.cos(i));

describe("the gradient of a bound with discrete sites summed out", () => {
  test.each([
    ["mixture", mixture],
    ["sequence", sequence],
  ])("is what finite differences see: %s", (_, text) => {
    // prettier-ignore
    const model = compiled(text, { y }, { guide: { K: 2 }, objective: { T: 2 } });
    const { name, size } = model.paramSpecs[0]!;
    const program = model.gradient();
    const at = start(size);
    const value = (values: readonly number[]): number => scalar(run(model, program, { [name]: values }), "bound");
    const gradient = run(model, program, { [name]: at }).get(`gradient.${name}`)!.values;
    const h = 1e-5;
    at.forEach((x, i) => {
      const difference = (value(at.with(i, x + h)) - value(at.with(i, x - h))) / (2 * h);
      // truncation h^2 and rounding 1e-14 / h, both times derivatives of order 10
      expect(gradient[i]).toBeCloseTo(difference, 6);
    });
  });

  test.each([
    ["mixture", mixture],
    ["sequence", sequence],
  ])("is the same on the fused engine: %s", async (_, text) => {
    // prettier-ignore
    const model = compiled(text, { y }, { guide: { K: 2 }, objective: { T: 2 } });
    const parameters = parametersWith(model, { [model.paramSpecs[0]!.name]: start(model.paramSpecs[0]!.size) });
    const session = await fusedExecutor("float64").open(model.boundOnly(), { seed: 1 });
    session.write("all.parameters", parameters);
    session.write("y", y);
    const { bound } = await session.run(0, 1);
    session.dispose();
    const exact = scalar(run(model, model.boundOnly(), { parameters }), "bound");
    expect(bound![0]).toBeCloseTo(exact, 9);
  });
});

describe("oracle 5: with enumeration the gradient is exact, and score-function estimates agree with it", () => {
  test.each(["none", "loo"] as const)("of the guide, baseline %s", (baseline) => {
    const gradients = (estimator: "pathwise" | "score") => {
      const model = compiled(
        mixture,
        { y: y.slice(0, 3) },
        { guide: { K: 1 }, objective: { bound: "elbo", T: 3, estimator, baseline } },
      );
      const { name, size } = model.paramSpecs[0]!;
      const program = model.gradient();
      return average(
        4000,
        (seed) => run(model, program, { [name]: start(size) }, seed).get(`gradient.${name}`)!.values,
      );
    };
    const [path, score] = [gradients("pathwise"), gradients("score")];
    path.mean.forEach((mean, i) => {
      const se = Math.hypot(path.se[i]!, score.se[i]!);
      expect(Math.abs(mean - score.mean[i]!)).toBeLessThan(6 * se);
      expect(se).toBeLessThan(0.5);
    });
  });

  /** Of theta and m in `p(k) = bernoulli(theta), y ~ normal(m[k], 1)`, with nothing else to infer. */
  const learnt = `data y: real[N]
    param m: real[2] = 0
    param p: real = 0
    plate n in N { sample k ~ bernoulli(sigmoid(p))  observe y[n] ~ normal(m[k], 1) }`;

  test("of a model's own parameters: the score of the discrete site itself, drawn", () => {
    const model = compiled(learnt, { y });
    const [m, p] = [[-0.5, 1.2], 0.4];
    const arrays = { "param.m": m, "param.p": [p] };
    const exact = run(model, model.gradient(), arrays);
    // d log p(y) = E_q(k) [w d log p(k)]: k drawn from its prior, weighed by its likelihood, per datum
    const prior = 1 / (1 + Math.exp(-p));
    let state = 12345;
    const uniform = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
    const draws = 200_000;
    const density = (v: number, k: number): number => Math.exp(-0.5 * (v - m[k]!) ** 2);
    let [gradient, variance] = [0, 0];
    for (const v of y) {
      const evidence = prior * density(v, 1) + (1 - prior) * density(v, 0);
      let [sum, squares] = [0, 0];
      for (let i = 0; i < draws; i++) {
        const k = uniform() < prior ? 1 : 0;
        const term = (density(v, k) / evidence) * (k - prior);
        sum += term;
        squares += term * term;
      }
      gradient += sum / draws;
      variance += (squares / draws - (sum / draws) ** 2) / draws;
    }
    const found = exact.get("gradient.param.p")!.values[0]!;
    expect(Math.abs(found - gradient)).toBeLessThan(6 * Math.sqrt(variance));
    expect(Math.sqrt(variance)).toBeLessThan(0.01);
  });

  test("is pinned: the gradient of log p(y) in closed form", () => {
    const model = compiled(learnt, { y: [0.5] });
    const found = run(model, model.gradient(), { "param.m": [0, 1], "param.p": [0] });
    // both components are equally likely at 0.5: responsibilities of a half, so d / d m = (y - m) / 2 and d / d p = 0
    expect(Array.from(found.get("gradient.param.m")!.values)).toEqual([
      expect.closeTo(0.25, 12),
      expect.closeTo(-0.25, 12),
    ]);
    expect(found.get("gradient.param.p")!.values[0]).toBeCloseTo(0, 12);
  });
});
