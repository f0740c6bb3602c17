import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { inputsOf } from "../../src/program/program.ts";
import { hostTensor, type HostTensor } from "../../src/tensor/shape.ts";
import { mean } from "../../src/numeric/statistics.ts";
import { simulate } from "../../src/posterior/simulate.ts";
import { doubleExponential, type QuadratureNode } from "../distributions/quadrature.ts";
import { kolmogorovSmirnov } from "../numeric/kolmogorov.ts";
import { boundOf, modelOf, valueOf } from "../model/views.ts";
import { jointProgram } from "./terms.ts";

/** Real values between ends (null: open), with the single values that have a probability of their own. */
interface Real {
  readonly dist: string;
  readonly between: readonly [number | null, number | null];
  readonly atoms?: readonly number[];
  /** Where the density is not smooth, inside. */
  readonly kinks?: readonly number[];
}
const real: readonly Real[] = [
  { dist: "truncate(normal(0.3, 1.2), -0.5, 2)", between: [-0.5, 2] },
  { dist: "truncate(normal(0, 1), 8, 9)", between: [8, 9] },
  { dist: "truncate(normal(0, 1), -30, -29)", between: [-30, -29] },
  { dist: "truncate(normal(0, 1), low = 12)", between: [12, null] },
  { dist: "truncate(normal(0, 1), high = 1)", between: [null, 1] },
  { dist: "truncate(cauchy(1, 2), -1, 30)", between: [-1, 30] },
  { dist: "truncate(laplace(0, 1), -1, 3)", between: [-1, 3], kinks: [0] },
  { dist: "truncate(logistic(0, 1), high = -3)", between: [null, -3] },
  { dist: "truncate(gumbel(0.5, 2), 1, 4)", between: [1, 4] },
  { dist: "truncate(half_normal(2), 0.5, 3)", between: [0.5, 3] },
  { dist: "truncate(half_cauchy(2), high = 3)", between: [0, 3] },
  { dist: "truncate(log_normal(0, 1), 0.5, 3)", between: [0.5, 3] },
  { dist: "truncate(exponential(2), 40, 41)", between: [40, 41] },
  { dist: "truncate(exponential(2), -1, 0.5)", between: [0, 0.5] },
  { dist: "truncate(uniform(0, 2), -1, 1.5)", between: [0, 1.5] },
  { dist: "truncate(uniform(0, 2), 1, 5)", between: [1, 2] },
  { dist: "truncate(weibull(1.7, 2), 1, 4)", between: [1, 4] },
  { dist: "truncate(pareto(1.5, 3), 1, 4)", between: [1.5, 4] },
  { dist: "truncate(truncate(normal(0, 1), -1, 2), 0, 3)", between: [0, 2] },
  { dist: "truncate(mixture(p = [0.3, 0.7], normal(-2, 1), normal(3, 0.5)), -1, 4)", between: [-1, 4] },
  { dist: "truncate(mixture(logits = [0, 1], exponential(1), uniform(0, 2)), 0.5, 3)", between: [0.5, 3], kinks: [2] },
  { dist: "mixture(p = [0.4, 0.6], half_normal(1), normal(0, 2))", between: [null, null], kinks: [0] },
  { dist: "mixture(p = [0.4, 0.6], uniform(0, 1), uniform(0, 3))", between: [0, 3], kinks: [1] },
  { dist: "mixture(p = [0.4, 0.6], truncate(normal(0, 1), 0), normal(0, 2))", between: [null, null], kinks: [0] },
  { dist: "censor(normal(0, 1), -1, 2)", between: [-1, 2], atoms: [-1, 2] },
  { dist: "censor(exponential(1), high = 2)", between: [0, 2], atoms: [2] },
  { dist: "censor(weibull(1.5, 2), 0.5, 3)", between: [0.5, 3], atoms: [0.5, 3] },
  { dist: "censor(truncate(normal(0, 1), low = 0.5), high = 1)", between: [0.5, 1], atoms: [1] },
  { dist: "censor(mixture(p = [0.5, 0.5], normal(-1, 1), normal(2, 1)), -2, 1)", between: [-2, 1], atoms: [-2, 1] },
  { dist: "zero_inflate(0.2, exponential(1))", between: [0, null], atoms: [0] },
  { dist: "zero_inflate(0.2, normal(1, 1))", between: [null, null], atoms: [0], kinks: [0] },
  { dist: "censor(zero_inflate(0.2, exponential(1)), 0.5, 2)", between: [0.5, 2], atoms: [0.5, 2] },
];

