import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { referenceExecutor } from "../../../src/execute/reference.ts";
import { fit } from "../../../src/inference/fit.ts";
import { initialise } from "../../../src/inference/initialise.ts";
import { writeInputs } from "../../../src/inference/inputs.ts";
import { conv2d } from "../../../src/nn/layers/conv2d.ts";
import { randomStream } from "../../../src/numeric/random.ts";
import { Builder } from "../../../src/program/builder.ts";
import { evaluate } from "../../../src/program/evaluate.ts";
import { hostTensor, sizeOf, type HostTensor, type Shape } from "../../../src/tensor/shape.ts";
import { compiled, refusals } from "../../objective/support.ts";
import { disagreements } from "../../program/finiteDifferences.ts";
import { defaultFitOptions } from "../../../src/inference/fit-options.ts";

interface Setting {
  readonly channels: number;
  readonly width: number;
  readonly stride: number;
  readonly padding: number;
}

/** A program of one layer over `rows` inputs: output "y", and "total", a curved sum of it. */
function programOf(rows: number, input: Shape, setting: Setting) {
  const args = { ...setting };
  const b = new Builder();
  const x = b.input("x", [rows, ...input], "data");
  const learned = Object.entries(conv2d.parameters(input, args));
  const values = learned.map(([name, { shape }]) => [name, b.input(name, shape, "state")] as const);
  const y = conv2d.apply(b, x, Object.fromEntries(values), args);
  b.output("y", y);
  b.output("total", b.sum(b.tanh(y)));
  return b.finish();
}

function inputsFor(rows: number, input: Shape, setting: Setting, seed: number): ReadonlyMap<string, HostTensor> {
  const random = randomStream([seed, 0]);
  const draw = (shape: Shape): HostTensor =>
    hostTensor(
      shape,
      Float64Array.from({ length: sizeOf(shape) }, () => random.normal()),
    );
  const learned = Object.entries(conv2d.parameters(input, { ...setting }));
  return new Map([["x", draw([rows, ...input])], ...learned.map(([name, { shape }]) => [name, draw(shape)] as const)]);
}

/** The definition, entry by entry. */
function direct(rows: number, input: Shape, setting: Setting, given: ReadonlyMap<string, HostTensor>): number[] {
  const [height = 0, width = 0, inputs = 1] = input;
  const { channels, width: side, stride, padding } = setting;
  const of = (name: string): ArrayLike<number> => given.get(name)!.values;
  const [x, w, bias] = [of("x"), of("w"), of("b")];
  const pixel = (row: number, i: number, j: number, c: number): number =>
    i < 0 || j < 0 || i >= height || j >= width ? 0 : x[((row * height + i) * width + j) * inputs + c]!;
  const y: number[] = [];
  for (let row = 0; row < rows; row++)
    for (let i = -padding; i + side <= height + padding; i += stride)
      for (let j = -padding; j + side <= width + padding; j += stride)
        for (let out = 0; out < channels; out++) {
          let sum = bias[out]!;
          for (let dy = 0; dy < side; dy++)
            for (let dx = 0; dx < side; dx++)
              for (let c = 0; c < inputs; c++)
                sum += w[((dy * side + dx) * inputs + c) * channels + out]! * pixel(row, i + dy, j + dx, c);
          y.push(sum);
        }
  return y;
}

const settings = fc
  .record({
    rows: fc.integer({ min: 1, max: 3 }),
    input: fc.oneof(
      fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 })),
      fc.tuple(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 3, max: 6 }), fc.integer({ min: 1, max: 3 })),
    ),
    channels: fc.integer({ min: 1, max: 3 }),
    width: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 2 }),
    seed: fc.integer({ min: 0, max: 1000 }),
  })
  .map(({ rows, input, seed, ...setting }) => ({ rows, input: input as Shape, seed, setting }));

