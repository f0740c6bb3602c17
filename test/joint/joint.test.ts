import { describe, expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { normalCdf } from "../../src/numeric/statistics.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { doubleExponential } from "../distributions/quadrature.ts";
import { compiled } from "../objective/support.ts";
import { jointProgram } from "./terms.ts";

type Nested = number | readonly Nested[];

function tensor(value: Nested) {
  const shape: number[] = [];
  for (let at: Nested = value; typeof at !== "number"; at = at[0]!) shape.push(at.length);
  const flat = (v: Nested): number[] => (typeof v === "number" ? [v] : v.flatMap(flat));
  return hostTensor([1, ...shape], flat(value));
}

/** log p(data, values) of a model, in float64. */
async function logJoint(text: string, data: Record<string, unknown>, values: Record<string, Nested>) {
  const model = compiled(text, data, {
    guide: { family: "mean_field", amortize: false },
  });
  const points = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, tensor(value)]));
  const parameters = initialise(model, 0);
  return (await densitiesAt(model, referenceExecutor, parameters, points)).logJoint[0]!;
}

const normal = (x: number, mean: number, sd: number): number =>
  -0.5 * Math.log(2 * Math.PI) - Math.log(sd) - 0.5 * ((x - mean) / sd) ** 2;

describe("the log joint density of", () => {
  test("iid entries is the sum of theirs", async () => {
    const found = await logJoint("sample z: real[3] ~ normal(0, 2)", {}, { z: [1, -1, 0.5] });
    expect(found).toBeCloseTo(normal(1, 0, 2) + normal(-1, 0, 2) + normal(0.5, 0, 2), 12);
  });

  test("vector arguments goes entry by entry", async () => {
    const text = "const m = [1, 2]\nsample z: real[2] ~ normal(m, [0.5, 3])";
    expect(await logJoint(text, {}, { z: [0.3, 0.4] })).toBeCloseTo(normal(0.3, 1, 0.5) + normal(0.4, 2, 3), 12);
  });

  test("nested plates, indexed in either order, gathers, slices and lets", async () => {
    const text = `
      data x: real[N, G]
      data group: int<0..2>[N]
      data w: real[G, 3]
      plate g in G {
        sample a ~ normal(0, 1)
        let b = sum(w[g, 1..3]) * a
      }
      plate n in N {
        sample c ~ normal(a[group[n]], 1)
        plate g in G { observe x[n, g] ~ normal(a[g] + c + b[g], 2) }
      }`;
    const x = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    const w = [
      [9, 0.1, 0.2],
      [9, 0.3, 0.4],
    ];
    const group = [1, 0, 1];
    const a = [0.5, -0.25];
    const c = [0.1, 0.2, 0.3];
    let exact = 0;
    a.forEach((v) => (exact += normal(v, 0, 1)));
    c.forEach((v, n) => (exact += normal(v, a[group[n]!]!, 1)));
    x.forEach((row, n) =>
      row.forEach((v, g) => (exact += normal(v, a[g]! + c[n]! + (w[g]![1]! + w[g]![2]!) * a[g]!, 2))),
    );
    expect(await logJoint(text, { x, group, w }, { a, c })).toBeCloseTo(exact, 11);
  });

  test("an array that each datum has of its own, indexed by the datum's own number", async () => {
    const text = `
      data k: int<0..3>[N]
      data y: real[N]
      plate n in N {
        sample z: real[3] ~ normal(0, 1)
        observe y[n] ~ normal(z[k[n]], 1)
      }`;
    const z = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const exact = z.flat().reduce((sum, v) => sum + normal(v, 0, 1), 0) + normal(0, 3, 1) + normal(0, 5, 1);
    expect(await logJoint(text, { k: [2, 1], y: [0, 0] }, { z })).toBeCloseTo(exact, 11);
  });

  test("a listed mixture averages densities", async () => {
    const text = "sample z ~ mixture(p = [0.25, 0.75], normal(0, 1), student_t(3, 1, 2))";
    const t = (Math.exp(Math.log(2 / (Math.PI * Math.sqrt(3)))) / 2) * (1 + ((0.5 - 1) / 2) ** 2 / 3) ** -2;
    const exact = Math.log(0.25 * Math.exp(normal(0.5, 0, 1)) + 0.75 * t);
    expect(await logJoint(text, {}, { z: 0.5 })).toBeCloseTo(exact, 12);
  });

  test("a mixture along an axis has whole events as components", async () => {
    const text = `
      const centre = [[0, 1], [2, 3]]
      sample z: real[2] ~ mixture(logits = [0, 1], normal(centre, 0.5))`;
    const each = [
      [0, 1],
      [2, 3],
    ].map(([a, b]) => Math.exp(normal(1, a!, 0.5) + normal(2, b!, 0.5)));
    const exact = Math.log((each[0]! + Math.E * each[1]!) / (1 + Math.E));
    expect(await logJoint(text, {}, { z: [1, 2] })).toBeCloseTo(exact, 12);
  });

  test("a mixture of scalars over an array mixes entry by entry", async () => {
    const text =
      "data y: real[N]\nsample m ~ normal(0, 1)\nobserve y ~ mixture(p = [0.5, 0.5], normal(m, 1), normal(3, 1))";
    const y = [0.1, 2.9];
    const exact = y.reduce(
      (sum, v) => sum + Math.log(0.5 * Math.exp(normal(v, 0.2, 1)) + 0.5 * Math.exp(normal(v, 3, 1))),
      normal(0.2, 0, 1),
    );
    expect(await logJoint(text, { y }, { m: 0.2 })).toBeCloseTo(exact, 12);
  });

  test("a declared bound is that of the truncated distribution, normalised", async () => {
    const above = await logJoint("sample s: real<0..> ~ normal(1, 2)", {}, { s: 0.5 });
    expect(above).toBeCloseTo(normal(0.5, 1, 2) - Math.log(normalCdf(0.5)), 12);
    const between = await logJoint("sample s: real<2..3> ~ normal(0, 1)", {}, { s: 2.5 });
    expect(between).toBeCloseTo(normal(2.5, 0, 1) - Math.log(normalCdf(3) - normalCdf(2)), 10);
    const far = await logJoint("sample s: real<20..21> ~ normal(0, 1)", {}, { s: 20.5 });
    // the mass beyond 20, by Mills' ratio to second order: phi(20) / 20 (1 - 1 / 400 + 3 / 160000)
    const mass = normal(20, 0, 1) + Math.log((1 - 1 / 400 + 3 / 160_000 - 15 / 64e6) / 20);
    expect(far).toBeCloseTo(normal(20.5, 0, 1) - mass, 6);
  });

  test("sorted iid draws carries log K!", async () => {
    const text = "sample z: ordered[3] ~ normal(0, 2)";
    const exact = [-1, 0.5, 2].reduce((sum, v) => sum + normal(v, 0, 2), Math.log(6));
    expect(await logJoint(text, {}, { z: [-1, 0.5, 2] })).toBeCloseTo(exact, 12);
  });

  test("sorted positive draws is that of their family, sorted", async () => {
    const text = "sample z: positive_ordered[2] ~ half_normal(1)";
    const exact = normal(0.5, 0, 1) + normal(2, 0, 1) + 2 * Math.log(2) + Math.log(2);
    expect(await logJoint(text, {}, { z: [0.5, 2] })).toBeCloseTo(exact, 12);
  });

  test("simplexes, vectors and matrices", async () => {
    const text = `
      sample p ~ dirichlet([2, 3, 4])
      sample v: real[2] ~ multivariate_normal([0, 1], covariance = [[2, 0.5], [0.5, 1]])`;
    const dirichlet = Math.log(40320 / (1 * 2 * 6)) + Math.log(0.2) + 2 * Math.log(0.3) + 3 * Math.log(0.5);
    const det = 1.75;
    const [d0, d1] = [0.5, -0.5];
    const quadratic = (1 * d0 * d0 - 2 * 0.5 * d0 * d1 + 2 * d1 * d1) / det;
    const exact = dirichlet - Math.log(2 * Math.PI) - 0.5 * Math.log(det) - 0.5 * quadratic;
    expect(await logJoint(text, {}, { p: [0.2, 0.3, 0.5], v: [0.5, 0.5] })).toBeCloseTo(exact, 11);
  });

  test("a net and params is that of their starting values", async () => {
    const text = `
      param c: real[2] = 0.5
      param s: real<0..> = 2
      sample z ~ normal(sum(c), s)
      factor -0.5 * square(z)`;
    expect(await logJoint(text, {}, { z: 0.4 })).toBeCloseTo(normal(0.4, 1, 2) - 0.08, 12);
  });

  test("a point outside a support that moves is impossible, not an error", async () => {
    const text = "data y: real\nsample h: real<0..> ~ exponential(1)\nobserve y ~ uniform(0, h)";
    expect(await logJoint(text, { y: 2 }, { h: 1 })).toBe(-Infinity);
    expect(await logJoint(text, { y: 2 }, { h: 4 })).toBeCloseTo(-4 - Math.log(4), 12);
  });
});

