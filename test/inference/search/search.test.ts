import { expect, test } from "vitest";
import { atOnce } from "../../../src/base/turns.ts";
import { exactExecutor } from "../../../src/execute/select.ts";
import type { Evaluation } from "../../../src/numeric/lbfgs.ts";
import { randomStream, seedKey } from "../../../src/numeric/random.ts";
import { curvatureOf, hessianAt } from "../../../src/inference/search/curvature.ts";
import { adapt, score } from "../../../src/inference/search/adapt.ts";
import { componentsOf, findModes } from "../../../src/inference/search/modes.ts";
import { alongPaths } from "../../../src/inference/search/paths.ts";
import { weigh } from "../../../src/inference/search/weigh.ts";
import { search } from "../../../src/inference/search/search.ts";
import { openTarget, type Target } from "../../../src/inference/search/target.ts";
import { compileSource } from "../../../src/pipeline.ts";

/** A target written out by hand: minus its log density and the gradient of that. */
function targetOf(dimension: number, f: (u: Float64Array) => Evaluation): Target {
  let evaluations = 0;
  return {
    dimension,
    evaluations: () => evaluations,
    values: (points) => {
      const n = points.length / dimension;
      evaluations += n;
      return Promise.resolve(
        Float64Array.from({ length: n }, (_, i) => -f(points.subarray(i * dimension, (i + 1) * dimension)).value),
      );
    },
    descend: (points) => {
      evaluations += points.length;
      return Promise.resolve(points.map(f));
    },
    dispose: () => undefined,
  };
}

const s = 0.1;
/** exp(-(|u_i| - 2)^2 / 2 s^2) in two dimensions: four modes, of evidence log(8 pi s^2) together. */
const fourModes = targetOf(2, (u) => ({
  value: u.reduce((sum, x) => sum + (Math.abs(x) - 2) ** 2 / (2 * s * s), 0),
  gradient: u.map((x) => ((Math.abs(x) - 2) * Math.sign(x)) / (s * s)),
}));

/** Neal's funnel: v ~ N(0, 3), x_i ~ N(0, exp(v / 2)); unbounded as v falls with x = 0. Normalised. */
const funnel = targetOf(4, (u) => {
  const v = u[0]!;
  const x = u.subarray(1);
  const squares = x.reduce((sum, xi) => sum + xi * xi, 0);
  return {
    value: (v * v) / 18 + Math.log(3) + 1.5 * v + 0.5 * squares * Math.exp(-v) + 2 * Math.log(2 * Math.PI),
    gradient: Float64Array.of(v / 9 + 1.5 - 0.5 * squares * Math.exp(-v), ...Array.from(x, (xi) => xi * Math.exp(-v))),
  };
});
const stream = (purpose: string) => randomStream(seedKey(0, purpose));
const options = { draws: 3000, mostRounds: 25, mostComponents: 14 };

test("all four modes of a target with four are found, with their curvature and their evidence", async () => {
  const { modes, starts, diverged } = await findModes(fourModes, stream("modes"), 24);
  expect(modes.map(({ point }) => [...point].map((x) => Math.sign(x)).join()).sort()).toEqual([
    "-1,-1",
    "-1,1",
    "1,-1",
    "1,1",
  ]);
  expect(modes.reduce((sum, mode) => sum + mode.starts, 0) + diverged.length).toBe(starts);
  for (const { point, factor, evidence } of modes) {
    // central differences of a quadratic are exact up to rounding
    expect([...point].map(Math.abs)).toEqual([2, 2].map((x) => expect.closeTo(x, 6) as number));
    expect([...factor]).toEqual([s, 0, 0, s].map((x) => expect.closeTo(x, 6) as number));
    expect(evidence).toBeCloseTo(Math.log(2 * Math.PI * s * s), 6);
  }
});

test("scales of 10^5 beside 10^3, correlated at -0.99, are no obstacle", async () => {
  // precision of (a, b) with sds 10^4 and 150 and correlation -0.99
  const r = -0.99;
  const scale = [1e4, 150];
  const centre = [-60_000, 1250];
  const wild = targetOf(2, (u) => {
    const z = [0, 1].map((i) => (u[i]! - centre[i]!) / scale[i]!);
    const g = [z[0]! - r * z[1]!, z[1]! - r * z[0]!].map((x) => x / (1 - r * r));
    return {
      value: 0.5 * (z[0]! * g[0]! + z[1]! * g[1]!),
      gradient: Float64Array.from(g, (x, i) => x / scale[i]!),
    };
  });
  const { modes } = await findModes(wild, stream("wild"), 24);
  expect(modes.length).toBe(1);
  const [{ point, factor }] = modes as [(typeof modes)[0]];
  // a thousandth of the posterior's own scale
  point.forEach((x, i) => expect(Math.abs(x - centre[i]!)).toBeLessThan(1e-3 * scale[i]!));
  expect(factor[0]! / scale[0]!).toBeCloseTo(1, 4);
  expect(factor[2]! / scale[1]!).toBeCloseTo(r, 4);
});