describe("a convolution", () => {
  test("of 1 to 9 with the difference along a diagonal is -4 everywhere, and its bias", () => {
    const setting = { channels: 1, width: 2, stride: 1, padding: 0 };
    const given = new Map([
      ["x", hostTensor([1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9])],
      ["w", hostTensor([2, 2, 1, 1], [1, 0, 0, -1])],
      ["b", hostTensor([1], [0.5])],
    ]);
    const y = evaluate(programOf(1, [3, 3], setting), given).get("y")!;
    expect(y.shape).toEqual([1, 2, 2, 1]);
    expect([...y.values]).toEqual([-3.5, -3.5, -3.5, -3.5]);
  });

  test("is what its definition says, entry by entry", () => {
    fc.assert(
      fc.property(settings, ({ rows, input, setting, seed }) => {
        const given = inputsFor(rows, input, setting, seed);
        const y = evaluate(programOf(rows, input, setting), given).get("y")!;
        expect(y.shape.slice(1)).toEqual(conv2d.shape(input, { ...setting }));
        // sums of at most 3 x 3 x 3 products of order 1, in another order: some thirty roundings
        const expected = direct(rows, input, setting, given);
        expect(y.values).toHaveLength(expected.length);
        expected.forEach((value, i) => expect(Math.abs(y.values[i]! - value)).toBeLessThan(1e-13));
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  test("has the gradients that finite differences see", () => {
    fc.assert(
      fc.property(settings, ({ rows, input, setting, seed }) => {
        const given = inputsFor(rows, input, setting, seed);
        expect(disagreements(programOf(rows, input, setting), "total", ["x", "w", "b"], given)).toEqual([]);
      }),
      { seed: 8, numRuns: 15 },
    );
  });

  test("starts with variance 2 over what a patch holds, before an activation", () => {
    const { w } = conv2d.parameters([5, 5, 2], { channels: 40, width: 3, stride: 1, padding: 0 });
    const start = w!.start(randomStream([3, 0]), { activated: true, scale: 1 });
    const variance = start.reduce((sum, x) => sum + x * x, 0) / start.length;
    // of 720 squares of normal numbers, six standard errors
    expect(Math.abs(variance - 2 / 18)).toBeLessThan((6 * Math.SQRT2 * (2 / 18)) / Math.sqrt(720));
    expect(w!.shrinks).toBe(true);
  });
});

/** Pictures whose upper or left half is white, and 1 or -1 for which of the two. */
const pictures = {
  x: Array.from({ length: 40 }, (_, n) =>
    Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => ((n % 2 === 0 ? i : j) < 3 ? 1 : 0))),
  ),
  y: Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? 1 : -1)),
};
const reading = (layers: string): string => `
data x: real[N, 6, 6]
data y: real[N]
plate n in N {
  sample z ~ normal(0, 1)
  observe y[n] ~ normal(z, 0.3)
}
guide { z ~ mean_field given x[n] by sequential(${layers}) }`;

describe("an encoder with convolutions", () => {
  const text = reading("conv2d(4, 3, stride = 2, padding = 1), relu, conv2d(3, 2), elu, dense(8), relu");

  test("has the gradients on the engine that it has on the reference", async () => {
    const model = compiled(text, pictures);
    const program = model.gradient();
    const parameters = initialise(model, 3);
    const arrays = Object.fromEntries(
      model.paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
    );
    const [expected = [], found = []] = await Promise.all(
      [referenceExecutor, fusedExecutor("float64")].map(async (executor) => {
        const session = await executor.open(program, { seed: 1 });
        writeInputs(session, program, model.numbers, arrays);
        await session.run(0, 1);
        const read = program.outputs.map(async ({ name }) => [...(await session.read(name))]);
        return (await Promise.all(read)).flat();
      }),
    );
    const size = Math.max(...expected.map(Math.abs));
    expect(found).toHaveLength(expected.length);
    // some thousand float64 operations; the engine's mathematics is right to 40 units at worst
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-11 * size));
  });

  test("learns what pictures say, up to the evidence", async () => {
    const model = compiled(text, pictures, { batch: { n: 8 } });
    const options = { ...defaultFitOptions, seed: 5, length: { steps: 1500 } };
    const trained = await fit(model, fusedExecutor("float32"), options, {});
    if (!trained.ok) throw new Error(trained.errors[0].message);
    const last = trained.value.trace.bound.slice(-300);
    const average = last.reduce((sum, x) => sum + x, 0) / last.length;
    // y is normal around 0 with variance 1 + 0.3^2: a guide that did not see which picture it is would stay far below
    const evidence = -0.5 * (Math.log(2 * Math.PI * 1.09) + 1 / 1.09);
    const error = Math.sqrt(last.reduce((sum, x) => sum + (x - average) ** 2, 0) / last.length ** 2);
    expect(Math.abs(average - evidence)).toBeLessThan(6 * error);
    expect(error).toBeLessThan(0.01);
  });

  test("is refused, with the data at hand, where a kernel is larger than its input", () => {
    expect(refusals(reading("conv2d(4, 9, padding = 1)"), pictures)).toEqual([
      "PPL319 `conv2d` reads patches of 9 x 9, and its input with padding is 8 x 8",
    ]);
    expect(refusals(reading("dense(4), conv2d(2, 1)"), pictures)).toEqual([
      "PPL319 `conv2d` reads [height, width, channels], or [height, width] with one channel, and is given shape [4]",
    ]);
  });
});
