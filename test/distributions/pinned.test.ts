import { describe, expect, test } from "vitest";
import { families } from "../../src/distributions/index.ts";
import { logScaledBesselI0 } from "../../src/distributions/von_mises.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { densities, densityRows, densityTolerance, type DensityRow } from "../oracles/densities.ts";
import { describeShared } from "../shared.ts";
import type { Args } from "./cases.ts";
import { at, compute, tensorsOf, widthOf } from "./density.ts";

const log = Math.log;
type Point = number | readonly number[];

/** Worked out by hand: family, arguments, x, log density. */
const byHand: readonly (readonly [string, Args, Point, number])[] = [
  ["normal", { mean: 1, sd: 2 }, 3, -0.5 - log(2) - 0.5 * log(2 * Math.PI)],
  ["half_normal", { scale: 2 }, 2, log(2) - 0.5 - log(2) - 0.5 * log(2 * Math.PI)],
  ["half_normal", { scale: 1 }, 0, 0.5 * log(2 / Math.PI)],
  // Two degrees of freedom: 1 / (2 sqrt 2 (1 + t^2 / 2)^(3/2)), here t = sqrt 2.
  ["student_t", { df: 2, loc: 1, scale: 3 }, 1 + 3 * Math.SQRT2, log(1 / 8) - log(3)],
  ["cauchy", { loc: 1, scale: 2 }, 3, log(1 / (4 * Math.PI))],
  ["half_cauchy", { scale: 2 }, 2, log(1 / (2 * Math.PI))],
  ["half_cauchy", { scale: 2 }, 0, log(1 / Math.PI)],
  ["log_normal", { mean: 1, sd: 2 }, Math.exp(3), -0.5 - log(2) - 0.5 * log(2 * Math.PI) - 3],
  ["log_normal", { mean: 1, sd: 2 }, 0, -Infinity],
  ["exponential", { rate: 3 }, 2, log(3) - 6],
  ["exponential", { rate: 3 }, 0, log(3)],
  ["gamma", { shape: 3, rate: 2 }, 1.5, log(0.5 * 8 * 2.25) - 3],
  ["gamma", { shape: 1, rate: 2 }, 0, log(2)],
  ["gamma", { shape: 2, rate: 2 }, 0, -Infinity],
  ["gamma", { shape: 0.5, rate: 2 }, 0, Infinity],
  ["beta", { a: 2, b: 3 }, 0.5, log(12 * 0.5 * 0.25)],
  ["beta", { a: 1, b: 3 }, 0, log(3)],
  ["beta", { a: 3, b: 1 }, 1, log(3)],
  ["beta", { a: 2, b: 3 }, 0, -Infinity],
  ["beta", { a: 2, b: 3 }, 1, -Infinity],
  ["beta", { a: 0.5, b: 1 }, 0, Infinity],
  ["uniform", { low: -1, high: 3 }, 2, -log(4)],
  ["uniform", { low: -1, high: 3 }, 3, -log(4)],
  ["bernoulli", { p: 0.2 }, 1, log(0.2)],
  ["bernoulli", { p: 0.2 }, 0, log(0.8)],
  ["bernoulli", { p: 0 }, 0, 0],
  ["bernoulli", { p: 0 }, 1, -Infinity],
  ["bernoulli", { p: 1 }, 1, 0],
  ["bernoulli", { p: 1 }, 0, -Infinity],
  ["bernoulli", { p: 1e-20 }, 0, -1e-20],
  ["bernoulli", { logits: 50 }, 1, -Math.exp(-50)],
  ["bernoulli", { logits: -800 }, 1, -800],
  ["bernoulli", { logits: Infinity }, 1, 0],
  ["binomial", { n: 4, p: 0.25 }, 1, log(4 * 0.25 * 0.75 ** 3)],
  ["binomial", { n: 4, logits: log(1 / 3) }, 1, log(4 * 0.25 * 0.75 ** 3)],
  ["binomial", { n: 4, p: 0 }, 0, 0],
  ["binomial", { n: 4, p: 1 }, 4, 0],
  ["binomial", { n: 4, p: 1 }, 3, -Infinity],
  ["binomial", { n: 0, p: 0.3 }, 0, 0],
  ["poisson", { rate: 2 }, 3, log(8 / 6) - 2],
  ["poisson", { log_rate: log(2) }, 3, log(8 / 6) - 2],
  ["poisson", { rate: 0 }, 0, 0],
  ["poisson", { rate: 0 }, 1, -Infinity],
  ["categorical", { p: [0.2, 0.5, 0.3] }, 1, log(0.5)],
  ["categorical", { p: [0, 1] }, 0, -Infinity],
  ["categorical", { logits: [log(2), log(5), log(3)] }, 2, log(0.3)],
  ["categorical", { logits: [-Infinity, 0] }, 1, 0],
  ["dirichlet", { concentration: [1, 2, 1] }, [0.25, 0.5, 0.25], log(6 * 0.5)],
  ["dirichlet", { concentration: [1, 1] }, [0, 1], 0],
  ["laplace", { loc: 1, scale: 2 }, -3, -log(4) - 2],
  ["logistic", { loc: 1, scale: 2 }, 1, -log(8)],
  ["logistic", { loc: 0, scale: 1 }, 800, -800],
  ["logistic", { loc: 0, scale: 1 }, -800, -800],
  ["gumbel", { loc: 1, scale: 2 }, 1, -1 - log(2)],
  ["half_student_t", { df: 2, scale: 3 }, 3 * Math.SQRT2, log(1 / 4) - log(3)],
  ["inverse_gamma", { shape: 2, scale: 3 }, 1.5, log(9) - 3 * log(1.5) - 2],
  ["inverse_gamma", { shape: 2, scale: 3 }, 0, -Infinity],
  ["chi_squared", { df: 2 }, 3, -log(2) - 1.5],
  ["chi_squared", { df: 4 }, 0, -Infinity],
  ["weibull", { shape: 2, scale: 3 }, 3, log(2 / 3) - 1],
  ["weibull", { shape: 1, scale: 3 }, 0, -log(3)],
  ["weibull", { shape: 2, scale: 3 }, 0, -Infinity],
  ["pareto", { min: 2, shape: 3 }, 4, log(3 * 8) - 4 * log(4)],
  ["pareto", { min: 2, shape: 3 }, 2, log(3 / 2)],
  ["von_mises", { mean: 1, concentration: 0 }, 3, -log(2 * Math.PI)],
  // I0(1) = 1.2660658777520084
  ["von_mises", { mean: 1, concentration: 1 }, 1, 1 - log(2 * Math.PI * 1.2660658777520084)],
  ["beta_binomial", { n: 3, a: 1, b: 1 }, 2, log(1 / 4)],
  ["beta_binomial", { n: 2, a: 2, b: 1 }, 1, log(1 / 3)],
  ["multinomial", { n: 4, p: [0.5, 0.25, 0.25] }, [2, 1, 1], log((12 * 0.25) / 16)],
  ["multinomial", { n: 4, logits: [log(2), 0, 0] }, [2, 1, 1], log((12 * 0.25) / 16)],
  ["multinomial", { n: 2, p: [0, 1] }, [0, 2], 0],
  ["multinomial", { n: 2, logits: [-Infinity, 0] }, [0, 2], 0],
  ["ordered_logistic", { eta: 0, cutpoints: [-log(3), log(3)] }, 0, log(0.25)],
  ["ordered_logistic", { eta: 0, cutpoints: [-log(3), log(3)] }, 1, log(0.5)],
  ["ordered_logistic", { eta: 0, cutpoints: [-log(3), log(3)] }, 2, log(0.25)],
  ["ordered_logistic", { eta: -800, cutpoints: [0, 1] }, 2, -801],
  ["neg_binomial", { mean: 3, dispersion: 1 }, 2, log(9 / 64)],
  ["neg_binomial", { mean: 0, dispersion: 2 }, 0, 0],
  ["geometric", { p: 0.25 }, 2, log(9 / 64)],
  ["geometric", { p: 1 }, 0, 0],
  // In two dimensions the correlation is 2 beta(eta, eta) - 1, in terms of L[1, 1] = sqrt(1 - r^2): here eta = 2.
  ["lkj_cholesky", { eta: 2 }, [1, 0, 0.6, 0.8], log(0.75 * 0.64)],
  ["lkj_cholesky", { eta: 1 }, [1, 0, 0.6, 0.8], log(0.5)],
  // The volume of the 3 x 3 correlation matrices is pi^2 / 2; the Jacobian from L to R is L[1, 1] (first column powers 2 1 0).
  ["lkj_cholesky", { eta: 1 }, [1, 0, 0, 0.6, 0.8, 0, 0, 0.6, 0.8], log(0.8 / (Math.PI ** 2 / 2))],
  ["flat", {}, 7, 0],
  // |covariance| = 4 - 1 = 3, its inverse (2, -1; -1, 2) / 3, the quadratic form of (1, 1) 2/3.
  [
    "markov",
    {
      initial: [0.25, 0.75],
      transition: [
        [0.5, 0.5],
        [0.2, 0.8],
      ],
      steps: 3,
    },
    [1, 0, 0],
    log(0.75 * 0.2 * 0.5),
  ],
  [
    "markov",
    {
      initial: [1, 0],
      transition: [
        [1, 0],
        [0, 1],
      ],
      steps: 2,
    },
    [0, 1],
    -Infinity,
  ],
  [
    "multivariate_normal",
    {
      mean: [1, 2],
      covariance: [
        [2, 1],
        [1, 2],
      ],
    },
    [2, 3],
    -1 / 3 - 0.5 * log(3) - log(2 * Math.PI),
  ],
  [
    "multivariate_normal",
    {
      mean: [1, 2],
      precision: [
        [2, 1],
        [1, 2],
      ],
    },
    [2, 3],
    -3 + 0.5 * log(3) - log(2 * Math.PI),
  ],
  [
    "multivariate_normal",
    {
      mean: [0, 0],
      cholesky: [
        [2, 0],
        [1, 3],
      ],
    },
    [2, 4],
    -1 - log(6) - log(2 * Math.PI),
  ],
];

