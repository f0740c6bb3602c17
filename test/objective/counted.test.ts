import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { erf, lgamma } from "../../src/numeric/special.ts";
import type { ObjectiveOptions } from "../../src/objective/options.ts";
import { average, compiled, parametersWith, rawScale, run, scalar } from "./support.ts";
import { estimatorsOf } from "../../src/app/estimators.ts";

const text = `data x: real
  sample n ~ poisson(2)
  sample c ~ normal(0, 1)
  observe x ~ normal(n + c, 1)`;
const x = 3;

/** Where the guide stands: location and scale of n (before it is rounded) and of c. */
const at = { n: [0.4, 0.6], c: [0.3, 0.7] } as const;

/** The ELBO by going through the values of n: of a guide cut off at 400, where less than 1e-15 is left of it. */
function exact(parameters: readonly number[], most = 400): number {
  const [mean, m, rawN, rawC] = [parameters[0]!, parameters[1]!, parameters[2]!, parameters[3]!];
  const scale = (raw: number): number => Math.log1p(Math.exp(raw)) + 1e-5;
  const [s, sd] = [scale(rawN), scale(rawC)];
  const below = (n: number): number => 0.5 * (1 + erf((Math.log(n) - mean) / s / Math.SQRT2));
  const half = 0.5 * Math.log(2 * Math.PI);
  // c's part: its own prior and entropy
  let sum = -half - 0.5 * (m * m + sd * sd) + (half + 0.5 + Math.log(sd));
  for (let n = 0; n <= most; n++) {
    const q = below(n + 1) - (n === 0 ? 0 : below(n));
    if (q <= 0) continue;
    const prior = n * Math.log(2) - 2 - lgamma(n + 1);
    const likelihood = -half - 0.5 * ((x - n - m) ** 2 + sd * sd);
    sum += q * (prior + likelihood - Math.log(q));
  }
  return sum;
}

describe("the gradient of a model whose n has no end", () => {
  const raw = [at.n[0], at.c[0], rawScale(at.n[1]), rawScale(at.c[1])];
  const h = 1e-5;
  const expected = raw.map((value, i) => (exact(raw.with(i, value + h)) - exact(raw.with(i, value - h))) / (2 * h));
  const cases: readonly Partial<ObjectiveOptions>[] = [
    { estimator: "pathwise" },
    { estimator: "pathwise", T: 1 },
    { estimator: "stl" },
    { estimator: "score", baseline: "none" },
    { estimator: "score", baseline: "loo" },
  ];

  test.each(cases)("is that of the sum over its values: %o", (objective) => {
    const model = compiled(
      text,
      { x },
      { guide: { family: "mean_field", K: 1 }, objective: { bound: "elbo", T: 4, ...objective } },
    );
    const [{ name }, ...others] = [model.paramSpecs[0]!, ...model.paramSpecs.slice(1)];
    expect(others).toEqual([]);
    const program = model.gradient();
    const { mean, se } = average(4000, (step) => {
      const found = run(model, program, { [name]: raw }, 1, step);
      return [...found.get(`gradient.${name}`)!.values, scalar(found, "bound")];
    });
    [...expected, exact(raw)].forEach((value, i) => {
      expect(Math.abs(mean[i]! - value), `entry ${i}`).toBeLessThan(6 * se[i]!);
      expect(se[i]!).toBeLessThan(0.3);
    });
  });

  test("is the same on the fused engine", async () => {
    const model = compiled(text, { x }, { guide: { K: 2 }, objective: { bound: "selbo", T: 3 } });
    const parameters = initialise(model, 2);
    const session = await fusedExecutor("float64").open(model.boundOnly(), { seed: 1 });
    session.write("all.parameters", parameters);
    session.write("x", [x]);
    const { bound } = await session.run(0, 1);
    session.dispose();
    expect(bound![0]).toBeCloseTo(scalar(run(model, model.boundOnly(), { parameters }), "bound"), 9);
  });
});

