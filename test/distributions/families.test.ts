import { describe, expect, test } from "vitest";
import { plainBounds } from "../../src/distributions/check.ts";
import type { Family } from "../../src/distributions/family.ts";
import { families } from "../../src/distributions/index.ts";
import { sigmoid } from "../../src/numeric/special.ts";
import { differentiate } from "../../src/program/differentiate.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { hostTensor, type HostTensor } from "../../src/tensor/shape.ts";
import { argumentsOf, cases, continuousCases, discreteCases, isDiscrete, scalarCases, type Args } from "./cases.ts";
import { at, compute, inputsOf, plainOf, tensorsOf, widthOf, write } from "./density.ts";
import { doubleExponential, type QuadratureNode } from "./quadrature.ts";

/** Ten points inside the support, where the density is neither 0 nor infinite. */
function pointsInside(family: Family, args: Args): (number | number[])[] {
  const ten = Array.from({ length: 10 }, (_, i) => i);
  if (family.support.kind === "simplex") return ten.map((i) => [0.05 + 0.03 * i, 0.2, 0.75 - 0.03 * i]);
  if (family.support.kind === "counts") return ten.map((i) => [i, 9 - i, 0].slice(0, widthFor(args)));
  if (family.support.kind === "cholesky_corr") return ten.map((i) => factor(0.1 * i - 0.4, 0.3, 0.05 * i));
  if (family.eventRank === 1 && isDiscrete(family)) return ten.map((i) => [i & 1, (i >> 1) & 1, (i >> 2) & 1]);
  if (family.eventRank === 1) return ten.map((i) => [0.5 * i - 2, 1 - 0.7 * i]);
  const { lower, upper } = plainBounds(family, plainOf(args));
  if (isDiscrete(family)) return ten.map((i) => Math.min(i, upper ?? i));
  if (lower !== null && upper !== null) return ten.map((i) => lower + ((i + 0.5) / 10) * (upper - lower));
  return ten.map((i) => (lower === null ? 0.9 * i - 4 : lower + 0.11 + 0.8 * i));
}

/** On both sides of a kink, across which the rule would lose its digits. */
function kinked({ name }: Family, args: Args): readonly QuadratureNode[] | null {
  if (name !== "laplace") return null;
  const loc = args["loc"] as number;
  return doubleExponential(0, null).flatMap(({ x, weight }) => [
    { x: loc + x, weight },
    { x: loc - x, weight },
  ]);
}

/** Categories of a multinomial: those of the tests have three. */
function widthFor(args: Args): number {
  return ((args["p"] ?? args["logits"]) as readonly number[]).length;
}

/** The 3 x 3 correlation factor with these entries below the diagonal. */
function factor(a: number, b: number, c: number): number[] {
  return [1, 0, 0, a, Math.sqrt(1 - a * a), 0, b, c, Math.sqrt(1 - b * b - c * c)];
}

test("every family has arguments to be tested at", () => {
  expect(Object.keys(argumentsOf)).toEqual(Object.keys(families));
});