/** Whole numbers from 0 up to a last one, beyond which next to nothing is left. */
const discrete: readonly (readonly [dist: string, from: number, to: number])[] = [
  ["truncate(poisson(2.5), 1)", 1, 60],
  ["truncate(poisson(0.001), low = 1)", 1, 20],
  ["truncate(poisson(3), 2, 6)", 2, 6],
  ["truncate(binomial(9, 0.3), 2, 5)", 2, 5],
  ["truncate(binomial(9, 0.3), 2, 50)", 2, 9],
  ["truncate(neg_binomial(3, 2), high = 5)", 0, 5],
  ["truncate(beta_binomial(8, 2, 3), 1)", 1, 8],
  ["truncate(geometric(0.3), 2, 6)", 2, 6],
  ["truncate(geometric(0.3), 3)", 3, 120],
  ["truncate(categorical([0.2, 0.5, 0.3]), 1, 2)", 1, 2],
  ["truncate(ordered_logistic(0.5, [-1, 0, 2]), 1)", 1, 3],
  ["truncate(zero_inflate(0.3, poisson(2)), 0, 3)", 0, 3],
  ["truncate(zero_inflate(0.3, poisson(2)), 1, 3)", 1, 3],
  ["truncate(mixture(p = [0.5, 0.5], poisson(2), geometric(0.5)), 1, 4)", 1, 4],
  ["censor(poisson(3), 1, 5)", 1, 5],
  ["censor(geometric(0.3), high = 4)", 0, 4],
  ["censor(truncate(poisson(3), 1), high = 4)", 1, 4],
  ["zero_inflate(0.3, poisson(2))", 0, 60],
  ["zero_inflate(0.4, truncate(poisson(2), 1))", 0, 60],
  ["mixture(p = [0.5, 0.5], bernoulli(0.3), poisson(4))", 0, 60],
];

const observing = (dist: string, type: string): string => `data y: ${type}[N]\nplate n in N { observe y[n] ~ ${dist} }`;

function logDensities(dist: string, type: "real" | "int", y: readonly number[]): Float64Array {
  const program = jointProgram(observing(dist, type), { y });
  const inputs = new Map([["y", hostTensor([y.length], y)]]);
  return evaluate(program, inputs).get("terms")!.values;
}

/** Nodes on one smooth piece; beyond an open end they run to infinity. */
function piece(lower: number | null, upper: number | null): readonly QuadratureNode[] {
  if (lower === null && upper !== null)
    return doubleExponential(-upper, null)
      .map(({ x, weight }) => ({ x: -x, weight }))
      .reverse();
  return doubleExponential(lower, upper);
}

function nodesOf({ between: [lower, upper], kinks = [] }: Real): readonly QuadratureNode[] {
  const ends = [lower, ...kinks, upper];
  return ends
    .slice(1)
    .flatMap((end, i) => piece(ends[i]!, end))
    .filter(({ x }) => x !== lower && x !== upper && Math.abs(x) < 1e15);
}

