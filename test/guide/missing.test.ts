import { describe, expect, test } from "vitest";
import { fit } from "../../src/inference/fit.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { referenceExecutor } from "../../src/execute/reference.ts";
import { writeInputs } from "../../src/inference/inputs.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { networkInput } from "../../src/guide/encoder.ts";
import { Builder } from "../../src/program/builder.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { compiled, type Settings } from "../objective/support.ts";
import { contextOf } from "../../src/joint/context.ts";
import { axisOrder } from "../../src/lower/axes.ts";
import { defaultFitOptions } from "../../src/inference/fit-options.ts";

const text = `data y: real[N, 2]?
data x: real[N]
plate n in N {
  sample z ~ normal(x[n], 1)
  observe y[n] ~ normal(z, 0.5)
}
guide { z ~ mean_field given y[n], x[n] by mlp(4) }`;

const data = {
  y: [
    [1, null],
    [3, 5],
    [null, 7],
    [null, null],
  ],
  x: [0, 1, 2, 3],
};

/** What the network of the only block reads. */
function inputOf(what: Settings = {}) {
  const model = compiled(text, data, what);
  const [block] = model.guide.blocks;
  if (block?.source.kind !== "network") throw new Error("the guide is amortized");
  const b = new Builder();
  const order = axisOrder(model, model.guide, { samples: () => 1 });
  const context = contextOf(model, { b, order, minibatches: [], parameter: () => b.constant(0) });
  b.output("input", networkInput(context, block, block.source));
  return { found: evaluate(b.finish(), model.numbers.data).get("input")!, source: block.source };
}

describe("an encoder", () => {
  test("reads 0 for what is missing once it is standardised, and which entries those are", () => {
    const { found, source } = inputOf();
    expect(found.shape).toEqual([4, 5]);
    // y[., 0] holds 1 and 3, y[., 1] holds 5 and 7: standard deviation sqrt 2 each
    expect(source.centre).toEqual([2, 6, 0, 0, 1.5]);
    const r = Math.SQRT1_2;
    const spread = Math.sqrt(5 / 3);
    const expected = [
      [-r, 0, 0, 1, -1.5 / spread],
      [r, -r, 0, 0, -0.5 / spread],
      [0, r, 1, 0, 0.5 / spread],
      [0, 0, 1, 1, 1.5 / spread],
    ].flat();
    // Float64, a division and a product each.
    found.values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 14));
  });

  test("has the same inputs when new data have other gaps, or none", () => {
    const gapless = { ...data, y: data.y.map((row) => row.map((entry) => entry ?? 0)) };
    const [with_, without] = [compiled(text, data), compiled(text, gapless)];
    expect(without.paramSpecs.map(({ shape }) => shape)).toEqual(with_.paramSpecs.map(({ shape }) => shape));
  });

  test("trains on data with gaps: no number is lost, whole plates or minibatches", async () => {
    for (const batch of [{}, { n: 2 }] as readonly Readonly<Record<string, number>>[]) {
      const model = compiled(text, data, { batch });
      const options = { ...defaultFitOptions, seed: 5, length: { steps: 300 } };
      const trained = await fit(model, fusedExecutor("float32"), options, {});
      if (!trained.ok) throw new Error(trained.errors[0].message);
      expect([...trained.value.parameters].every(Number.isFinite)).toBe(true);
      expect([...trained.value.trace.bound].every(Number.isFinite)).toBe(true);
    }
  });
});

test("the engine computes the gradients of a model with gaps as the reference does", async () => {
  const counts =
    "data y: int<0..>[N]?\ndata m: int<0..>[N]\nsample a ~ beta(2, 2)\nplate n in N { observe y[n] ~ binomial(m[n], a) }";
  const models = [compiled(text, data), compiled(counts, { y: [3, null, 1, null], m: [4, 2, 1, 7] })];
  for (const model of models) {
    const program = model.gradient();
    const parameters = initialise(model, 3);
    const arrays = Object.fromEntries(
      model.paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
    );
    const [expected, found] = await Promise.all(
      [referenceExecutor, fusedExecutor("float64")].map(async (executor) => {
        const session = await executor.open(program, { seed: 1 });
        writeInputs(session, program, model.numbers, arrays);
        await session.run(0, 1);
        const read = program.outputs.map(async ({ name }) => [...(await session.read(name))]);
        return (await Promise.all(read)).flat();
      }),
    );
    expect(expected!.every(Number.isFinite)).toBe(true);
    // Some hundred float64 operations on numbers of up to 100; the engine's mathematics is right to 40 units at worst.
    found!.forEach((value, i) => expect(Math.abs(value - expected![i]!)).toBeLessThan(1e-10));
  }
});