describe("log densities worked out by hand", () => {
  test.each(byHand)("%s %j at %j", (name, args, x, expected) => {
    for (const which of ["logDensity", "masked"] as const) {
      const value = at(families[name]!, which, [x], args)[0]!;
      // 1e-14 relative: a few roundings of terms no larger than ten times the result, or of its tiny self.
      if (Number.isFinite(expected))
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(
          1e-14 * Math.max(Math.abs(expected), expected === 0 || Math.abs(expected) > 1e-10 ? 1 : 0),
        );
      else expect(value).toBe(expected);
    }
  });

  test("cover every family", () => {
    expect(new Set(byHand.map(([name]) => name))).toEqual(new Set(Object.keys(families)));
  });
});

describe("log(exp(-k) I0(k))", () => {
  // 40-digit values, on both sides of 25, where the integral gives way to the series.
  test.each([
    [0, 0],
    [1e-3, -9.997500000156249e-4],
    [1, -0.7640856414928213],
    [24, -2.5026435629330087],
    [26, -2.5430827082736624],
    [1e4, -5.524096218567699],
  ])("at k = %d", (k, expected) => {
    const b = new Builder();
    b.output("y", logScaledBesselI0(b, b.constant(k)));
    const value = evaluate(b.finish(), new Map()).get("y")!.values[0]!;
    // The stated bound of the method.
    expect(Math.abs(value - expected)).toBeLessThan(4e-14);
  });
});