test("a point that is no maximum gives a Gaussian by the strength of its curvature, and is not called proper", () => {
  const saddle = atOnce(curvatureOf(Float64Array.of(4, 0, 0, -1), 2))!;
  expect(saddle.proper).toBe(false);
  expect([...saddle.factor]).toEqual([0.5, 0, 0, 1].map((x) => expect.closeTo(x, 12) as number));
  expect(atOnce(curvatureOf(Float64Array.of(4, 0, 0, 1), 2))!.proper).toBe(true);
});

test("minus the Hessian of a density is found by differences", async () => {
  const precision = await hessianAt(funnel, Float64Array.of(1, 0.5, -1, 2));
  // d2/dv2 = 1/9 + |x|^2 exp(-v) / 2, d2/dx2 = exp(-v), d2/dv dx = -x exp(-v)
  const e = Math.exp(-1);
  const expected = [1 / 9 + (5.25 * e) / 2, -0.5 * e, e, -2 * e];
  // steps of a hundredth of the scale: truncation of 1e-4 of the curvature, divided by six
  expected.forEach((h, i) => expect(Math.abs(precision![i]! - h)).toBeLessThan(1e-4));
});

test("a mixture refitted to its own weights covers a funnel that no single Gaussian does", async () => {
  const { ends } = await findModes(funnel, stream("funnel"), 12);
  const start = await alongPaths(funnel, ends, stream("paths"));
  const { mixture, fit } = await adapt(funnel, start, stream("adapt"), options);
  expect(score(fit)).toBeGreaterThan(5 * score((await weigh(funnel, start, stream("before"), 3000)).fit));
  expect(mixture.length).toBeGreaterThan(start.length);
  // the density is normalised; the evidence is what the mixture covers of it, less what its draws have not met
  expect(Math.abs(fit.evidence.value)).toBeLessThan(0.3);
});

test("a start that is exact is left alone, and weighs every draw the same", async () => {
  const normal = targetOf(2, (u) => ({
    value: 0.5 * u.reduce((sum, x) => sum + x * x, 0),
    gradient: u.slice(),
  }));
  const { modes } = await findModes(normal, stream("normal"), 4);
  const { mixture, fit, rounds } = await adapt(normal, componentsOf(modes), stream("adapt"), options);
  expect([mixture.length, rounds]).toEqual([1, 1]);
  expect(fit.relativeEss).toBeCloseTo(1, 9);
  expect(fit.evidence.value).toBeCloseTo(Math.log(2 * Math.PI), 6);
});

test("the target is the log joint on the unconstrained scale, with its gradient; the same seed finds the same mixture", async () => {
  const text =
    "data y: real[N]\nsample mu ~ normal(0, 5)\nsample tau ~ exponential(1)\nplate n in N { observe y[n] ~ normal(mu, tau) }";
  const compiled = compileSource({ path: "test", text }, { y: [1, 2, 4] });
  if (!compiled.ok) throw new Error("it compiles");
  const target = openTarget(compiled.value, exactExecutor({ threads: 1 }));
  // by hand at mu = 1, log tau = 0: prior of mu, of tau with its Jacobian, three normals
  const normal = (x: number, m: number, sd: number) =>
    -0.5 * ((x - m) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
  const expected = normal(1, 0, 5) - 1 + 0 + normal(1, 1, 1) + normal(2, 1, 1) + normal(4, 1, 1);
  const u = Float64Array.of(1, 0);
  expect((await target.values(u))[0]).toBeCloseTo(expected, 12);
  const [at] = await target.descend([u]);
  // minus d/dmu = 1/25 - (0 + 1 + 3); minus d/dlog tau = 1 - 1 - (-3 + 0 + 1 + 9)
  expect(at!.gradient[0]).toBeCloseTo(1 / 25 - 4, 12);
  expect(at!.gradient[1]).toBeCloseTo(1 - 1 + 3 - 10, 12);
  target.dispose();
  const [a, b, c] = [
    await search(compiled.value, exactExecutor({ threads: 1 }), 1),
    await search(compiled.value, exactExecutor({ threads: 1 }), 1),
    await search(compiled.value, exactExecutor({ threads: 1 }), 2),
  ];
  expect(a).toEqual(b);
  expect(a?.fit).not.toEqual(c?.fit);
});