describe("sorted draws are normalised: integrated over the cone, the density of", () => {
  /** Cells of the two coordinates: the first value, and how far the second lies above it. */
  const cone = (dist: string, support: string, lower: number | null): number => {
    const text = `data y: real[N]\nplate n in N { sample z: ${support}[2] ~ ${dist} }`;
    const first = doubleExponential(lower, null, 0, 1, 101);
    const gap = doubleExponential(0, null, 0, 1, 101);
    const cells = first.flatMap((p) => gap.map((q) => ({ z: [p.x, p.x + q.x], weight: p.weight * q.weight })));
    const usable = cells.filter(({ z }) => z.every((x) => Math.abs(x) < 1e6));
    const program = jointProgram(text, { y: usable.map(() => 0) });
    const z = hostTensor(
      [usable.length, 2],
      usable.flatMap((cell) => cell.z),
    );
    const { values } = evaluate(program, new Map([["z", z]])).get("terms")!;
    return usable.reduce((sum, { weight }, i) => sum + weight * Math.exp(values[i]!), 0);
  };
  test.each([
    ["ordered ~ normal", "normal(0.3, 1.2)", "ordered", null],
    ["ordered ~ a mixture", "mixture(p = [0.3, 0.7], normal(-1, 1), normal(2, 0.7))", "ordered", null],
    ["positive_ordered ~ gamma", "gamma(2, 1)", "positive_ordered", 0],
    ["positive_ordered ~ normal, truncated", "normal(0.5, 1)", "positive_ordered", 0],
    ["positive_ordered ~ truncate(normal)", "truncate(normal(0.5, 1), low = 0)", "positive_ordered", 0],
  ] as const)("%s", (_, dist, support, lower) => {
    // The error of the rule at 101 nodes for these integrands is up to 3e-6.
    expect(cone(dist, support, lower)).toBeCloseTo(1, 5);
  });
});