// ---- densities that owe nothing to this code

/** The families of some rows; each agrees within the rows' tolerance. */
function expectRows(rows: readonly DensityRow[]): void {
  for (const { family, parameters, x, logDensity } of rows) {
    const point = hostTensor(widthOf(families[family]!, x), [x].flat() as number[]);
    const value = compute(families[family]!, "masked", point, tensorsOf(parameters)).values[0]!;
    const which = JSON.stringify({ parameters, x });
    if (Number(logDensity) === -Infinity) expect(value, which).toBe(-Infinity);
    else expect(Math.abs(value - logDensity), which).toBeLessThan(densityTolerance(logDensity));
  }
}

const names = Object.keys(families);

describe("log densities at 50 digits", () => {
  /** `flat` has no density. */
  const computed = names.filter((name) => name !== "flat");
  test.each(computed)("%s agrees", (name) => {
    const rows = densities.families.filter(({ family }) => family === name);
    expect(rows).not.toEqual([]);
    expectRows(rows);
  });
});

describeShared("log densities of another library", "densities.json", (path) => {
  const rows = densityRows(path);
  /** These were not in the library that made the file. */
  const without = ["markov", "flat", "lkj_cholesky", "ordered_logistic"];
  test.each(names.filter((name) => !without.includes(name)))("%s agrees", (name) => {
    const mine = rows.filter(({ family }) => family === name);
    expect(mine).not.toEqual([]);
    expectRows(mine);
  });
});
