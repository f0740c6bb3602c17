import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { fit } from "../../src/inference/fit.ts";
import { compiled } from "../objective/support.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";

const image = (n: number) => [
  [n, n * n],
  [Math.sin(n), 1],
];
const data = { x: Array.from({ length: 8 }, (_, n) => image(n)), y: Array.from({ length: 8 }, (_, n) => n) };
const text = (given: string, by: string) => `data x: real[N, 2, 2]
data y: real[N]
plate n in N {
  sample z ~ normal(y[n], 1)
  observe x[n] ~ normal(z, 0.5)
}
guide { z ~ mean_field given ${given} by ${by} }`;
const sourceOf = (given: string, by: string) => compiled(text(given, by), data).guide.blocks[0]!.source;

describe("the network of a guide", () => {
  test("reads a single expression in its own shape, and several joined", () => {
    expect(sourceOf("x[n]", "mlp(4)")).toMatchObject({ input: [2, 2] });
    expect(sourceOf("x[n, 0]", "mlp(4)")).toMatchObject({ input: [2] });
    expect(sourceOf("y[n]", "mlp(4)")).toMatchObject({ input: [1] });
    expect(sourceOf("x[n], y[n]", "mlp(4)")).toMatchObject({ input: [5] });
  });

  test("ends as wide as the guide needs, whatever layers are written", () => {
    const { paramSpecs } = compiled(text("x[n]", "sequential(flatten, dense(3), tanh, dense(2))"), data);
    expect(paramSpecs.map(({ name, shape }) => [name, shape])).toEqual([
      ["guide.n.w0", [4, 3]],
      ["guide.n.b0", [3]],
      ["guide.n.w1", [3, 2]],
      ["guide.n.b1", [2]],
      // a location and a scale
      ["guide.n.w2", [2, 2]],
      ["guide.n.b2", [2]],
    ]);
  });

  test("is the same perceptron in both spellings, bit for bit", async () => {
    const fits = ["mlp(4, 3, activation = tanh)", "sequential(dense(4), tanh, dense(3), tanh)"].map(async (by) => {
      const options = { ...defaultFitOptions, seed: 2, length: { steps: 20 } };
      const fitted = await fit(compiled(text("x[n]", by), data), fusedExecutor("float32"), options, {});
      return fitted.ok ? [...fitted.value.parameters] : fitted.errors;
    });
    const [mlp, sequential] = await Promise.all(fits);
    expect(sequential).toEqual(mlp);
    expect(mlp).toHaveLength(4 * 4 + 4 + 4 * 3 + 3 + 3 * 2 + 2);
  });
});
