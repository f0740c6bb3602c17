import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { startBackend } from "../../src/execute/tfjs/backends.ts";
import { started } from "./helpers.ts";

type Call = (core: typeof tf, x: tf.Tensor, y: tf.Tensor) => tf.Tensor;

/** Calls of the replaced functions whose arguments are not one or two tensors alone. */
const special: Readonly<Record<string, readonly Call[]>> = {
  reshape: [(core, x) => core.reshape(x, [2, 3])],
  slice: [(core, x) => core.slice(x, [1, 0], [2, 1]), (core, x) => core.slice(x, [1, 0], [1, 2])],
  sum: [(core, x) => core.sum(x, [0]), (core, x) => core.sum(x, [1]), (core, x) => core.sum(x, [0, 1])],
  matMul: [(core, x) => core.matMul(x, x, true, false), (core, x) => core.matMul(x, x, false, true)],
  transpose: [(core, x) => core.transpose(x, [1, 0])],
};

describe.each(["cpu", "wasm"])("functions that call %s kernels directly", (name) => {
  test("give what TensorFlow.js gives and leave no tensor behind", async () => {
    const backend = started(await startBackend(name));
    const { core } = backend;
    const replaced = Object.keys(core).filter((key) => core[key as never] !== tf[key as never]);
    expect(replaced.length).toBe(30);
    backend.under(() => {
      const x = tf.tensor([0.3, -1.2, 2.5, 0, 1, -0.7], [3, 2]);
      const y = tf.tensor([0.5, -2], [2]);
      for (const key of replaced) {
        const plain: Call = (on, a, b) => {
          const run = on[key as "add"] as (...args: tf.Tensor[]) => tf.Tensor;
          return core[key as "add"].length === 1 ? run(a) : run(a, b);
        };
        for (const call of special[key] ?? [plain]) {
          const expected = call(tf, x, y);
          const before = tf.memory().numTensors;
          const actual = call(core, x, y);
          expect(tf.memory().numTensors, key).toBe(before + 1);
          expect(actual.shape, key).toEqual(expected.shape);
          expect(actual.dtype, key).toBe(expected.dtype);
          expect(actual.dataSync(), key).toEqual(expected.dataSync());
          actual.dispose();
          expect(tf.memory().numTensors, key).toBe(before);
          expected.dispose();
        }
      }
      x.dispose();
      y.dispose();
    });
  });
});
