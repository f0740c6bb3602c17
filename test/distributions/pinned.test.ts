import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { families } from "../../src/distributions/index.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import type { Args } from "./cases.ts";
import { at, compute, tensorsOf } from "./density.ts";

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
  // |covariance| = 4 - 1 = 3, its inverse (2, -1; -1, 2) / 3, the quadratic form of (1, 1) 2/3.
  ["multivariate_normal", { mean: [1, 2], covariance: [[2, 1], [1, 2]] }, [2, 3], -1 / 3 - 0.5 * log(3) - log(2 * Math.PI)], // prettier-ignore
  ["multivariate_normal", { mean: [1, 2], precision: [[2, 1], [1, 2]] }, [2, 3], -3 + 0.5 * log(3) - log(2 * Math.PI)], // prettier-ignore
  ["multivariate_normal", { mean: [0, 0], cholesky: [[2, 0], [1, 3]] }, [2, 4], -1 - log(6) - log(2 * Math.PI)], // prettier-ignore
];

describe("log densities worked out by hand", () => {
  test.each(byHand)("%s %j at %j", (name, args, x, expected) => {
    for (const which of ["logDensity", "masked"] as const) {
      const value = at(families[name]!, which, [x], args)[0]!;
      // 1e-14 relative: a few roundings of terms no larger than ten times the result, or of its tiny self.
      if (Number.isFinite(expected))
        expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-14 * Math.max(Math.abs(expected), expected === 0 || Math.abs(expected) > 1e-10 ? 1 : 0)); // prettier-ignore
      else expect(value).toBe(expected);
    }
  });

  test("cover every family", () => {
    expect(new Set(byHand.map(([name]) => name))).toEqual(new Set(Object.keys(families)));
  });
});

// ---- reference densities from an independent implementation, where the checkout has them

interface Row {
  readonly family: string;
  readonly parameters: Args;
  readonly x: Point;
  readonly logDensity: number;
}
const file = new URL("../../../shared/data/densities.json", import.meta.url);
const rows: readonly Row[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const known = Object.keys(families).filter((name) => rows.some((row) => row.family === name));

describe.skipIf(rows.length === 0)(
  "reference log densities (skipped: no data/densities.json)",
  () => {
    test.each(known)("%s agrees within 1e-9", (name) => {
      const mine = rows.filter((row) => row.family === name);
      for (const { parameters, x, logDensity } of mine) {
        const point = hostTensor(typeof x === "number" ? [] : [x.length], [x].flat() as number[]);
        const value = compute(families[name]!, "masked", point, tensorsOf(parameters)).values[0]!;
        if (Number(logDensity) === -Infinity) {
          expect(value, JSON.stringify({ parameters, x })).toBe(-Infinity);
          continue;
        }
        // Relative; absolute below 1e-3, where the reference itself has only the digits of 1 - 1e-12.
        const slack = 1e-9 * Math.max(Math.abs(logDensity), 1e-3);
        expect(Math.abs(value - logDensity), JSON.stringify({ parameters, x })).toBeLessThan(slack);
      }
    });

    test("are there for every family of this suite", () => {
      expect(known).toEqual(Object.keys(families));
    });
  },
);