describe("a density", () => {
  test.each(continuousCases)("integrates to one: $name", ({ family, args }) => {
    const { lower, upper } = plainBounds(family, plainOf(args));
    const nodes = kinked(family, args) ?? doubleExponential(lower, upper);
    const densities = at(
      family,
      "masked",
      nodes.map(({ x }) => x),
      args,
    );
    const terms = nodes.map(({ weight }, i) =>
      !Number.isFinite(densities[i]!) ? 0 : weight * Math.exp(densities[i]!),
    );
    // What the rule cannot see: a Cauchy's tails beyond 1e22, and x^-0.4 next to an end rounded to 1.
    expect(terms.reduce((sum, term) => sum + term, 0)).toBeCloseTo(1, 6);
  });

  test.each(discreteCases)("sums to one: $name", ({ family, args }) => {
    const upper = plainBounds(family, plainOf(args)).upper ?? 300;
    const points = Array.from({ length: upper + 1 }, (_, x) => x);
    const total = at(family, "masked", points, args).reduce((sum, log) => sum + Math.exp(log), 0);
    expect(total).toBeCloseTo(1, 11);
  });

  test.each(cases.filter(({ family }) => family.name === "multivariate_normal"))(
    "integrates to one in two dimensions: $name",
    ({ family, args }) => {
      const nodes = doubleExponential(null, null, 0, 1, 301);
      const pairs = nodes.flatMap((p) => nodes.map((q) => [p, q] as const));
      const densities = at(
        family,
        "logDensity",
        pairs.map(([p, q]) => [p.x, q.x]),
        args,
      );
      const total = pairs.reduce((sum, [p, q], i) => sum + p.weight * q.weight * Math.exp(densities[i]!), 0);
      expect(total).toBeCloseTo(1, 8);
    },
  );

  test.each(cases.filter(({ family }) => family.name === "multinomial"))(
    "sums to one over all vectors of counts: $name",
    ({ family, args }) => {
      const n = args["n"] as number;
      const points = Array.from({ length: (n + 1) ** 2 }, (_, at) => [Math.floor(at / (n + 1)), at % (n + 1)]).map(
        ([x, y]) => [x!, y!, n - x! - y!],
      );
      const total = at(family, "masked", points, args).reduce((sum, log) => sum + Math.exp(log), 0);
      expect(total).toBeCloseTo(1, 12);
    },
  );

  test.each(cases.filter(({ family }) => family.name === "lkj_cholesky"))(
    "integrates to one over correlation factors of two and three rows: $name",
    ({ family, args }) => {
      const line = doubleExponential(-1, 1, 0, 1, 401).filter(({ x }) => Math.abs(x) < 1);
      const two = at(
        family,
        "logDensity",
        line.map(({ x }) => [1, 0, x, Math.sqrt(1 - x * x)]),
        args,
      );
      expect(line.reduce((sum, { weight }, i) => sum + weight * Math.exp(two[i]!), 0)).toBeCloseTo(1, 6);
      // Rows are independent: with the second at its centre, the third row's density times that of the second is the
      // whole. In polar coordinates its disc is r dr dt, and the density does not depend on t.
      const radius = doubleExponential(0, 1, 0, 1, 401).filter(({ x }) => x < 1);
      const three = at(
        family,
        "logDensity",
        radius.map(({ x }) => factor(0, x, 0)),
        args,
      );
      const row = 2 * Math.PI * radius.reduce((sum, { x, weight }, i) => sum + weight * x * Math.exp(three[i]!), 0);
      const power = 2 * (args["eta"] as number) - 1;
      const second = line.reduce((sum, { x, weight }) => sum + weight * (1 - x * x) ** (power / 2), 0);
      expect(row * second).toBeCloseTo(1, 5);
    },
  );

  test("integrates to one over the simplex: dirichlet", () => {
    // x = (s, (1 - s) t, (1 - s) (1 - t)), whose area element is (1 - s) ds dt.
    const nodes = doubleExponential(0, 1, 0, 1, 301).filter(({ x }) => x > 0 && x < 1);
    const pairs = nodes.flatMap((p) => nodes.map((q) => [p, q] as const));
    const points = pairs.map(([{ x: s }, { x: t }]) => [s, (1 - s) * t, (1 - s) * (1 - t)]);
    const densities = at(families["dirichlet"]!, "logDensity", points, argumentsOf["dirichlet"]![0]!);
    const total = pairs.reduce((sum, [p, q], i) => sum + p.weight * q.weight * (1 - p.x) * Math.exp(densities[i]!), 0);
    expect(total).toBeCloseTo(1, 6);
  });

  test.each(cases)("has the gradient that finite differences see: $name", ({ family, args }) => {
    const given = tensorsOf(args);
    for (const point of pointsInside(family, args)) {
      const x = hostTensor(widthOf(family, point), [point].flat());
      const inputs = inputsOf(x, given);
      const b = new Builder();
      const values = Object.entries(given).map(
        ([name, { shape }]) => [name, b.input(`arg.${name}`, shape, "state")] as const,
      );
      const density = write(b, family, "logDensity", b.input("x", x.shape, "state"), Object.fromEntries(values));
      b.output("y", density);
      // Counts are not moved, nor the upper triangle of a symmetric matrix, which is not read.
      const smooth = [...inputs.keys()].filter(
        (name) => !["arg.n", "arg.steps"].includes(name) && !(name === "x" && isDiscrete(family)),
      );
      const program = differentiate(b.finish(), "y", smooth);
      const outputs = evaluate(program, inputs);
      for (const name of smooth) checkGradient(program, inputs, name, outputs.get(`grad:${name}`)!);
    }
  });

  test.each(cases.filter(({ args }) => Object.keys(args).length > 0))(
    "broadcasts leading axes as if written out: $name",
    ({ family, args }) => {
      const points = pointsInside(family, args).slice(0, 3);
      const width = widthOf(family, points[0]!);
      const x = hostTensor([3, 1, ...width], points.flat());
      // Two copies of every argument, the second of them a little larger where that keeps it in its domain.
      const factor = (name: string): number => (["n", "p", "low", "cutpoints", "steps"].includes(name) ? 1 : 1.25);
      const stacked = Object.fromEntries(
        Object.entries(tensorsOf(args)).map(([name, { shape, values }]) => [
          name,
          hostTensor([2, ...shape], [...values, ...values.map((value) => value * factor(name))]),
        ]),
      );
      const whole = compute(family, "masked", x, stacked);
      expect(whole.shape).toEqual([3, 2]);
      points.forEach((point, i) =>
        [0, 1].forEach((copy) => {
          const one = Object.fromEntries(
            Object.entries(tensorsOf(args)).map(([name, { shape }]) => {
              const size = stacked[name]!.values.length / 2;
              return [name, hostTensor(shape, stacked[name]!.values.slice(copy * size, (copy + 1) * size))];
            }),
          );
          const alone = compute(family, "masked", hostTensor(width, [point].flat()), one);
          expect(alone.shape).toEqual([]);
          expect(whole.values[2 * i + copy]).toBe(alone.values[0]);
        }),
      );
    },
  );
});