describe("a distribution made of others", () => {
  test.each(real)("integrates to one: $dist", (each) => {
    const { dist, atoms = [] } = each;
    const nodes = nodesOf(each).filter(({ x }) => !atoms.includes(x));
    const y = [...nodes.map(({ x }) => x), ...atoms];
    const logs = logDensities(dist, "real", y);
    const total = logs.reduce((sum, log, i) => sum + (nodes[i]?.weight ?? 1) * Math.exp(log), 0);
    // The quadrature's own error: next to ends that are rounded, and beyond 1e15.
    expect(total).toBeCloseTo(1, 8);
  });

  test.each(discrete)("sums to one: %s", (dist, from, to) => {
    const y = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const total = logDensities(dist, "int", y).reduce((sum, log) => sum + Math.exp(log), 0);
    // What is left beyond the last number is far smaller; a few dozen roundings.
    expect(total).toBeCloseTo(1, 12);
  });

  test("has the densities that are worked out by hand", () => {
    const { log, exp } = Math;
    const one = (dist: string, x: number, type: "real" | "int" = "real"): number => logDensities(dist, type, [x])[0]!;
    expect(one("truncate(uniform(0, 4), 1, 3)", 2)).toBeCloseTo(-log(2), 14);
    expect(one("truncate(exponential(2), low = 1)", 1.5)).toBeCloseTo(log(2) - 1, 14);
    expect(one("truncate(poisson(1), 1)", 1, "int")).toBeCloseTo(-log(exp(1) - 1), 14);
    expect(one("censor(exponential(2), high = 1)", 1)).toBeCloseTo(-2, 14);
    expect(one("censor(exponential(2), high = 1)", 0.5)).toBeCloseTo(log(2) - 1, 14);
    expect(one("censor(geometric(0.25), high = 2)", 2, "int")).toBeCloseTo(log(0.75 ** 2), 14);
    expect(one("censor(bernoulli(0.25), low = 1)", 1, "int")).toBeCloseTo(0, 14);
    expect(one("zero_inflate(0.25, poisson(1))", 0, "int")).toBeCloseTo(log(0.25 + 0.75 / exp(1)), 14);
    expect(one("zero_inflate(0.25, poisson(1))", 1, "int")).toBeCloseTo(log(0.75) - 1, 14);
    expect(one("zero_inflate(0.25, exponential(1))", 0)).toBeCloseTo(log(0.25), 14);
    expect(one("zero_inflate(0.25, exponential(1))", 2)).toBeCloseTo(log(0.75) - 2, 14);
    // 50-digit values of log phi(30.5) - log(Phi(-30) - Phi(-31)).
    expect(one("truncate(normal(0, 1), 30, 31)", 30.5)).toBeCloseTo(-11.72269457686142, 9);
  });

  test("is impossible beyond moving bounds, with no derivative", () => {
    const text = "data y: real\nsample h: real<0..> ~ exponential(1)\nobserve y ~ truncate(normal(0, 1), high = h)";
    const program = differentiate(jointProgram(text, { y: 2 }), "total", ["h"]);
    const at = (h: number) =>
      evaluate(
        program,
        new Map([
          ["h", hostTensor([], [h])],
          ["y", hostTensor([], [2])],
        ]),
      );
    expect(at(1).get("total")!.values[0]).toBe(-Infinity);
    expect(at(3).get("grad:h")!.values[0]).toBeCloseTo(
      -1 - Math.exp(-4.5) / Math.sqrt(2 * Math.PI) / 0.9986501019683699,
      12,
    );
  });

  test("censors each datum at its own time", () => {
    const text = `
      data t: real<0..>[N]
      data limit: real<0..>[N]
      sample rate: real<0..> ~ exponential(1)
      plate n in N { observe t[n] ~ censor(exponential(rate), high = limit[n]) }`;
    const data = { t: [0.5, 2, 1.5], limit: [1, 2, 3] };
    const program = jointProgram(text, data);
    const inputs = new Map([
      ["rate", hostTensor([], [0.8])],
      ["t", hostTensor([3], data.t)],
      ["limit", hostTensor([3], data.limit)],
    ]);
    const { values } = evaluate(program, inputs).get("terms")!;
    const likelihood = 2 * Math.log(0.8) - 0.8 * (0.5 + 2 + 1.5);
    // The prior's term stands outside the plate, once for each of the three here.
    const total = values.reduce((sum, term) => sum + term, 0);
    expect(total).toBeCloseTo(likelihood + 3 * -0.8, 12);
  });
});

