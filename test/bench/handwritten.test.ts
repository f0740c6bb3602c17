import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { noiseSource } from "../../src/execute/noise.ts";
import { tfjsExecutor } from "../../src/execute/tfjs/executor.ts";
import { batchRows } from "../../src/inference/batches.ts";
import { feedOf, inputsAt } from "../../src/inference/inputs.ts";
import { initialise } from "../../src/inference/initialise.ts";
import { evaluate } from "../../src/program/evaluate.ts";
import { inputsOf } from "../../src/program/program.ts";
import { sizeOf } from "../../src/tensor/shape.ts";
import { started } from "../execute/helpers.ts";
import { trainer } from "./handwritten/step.ts";
import { compileWorkload, workloadOf, workloads } from "./workloads.ts";

const seed = 3;

/**
 * Both are compared with the float64 bound. A 32-bit bound is a sum of a few hundred terms of size 1 to 1,000 (the
 * toy's likelihood at sigma = 0.05): relative 1e-5 is ten times what was seen, and a missing term is 1e-2.
 */
const tolerance = 1e-5;

/** Its kernels compute in 64 bits and round once: those of wasm are ten times as far from the float64 gradient. */
async function onCpu(): Promise<void> {
  started(await tfjsExecutor("cpu"));
  await tf.setBackend("cpu");
}

// more components are the same functions at another size
const held = workloads.filter(({ name }) => !/K = (20|50|200|400)$/.test(name));

for (const workload of held)
  test(`the hand-written step computes the same bound and gradient: ${workload.name}`, async () => {
    await onCpu();
    const compiled = compileWorkload(workload);
    const parameters = initialise(compiled, seed).map((value, i) => value + 0.1 * Math.sin(i));
    const arrays = Object.fromEntries(
      compiled.paramSpecs.map(({ name, offset, size }) => [name, parameters.slice(offset, offset + size)]),
    );
    const program = compiled.gradient();
    const rowsAt = compiled.minibatches.map((m) => [m.feed, batchRows(seed, m)] as const);
    const feed = feedOf(program, Object.fromEntries(rowsAt));
    const inputs = inputsAt(program, { numbers: compiled.numbers, state: arrays, seed }, 0, feed);
    const ours = evaluate(program, inputs);
    const gradient = Float64Array.from(
      compiled.paramSpecs.flatMap(({ name }) => [...ours.get(`gradient.${name}`)!.values]),
    );

    const hand = await workload.handwritten(workload.data());
    const noiseInputs = inputsOf(program).filter(({ attributes }) => attributes.role === "noise");
    expect(noiseInputs).toHaveLength(1);
    const noise = new Float32Array(sizeOf(hand.noiseShape));
    noiseSource(seed, noiseInputs[0]!.attributes.name, "normal").fill(0, noise);
    let at = 0;
    for (const variable of hand.variables) {
      const values = parameters.slice(at, at + variable.size);
      variable.assign(tf.tensor(Float32Array.from(values), variable.shape));
      at += variable.size;
    }
    expect(at).toBe(compiled.parameterCount);
    const rows = rowsAt[0] ? tf.tensor1d(Int32Array.from(rowsAt[0][1](0)), "int32") : null;
    const { value, grads } = tf.variableGrads(
      () => hand.loss(tf.tensor(noise, [...hand.noiseShape]), rows),
      [...hand.variables],
    );
    const bound = ours.get("bound")!.values[0]!;
    expect(Math.abs(-value.dataSync()[0]! - bound)).toBeLessThan(tolerance * Math.abs(bound));
    const theirs = hand.variables.flatMap(({ name }) => [...grads[name]!.dataSync()]);
    const largest = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    const apart = gradient.reduce((most, g, i) => Math.max(most, Math.abs(g + theirs[i]!)), 0);
    expect(apart).toBeLessThan(1e-4 * largest);
  });

test("the hand-written trainer raises its bound to that of the best mean field", async () => {
  await onCpu();
  const workload = workloadOf("schools, mean field");
  const hand = trainer(await workload.handwritten(workload.data()), 0.05, null);
  const bounds = Array.from({ length: 400 }, () => hand.step());
  hand.dispose();
  const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  // the best mean field is within 1 nat of the evidence, -31.31; the start is far below
  expect(mean(bounds.slice(0, 5))).toBeLessThan(-33);
  expect(mean(bounds.slice(-200))).toBeGreaterThan(-32.5);
});
