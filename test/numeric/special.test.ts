import fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as special from "../../src/numeric/special.ts";

const golden = JSON.parse(readFileSync(new URL("special.golden.json", import.meta.url), "utf8")) as {
  functions: Record<string, number[]>;
};

const ulp = 2 ** -52;
const seed = { seed: 20240601 };
const functions: Record<string, (x: number) => number> = { ...special } as never;

describe("special functions", () => {
  // The bounds of the docstrings: 4 ulp; for negative arguments of lgamma and digamma, 8 of the larger of 1 and |f|.
  test.each(Object.entries(golden.functions))("%s is within its bound of 50 digits", (name, numbers) => {
    const rows = numbers.flatMap((x, i) => (i % 2 === 0 ? [[x, numbers[i + 1]!] as const] : []));
    expect(rows.length).toBeGreaterThanOrEqual(16);
    for (const [x, expected] of rows) {
      const absolute = x < 0 && (name === "lgamma" || name === "digamma");
      const scale = absolute ? 8 * Math.max(1, Math.abs(expected)) : 4 * Math.abs(expected);
      expect(Math.abs(functions[name]!(x) - expected), `${name}(${x})`).toBeLessThanOrEqual(scale * ulp);
    }
  });

  test("have the values in the tables", () => {
    expect(special.lgamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 15);
    expect(special.lgamma(11)).toBeCloseTo(Math.log(3628800), 14);
    expect(special.digamma(1)).toBeCloseTo(-0.5772156649015329, 15);
    expect(special.trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 15);
    expect(special.erf(1)).toBeCloseTo(0.8427007929497149, 15);
    expect(special.logNdtr(0)).toBeCloseTo(-Math.LN2, 15);
    expect(special.normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
  });

  test("have exact zeros and limits", () => {
    expect([special.lgamma(1), special.lgamma(2), special.erf(0)]).toEqual([0, 0, 0]);
    expect([0, -1, -7, Infinity].map(special.lgamma)).toEqual(Array(4).fill(Infinity));
    expect([special.digamma(0), special.digamma(-3)]).toEqual([NaN, NaN]);
    expect([special.trigamma(0), special.trigamma(Infinity)]).toEqual([Infinity, 0]);
    expect([special.erf(-Infinity), special.erf(Infinity), special.erfc(40)]).toEqual([-1, 1, 0]);
    expect([special.logNdtr(-Infinity), special.logNdtr(Infinity)]).toEqual([-Infinity, 0]);
    expect([0, 1, -0.1].map(special.normalQuantile)).toEqual([-Infinity, Infinity, NaN]);
    expect([special.softplus(-Infinity), special.softplus(1e300)]).toEqual([0, 1e300]);
    expect([special.sigmoid(-1e3), special.sigmoid(1e3)]).toEqual([0, 1]);
  });

  test("pass NaN on", () => {
    for (const name of [...Object.keys(golden.functions), "sigmoid"]) expect(functions[name]!(NaN), name).toBeNaN();
  });

  test("satisfy their recurrences: f(x + 1) - f(x) is log x, 1/x, -1/x^2", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 50, noNaN: true }), (x) => {
        // Ten ulp of the larger term.
        const close = (a: number, b: number, size: number): void =>
          expect(Math.abs(a - b)).toBeLessThanOrEqual(10 * ulp * Math.max(1, size));
        const { lgamma, digamma, trigamma } = special;
        close(lgamma(x + 1) - lgamma(x), Math.log(x), Math.abs(lgamma(x + 1)));
        close(digamma(x + 1) - digamma(x), 1 / x, Math.abs(digamma(x)));
        close(trigamma(x + 1) - trigamma(x), -1 / x ** 2, trigamma(x));
      }),
      seed,
    );
  });

  test("normalQuantile inverts the distribution function", () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (z) => {
        // Above 0 the probability itself is only known to one part in 2^53, which moves z by that over the density.
        const slack = 1e-14 * (1 + Math.abs(z)) + ulp / Math.exp(-0.5 * Math.max(z, 0) ** 2);
        expect(Math.abs(special.normalQuantile(Math.exp(special.logNdtr(z))) - z)).toBeLessThan(
          slack + Math.abs(special.logNdtr(z)) * ulp,
        );
      }),
      seed,
    );
  });

  test("logSumExp neither overflows nor turns -Infinity into NaN", () => {
    expect(special.logSumExp([1000, 1000])).toBeCloseTo(1000 + Math.LN2, 12);
    expect(special.logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
    expect(special.logSumExp([])).toBe(-Infinity);
    expect(special.logSumExp([0, Infinity])).toBe(Infinity);
    expect(special.logSumExp([0, NaN])).toBeNaN();
    expect(special.logSumExp(Float64Array.of(0, Math.log(2), Math.log(3)))).toBeCloseTo(Math.log(6), 15);
  });
});
