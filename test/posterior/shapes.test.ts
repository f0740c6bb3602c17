import { expect, test } from "vitest";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { compileSource } from "../../src/pipeline.ts";
import { randomStream, seedKey } from "../../src/numeric/random.ts";
import { densitiesAt } from "../../src/posterior/density.ts";
import { classProbabilities, shapesOf } from "../../src/posterior/shapes.ts";
import { hostTensor } from "../../src/tensor/shape.ts";
import { defaultOptions } from "../../src/plan/options.ts";

const text = `model classes
data y: int<0..3>[N]
data x: real[N]
param w: real[3, 2] = normal(0, 1)
plate n in N {
  sample z: real<0..>[2] ~ half_normal(1)
  observe y[n] ~ categorical(logits = [dot(w[0], z), dot(w[1], z), dot(w[2], z)])
  observe x[n] ~ normal(sum(z), 1)
}`;

function compiled(component: "mean_field" | "full_rank" | "low_rank") {
  const guide = { ...defaultOptions.guide, family: "mixture" as const, K: 3, component, rank: 1 };
  const options = { ...defaultOptions, guide } as typeof defaultOptions;
  const result = compileSource({ path: "m.ppl", text }, { y: [0, 2], x: [0.5, 1] }, options);
  if (!result.ok) throw new Error(result.errors.map(({ message }) => message).join("\n"));
  const random = randomStream(seedKey(0, `shapes ${component}`));
  const parameters = Float64Array.from({ length: result.value.parameterCount }, () => 0.3 * random.normal());
  return { programs: result.value, parameters };
}

test.each(["mean_field", "full_rank", "low_rank"] as const)(
  "the components of a %s mixture, each weighed, make up the density of the guide",
  async (component) => {
    const { programs, parameters } = compiled(component);
    const eps = [
      [0, 0],
      [1, -1],
      [2, 0.5],
    ];
    const block = programs.guide.blocks[0]!;
    const { weights, logDensity, points } = await shapesOf(programs, referenceExecutor, parameters, block, eps);
    const { K } = block;
    const z = points.get("z")!;
    expect(z.shape).toEqual([eps.length, 2, K, 2]);
    expect(logDensity.shape).toEqual([eps.length, 2, K]);
    for (const datum of [0, 1])
      expect(weights.values.slice(datum * K, (datum + 1) * K).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    // each point of the first component is a point like any other: the guide's density there is at least its share,
    // and, summed over both data, exactly that of the mixture when all of it is evaluated there
    const q = await densitiesAt(programs, referenceExecutor, parameters, {
      z: hostTensor(
        [eps.length, 2, 2],
        eps.flatMap((_, p) => [0, 1].flatMap((n) => [0, 1].map((d) => z.values[(p * 2 + n) * K * 2 + d]!))),
      ),
    });
    eps.forEach((_, p) => {
      const own = [0, 1].map((n) => Math.log(weights.values[n * K]!) + logDensity.values[(p * 2 + n) * K]!);
      expect(q.logQ[p]).toBeGreaterThan(own[0]! + own[1]! - 1e-9);
    });
    expect(z.values.every((value) => value > 0)).toBe(true);
  },
);

test("with one component its density is the guide's", async () => {
  const options = {
    ...defaultOptions,
    guide: { ...defaultOptions.guide, component: "full_rank" as const, family: "full_rank" },
  } as typeof defaultOptions;
  const result = compileSource({ path: "m.ppl", text }, { y: [0, 2], x: [0.5, 1] }, options);
  expect(result.ok).toBe(true);
  if (!result.ok) return;
  const programs = result.value;
  const random = randomStream(seedKey(0, "one"));
  const parameters = Float64Array.from({ length: programs.parameterCount }, () => 0.3 * random.normal());
  const block = programs.guide.blocks[0]!;
  expect(block.K).toBe(1);
  const eps = [
    [0, 0],
    [1, -1],
    [-2, 0.5],
  ];
  const { logDensity, points } = await shapesOf(programs, referenceExecutor, parameters, block, eps);
  const z = hostTensor([eps.length, 2, 2], points.get("z")!.values);
  const { logQ } = await densitiesAt(programs, referenceExecutor, parameters, { z });
  eps.forEach((_, p) => expect(logQ[p]).toBeCloseTo(logDensity.values[2 * p]! + logDensity.values[2 * p + 1]!, 9));
});

test("class probabilities are the softmax that the model says, whatever else it observes", async () => {
  const result = compileSource({ path: "m.ppl", text }, { y: [1], x: [0.7] });
  expect(result.ok).toBe(true);
  if (!result.ok) return;
  const programs = result.value;
  const random = randomStream(seedKey(0, "softmax"));
  const parameters = Float64Array.from({ length: programs.parameterCount }, () => 0.3 * random.normal());
  const spec = programs.paramSpecs.find(({ shape }) => shape.join() === "3,2")!;
  const w = parameters.subarray(spec.offset, spec.offset + 6);
  const z = [
    [0.2, 1.5],
    [2, 0.1],
  ];
  const values = { z: hostTensor([2, 1, 2], z.flat()) };
  const { shape, values: p } = await classProbabilities(programs, referenceExecutor, parameters, values, {
    datum: "y",
    classes: 3,
  });
  expect(shape).toEqual([2, 3]);
  z.forEach(([a, b], point) => {
    const odds = [0, 1, 2].map((c) => Math.exp(w[2 * c]! * a! + w[2 * c + 1]! * b!));
    const total = odds.reduce((sum, each) => sum + each, 0);
    odds.forEach((each, c) => expect(p[3 * point + c]).toBeCloseTo(each / total, 9));
  });
});
