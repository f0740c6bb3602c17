import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { noiseSource } from "../../src/execute/noise.ts";
import { openExecutor } from "../../src/execute/select.ts";
import { erf } from "../../src/numeric/special.ts";
import { Builder } from "../../src/program/builder.ts";
import { started } from "./helpers.ts";

const n = 200_000;
function drawn(kind: "normal" | "uniform", step = 3, input = "z"): Float64Array {
  const out = new Float64Array(n);
  noiseSource(20, input, kind).fill(step, out);
  return out;
}
const mean = (values: Float64Array, f: (x: number) => number): number =>
  values.reduce((sum, x) => sum + f(x), 0) / values.length;

/** Six standard errors of a mean of n independent draws: exceeded by chance once in 5e8. */
const sixStandardErrors = (variance: number): number => 6 * Math.sqrt(variance / n);

/** The largest distance between the empirical distribution function and `cdf`, times sqrt(n). */
function kolmogorov(values: Float64Array, cdf: (x: number) => number): number {
  const sorted = values.slice().sort();
  let worst = 0;
  sorted.forEach((x, i) => {
    worst = Math.max(worst, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n));
  });
  return worst * Math.sqrt(n);
}
/** P(sqrt(n) D > 2.7) = 2 exp(-2 * 2.7^2) = 9e-7 (Kolmogorov's limit). */
const kolmogorovBound = 2.7;

describe("noise", () => {
  test("is what it was: the first numbers of seed 1, input `z`, step 0", () => {
    const normal = new Float64Array(3);
    const uniform = new Float64Array(3);
    noiseSource(1, "z", "normal").fill(0, normal);
    noiseSource(1, "z", "uniform").fill(0, uniform);
    expect([...normal].map((x) => x.toFixed(12))).toEqual(["1.081237483766", "2.111927651373", "-0.299032886511"]);
    expect([...uniform].map((x) => x.toFixed(12))).toEqual(["0.059925302514", "0.174691797118", "0.927566304686"]);
  });

  test("is standard normal: its first four moments, and its distribution function", () => {
    const z = drawn("normal");
    expect(Math.abs(mean(z, (x) => x))).toBeLessThan(sixStandardErrors(1));
    expect(Math.abs(mean(z, (x) => x ** 2) - 1)).toBeLessThan(sixStandardErrors(2));
    expect(Math.abs(mean(z, (x) => x ** 3))).toBeLessThan(sixStandardErrors(15));
    expect(Math.abs(mean(z, (x) => x ** 4) - 3)).toBeLessThan(sixStandardErrors(96));
    expect(kolmogorov(z, (x) => 0.5 * (1 + erf(x * Math.SQRT1_2)))).toBeLessThan(kolmogorovBound);
  });

  test("is uniform: its mean and variance, and its distribution function", () => {
    const u = drawn("uniform");
    expect(Math.abs(mean(u, (x) => x - 0.5))).toBeLessThan(sixStandardErrors(1 / 12));
    expect(Math.abs(mean(u, (x) => (x - 0.5) ** 2) - 1 / 12)).toBeLessThan(sixStandardErrors(1 / 180));
    expect(kolmogorov(u, (x) => x)).toBeLessThan(kolmogorovBound);
  });

  test("has no correlation between neighbours, steps or inputs", () => {
    const z = drawn("normal");
    const pairs = [z.map((_, i) => z[(i + 1) % n]!), drawn("normal", 4), drawn("normal", 3, "y")];
    for (const other of pairs)
      expect(
        Math.abs(
          mean(
            z.map((x, i) => x * other[i]!),
            (x) => x,
          ),
        ),
      ).toBeLessThan(sixStandardErrors(1));
  });

  test("does not depend on the array's length, and is the same in 32 bits to rounding", () => {
    const long = drawn("normal");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), (length) => {
        const short = new Float64Array(length);
        const single = new Float32Array(length);
        noiseSource("20", "z", "normal").fill(3, short);
        noiseSource(20, "z", "normal").fill(3, single);
        expect(short).toEqual(long.slice(0, length));
        expect(single).toEqual(Float32Array.from(short));
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  test("stays inside the open interval in 32 bits", () => {
    // u(0xffffffff) is 1 - 2^-33 in real numbers, which rounds to 1; u(0) is 2^-33.
    expect(Math.fround((2 ** 32 - 0.5) / 2 ** 32)).toBe(1);
    const out = new Float32Array(4_000_000);
    noiseSource(5, "u", "uniform").fill(0, out);
    expect(out.every((u) => u > 0 && u < 1)).toBe(true);
  });

  test("tells seeds and inputs apart even where their texts run together", () => {
    const first = (seed: string, input: string): number => {
      const out = new Float64Array(1);
      noiseSource(seed, input, "normal").fill(0, out);
      return out[0]!;
    };
    expect(first("1", "2z")).not.toBe(first("12", "z"));
  });

  test("is the same on every executor", async () => {
    const b = new Builder();
    b.output("z", b.input("z", [5, 3], "noise", "normal"));
    b.output("u", b.input("u", [7], "noise", "uniform"));
    const program = b.finish();
    const z = new Float32Array(15);
    noiseSource("seed", "z", "normal").fill(2, z);
    for (const [engine, backend] of [
      ["reference", ""],
      ["tfjs", "cpu"],
      ["tfjs", "wasm"],
    ] as const) {
      // prettier-ignore
      const session = await started(await openExecutor({ engine, backend })).open(program, { seed: "seed" });
      await session.run(0, 3);
      expect(Float32Array.from(await session.read("z"))).toEqual(z);
      const u = new Float32Array(7);
      noiseSource("seed", "u", "uniform").fill(2, u);
      expect(Float32Array.from(await session.read("u"))).toEqual(u);
      session.dispose();
    }
  });
});