/** Models with latents a and b, and data that reach every branch. */
const smooth: readonly (readonly [text: string, data: Record<string, readonly number[]>])[] = [
  [
    "sample a ~ normal(0, 1)\nsample b: real<0..> ~ exponential(1)\nplate n in N { observe y[n] ~ truncate(normal(a, b), -1, 2) }",
    { y: [-1, -0.2, 0.5, 2] },
  ],
  [
    "sample a ~ normal(0, 1)\nsample b: real<0..> ~ exponential(1)\nplate n in N { observe y[n] ~ truncate(laplace(a, b), low = 5) }",
    { y: [5.5, 7, 9] },
  ],
  [
    "sample a ~ normal(0, 1)\nsample b: real<0..> ~ exponential(1)\nplate n in N { observe y[n] ~ censor(normal(a, b), -1, 2) }",
    { y: [-1, -0.2, 0.5, 2] },
  ],
  [
    "sample a: real<0..> ~ exponential(1)\nsample b: real<0..> ~ exponential(1)\nplate n in N { observe y[n] ~ censor(weibull(a, b), high = 3) }",
    { y: [0.3, 1.2, 3] },
  ],
  [
    "sample a: real<0..> ~ exponential(1)\nsample b: real<0..1> ~ beta(1, 1)\nplate n in N { observe k[n] ~ zero_inflate(b, poisson(a)) }",
    { k: [0, 0, 1, 4] },
  ],
  [
    "sample a: real<0..> ~ exponential(1)\nsample b: real<0..1> ~ beta(1, 1)\nplate n in N { observe k[n] ~ zero_inflate(b, truncate(poisson(a), 1)) }",
    { k: [0, 1, 4] },
  ],
  [
    "sample a: real<0..> ~ exponential(1)\nsample b: real<0..1> ~ beta(1, 1)\nplate n in N { observe y[n] ~ zero_inflate(b, exponential(a)) }",
    { y: [0, 1, 4] },
  ],
  [
    "sample a: real<0..> ~ exponential(1)\nsample b: real<0..1> ~ beta(1, 1)\nplate n in N { observe k[n] ~ truncate(mixture(p = [0.4, 0.6], poisson(a), geometric(b)), 1, 6) }",
    { k: [1, 2, 6] },
  ],
  [
    "sample a ~ normal(0, 1)\nsample b: real<0..2> ~ normal(a, 1)\nplate n in N { observe y[n] ~ normal(a, b) }",
    { y: [0.3, 0.5] },
  ],
  [
    "sample a: real<0..> ~ exponential(1)\nsample b: real<0..a> ~ exponential(1)\nplate n in N { observe y[n] ~ normal(a, b) }",
    { y: [0.3, 0.5] },
  ],
  [
    "sample a: real<0..> ~ flat()\nsample b: real<0..1> ~ mixture(p = [0.5, 0.5], normal(0, 1), normal(a, 0.5))\nplate n in N { observe y[n] ~ normal(a, b) }",
    { y: [0.3, 0.5] },
  ],
];

describe("the gradient that finite differences see", () => {
  test.each(smooth)("%s", (body, data) => {
    const declared = Object.keys(data).map((name) => `data ${name}: ${name === "k" ? "int<0..>" : "real"}[N]\n`);
    const program = differentiate(jointProgram(declared.join("") + body, data), "total", ["a", "b"]);
    const base: [string, HostTensor][] = inputsOf(program)
      .filter(({ attributes }) => attributes.role === "data")
      .map(({ attributes: { name, shape } }) => [name, hostTensor(shape, data[name]!)]);
    const at = (a: number, b: number) =>
      evaluate(program, new Map([...base, ["a", hostTensor([], [a])], ["b", hostTensor([], [b])]]));
    for (const [a, b] of [
      [0.7, 0.4],
      [1.3, 0.6],
      [2.5, 0.9],
    ] as const) {
      const h = 1e-5;
      const y = (p: number, q: number): number => at(p, q).get("total")!.values[0]!;
      const slopes = [y(a + h, b) - y(a - h, b), y(a, b + h) - y(a, b - h)].map((d) => d / (2 * h));
      const scale = Math.max(1, ...slopes.map(Math.abs), Math.abs(y(a, b)));
      // Between the h^2 and the eps / h error of central differences.
      ["a", "b"].forEach((name, i) =>
        expect(Math.abs(at(a, b).get(`grad:${name}`)!.values[0]! - slopes[i]!)).toBeLessThan(1e-6 * scale),
      );
    }
  });
});

