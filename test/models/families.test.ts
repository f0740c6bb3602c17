import { describe, expect, test } from "vitest";
import { families } from "../../src/distributions/index.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { compoundNames } from "../../src/model/probabilities.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { inputsOf } from "../../src/program/program.ts";
import type { Executor } from "../../src/execute/executor.ts";
import { compiled } from "../objective/support.ts";
import type { Compiled } from "../../src/pipeline.ts";

interface Example {
  readonly uses: string;
  readonly text: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const y = [0.3, -1.2, 0.8];
const positive = [0.3, 1.2, 0.8];
const counts = [0, 3, 1];

/** `family(args)` as the prior of a real latent. */
const prior = (uses: string, dist: string): Example => ({
  uses,
  text: `data y: real[N]\nsample z ~ ${dist}\nplate n in N { observe y[n] ~ normal(z, 1) }`,
  data: { y },
});
/** Data from `family(args)`, with latents a (real), b and c (positive). */
const likelihood = (uses: string, dist: string, values: readonly unknown[], type = "real[N]"): Example => ({
  uses,
  text: `
    data x: ${type}
    sample a ~ normal(0, 1)
    sample b: real<0..> ~ exponential(1)
    sample c: real<0..> ~ exponential(1)
    plate n in N { observe x[n] ~ ${dist} }`,
  data: { x: values },
});

const examples: readonly Example[] = [
  ...["normal(0, 1)", "student_t(4, 0, 1)", "cauchy(0, 1)", "laplace(0, 1)", "logistic(0, 1)", "gumbel(0, 1)"],
  ...["half_normal(1)", "half_cauchy(1)", "half_student_t(3, 1)", "log_normal(0, 1)", "exponential(1)"],
  ...["gamma(2, 1)", "inverse_gamma(3, 1)", "chi_squared(3)", "beta(2, 3)", "uniform(-1, 2)", "weibull(2, 1)"],
  ...["pareto(1, 3)", "von_mises(0.5, 2)", "flat()", "truncate(normal(0, 1), -1, 2)", "truncate(laplace(0, 1), 0)"],
  ...["mixture(p = [0.3, 0.7], normal(0, 1), laplace(1, 2))", "mixture(logits = [0, 1], normal([0, 1], [1, 2]))"],
]
  .map((dist) => prior(dist.slice(0, dist.indexOf("(")), dist))
  .concat([
    likelihood("normal", "normal(a, b)", y),
    likelihood("student_t", "student_t(c, a, b)", y),
    likelihood("cauchy", "cauchy(a, b)", y),
    likelihood("laplace", "laplace(a, b)", y),
    likelihood("logistic", "logistic(a, b)", y),
    likelihood("gumbel", "gumbel(a, b)", y),
    likelihood("half_normal", "half_normal(b)", positive),
    likelihood("half_cauchy", "half_cauchy(b)", positive),
    likelihood("half_student_t", "half_student_t(c, b)", positive),
    likelihood("log_normal", "log_normal(a, b)", positive),
    likelihood("exponential", "exponential(b)", positive),
    likelihood("gamma", "gamma(b, c)", positive),
    likelihood("inverse_gamma", "inverse_gamma(b, c)", positive),
    likelihood("chi_squared", "chi_squared(b)", positive),
    likelihood("beta", "beta(b, c)", [0.2, 0.9, 0.5]),
    likelihood("uniform", "uniform(a - 5, a + 5)", y),
    likelihood("weibull", "weibull(b, c)", positive),
    likelihood("pareto", "pareto(0.2, b)", positive),
    likelihood("von_mises", "von_mises(a, b)", y),
    likelihood("bernoulli", "bernoulli(logits = a)", [0, 1, 1], "int<0..2>[N]"),
    likelihood("binomial", "binomial(4, sigmoid(a))", counts, "int<0..5>[N]"),
    likelihood("beta_binomial", "beta_binomial(4, b, c)", counts, "int<0..5>[N]"),
    likelihood("categorical", "categorical(logits = [0, a, b])", [0, 2, 1], "int<0..3>[N]"),
    likelihood(
      "markov",
      "markov([0.5, 0.5], [[sigmoid(a), 1 - sigmoid(a)], [0.3, 0.7]], 3)",
      [
        [0, 1, 1],
        [1, 0, 0],
      ],
      "int<0..2>[N, 3]",
    ),
    likelihood(
      "multinomial",
      "multinomial(3, logits = [0, a, b])",
      [
        [0, 2, 1],
        [3, 0, 0],
      ],
      "int<0..>[N, 3]",
    ),
    likelihood(
      "multinomial",
      "multinomial(3, softmax([0, a, b]))",
      [
        [0, 2, 1],
        [3, 0, 0],
      ],
      "int<0..>[N, 3]",
    ),
    likelihood("ordered_logistic", "ordered_logistic(a, [-1, 0, 1])", counts, "int<0..4>[N]"),
    likelihood("poisson", "poisson(b)", counts, "int<0..>[N]"),
    likelihood("neg_binomial", "neg_binomial(b, c)", counts, "int<0..>[N]"),
    likelihood("geometric", "geometric(sigmoid(a))", counts, "int<0..>[N]"),
    likelihood("dirichlet", "dirichlet([b, c, 1])", [[0.2, 0.3, 0.5]], "simplex[N, 3]"),
    likelihood(
      "multivariate_normal",
      "multivariate_normal([a, 0], covariance = diag([b, c]))",
      [[0.2, 0.3]],
      "real[N, 2]",
    ),
    likelihood(
      "multivariate_normal",
      "multivariate_normal([a, 0], cholesky = diag([b, c]))",
      [[0.2, 0.3]],
      "real[N, 2]",
    ),
    likelihood(
      "multivariate_normal",
      "multivariate_normal([a, 0], precision = diag([b, c]))",
      [[0.2, 0.3]],
      "real[N, 2]",
    ),
    likelihood(
      "lkj_cholesky",
      "lkj_cholesky(b)",
      [
        [
          [1, 0],
          [0.6, 0.8],
        ],
      ],
      "cholesky_corr[N, 2]",
    ),
    likelihood("truncate", "truncate(normal(a, b), -2, 2)", y),
    likelihood("truncate", "truncate(poisson(b), 1)", [1, 3, 1], "int<0..>[N]"),
    likelihood("censor", "censor(normal(a, b), high = 0.8)", y),
    likelihood("zero_inflate", "zero_inflate(sigmoid(a), poisson(b))", counts, "int<0..>[N]"),
    likelihood("mixture", "mixture(p = [0.3, 0.7], poisson(b), geometric(sigmoid(a)))", counts, "int<0..>[N]"),
    {
      uses: "constrained types",
      text: `
      data y: real[N, 2]
      sample L: cholesky_corr[2] ~ lkj_cholesky(2)
      sample s: real<0..>[2] ~ half_student_t(3, 1)
      sample m: real[2] ~ normal(0, 1)
      plate n in N { observe y[n] ~ multivariate_normal(m, cholesky = diag(s) @ L) }`,
      data: {
        y: [
          [0.1, 0.2],
          [1, -1],
        ],
      },
    },
    {
      uses: "flat on every type",
      text: `
      data y: real[N]
      sample S: cov_matrix[2] ~ flat()
      sample L: cholesky_corr[3] ~ flat()
      sample p: simplex[3] ~ flat()
      sample c: ordered[2] ~ flat()
      sample d: positive_ordered[2] ~ flat()
      sample e: real<0..1>[2] ~ flat()
      plate n in N { observe y[n] ~ normal(sum(p) + sum(c) + sum(d) + sum(e) + sum(S) + sum(L), 1) }`,
      data: { y },
    },
    {
      uses: "cutpoints",
      text: `
      data k: int<0..4>[N]
      data x: real[N]
      sample beta ~ normal(0, 1)
      sample c: ordered[3] ~ normal(0, 5)
      plate n in N { observe k[n] ~ ordered_logistic(beta * x[n], c) }`,
      data: { k: [0, 1, 2, 3], x: [0, 1, 2, 3] },
    },
    {
      uses: "sorted positive draws of a family on the whole line",
      text: "data y: real[N]\nsample c: positive_ordered[3] ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(sum(c), 1) }",
      data: { y },
    },
    {
      uses: "bounds that move with a latent",
      text: `
      data y: real[N]
      sample a1: real<0..1> ~ flat()
      let rest = 1 - a1
      sample b1: real<0..rest> ~ flat()
      plate n in N { observe y[n] ~ normal(a1 + b1, 1) }`,
      data: { y },
    },
    {
      uses: "bounds that move with data and latents, in plates",
      text: `
      data y: real[N]
      data u: real<0..>[N]
      sample s: real<0..> ~ exponential(1)
      plate n in N {
        sample z: real<-s..u[n]> ~ normal(0, 1)
        sample w: real<z..> ~ normal(0, 1)
        observe y[n] ~ normal(z + w, s)
      }`,
      data: { y, u: [1, 2, 3] },
    },
  ]);

const model = ({ text, data = {} }: Example): Compiled =>
  compiled(text, { ...data }, { guide: { family: "full_rank", amortize: false } });

/** The training bound and the gradient after one step, from the same noise everywhere. */
async function firstStep(programs: Compiled, executor: Executor): Promise<Float64Array> {
  const program = programs.gradient();
  const session = await executor.open(program, { seed: 5 });
  for (const { attributes } of inputsOf(program)) {
    const { name, role, shape } = attributes;
    if (name === "all.parameters") session.write(name, initialise(programs, 0));
    else if (role === "data") session.write(name, programs.numbers.data.get(name)!.values);
    else if (role === "state") session.write(name, new Float64Array(sizeOf(shape)));
  }
  await session.run(0, 1, () => ({}));
  const all: number[] = [];
  for (const { name } of program.outputs) all.push(...(await session.read(name)));
  session.dispose();
  return Float64Array.from(all);
}

describe("a model with", () => {
  test.each(examples)("$uses compiles, and its first step is finite everywhere: $text", async (example) => {
    const programs = model(example);
    const exact = await firstStep(programs, referenceExecutor);
    expect(exact.length).toBeGreaterThan(1);
    expect(exact.every(Number.isFinite)).toBe(true);
    expect(exact.some((x) => x !== 0)).toBe(true);
    const single = await firstStep(programs, fusedExecutor("float32"));
    // Sums of a few dozen terms of order 1 to 100, each off by a few roundings of 6e-8.
    exact.forEach((x, i) => expect(Math.abs(single[i]! - x)).toBeLessThan(2e-3 * Math.max(1, Math.abs(x))));
  });

  test("cover every family and every distribution made of others", () => {
    const used = new Set(examples.map(({ uses }) => uses));
    for (const name of [...Object.keys(families), ...compoundNames]) expect(used).toContain(name);
  });
});

describe("a bound that moves", () => {
  const moving = examples.filter(({ uses }) => uses.startsWith("bounds that move"));
  test.each(moving)("gives back the guide's own densities at its draws: $text", async (example) => {
    const programs = model(example);
    const { program } = programs.evaluation({ draws: 8, rows: null });
    const parameters = initialise(programs, 0);
    const session = await referenceExecutor.open(program, { seed: 3 });
    session.write("all.parameters", parameters);
    for (const { attributes } of inputsOf(program))
      if (attributes.role === "data")
        session.write(attributes.name, programs.numbers.data.get(attributes.name)!.values);
    await session.run(0, 1);
    const sites = programs.model.nodes.flatMap((node) => (node.kind === "latent" ? [node.name] : []));
    const values = Object.fromEntries(
      await Promise.all(
        sites.map(async (name) => {
          const { value } = program.outputs.find((output) => output.name === `value.${name}`)!;
          const { shape } = program.equations[value]!;
          return [name, { shape, values: await session.read(`value.${name}`) }] as const;
        }),
      ),
    );
    const own = { q: await session.read("log_q.global"), joint: await session.read("log_joint.global") };
    const { logQ, logJoint } = await densitiesAt(programs, referenceExecutor, parameters, values);
    // There and back through a sigmoid: a few roundings, relative to values of order 10.
    own.q.forEach((log, i) => expect(logQ[i]).toBeCloseTo(log, 9));
    own.joint.forEach((log, i) => expect(logJoint[i]).toBeCloseTo(log, 9));
  });

  test("has a guide that integrates to one over the triangle", async () => {
    const programs = model(moving[0]!);
    const parameters = initialise(programs, 0);
    const n = 60;
    // Midpoints of cells in the unconstrained square, mapped by hand: a = sigmoid(u), b = (1 - a) sigmoid(v).
    const grid = Array.from({ length: n }, (_, i) => -9 + (18 * (i + 0.5)) / n);
    const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
    const points = grid.flatMap((u) => grid.map((v) => [u, v] as const));
    const a = Float64Array.from(points, ([u]) => sigmoid(u));
    const b = Float64Array.from(points, ([u, v]) => (1 - sigmoid(u)) * sigmoid(v));
    const shape = [points.length];
    const { logQ } = await densitiesAt(programs, referenceExecutor, parameters, {
      a1: { shape, values: a },
      b1: { shape, values: b },
    });
    const slope = (u: number): number => sigmoid(u) * (1 - sigmoid(u));
    const cell = (18 / n) ** 2;
    const total = points.reduce(
      (sum, [u, v], i) => sum + cell * slope(u) * (1 - sigmoid(u)) * slope(v) * Math.exp(logQ[i]!),
      0,
    );
    // The midpoint rule is spectrally exact for a Gaussian of this width.
    expect(total).toBeCloseTo(1, 6);
  });
});
