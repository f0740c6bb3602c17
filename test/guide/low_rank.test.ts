import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import type { Value } from "../../src/program/program.ts";
import { gaussianComponent } from "../../src/components/gaussian.ts";
import { componentFamilies } from "../../src/components/index.ts";
import { fit } from "../../src/inference/fit.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { multivariateNormal } from "../../src/distributions/multivariate_normal.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { compiled, refusals } from "../objective/support.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";

const [D, R] = [5, 2];
const { low_rank: family } = componentFamilies;

/** Raw numbers with directions `length` long, a point, and noise. */
function example(seed: number, length: number) {
  const random = randomStream(seedKey(seed, "low rank"));
  const normals = (n: number): number[] => Array.from({ length: n }, () => random.normal());
  const raw = [...normals(2 * D), ...normals(D * R).map((x) => length * x)];
  return { raw, u: normals(D), eps: normals(D + R) };
}

/** Densities of a point and of a draw, both ways, and the draw. */
function densities({ raw, u, eps }: ReturnType<typeof example>) {
  const b = new Builder();
  const at = b.array([1, raw.length], raw);
  const component = family.unpack(b, at, D, { rank: R });
  const arrays: Value[] = [];
  component.map((array) => {
    arrays.push(array);
    return array;
  });
  const [loc, diagonal, low] = arrays as [Value, Value, Value];
  const squares = b.mul(
    b.square(diagonal),
    b.array(
      [D, D],
      Array.from({ length: D * D }, (_, i) => Number(i % (D + 1) === 0)),
    ),
  );
  const covariance = b.add(squares, b.matmul(low, low, false, true));
  const full = (x: ReturnType<Builder["array"]>) => multivariateNormal.logDensity(b, x, { mean: loc, covariance });
  const point = b.array([1, D], u);
  const noise = b.array([1, D + R], eps);
  const draw = component.push(noise);
  b.output("point", component.logDensity(point));
  b.output("point in full", full(point));
  b.output("draw", component.logDensityAtNoise(noise));
  b.output("draw in full", full(draw));
  b.output("value", draw);
  const outputs = evaluate(b.finish(), new Map());
  return (name: string): readonly number[] => [...outputs.get(name)!.values];
}

describe("a Gaussian of low rank", () => {
  test("has the density of the covariance that it stands for", () => {
    for (let seed = 0; seed < 20; seed++) {
      const of = densities(example(seed, 1));
      // A Cholesky factor of the whole covariance loses as many digits as its condition number has, some 1e4 here.
      for (const what of ["point", "draw"])
        expect(Math.abs(of(what)[0]! - of(`${what} in full`)[0]!)).toBeLessThan(1e-8 * (1 + Math.abs(of(what)[0]!)));
    }
  });

  test("keeps its digits where its directions are far longer than the rest", () => {
    // at the noise of a draw the density does not depend on the length, but for the determinant
    const [short, long] = [1e3, 1e6].map((length) => densities(example(3, length))("draw")[0]!);
    expect(short! - long!).toBeCloseTo(R * Math.log(1e3), 3);
  });

  test("is, as pinned, N((1, -1); 0, [[2, 1], [1, 2]]) with one direction (1, 1) beside the identity", () => {
    const b = new Builder();
    const one = b.fill([2], 1);
    const gaussian = gaussianComponent(b, { loc: b.fill([2], 0), diagonal: one, factor: null, low: b.fill([2, 1], 1) });
    b.output("value", gaussian.logDensity(b.array([2], [1, -1])));
    const found = evaluate(b.finish(), new Map()).get("value")!.values[0]!;
    // (1, -1) is an eigenvector with eigenvalue 1; the determinant is 3
    expect(found).toBeCloseTo(-Math.log(2 * Math.PI) - 0.5 * Math.log(3) - 1, 14);
  });

  test("draws with that covariance", () => {
    const b = new Builder();
    const n = 20_000;
    const random = randomStream(seedKey(1, "draws"));
    const low = b.array([2, 1], [1, 2]);
    const gaussian = gaussianComponent(b, { loc: b.fill([2], 0), diagonal: b.array([2], [0.5, 1]), factor: null, low });
    const eps = b.input("eps", [n, 3], "data");
    b.output("u", gaussian.push(eps));
    const noise = hostTensor(
      [n, 3],
      Array.from({ length: 3 * n }, () => random.normal()),
    );
    const u = evaluate(b.finish(), new Map([["eps", noise]])).get("u")!.values;
    const product = (i: number, j: number): number => {
      let sum = 0;
      for (let row = 0; row < n; row++) sum += u[2 * row + i]! * u[2 * row + j]!;
      return sum / n;
    };
    const S = [
      [1.25, 2],
      [2, 5],
    ];
    for (const [i, j] of [
      [0, 0],
      [0, 1],
      [1, 1],
    ] as const)
      // the variance of a product of two normals is S_ii S_jj + S_ij^2
      expect(Math.abs(product(i, j) - S[i]![j]!)).toBeLessThan(
        6 * Math.sqrt((S[i]![i]! * S[j]![j]! + S[i]![j]! ** 2) / n),
      );
  });
});

