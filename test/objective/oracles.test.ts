import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { logNdtr } from "../../src/numeric/special.ts";
import type { ObjectiveOptions } from "../../src/objective/options.ts";
import { testShared } from "../shared.ts";
import { average, compiled, parametersWith, rawScale, run, scalar } from "./support.ts";

const toy = `
data x: real[N, 2]
plate n in N {
  sample z: real[2] ~ normal(0, 1)
  observe x[n] ~ normal(abs(z), 0.05)
}`;

/** log p(x) of one coordinate: p(x) = 2 N(x; 0, 1 + s^2) Phi(x / (s sqrt(1 + s^2))). */
function toyEvidence(x: number, s = 0.05): number {
  const v = 1 + s * s;
  return Math.log(2) - 0.5 * Math.log(2 * Math.PI * v) - (x * x) / (2 * v) + logNdtr(x / (s * Math.sqrt(v)));
}

describe("oracle 1: the toy's evidence", () => {
  testShared("is -1.511353 nats per datum on the shared data", "abs_normal.json", (file) => {
    const { x } = JSON.parse(readFileSync(file, "utf8")) as { x: number[][] };
    const total = x.reduce((sum, [a, b]) => sum + toyEvidence(a!) + toyEvidence(b!), 0);
    expect(total / x.length).toBeCloseTo(-1.511353, 6);
  });

  test("is what importance sampling from a guide on the four modes finds", () => {
    const x = [
      [0.9, 1.3],
      [0.05, 0.6],
    ];
    const model = compiled(toy, { x }, { guide: { K: 4, amortize: false } });
    // a component on each sign pattern, a little wider than the posterior
    const raw = x.flatMap(([a, b]) =>
      [
        [a, b],
        [a, -b!],
        [-a!, b],
        [-a!, -b!],
      ].flatMap((loc) => [0, ...loc, rawScale(0.08), rawScale(0.08)]),
    );
    const parameters = parametersWith(model, { "guide.n": raw as number[] });
    const draws = 20_000;
    const { program } = model.evaluation({ draws, rows: null });
    const { values } = run(model, program, { parameters }).get("log_weight.n")!;
    x.forEach(([a, b], n) => {
      const w = Array.from({ length: draws }, (_, t) => Math.exp(values[t * x.length + n]!));
      const mean = w.reduce((sum, v) => sum + v, 0) / draws;
      const se = Math.sqrt(w.reduce((sum, v) => sum + (v - mean) ** 2, 0) / draws / draws) / mean;
      const exact = toyEvidence(a!) + toyEvidence(b!);
      expect(Math.abs(Math.log(mean) - exact)).toBeLessThan(6 * se);
      expect(se).toBeLessThan(0.01);
    });
  });

  test("is pinned at one point", () => {
    // quadrature of 2 N(z; 0, 1) N(1; |z|, 0.05^2) over z > 0 by the trapezoid rule, 1e5 points
    let sum = 0;
    const step = 3 / 1e5;
    for (let i = 1; i < 1e5; i++) {
      const z = i * step;
      sum += 2 * Math.exp(-0.5 * z * z - 0.5 * ((1 - z) / 0.05) ** 2) * step;
    }
    expect(toyEvidence(1)).toBeCloseTo(Math.log(sum / (2 * Math.PI * 0.05)), 10);
    expect(toyEvidence(1)).toBeCloseTo(-0.725793, 6);
  });
});

const normal = `
data y: real[N]
sample mu ~ normal(0, 2)
plate n in N { observe y[n] ~ normal(mu, 1) }`;
const y = [0.3, 1.1, -0.4, 2.0, 0.9];
/** Posterior of mu and the evidence, by completing the square. */
const posterior = (() => {
  const variance = 1 / (1 / 4 + y.length);
  const mean = variance * y.reduce((a, b) => a + b, 0);
  const squares = y.reduce((sum, v) => sum + v * v, 0);
  const evidence =
    -0.5 * y.length * Math.log(2 * Math.PI) - 0.5 * Math.log(4 / variance) - 0.5 * (squares - mean ** 2 / variance);
  return { mean, sd: Math.sqrt(variance), evidence };
})();

