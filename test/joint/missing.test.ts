import { describe, expect, test } from "vitest";
import { initialise } from "../../src/inference/initialise.ts";
import { compiled, run } from "../objective/support.ts";

type Data = Readonly<Record<string, unknown>>;

/** The bound and its gradient in every parameter of the guide, at the starting parameters, on the reference evaluator. */
function boundAndGradient(text: string, data: Data): readonly number[] {
  const model = compiled(text, data, { guide: { family: "full_rank", amortize: false } });
  const parameters = initialise(model, 3);
  const arrays = Object.fromEntries(
    model.paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
  );
  const outputs = run(model, model.gradient(), arrays);
  return [...outputs.values()].flatMap(({ values }) => [...values]);
}

/** One observed quantity, its gaps, and the same model with the rows of the gaps left out. */
interface Pair {
  readonly model: string;
  readonly gaps: Data;
  readonly without: Data;
}

const plate = (declared: string, dist: string, priors = "sample a ~ normal(0, 1)"): string =>
  `${declared}\n${priors}\nplate n in N { observe y[n] ~ ${dist} }`;

const positive = "sample a ~ gamma(2, 2)";
const unit = "sample a ~ beta(2, 2)";

const pairs: Readonly<Record<string, Pair>> = {
  normal: {
    model: plate("data y: real[N]?", "normal(a, 2)"),
    gaps: { y: [1, null, 3, NaN] },
    without: { y: [1, 3] },
  },
  "normal with a scale for each datum": {
    model: plate("data y: real[N]?\ndata s: real<0..>[N]", "normal(a, s[n])"),
    gaps: { y: [1, null, 3], s: [1, 2, 3] },
    without: { y: [1, 3], s: [1, 3] },
  },
  student_t: {
    model: plate("data y: real[N]?", "student_t(3, a, 2)"),
    gaps: { y: [null, 1, 3] },
    without: { y: [1, 3] },
  },
  gamma: {
    model: plate("data y: real<0..>[N]?", "gamma(a, 2)", positive),
    gaps: { y: [0.5, null, 3] },
    without: { y: [0.5, 3] },
  },
  log_normal: {
    model: plate("data y: real<0..>[N]?", "log_normal(a, 2)"),
    gaps: { y: [0.5, null, 3] },
    without: { y: [0.5, 3] },
  },
  beta: {
    model: plate("data y: real<0..1>[N]?", "beta(a, 2)", positive),
    gaps: { y: [0.5, null, 0.1] },
    without: { y: [0.5, 0.1] },
  },
  "uniform up to a latent": {
    model: plate("data y: real<0..>[N]?", "uniform(0, 3 + a)", positive),
    gaps: { y: [0.5, null, 3] },
    without: { y: [0.5, 3] },
  },
  poisson: {
    model: plate("data y: int<0..>[N]?", "poisson(a)", positive),
    gaps: { y: [4, null, 0] },
    without: { y: [4, 0] },
  },
  "binomial with trials of its own, fewer than the value in the gap": {
    model: plate("data y: int<0..>[N]?\ndata m: int<0..>[N]", "binomial(m[n], a)", unit),
    gaps: { y: [40, null, 0], m: [50, 3, 2] },
    without: { y: [40, 0], m: [50, 2] },
  },
  bernoulli: {
    model: plate("data y: int<0..2>[N]?", "bernoulli(a)", unit),
    gaps: { y: [1, null, 0] },
    without: { y: [1, 0] },
  },
  categorical: {
    model: plate("data y: int<0..3>[N]?", "categorical(logits = a)", "sample a: real[3] ~ normal(0, 1)"),
    gaps: { y: [2, null, 0] },
    without: { y: [2, 0] },
  },
  mixture: {
    model: plate("data y: real[N]?", "mixture(p = [0.3, 0.7], normal(a, 1), normal(2 * a, 2))"),
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  truncate: {
    model: plate("data y: real[N]?", "truncate(normal(a, 1), 0, 5)"),
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  censor: {
    model: plate("data y: real[N]?", "censor(normal(a, 1), 0, 3)"),
    gaps: { y: [0, null, 3, 1] },
    without: { y: [0, 3, 1] },
  },
  zero_inflate: {
    model: plate("data y: int<0..>[N]?", "zero_inflate(0.3, poisson(a))", positive),
    gaps: { y: [0, null, 3] },
    without: { y: [0, 3] },
  },
  "a mixture of a truncated and another": {
    model: plate("data y: real[N]?", "mixture(p = [0.3, 0.7], truncate(normal(a, 1), 0), normal(a, 2))"),
    gaps: { y: [1, null, -3] },
    without: { y: [1, -3] },
  },
  "pareto above a latent": {
    model: plate("data y: real<0..>[N]?", "pareto(a, 2)", unit),
    gaps: { y: [5, null, 3] },
    without: { y: [5, 3] },
  },
  beta_binomial: {
    model: plate("data y: int<0..>[N]?\ndata m: int<0..>[N]", "beta_binomial(m[n], a, 2)", positive),
    gaps: { y: [40, null, 0], m: [50, 3, 2] },
    without: { y: [40, 0], m: [50, 2] },
  },
  "multinomial, a whole vector": {
    model: plate(
      "data y: int<0..>[N, 3]?\ndata m: int<0..>[N]",
      "multinomial(m[n], logits = a)",
      "sample a: real[3] ~ normal(0, 1)",
    ),
    gaps: {
      y: [
        [1, 2, 3],
        [null, null, null],
        [0, 1, 1],
      ],
      m: [6, 4, 2],
    },
    without: {
      y: [
        [1, 2, 3],
        [0, 1, 1],
      ],
      m: [6, 2],
    },
  },
  "dirichlet, a whole vector": {
    model: plate("data y: simplex[N, 3]?", "dirichlet(a)", "sample a: real[3] ~ gamma(2, 2)"),
    gaps: {
      y: [
        [0.2, 0.3, 0.5],
        [null, null, null],
        [0.1, 0.1, 0.8],
      ],
    },
    without: {
      y: [
        [0.2, 0.3, 0.5],
        [0.1, 0.1, 0.8],
      ],
    },
  },
  "a function of each entry": {
    model: plate("data y: real<0..>[N]?", "normal(a, 1)").replace("observe y[n]", "observe log(y[n]) / 2"),
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  "a comparison of each entry": {
    model: plate("data y: real<0..>[N]?", "bernoulli(a)", unit).replace("observe y[n]", "observe (y[n] > 2)"),
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  "a let": {
    model: "data y: real[N]?\nsample a ~ normal(0, 1)\nplate n in N { let h = y[n] / 2 observe h ~ normal(a, 1) }",
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  "an array without a plate": {
    model: "data y: real[N]?\nsample a ~ normal(0, 1)\nobserve y ~ normal(a, 1)",
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  "a slice": {
    model: "data y: real[N]?\nsample a ~ normal(0, 1)\nobserve y[1..N] ~ normal(a, 1)",
    gaps: { y: [null, 1, null, 3] },
    without: { y: [0, 1, 3] },
  },
  "entries chosen by other data": {
    model: "data y: real[N]?\ndata who: int<0..>[M]\nsample a ~ normal(0, 1)\nobserve y[who] ~ normal(a, 1)",
    gaps: { y: [7, null, 3], who: [0, 1, 0, 2, 1] },
    without: { y: [7, 3], who: [0, 0, 1] },
  },
  "a sum, which takes all of them": {
    model: "data y: real[N, 2]?\nsample a ~ normal(0, 1)\nplate n in N { observe sum(y[n]) ~ normal(a, 1) }",
    gaps: {
      y: [
        [1, 2],
        [null, 4],
        [3, 3],
      ],
    },
    without: {
      y: [
        [1, 2],
        [3, 3],
      ],
    },
  },
  "a for over the data": {
    model:
      "data y: real[N]?\ndata x: real[N]\nsample a ~ normal(0, 1)\nfor t in 1..N { observe y[t] ~ normal(a * x[t - 1], 1) }",
    gaps: { y: [0, 1, null, 3], x: [1, 2, 3, 4] },
    without: { y: [0, 1, 3], x: [1, 3, 4] },
  },
  "a discrete site that is summed out": {
    model:
      "data y: real[N]?\nsample a ~ normal(0, 1)\nplate n in N { sample k ~ bernoulli(0.3) observe y[n] ~ normal(a * k, 1) }",
    gaps: { y: [1, null, 3] },
    without: { y: [1, 3] },
  },
  "plates within plates": {
    model:
      "data y: real[N, M]?\nsample a ~ normal(0, 1)\nplate n in N { plate m in M { observe y[n, m] ~ normal(a, 1) } }",
    gaps: {
      y: [
        [1, 2, null],
        [null, 3, 4],
      ],
    },
    without: {
      y: [
        [1, 2],
        [3, 4],
      ],
    },
  },
};

describe("missing entries count for nothing", () => {
  test.each(Object.entries(pairs))("%s", (_, { model, gaps, without }) => {
    const found = boundAndGradient(model, gaps);
    const expected = boundAndGradient(model.replaceAll("?", ""), without);
    expect(found.length).toBe(expected.length);
    // The same sums in float64, 0 added here and there; terms of up to 100 are rounded to 1e-14 each.
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-12));
  });

  test("as pinned: a standard normal prior at z, two data that are there and one that is not", () => {
    const text = "data y: real[N]?\nparam a: real = 0.5\nplate n in N { observe y[n] ~ normal(a, 1) }";
    const [bound] = boundAndGradient(text, { y: [1, null, 2] });
    expect(bound).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * (0.25 + 2.25), 12);
  });
});

describe("a multivariate normal vector that is missing in part", () => {
  const covariance = [
    [2, 0.6, 0.3],
    [0.6, 1, 0.2],
    [0.3, 0.2, 1.5],
  ];
  const text = (argument: string): string =>
    `data y: real[N, 3]?\ndata S: real[3, 3]\nparam m: real[3] = 0.1\nplate n in N { observe y[n] ~ multivariate_normal(m, ${argument}) }`;
  const y = [
    [1, null, -1],
    [null, 2, null],
    [null, null, null],
    [0.5, -0.5, 1],
  ];

  /** The density of each row's own entries, from the marginal means and covariances. */
  const expected =
    bivariate(0.9, -1.1, 2, 0.3, 1.5) + (-0.5 * Math.log(2 * Math.PI) - 0.5 * 1.9 ** 2) + trivariate([0.4, -0.6, 0.9]);

  test.each([
    ["covariance", "covariance = S"],
    ["cholesky", "cholesky = cholesky(S)"],
    ["precision", "precision = S"],
  ])("has the density of what is there: %s", (kind, argument) => {
    const S = kind === "precision" ? inverse(covariance) : covariance;
    const [bound, ...gradient] = boundAndGradient(text(argument), { y, S });
    expect(bound).toBeCloseTo(expected, 10);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  function bivariate(x: number, y: number, a: number, b: number, c: number): number {
    const det = a * c - b * b;
    return -Math.log(2 * Math.PI) - 0.5 * Math.log(det) - 0.5 * ((c * x * x - 2 * b * x * y + a * y * y) / det);
  }

  function trivariate(x: readonly number[]): number {
    const P = inverse(covariance);
    const quadratic = x.reduce((sum, p, i) => sum + x.reduce((s, q, j) => s + p * q * P[i]![j]!, 0), 0);
    return -1.5 * Math.log(2 * Math.PI) - 0.5 * Math.log(determinant(covariance)) - 0.5 * quadratic;
  }
});

function determinant(m: readonly (readonly number[])[]): number {
  const [[a, b, c], [d, e, f], [g, h, i]] = m as [number[], number[], number[]];
  return a! * (e! * i! - f! * h!) - b! * (d! * i! - f! * g!) + c! * (d! * h! - e! * g!);
}

/** Of a symmetric 3 x 3 matrix, by cofactors. */
function inverse(m: readonly (readonly number[])[]): number[][] {
  const det = determinant(m);
  return [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => {
      const rows = m.filter((_, r) => r !== j).map((row) => row.filter((_, c) => c !== i));
      return (((i + j) % 2 === 0 ? 1 : -1) * (rows[0]![0]! * rows[1]![1]! - rows[0]![1]! * rows[1]![0]!)) / det;
    }),
  );
}