describe("a guide of low rank", () => {
  // the posterior has covariance I - (1 1') / 3 = I / 3 + (1 -1)(1 -1)' / 3: of rank 1 beside its diagonal
  const text = "sample z: real[2] ~ normal(0, 1)\nobserve 1 ~ normal(sum(z), 1)";
  const evidence = -0.5 * Math.log(2 * Math.PI * 3) - 1 / 6;

  test.each([
    ["by option", text, { family: "low_rank", rank: 1, K: 1 }],
    ["by the model", `${text}\nguide { z ~ low_rank(rank = 1) }`, {}],
  ] as const)("finds a posterior of its kind exactly: %s", async (_, source, guide) => {
    const model = compiled(source, {}, { guide, objective: { bound: "elbo", estimator: "stl" } });
    const options = {
      ...defaultFitOptions,
      seed: 1,
      length: { steps: 3000 },
      rate: { rate: 0.02, decay: { kind: "cosine", floor: 0 }, warmUp: 0 } as const,
    };
    const trained = await fit(model, fusedExecutor("float64"), options, {});
    if (!trained.ok) throw new Error(trained.errors[0].message);
    // No noise is left where log w is constant; what is, is how far the steps get.
    expect(trained.value.trace.bound.at(-1)).toBeCloseTo(evidence, 4);
  });

  test("mixes, is read off data by a network, and has as many directions as entries at most", () => {
    const local = "data x: real[N]\nplate n in N { sample z: real[2] ~ normal(0, 1) observe x[n] ~ normal(sum(z), 1) }";
    const guide = { family: "mixture", K: 3, component: "low_rank", rank: 7 } as const;
    const model = compiled(local, { x: [1, 2] }, { guide });
    expect(model.guide.blocks[0]).toMatchObject({ component: "low_rank", K: 3, rank: 2 });
    const options = { ...defaultFitOptions, seed: 1, length: { steps: 20 } };
    return fit(model, fusedExecutor("float32"), options, {}).then((trained) => {
      if (!trained.ok) throw new Error(trained.errors[0].message);
      expect([...trained.value.trace.bound].every(Number.isFinite)).toBe(true);
    });
  });

  test("is asked for in the words of its own settings", () => {
    const says = (family: string) => refusals(`${text}\nguide { z ~ ${family} }`, {})[0];
    expect(says("low_rank(rank = 0)")).toMatch(/`rank` is a number of directions, at least 1/);
    expect(says("full_rank(rank = 2)")).toMatch(/`rank` belongs to `low_rank`/);
    expect(says("low_rank(K = 2)")).toMatch(/`K` belongs to `mixture`/);
  });
});
