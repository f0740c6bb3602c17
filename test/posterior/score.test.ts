import { describe, expect, test } from "vitest";
import { ok } from "../../src/diagnostics/diagnostic.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { openExecutor } from "../../src/execute/select.ts";
import { classesOf } from "../../src/bind/finite.ts";
import type { LatentNode, ObservedNode } from "../../src/model/model.ts";
import { randomStream } from "../../src/numeric/random.ts";
import { normalCdf } from "../../src/numeric/statistics.ts";
import type { Predictable } from "../../src/lower/predictive.ts";
import { drawGuide } from "../../src/posterior/evaluate.ts";
import { scoreOf } from "../../src/posterior/score.ts";
import type { Program } from "../../src/program/program.ts";
import type { HostTensor } from "../../src/tensor/shape.ts";
import { compiled } from "../inference/models.ts";
import { predictSite, type PredictiveSite } from "../../src/posterior/predictive.ts";

type Compiled = ReturnType<typeof compiled>;

const reference = () => Promise.resolve(ok(referenceExecutor));
const fused = (program: Program) => openExecutor({ engine: "fused", program });

/** An observation of a model, its latents from the guide or fed, as the data are given. */
function target(programs: Compiled, change: Partial<Predictable> = {}, at = 0): Predictable {
  const { model, numbers, enumeration, graph, reach, paramSpecs } = programs;
  const node = model.nodes.filter((one): one is ObservedNode => one.kind === "observed")[at]!;
  const [plate] = node.plates;
  return {
    model,
    numbers,
    enumeration,
    graph,
    reach,
    paramSpecs,
    node,
    classes: classesOf(model, numbers, node.dist),
    observed: true,
    blocks: [],
    given: [],
    summed: enumeration.groups[0] ?? null,
    rowsOf: plate ?? null,
    ...change,
  };
}

interface Asked {
  readonly draws: number;
  readonly seed?: number;
  readonly largest?: number;
  readonly parameters?: Float64Array;
  readonly fed?: Readonly<Record<string, HostTensor>>;
  readonly open?: typeof fused;
  readonly observed?: Float64Array;
}

async function predicted(of: Predictable, asked: Asked): Promise<PredictiveSite> {
  const { draws, seed = 1, largest, parameters = new Float64Array(0), fed = {}, observed } = asked;
  const options = { draws, seed, ...(largest === undefined ? {} : { largest }) };
  const site = await predictSite(
    of,
    asked.open ?? reference,
    { parameters, fed: () => fed, observed: observed ?? null },
    options,
  );
  if (!site.ok || site.value === null) throw new Error("not predicted");
  return site.value;
}

function latents({ model }: Compiled, ...names: readonly string[]): LatentNode[] {
  return model.nodes.filter((one): one is LatentNode => one.kind === "latent" && names.includes(one.name));
}

const logNormal = (x: number, mean: number, variance: number): number =>
  -0.5 * Math.log(2 * Math.PI * variance) - (x - mean) ** 2 / (2 * variance);