describe("simulated data follow the density", () => {
  const count = 20_000;
  const draws = (dist: string, type: string, possible: number): Float64Array => {
    const text = observing(dist, type);
    const numbers = boundOf(text, { y: new Array<number>(count).fill(possible) });
    return valueOf(simulate(modelOf(text), numbers, 7), text).data.get("y")!.values;
  };
  test.each(real.filter(({ dist }) => !/-30|8, 9|low = 12|40, 41/.test(dist)))("$dist", (each) => {
    const { dist, atoms = [] } = each;
    const possible = nodesOf(each)[Math.floor(nodesOf(each).length / 2)]!.x;
    const y = draws(dist, "real", possible).toSorted();
    // Atoms first, each by its share; then the rest by its distribution function.
    const masses = atoms.length > 0 ? logDensities(dist, "real", atoms).map(Math.exp) : [];
    atoms.forEach((atom, i) => {
      const share = mean(y.map((x) => (x === atom ? 1 : 0)));
      const p = masses[i]!;
      expect(Math.abs(share - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / count) + 1e-12);
    });
    const rest = y.filter((x) => !atoms.includes(x));
    const nodes = nodesOf(each);
    const logs = logDensities(
      dist,
      "real",
      nodes.map(({ x }) => x),
    );
    let sum = 0;
    const running = nodes.map(({ weight }, i) => {
      const mass = atoms.includes(nodes[i]!.x) ? 0 : weight * Math.exp(logs[i]!);
      sum += mass;
      return sum - mass / 2;
    });
    let at = 0;
    const cdf = (x: number): number => {
      if (nodes[at]!.x > x) at = 0;
      while (at < nodes.length - 2 && nodes[at + 1]!.x <= x) at++;
      const [from, to] = [nodes[at]!.x, nodes[at + 1]!.x];
      const part = Math.min(Math.max((x - from) / (to - from), 0), 1);
      return (running[at]! + part * (running[at + 1]! - running[at]!)) / sum;
    };
    expect(kolmogorovSmirnov(rest, cdf)).toBeLessThan(2.7);
  });

  test.each(discrete.filter(([dist]) => !dist.includes("0.001")))("%s", (dist, from, to) => {
    const y = draws(dist, "int", from);
    const points = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const masses = logDensities(dist, "int", points).map(Math.exp);
    points.forEach((x, i) => {
      const share = mean(y.map((draw) => (draw === x ? 1 : 0)));
      const p = masses[i]!;
      // Six standard errors; next to nothing may turn up now and then.
      expect(Math.abs(share - p)).toBeLessThan(6 * Math.sqrt((p * (1 - p)) / count) + 1e-3 * (p < 1e-4 ? 1 : 0));
    });
  });

  test("bounds that move with other latents hold in every draw", () => {
    const text = `
      data y: real[N]
      sample a: real<0..1> ~ uniform(0, 1)
      plate n in N {
        sample s: real<0..1> ~ uniform(0, 1)
        sample b: real<s..s + a> ~ normal(0, 1)
        observe y[n] ~ normal(b, 1)
      }`;
    const numbers = boundOf(text, { y: new Array<number>(50).fill(0) });
    const { latents } = valueOf(simulate(modelOf(text), numbers, 3), text);
    const [a, s, b] = ["a", "s", "b"].map((name) => latents.get(name)!.values);
    b!.forEach((x, n) => expect(x >= s![n]! && x <= s![n]! + a![0]!).toBe(true));
  });

  test("an improper prior has no draws", () => {
    const text = "data y: real\nsample m ~ flat()\nobserve y ~ normal(m, 1)";
    const found = simulate(modelOf(text), boundOf(text, { y: 1 }), 1);
    expect(found.ok ? [] : found.errors.map(({ code }) => code)).toEqual(["PPL791"]);
  });
});