describe("whole numbers shared by the data, and of each datum: every estimator has one gradient", () => {
  const both = `data x: real[N]
    sample m ~ geometric(0.3)
    sample c ~ normal(0, 1)
    plate i in N { sample n ~ poisson(m + 1)  sample z ~ normal(c, 1)  observe x[i] ~ normal(n + z, 1) }
    guide { n ~ FAMILY given x[i] by mlp(2)  z ~ FAMILY given x[i] by mlp(2) }`;

  const gradients = (
    objective: Partial<ObjectiveOptions>,
    K: number,
    runs: number,
    batch: Readonly<Record<string, number>> = {},
  ) => {
    const family = K === 1 ? "mean_field" : `mixture(K = ${K}, component = mean_field)`;
    const model = compiled(
      both.replaceAll("FAMILY", family),
      { x: [0.5, 4, 1.5] },
      { guide: { family: K === 1 ? "mean_field" : "mixture", K }, objective: { T: 3, innerT: 3, ...objective }, batch },
    );
    const parameters = initialise(model, 3);
    const arrays = Object.fromEntries(
      model.paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
    );
    const program = model.gradient();
    return average(runs, (step) => {
      // minibatches in turn: every pair of the three data equally often
      const rows = {
        "batch.i": [
          [0, 1],
          [1, 2],
          [0, 2],
        ][step % 3]!,
      };
      const outputs = run(model, program, batch["i"] ? { ...arrays, ...rows } : arrays, 1, step);
      return [...outputs].flatMap(([name, { values }]) => (name === "bound" ? [] : [...values]));
    });
  };

  test.each([
    ["elbo", 1, {}],
    ["elbo", 1, { i: 2 }],
    ["selbo", 2, {}],
    ["iwae", 1, {}],
    ["siwae", 2, {}],
  ] as const)("%s, K = %d, batch %o", (bound, K, batch) => {
    const path = gradients({ bound, estimator: "pathwise" }, K, 700, batch);
    const score = gradients({ bound, estimator: "score", baseline: "loo" }, K, 1400, batch);
    expect(path.mean.length).toBeGreaterThan(10);
    path.mean.forEach((mean, i) => {
      const se = Math.hypot(path.se[i]!, score.se[i]!);
      expect(Math.abs(mean - score.mean[i]!), `entry ${i}`).toBeLessThanOrEqual(6 * se);
      expect(se).toBeLessThan(4);
    });
  });
});

test("the check of gradients compares estimators, and no differences of single draws", () => {
  const legal = estimatorsOf(compiled(text, { x }, { objective: { bound: "selbo" } }));
  expect(legal.map(({ name, pathwise }) => [name, pathwise])).toEqual([
    ["pathwise", false],
    ["score", false],
    ["score (loo)", false],
    ["stl", false],
  ]);
});

test("data from a distribution that ends at n keep the guide above them, in every inner plate", () => {
  const thinned = `data y: int<0..>[I, J]
    plate i in I { sample n ~ poisson(10)  plate j in J { observe y[i, j] ~ binomial(n, 0.5) } }`;
  const y = [
    [4, 6, 5],
    [1, 0, 2],
  ];
  const model = compiled(
    // what is missing says nothing
    thinned.replace("[I, J]", "[I, J]?"),
    { y: y.map((row) => [...row, null]) },
    { guide: { amortize: false, family: "mean_field", K: 1 } },
  );
  // locations far below 0: every draw is the smallest value there is
  const raw = [-50, rawScale(0.1), -50, rawScale(0.1)];
  const parameters = parametersWith(model, { [model.paramSpecs[0]!.name]: raw });
  const { program } = model.evaluation({ draws: 3, rows: null });
  const found = run(model, program, { parameters });
  expect([...found.get("value.n")!.values]).toEqual([6, 2, 6, 2, 6, 2]);
  expect([...found.get("log_q.i")!.values]).toEqual(new Array(6).fill(expect.closeTo(0, 12)));
  // log poisson(6; 10) + log binomial(4, 6, 5; 6, 1/2), by hand
  const poisson = 6 * Math.log(10) - 10 - Math.log(720);
  expect(found.get("log_joint.i")!.values[0]).toBeCloseTo(poisson + Math.log(15 * 1 * 6) - 18 * Math.LN2, 9);
});