describe("oracle 2: a conjugate model at its exact posterior", () => {
  const every: Partial<ObjectiveOptions>[] = [
    { bound: "elbo" },
    { bound: "selbo" },
    { bound: "iwae" },
    { bound: "siwae" },
  ];
  test.each(every)("$bound equals log p(y) for every draw", (objective) => {
    const model = compiled(normal, { y }, { guide: { family: "full_rank" }, objective });
    const at = [posterior.mean, rawScale(posterior.sd), 0];
    const parameters = parametersWith(model, { "guide.global": at });
    for (const seed of [1, 2, 3])
      expect(scalar(run(model, model.boundOnly(), { parameters }, seed), "bound")).toBeCloseTo(posterior.evidence, 9);
  });

  test("the evidence is the number that the multivariate normal gives", () => {
    // log N(y; 0, I + 4 11') computed by hand: det = 1 + 4 N, inverse = I - 4 11' / (1 + 4 N)
    const total = y.reduce((a, b) => a + b, 0);
    const squares = y.reduce((sum, v) => sum + v * v, 0);
    const quadratic = squares - (4 * total * total) / (1 + 4 * y.length);
    const exact = -0.5 * (y.length * Math.log(2 * Math.PI) + Math.log(1 + 4 * y.length) + quadratic);
    expect(posterior.evidence).toBeCloseTo(exact, 12);
    expect(posterior.evidence).toBeCloseTo(-7.803382, 6);
  });

  test.each(["elbo", "iwae"] as const)("the stl gradient of %s is 0 for every draw", (bound) => {
    const objective = { bound, estimator: "stl" } as const;
    const model = compiled(normal, { y }, { guide: { family: "mean_field" }, objective });
    const arrays = { "guide.global": [posterior.mean, rawScale(posterior.sd)] };
    for (const seed of [1, 2, 3]) {
      const gradient = run(model, model.gradient(), arrays, seed).get("gradient.guide.global")!;
      gradient.values.forEach((g) => expect(Math.abs(g)).toBeLessThan(1e-9));
    }
  });

  test("and the pathwise gradient of elbo is not", () => {
    const model = compiled(
      normal,
      { y },
      { guide: { family: "mean_field" }, objective: { bound: "elbo", estimator: "pathwise" } },
    );
    const arrays = { "guide.global": [posterior.mean, rawScale(posterior.sd)] };
    const { values } = run(model, model.gradient(), arrays).get("gradient.guide.global")!;
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  test("linear regression with known noise: full rank holds its posterior exactly", () => {
    const text = `
      data x: real[N]
      data y: real[N]
      sample a ~ normal(0, 3)
      sample b ~ normal(0, 3)
      plate n in N { observe y[n] ~ normal(a + b * x[n], 0.5) }`;
    const data = { x: [0, 1, 2, 3], y: [0.1, 0.9, 2.2, 2.8] };
    const model = compiled(text, data, { guide: { family: "full_rank" }, objective: { bound: "elbo", T: 3 } });
    // precision = I / 9 + X'X / 0.25, by hand
    const p = [
      [1 / 9 + 16, 24],
      [24, 1 / 9 + 56],
    ] as const;
    const det = p[0][0] * p[1][1] - 24 * 24;
    const cov = [
      [p[1][1] / det, -24 / det],
      [-24 / det, p[0][0] / det],
    ] as const;
    const right = [4 * 6.0, 4 * (0.9 + 4.4 + 8.4)];
    const mean = cov.map((row) => row[0] * right[0]! + row[1] * right[1]!);
    const l00 = Math.sqrt(cov[0][0]);
    const l10 = cov[1][0] / l00;
    const l11 = Math.sqrt(cov[1][1] - l10 * l10);
    const raw = [...mean, rawScale(l00), rawScale(l11), 0, 0, l10, 0];
    const parameters = parametersWith(model, { "guide.global": raw });
    const found = [1, 2, 3].map((seed) => scalar(run(model, model.boundOnly(), { parameters }, seed), "bound"));
    // log N(y; 0, 9 (11' + xx') + 0.25 I), as determinant lemma and Woodbury give it
    const quadratic = data.y.reduce((sum, v) => sum + v * v, 0) / 0.25 - (right[0]! * mean[0]! + right[1]! * mean[1]!);
    const logDet = Math.log(det * 81) + 4 * Math.log(0.25);
    const exact = -0.5 * (4 * Math.log(2 * Math.PI) + logDet + quadratic);
    found.forEach((bound) => expect(bound).toBeCloseTo(exact, 8));
  });
});

const bimodal = `
data x: real[N]
plate n in N {
  sample z ~ normal(0, 1)
  observe x[n] ~ normal(abs(z), 0.3)
}`;

describe("oracle 3: bounds meet where they should", () => {
  /** The bound of one seed after another, at fixed parameters. */
  const bounder = (K: number, T: number, bound: ObjectiveOptions["bound"], raw: readonly number[]) => {
    const estimator = bound === "iwae" || bound === "elbo" ? "score" : "pathwise";
    const what = { guide: { K, amortize: false }, objective: { bound, T, estimator } } as const;
    const model = compiled(bimodal, { x: [1] }, what);
    const parameters = parametersWith(model, { "guide.n": raw });
    const program = model.boundOnly();
    return (seed: number): number => scalar(run(model, program, { parameters }, seed), "bound");
  };
  const at = (K: number, T: number, bound: ObjectiveOptions["bound"], raw: readonly number[], seed: number): number =>
    bounder(K, T, bound, raw)(seed);
  /** One component on each mode, the second a poor fit. */
  const two = [0, 0.9, rawScale(0.3), 0, -2.2, rawScale(0.3)];

  test("siwae = iwae at one component, draw for draw", () => {
    const raw = [0.5, rawScale(0.7)];
    expect(at(1, 5, "siwae", raw, 3)).toBeCloseTo(at(1, 5, "iwae", raw, 3), 12);
  });

  test("siwae = selbo = elbo = log w at one component and one draw", () => {
    const raw = [0.5, rawScale(0.7)];
    const siwae = at(1, 1, "siwae", raw, 4);
    expect(at(1, 1, "selbo", raw, 4)).toBeCloseTo(siwae, 12);
    expect(at(1, 1, "elbo", raw, 4)).toBeCloseTo(siwae, 12);
  });

  test("identical components are one component: log q at the same point", () => {
    const one = [0.5, rawScale(0.7)];
    const model = (K: number) => compiled(bimodal, { x: [1] }, { guide: { K, amortize: false } });
    const logQ = (K: number, raw: readonly number[]): [number, number] => {
      const c = model(K);
      const out = run(c, c.evaluation({ draws: 1, rows: null }).program, {
        parameters: parametersWith(c, { "guide.n": raw }),
      });
      return [scalar(out, "log_q.n"), scalar(out, "value.z")];
    };
    const single = logQ(1, one);
    const triple = logQ(3, [0.3, ...one, -2, ...one, 1, ...one]);
    expect(triple[1]).toBeCloseTo(single[1], 12);
    expect(triple[0]).toBeCloseTo(single[0], 12);
  });

  test("siwae >= iwae >= elbo in expectation, strictly where one of two components fits badly", () => {
    const runs = 2_000;
    const of = (bound: ObjectiveOptions["bound"]) => {
      const draw = bounder(2, 2, bound, two);
      return average(runs, (seed) => [draw(seed)]);
    };
    const [elbo, iwae, siwae] = [of("elbo"), of("iwae"), of("siwae")];
    const clear = (a: typeof elbo, b: typeof elbo): boolean =>
      a.mean[0]! - b.mean[0]! > 6 * Math.hypot(a.se[0]!, b.se[0]!);
    expect(clear(iwae, elbo)).toBe(true);
    expect(clear(siwae, iwae)).toBe(true);
    // and none exceeds the evidence, 2 N(1; 0, 1.09) Phi(1 / (0.3 sqrt(1.09)))
    expect(siwae.mean[0]! - 6 * siwae.se[0]!).toBeLessThan(toyEvidence(1, 0.3));
  });
});

describe("oracle 4: estimators agree on the mean gradient", () => {
  const cases: (Partial<ObjectiveOptions> & { K: number })[] = [
    { bound: "elbo", baseline: "none", K: 1 },
    { bound: "elbo", baseline: "loo", K: 1 },
    { bound: "selbo", baseline: "none", K: 2 },
    { bound: "selbo", baseline: "loo", K: 2 },
    { bound: "iwae", baseline: "none", K: 1 },
    { bound: "iwae", baseline: "loo", K: 1 },
    { bound: "siwae", baseline: "none", K: 2 },
    { bound: "siwae", baseline: "loo", K: 2 },
  ];
  const raw = (K: number): number[] =>
    [0.3, 0.6, rawScale(0.5), -0.2, -0.4, rawScale(0.6)].slice(K === 1 ? 1 : 0, K === 1 ? 3 : 6);

  test.each(cases)("score ($baseline) and pathwise for $bound, K = $K", ({ K, ...objective }) => {
    const gradients = (estimator: "pathwise" | "score") => {
      const model = compiled(normal, { y: [0.5, 1.5] }, { guide: { K }, objective: { ...objective, T: 3, estimator } });
      const program = model.gradient();
      return average(
        6_000,
        (seed) => run(model, program, { "guide.global": raw(K) }, seed).get("gradient.guide.global")!.values,
      );
    };
    const [path, score] = [gradients("pathwise"), gradients("score")];
    path.mean.forEach((mean, i) => {
      const se = Math.hypot(path.se[i]!, score.se[i]!);
      expect(Math.abs(mean - score.mean[i]!)).toBeLessThan(6 * se);
      expect(se).toBeLessThan(0.5);
    });
  });

  test("a mixture's elbo by score and its selbo pathwise have one gradient", () => {
    const gradients = (objective: Partial<ObjectiveOptions>) => {
      const model = compiled(normal, { y: [0.5, 1.5] }, { guide: { K: 2 }, objective: { ...objective, T: 3 } });
      const program = model.gradient();
      return average(
        10_000,
        (seed) => run(model, program, { "guide.global": raw(2) }, seed).get("gradient.guide.global")!.values,
      );
    };
    const selbo = gradients({ bound: "selbo", estimator: "pathwise" });
    const elbo = gradients({ bound: "elbo", estimator: "score", baseline: "loo" });
    selbo.mean.forEach((mean, i) => {
      const se = Math.hypot(selbo.se[i]!, elbo.se[i]!);
      expect(Math.abs(mean - elbo.mean[i]!)).toBeLessThan(6 * se);
    });
  });

  test.each(["selbo", "siwae"] as const)("the pathwise gradient of %s is that of finite differences", (bound) => {
    const model = compiled(
      toy,
      {
        x: [
          [0.9, 0.4],
          [0.2, 1.1],
        ],
      },
      { guide: { K: 3, component: "full_rank", hidden: [4] }, objective: { bound, T: 2 } },
    );
    const start = Float64Array.from({ length: model.parameterCount }, (_, i) => 0.3 * Math.sin(3 * i));
    const slices = (flat: Float64Array) =>
      Object.fromEntries(
        model.paramSpecs.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size)]),
      );
    const program = model.gradient();
    const out = run(model, program, slices(start));
    const h = 1e-5;
    for (const spec of model.paramSpecs)
      for (const i of [0, spec.size - 1]) {
        const at = spec.offset + i;
        const move = (by: number): number =>
          scalar(run(model, program, slices(start.with(at, start[at]! + by))), "bound");
        const numeric = (move(h) - move(-h)) / (2 * h);
        const exact = out.get(`gradient.${spec.name}`)!.values[i]!;
        // central differences: error h^2 times a third derivative, scaled by likelihoods of width 0.05
        expect(Math.abs(exact - numeric)).toBeLessThan(
          1e-5 * Math.max(1, Math.abs(numeric)) + 1e-4 * Math.abs(numeric),
        );
      }
  });
});