/** Central differences; relative error 1e-6 of the gradient's scale, between their h^2 and eps / h errors. */
function checkGradient(
  program: ReturnType<typeof differentiate>,
  inputs: ReadonlyMap<string, HostTensor>,
  name: string,
  gradient: HostTensor,
): void {
  const { shape, values } = inputs.get(name)!;
  const y = (moved: Float64Array): number =>
    evaluate(program, new Map([...inputs, [name, hostTensor(shape, moved)]])).get("y")!.values[0]!;
  values.forEach((value, i) => {
    const h = 1e-5 * Math.max(0.1, Math.abs(value));
    const along = (step: number): number => y(values.map((v, j) => (j === i ? v + step : v)));
    const slope = (along(h) - along(-h)) / (2 * h);
    const scale = Math.max(1, Math.abs(slope), Math.abs(y(values)));
    expect(Math.abs(gradient.values[i]! - slope), `${name}[${i}]`).toBeLessThan(1e-6 * scale);
  });
}

describe("distribution functions", () => {
  const withCdf = scalarCases.filter(({ family }) => family.logCdf && family.logSurvival);

  test.each(withCdf)("and survival functions add up to one: $name", ({ family, args }) => {
    const points = pointsInside(family, args) as number[];
    const below = at(family, "logCdf", points, args);
    const above = at(family, "logSurvival", points, args);
    points.forEach((_, i) => expect(Math.exp(below[i]!) + Math.exp(above[i]!)).toBeCloseTo(1, 14));
  });

  test.each(withCdf.filter(({ family }) => isDiscrete(family)))(
    "have the probabilities as their steps: $name",
    ({ family, args }) => {
      const points = Array.from({ length: 12 }, (_, x) => x);
      const [mass, below, above] = (["logDensity", "logCdf", "logSurvival"] as const).map((which) =>
        at(family, which, points, args).map(Math.exp),
      ) as [Float64Array, Float64Array, Float64Array];
      points.forEach((x) => {
        expect(below[x]! - (below[x - 1] ?? 0)).toBeCloseTo(mass[x]!, 14);
        expect((above[x - 1] ?? 1) - above[x]!).toBeCloseTo(mass[x]!, 14);
      });
    },
  );

  const smooth = withCdf.filter(({ family }) => !isDiscrete(family));
  test.each(smooth)("have the density as their slope: $name", ({ family, args }) => {
    for (const point of pointsInside(family, args) as number[]) {
      const x = hostTensor([], [point]);
      const given = tensorsOf(args);
      const [[density], [below], [above]] = (["logDensity", "logCdf", "logSurvival"] as const).map(
        (which) => compute(family, which, x, given).values,
      ) as [Float64Array, Float64Array, Float64Array];
      const slopeOf = (which: "logCdf" | "logSurvival"): number => {
        const b = new Builder();
        const values = Object.entries(given).map(
          ([name, { shape }]) => [name, b.input(`arg.${name}`, shape, "state")] as const,
        );
        b.output("y", write(b, family, which, b.input("x", [], "state"), Object.fromEntries(values)));
        const outputs = evaluate(differentiate(b.finish(), "y", ["x"]), inputsOf(x, given));
        return outputs.get("grad:x")!.values[0]!;
      };
      expect(slopeOf("logCdf") / Math.exp(density! - below!)).toBeCloseTo(1, 9);
      expect(slopeOf("logSurvival") / -Math.exp(density! - above!)).toBeCloseTo(1, 9);
    }
  });

  test("keep their digits far out in the tails", () => {
    const tail = (name: string, which: "logCdf" | "logSurvival", x: number, args: Args): number =>
      at(families[name]!, which, [x], args)[0]!;
    // 50-digit values.
    expect(tail("normal", "logCdf", -40, { mean: 0, sd: 1 })).toBeCloseTo(-804.608442013754, 10);
    expect(tail("normal", "logSurvival", 40, { mean: 0, sd: 1 })).toBeCloseTo(-804.608442013754, 10);
    expect(tail("half_normal", "logSurvival", 80, { scale: 2 })).toBeCloseTo(-804.608442013754 + Math.LN2, 10);
    expect(tail("cauchy", "logCdf", -1e12, { loc: 0, scale: 1 })).toBeCloseTo(-28.775751001777948, 10);
    expect(tail("half_cauchy", "logSurvival", 1e12, { scale: 1 })).toBeCloseTo(-28.775751001777948 + Math.LN2, 10);
    expect(tail("exponential", "logSurvival", 1000, { rate: 2 })).toBe(-2000);
    expect(tail("exponential", "logCdf", 1e-20, { rate: 2 })).toBeCloseTo(Math.log(2e-20), 12);
    expect(tail("log_normal", "logSurvival", Math.exp(40), { mean: 0, sd: 1 })).toBeCloseTo(-804.608442013754, 9);
    expect(tail("uniform", "logCdf", 1e-18, { low: 0, high: 2 })).toBeCloseTo(Math.log(5e-19), 12);
  });
});

test("bernoulli's p and logits name the same distribution", () => {
  for (const logits of [-3, 0, 1.7]) {
    const direct = at(families["bernoulli"]!, "logDensity", [0, 1], { logits });
    const other = at(families["bernoulli"]!, "logDensity", [0, 1], { p: sigmoid(logits) });
    direct.forEach((value, x) => expect(value).toBeCloseTo(other[x]!, 13));
  }
});
