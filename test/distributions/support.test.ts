import { describe, expect, test } from "vitest";
import { insideSupport, supportPredicate, supportWords } from "../../src/distributions/check.ts";
import { families } from "../../src/distributions/index.ts";
import { Builder } from "../../src/program/builder.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { cases, scalarCases } from "./cases.ts";
import { at, inputsOf, plainOf, tensorsOf, write } from "./density.ts";

const anywhere = [-Infinity, -1e300, -3, -1, -0.5, -1e-300, 0, 1e-300, 0.5, 1, 2.5, 3, 7, 8, 1e3, 1e300, Infinity, NaN];

describe("maskedLogDensity", () => {
  test.each(scalarCases)("is -Infinity outside and what it was inside: $name", ({ family, args }) => {
    if (family.improper) return;
    const isInside = supportPredicate(family, plainOf(args));
    const bounded = family.support.kind === "interval" && (family.support.lower !== null || family.support.integer);
    const masked = at(family, "masked", anywhere, args);
    const plain = at(family, "logDensity", anywhere, args);
    anywhere.forEach((x, i) => {
      if (isInside(x)) expect(masked[i], String(x)).toBe(plain[i]);
      else if (bounded) expect(masked[i], String(x)).toBe(-Infinity);
      else if (!Number.isNaN(x)) expect(masked[i], String(x)).toBe(-Infinity);
    });
  });

  test.each(scalarCases)("sends no derivative back from outside: $name", ({ family, args }) => {
    const { support } = family;
    if (support.kind !== "interval" || support.lower === null) return;
    const given = tensorsOf(args);
    const x = hostTensor([], [-3.25]);
    const b = new Builder();
    const values = Object.entries(given).map(
      ([name, { shape }]) => [name, b.input(`arg.${name}`, shape, "state")] as const,
    );
    b.output("y", write(b, family, "masked", b.input("x", [], "state"), Object.fromEntries(values)));
    const inputs = inputsOf(x, given);
    const names = [...inputs.keys()];
    const outputs = evaluate(differentiate(b.finish(), "y", names), inputs);
    expect(outputs.get("y")!.values[0]).toBe(-Infinity);
    for (const name of names)
      expect(
        outputs.get(`grad:${name}`)!.values.every((slope) => slope === 0),
        name,
      ).toBe(true);
  });

  test("knows a simplex by its signs and its sum", () => {
    const points = [
      [0.2, 0.3, 0.5],
      [0.2, 0.3, 0.6],
      [-0.1, 0.6, 0.5],
      [NaN, 0.5, 0.5],
      [1, 0, 0],
    ];
    const family = families["dirichlet"]!;
    const args = { concentration: [1, 1, 1] };
    expect(Array.from(at(family, "masked", points, args))).toEqual([
      expect.closeTo(Math.LN2, 14),
      -Infinity,
      -Infinity,
      -Infinity,
      expect.closeTo(Math.LN2, 14),
    ]);
    const inside = points.map((point) => insideSupport(family, plainOf(args), point));
    expect(inside).toEqual([true, false, false, false, true]);
  });
});

describe("supports on plain numbers", () => {
  test("agree with those of programs, at parameters too", () => {
    const inside = (name: string, args: Record<string, number | Float64Array>): number[] =>
      anywhere.filter(supportPredicate(families[name]!, args));
    expect(inside("binomial", { n: 3, p: 0.5 })).toEqual([0, 1, 3]);
    expect(inside("categorical", { p: Float64Array.of(0.5, 0.5) })).toEqual([0, 1]);
    expect(inside("categorical", { logits: Float64Array.of(1, 2, 3, 4) })).toEqual([0, 1, 3]);
    expect(inside("uniform", { low: -1, high: 0.5 })).toEqual([-1, -0.5, -1e-300, 0, 1e-300, 0.5]);
    expect(inside("poisson", { rate: 1 })).toEqual([0, 1, 3, 7, 8, 1e3, 1e300]);
    expect(inside("normal", { mean: 0, sd: 1 })).toHaveLength(anywhere.length - 3);
  });

  test("know vectors of counts and correlation factors", () => {
    const counts = (x: number[]): boolean => insideSupport(families["multinomial"]!, { n: 3 }, x);
    expect(
      [
        [1, 2, 0],
        [1, 1, 0],
        [4, -1, 0],
        [1.5, 1.5, 0],
      ].map(counts),
    ).toEqual([true, false, false, false]);
    const factor = (x: number[]): boolean => insideSupport(families["lkj_cholesky"]!, {}, x);
    expect(
      [
        [1, 0, 0.6, 0.8],
        [1, 0, 0.6, 0.7],
        [1, 0.1, 0.6, 0.8],
        [1, 0, 0.6, -0.8],
      ].map(factor),
    ).toEqual([true, false, false, false]);
    const points = [
      [1, 2, 0],
      [1, 1, 0],
      [4, -1, 0],
      [1.5, 1.5, 0],
    ];
    const masked = at(families["multinomial"]!, "masked", points, { n: 3, p: [0.5, 0.25, 0.25] });
    expect(Array.from(masked)).toEqual([expect.closeTo(Math.log(3 / 32), 13), -Infinity, -Infinity, -Infinity]);
  });

  test("have words for messages", () => {
    const words = Object.entries(families).map(([name, family]) => `${name}: ${supportWords(family)}`);
    expect(words).toEqual([
      "normal: a real number",
      "student_t: a real number",
      "cauchy: a real number",
      "laplace: a real number",
      "logistic: a real number",
      "gumbel: a real number",
      "half_normal: a number of at least 0",
      "half_cauchy: a number of at least 0",
      "half_student_t: a number of at least 0",
      "log_normal: a number of at least 0",
      "exponential: a number of at least 0",
      "gamma: a number of at least 0",
      "inverse_gamma: a number of at least 0",
      "chi_squared: a number of at least 0",
      "beta: a number from 0 to 1",
      "uniform: a number from `low` to `high`",
      "weibull: a number of at least 0",
      "pareto: a number of at least `min`",
      "von_mises: a number from -pi to pi",
      "bernoulli: a whole number from 0 to 1",
      "binomial: a whole number from 0 to `n`",
      "beta_binomial: a whole number from 0 to `n`",
      "categorical: a whole number from 0 to the number of entries of `p` less one",
      "markov: whole numbers from 0 to the number of entries of `initial` less one",
      "multinomial: whole numbers of at least 0 that sum to `n`",
      "ordered_logistic: a whole number from 0 to the number of entries of `cutpoints`",
      "poisson: a whole number of at least 0",
      "neg_binomial: a whole number of at least 0",
      "geometric: a whole number of at least 0",
      "dirichlet: numbers of at least 0 that sum to 1",
      "multivariate_normal: a vector of real numbers",
      "lkj_cholesky: the Cholesky factor of a correlation matrix",
      "flat: a real number",
    ]);
  });
});

test("every family's parameters are documented and its alternatives exist", () => {
  expect(cases.length).toBeGreaterThan(0);
  for (const family of Object.values(families)) {
    for (const { doc } of Object.values(family.parameters)) expect(doc.length).toBeGreaterThan(3);
    for (const name of family.alternatives.flat()) expect(family.parameters).toHaveProperty(name);
    expect(family.source.length).toBeGreaterThan(10);
  }
});