describe("with exact posterior draws of a conjugate model", () => {
  const S = 10_000;
  const normal = compiled("data y: real[N]\nsample mu ~ normal(0, 1)\nplate n in N { observe y[n] ~ normal(mu, 1) }", {
    y: [1, 2, 3, -1],
  });
  const random = randomStream([5, 6]);
  const values = Float64Array.from({ length: S }, () => 1.5 + 0.5 * random.normal());
  const fed = { mu: { shape: [S], values } };
  const of = target(normal, { given: latents(normal, "mu") });

  test("densities of 10,000 draws are those of normal(1.5, variance 5/4), to six standard errors", async () => {
    const site = await predicted(of, { draws: S, fed });
    expect(site).toMatchObject({ name: "y[n]", datum: "y", shape: [4], draws: S, probabilities: null });
    [1, 2, 3, -1].forEach((y, i) => {
      const exact = logNormal(y, 1.5, 1.25);
      // E p^2 = N(y; mu, 1)^2 averaged = N(0; 0, 2) N(y; 1.5, 1/2 + 1/4)
      const second = Math.exp(logNormal(0, 0, 2) + logNormal(y, 1.5, 0.75));
      const error = Math.sqrt((second / Math.exp(2 * exact) - 1) / S);
      expect(Math.abs(site.logDensity![i]! - exact)).toBeLessThan(6 * error);
    });
  });

  test("nothing depends on how many draws and data are taken at once", async () => {
    const whole = await predicted(of, { draws: S, fed });
    // room for 250 draws of all data: 40 times
    const apart = await predicted(of, { draws: S, fed, largest: 5825 });
    whole.logDensity!.forEach((log, i) => expect(apart.logDensity![i]).toBeCloseTo(log, 9));
  });

  test("the probabilities of a coin are the mean of beta(3, 2), and that of two tosses is of both at once", async () => {
    const coin = compiled(
      "data y: int<0..2>[N]\ndata x: int<0..>[N]\nsample p ~ beta(1, 1)\nplate n in N { observe y[n] ~ bernoulli(p) \n observe x[n] ~ binomial(n + 1, p) }",
      { y: [1, 0], x: [1, 2] },
    );
    // the median of three uniforms is beta(2, 2)
    const p = Float64Array.from({ length: S }, () => [random.uniform(), random.uniform(), random.uniform()].sort()[1]!);
    const given = latents(coin, "p");
    const draws = { draws: S, fed: { p: { shape: [S], values: p } } };
    const y = await predicted(target(coin, { given }), draws);
    // sd of beta(2, 2) is sqrt(1/20)
    const error = 6 * Math.sqrt(0.05 / S);
    expect(y.count).toBe(2);
    for (const i of [1, 3]) expect(Math.abs(y.probabilities![i]! - 0.5)).toBeLessThan(error);
    expect(Math.exp(y.logDensity![0]!)).toBeCloseTo(y.probabilities![1]!, 12);
    expect(Math.exp(y.logDensity![1]!)).toBeCloseTo(y.probabilities![2]!, 12);
    const x = await predicted(target(coin, { given }, 1), draws);
    // one toss, then two: the second value of one toss cannot be
    expect(x.probabilities!.subarray(0, 3)[2]).toBe(0);
    for (const row of [0, 3])
      expect(x.probabilities!.subarray(row, row + 3).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    // E p^2 = 1/20 + 1/4; sd of p^2 is below 1/3
    expect(Math.abs(x.probabilities![5]! - 0.3)).toBeLessThan((6 * 0.34) / Math.sqrt(S));
  });
});

test("a discrete site is summed out, exactly", async () => {
  const mixture = compiled(
    "data y: int<0..2>[N]\nparam a: real = 0\nplate n in N { sample k: int<0..2> ~ bernoulli(0.25)\n observe y[n] ~ bernoulli([0.1, 0.8][k]) }",
    { y: [1, 0, 1] },
  );
  const site = await predicted(target(mixture), { draws: 100, parameters: Float64Array.of(0) });
  const one = 0.75 * 0.1 + 0.25 * 0.8;
  expect(site.draws).toBe(1);
  [0, 1, 2].forEach((n) => expect(site.probabilities![2 * n + 1]).toBeCloseTo(one, 12));
  expect(site.logDensity![1]).toBeCloseTo(Math.log(1 - one), 12);
});

test("grades and categories without latents have their probabilities, for every entry", async () => {
  const model = compiled(
    "data y: int<0..3>[N, 2]\ndata g: int<0..4>[N]\nparam a: real = 0\nobserve y ~ categorical([0.2, 0.3, 0.5])\nobserve g ~ ordered_logistic(a, [-1, 0, 2])",
    {
      y: [
        [0, 1],
        [2, 2],
      ],
      g: [0, 3],
    },
  );
  const parameters = Float64Array.of(0);
  const y = await predicted(target(model), { draws: 1, parameters });
  expect(y.shape).toEqual([2, 2]);
  expect(y.probabilities!).toHaveLength(12);
  y.probabilities!.forEach((p, i) => expect(p).toBeCloseTo([0.2, 0.3, 0.5][i % 3]!, 12));
  [0.2, 0.3, 0.5, 0.5].forEach((p, i) => expect(y.logDensity![i]).toBeCloseTo(Math.log(p), 12));
  const g = await predicted(target(model, {}, 1), { draws: 1, parameters });
  const below = [-1, 0, 2].map((c) => 1 / (1 + Math.exp(-c)));
  const grades = [below[0]!, below[1]! - below[0]!, below[2]! - below[1]!, 1 - below[2]!];
  grades.forEach((p, i) => expect(g.probabilities![i]).toBeCloseTo(p, 12));
});

test("mixtures of few values and inflated zeros have classes; numbers without an end do not", async () => {
  const model = compiled(
    "data y: int<0..>[N]\ndata z: int<0..>[N]\ndata k: int<0..>[N]\nparam a: real = 0\nplate n in N {\n  observe y[n] ~ mixture(p = [0.5, 0.5], bernoulli(0.25), binomial(2, 0.5))\n  observe z[n] ~ zero_inflate(0.2, binomial(2, 0.5))\n  observe k[n] ~ poisson(exp(a))\n}",
    { y: [0, 2], z: [0, 1], k: [3, 0] },
  );
  const ask = (at: number) => predicted(target(model, {}, at), { draws: 1, parameters: Float64Array.of(0) });
  const [y, z, k] = [await ask(0), await ask(1), await ask(2)];
  [0.5 * 0.75 + 0.125, 0.125 + 0.25, 0.125].forEach((p, c) => expect(y.probabilities![c]).toBeCloseTo(p, 12));
  [0.2 + 0.8 * 0.25, 0.8 * 0.5, 0.8 * 0.25].forEach((p, c) => expect(z.probabilities![c]).toBeCloseTo(p, 12));
  expect(k.probabilities).toBeNull();
  expect(k.logDensity![0]).toBeCloseTo(-1 - Math.log(6), 12);
});

describe("with the network of a mixture guide", () => {
  const text = `data x: real[N, 2]
data y: real[N]
data c: int<0..2>[N]
plate n in N {
  sample z ~ normal(0, 1)
  observe y[n] ~ normal(z, 0.5)
  observe c[n] ~ bernoulli(Phi(2 * z))
}
guide { z ~ mixture(K = 3) given x[n] by mlp(4) }`;
  const N = 40;
  const x = Array.from({ length: N }, (_, i) => [Math.sin(i), Math.cos(3 * i)]);
  const y = Array.from({ length: N }, (_, i) => Math.sin(2 * i));
  const c = Array.from({ length: N }, (_, i) => i % 2);
  const programs = compiled(text, { x, y, c });
  const random = randomStream([8, 9]);
  const parameters = Float64Array.from({ length: programs.parameterCount }, () => 0.7 * random.normal());
  const blocks = programs.guide.blocks;
  const S = 10_000;

  test("stratified draws average to what draws of the mixture average to, weights left alone", async () => {
    const site = await predicted(target(programs, { blocks }), { draws: S, parameters });
    const classes = await predicted(target(programs, { blocks }, 1), { draws: S, parameters });
    expect([site.draws, classes.draws]).toEqual([10_002, 10_002]);
    const drawn = await drawGuide(programs, referenceExecutor, parameters, { seed: 3, count: S });
    const z = drawn.sites.find(({ name }) => name === "z")!.values;
    for (let n = 0; n < N; n++) {
      const own = Float64Array.from({ length: S }, (_, s) => z[s * N + n]!);
      const check = (found: number, of: (draw: number) => number): void => {
        const values = own.map(of);
        const mean = values.reduce((a, b) => a + b) / S;
        const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (S - 1);
        // both are means of S draws; strata do not make it worse
        expect(Math.abs(found - mean)).toBeLessThan(6 * Math.sqrt((2 * variance) / S) + 1e-9);
      };
      check(Math.exp(site.logDensity![n]!), (draw) => Math.exp(logNormal(y[n]!, draw, 0.25)));
      check(classes.probabilities![2 * n + 1]!, (draw) => normalCdf(2 * draw));
    }
  });

  test("the fused engine agrees with the reference, a few data and draws at a time", async () => {
    const of = target(programs, { blocks }, 1);
    const exact = await predicted(of, { draws: 300, parameters });
    const same = await predicted(of, { draws: 300, parameters, open: fused });
    // probabilities in 32 bits, the same draws
    exact.probabilities!.forEach((p, i) => expect(Math.abs(same.probabilities![i]! - p)).toBeLessThan(1e-4));
    const apart = await predicted(of, { draws: S, parameters, open: fused, largest: 60_000 });
    const whole = await predicted(of, { draws: S, parameters, open: fused });
    // other draws: a probability has a standard deviation below 1/2
    whole.probabilities!.forEach((p, i) =>
      expect(Math.abs(apart.probabilities![i]! - p)).toBeLessThan(6 * Math.sqrt(0.5 / S)),
    );
    expect(apart.probabilities).not.toEqual(whole.probabilities);
  });

  test("draws from outside plates are fed beside it, one for each draw of every component", async () => {
    const both = compiled(
      text.replace("plate n", "sample mu ~ normal(0, 1)\nplate n").replace("normal(z, 0.5)", "normal(mu + z, 0.5)"),
      { x, y, c },
    );
    const block = both.guide.blocks.find(({ plates }) => plates.length > 0)!;
    const locals = new Map(programs.paramSpecs.map((spec) => [spec.name, spec]));
    // the local network's numbers are those of before, wherever they lie
    const moved = new Float64Array(both.parameterCount);
    for (const { name, offset, size } of both.paramSpecs) {
      const from = locals.get(name);
      if (from) moved.set(parameters.subarray(from.offset, from.offset + size), offset);
    }
    const S3 = Math.ceil(S / 3);
    const fed = { mu: { shape: [S3], values: new Float64Array(S3).fill(0.3) } };
    const of = target(both, { blocks: [block], given: latents(both, "mu") });
    const site = await predicted(of, { draws: S, parameters: moved, fed });
    const shifted = compiled(text, { x, y: y.map((value) => value - 0.3), c });
    const same = await predicted(target(shifted, { blocks }), { draws: S, parameters });
    expect(site.draws).toBe(3 * S3);
    // both have errors: densities vary by less than their largest value, 0.8, and log p by 0.8 / p
    site.logDensity!.forEach((log, n) =>
      expect(Math.abs(Math.exp(log) - Math.exp(same.logDensity![n]!))).toBeLessThan(6 * 0.4 * Math.sqrt(2 / S)),
    );
  });

  test("is a function of the seed, and interrupted says nothing", async () => {
    const of = target(programs, { blocks });
    const once = await predicted(of, { draws: 30, parameters });
    expect((await predicted(of, { draws: 30, parameters })).logDensity).toEqual(once.logDensity);
    expect((await predicted(of, { draws: 30, parameters, seed: 2 })).logDensity).not.toEqual(once.logDensity);
    const stopped = await predictSite(
      of,
      reference,
      { parameters, fed: () => ({}), observed: null },
      { draws: 30, seed: 1 },
      {
        signal: AbortSignal.abort(),
      },
    );
    expect(stopped).toMatchObject({ ok: true, value: null });
  });
});

test("scores leave out what is missing, and are worked out by hand", () => {
  const site: PredictiveSite = {
    name: "y[n]",
    datum: "y",
    shape: [3],
    draws: 1,
    probabilities: Float64Array.of(0.8, 0.2, 0.6, 0.4, 0.5, 0.5),
    lower: 0,
    count: 2,
    logDensity: Float64Array.of(Math.log(0.8), Math.log(0.4), NaN),
    observed: Float64Array.of(0, 1, NaN),
  };
  const score = scoreOf(site)!;
  expect(score).toMatchObject({ site: "y[n]", count: 2, accuracy: 0.5, fitted: false });
  expect(score.accuracyStandardError).toBeCloseTo(Math.sqrt(0.125), 12);
  expect(score.logDensity.mean).toBeCloseTo((Math.log(0.8) + Math.log(0.4)) / 2, 12);
  expect(score.brier).toBeCloseTo((2 * 0.04 + 2 * 0.36) / 2, 12);
  // 0.8 and 0.6 are in bins of their own
  expect(score.ece).toBeCloseTo((0.2 + 0.6) / 2, 12);
  expect(scoreOf({ ...site, logDensity: null, observed: null })).toBeNull();
  expect(scoreOf({ ...site, probabilities: null })).toMatchObject({ accuracy: null, bins: null });
});
