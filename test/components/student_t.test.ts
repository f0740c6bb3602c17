import { describe, expect, test } from "vitest";
import { infer } from "../../src/api/infer.ts";
import { studentT } from "../../src/components/student_t.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { mean, variance } from "../../src/numeric/statistics.ts";

/** The inverse of softplus, whose floor does not show at these digits. */
const raw = (x: number): number => Math.log(Math.expm1(x));

describe("a Student t component", () => {
  test("has, as pinned, the density of t with 3 degrees of freedom", () => {
    const b = new Builder();
    const t = studentT.unpack(b, b.array([3], [0.5, raw(2), raw(2)]), 1, { rank: 0 });
    b.output("y", t.logDensity(b.array([1], [2.5])));
    // at one scale from the middle: Gamma(2) / (Gamma(1.5) sqrt(3 pi)) (1 + 1/3)^-2 / 2 = 0.206748... / 2
    expect(evaluate(b.finish(), new Map()).get("y")?.values[0]).toBeCloseTo(Math.log(0.2067483357831722 / 2), 4);
  });

  test("draws with the variance nu / (nu - 2)", () => {
    const b = new Builder();
    const [n, nu] = [40_000, 12];
    const t = studentT.unpack(b, b.array([3], [1, raw(1), raw(nu - 1)]), 1, { rank: 0 });
    const random = randomStream(seedKey(1, "student t"));
    const noise = Array.from({ length: 2 * n }, () => random.uniform());
    b.output("u", t.push(b.array([n, 2], noise)));
    const u = evaluate(b.finish(), new Map()).get("u")?.values ?? new Float64Array(0);
    const exact = nu / (nu - 2);
    expect(Math.abs(mean(u) - 1)).toBeLessThan(6 * Math.sqrt(exact / n));
    // the kurtosis of t is 3 + 6 / (nu - 4): six standard errors of a sample variance
    expect(Math.abs(variance(u) / exact - 1)).toBeLessThan(6 * Math.sqrt((2 + 6 / (nu - 4)) / n));
  });

  test("becomes a posterior that is one, degrees of freedom and all", async () => {
    const options = { guide: "student_t", objective: "elbo", gradient: "stl", T: 20, steps: 3000, lr: 0.02 } as const;
    const posterior = await infer("sample z ~ student_t(4, 1, 2)", { ...options, seed: 1, evidenceDraws: 2000 });
    // the density is normalised, and every weight is the same once the guide is it
    expect(Math.abs(posterior.report().logEvidence.value)).toBeLessThan(1e-8);
  });
});
