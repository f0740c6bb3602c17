import { expect, test } from "vitest";
import { adamFeeds } from "../../src/inference/adam.ts";
import { fit } from "../../src/inference/fit.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { compileSource } from "../../src/pipeline.ts";
import { defaultOptions } from "../../src/plan/options.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";

test("the first step moves by the learning rate, whatever the size of the gradient", () => {
  for (const gradient of [1e-3, 1, 1e3]) {
    const { "adam.rate": rate, "adam.epsilon": epsilon } = adamFeeds(0.1, 0);
    const m = 0.1 * gradient;
    const v = 0.001 * gradient ** 2;
    // epsilon shifts the step by a share of 1e-8 / gradient
    expect((rate * m) / (Math.sqrt(v) + epsilon)).toBeCloseTo(0.1, 5);
  }
});

test("the feeds are those of algorithm 1 with its corrections folded in", () => {
  // t = 1: 0.01 sqrt(0.001) / 0.1, and t = 2: 0.01 sqrt(1 - 0.998001) / 0.19
  expect(adamFeeds(0.01, 0)["adam.rate"]).toBeCloseTo(0.0031622776601684, 15);
  expect(adamFeeds(0.01, 1)["adam.rate"]).toBeCloseTo(0.0023531672532746, 14);
  expect(adamFeeds(0.01, 0)["adam.epsilon"]).toBeCloseTo(1e-8 * Math.sqrt(0.001), 18);
  expect(adamFeeds(0.01, 1e6)["adam.rate"]).toBeCloseTo(0.01, 15);
});

test("weight decay shrinks the weights of networks, and nothing else, by rate x decay of themselves", async () => {
  const text = `data x: real[N, 2]  data y: real[N]
param offset: real = 3
net f = mlp(2, 1)
plate n in N { sample z: real[2] ~ normal(0, 1)  observe y[n] ~ normal(sum(f(z)) + offset, 1) }
guide { z ~ mixture(K = 2, component = mean_field) given x[n] by mlp(3) }`;
  const data = {
    x: [
      [1, 2],
      [0, -1],
      [2, 1],
    ],
    y: [1, 2, 3],
  };
  const stepped = async (weightDecay: number) => {
    const result = compileSource({ path: "m.ppl", text }, data, { ...defaultOptions, weightDecay });
    if (!result.ok) throw new Error(result.errors[0].message);
    const start = initialise(result.value, 1);
    const after = await fit(result.value, referenceExecutor, {
      ...defaultFitOptions,
      seed: 1,
      length: { steps: 1 },
      rate: { rate: 0.01, decay: { kind: "constant" }, warmUp: 0 },
    });
    if (!after.ok) throw new Error(after.errors[0].message);
    return { start, after: after.value.parameters, paramSpecs: result.value.paramSpecs };
  };
  const [plain, decayed] = [await stepped(0), await stepped(0.5)];
  const shrunk = decayed.paramSpecs.filter(({ shrinks }) => shrinks).map(({ name }) => name);
  expect(shrunk).toEqual(["guide.n.w0", "guide.n.w1", "net.f.w0"]);
  for (const { offset, size, shrinks } of plain.paramSpecs)
    for (let at = offset; at < offset + size; at++) {
      const expected = shrinks ? -0.01 * 0.5 * plain.start[at]! : 0;
      // the parameters are of order 1: two roundings of 64 bits
      expect(decayed.after[at]! - plain.after[at]!).toBeCloseTo(expected, 14);
    }
});
