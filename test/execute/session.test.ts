import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { InternalError } from "../../src/base/assert.ts";
import { openExecutor } from "../../src/execute/select.ts";
import { Builder } from "../../src/program/builder.ts";
import type { Program } from "../../src/program/program.ts";
import { started } from "./helpers.ts";
import { toyStep, toyValues } from "./toy.ts";

const places = [
  ["reference", ""],
  ["tfjs", "cpu"],
  ["tfjs", "wasm"],
  ["fused", ""],
] as const;

/** a' = 2 a + gain, swapped with b each step; `total` = sum(a) is traced. */
function swapping(): Program {
  const b = new Builder();
  const a = b.input("a", [2], "state");
  const other = b.input("b", [2], "state");
  const gain = b.input("gain", [], "feed");
  const unused = b.input("unused", [3], "data");
  b.output("total", b.sum(a));
  b.output("to b", b.add(b.scale(2, a), gain), "b");
  b.output("to a", other, "a");
  b.output("also to a", b.stopGradient(other));
  b.output("unused too", unused);
  return b.finish();
}

/** x' = x - 1, with log(x) traced: -Infinity at step x = 0. */
function descending(): Program {
  const b = new Builder();
  const x = b.input("x", [], "state");
  b.output("log", b.log(x));
  b.output("x", b.shift(x, -1), "x");
  b.output("twice", b.scale(2, b.broadcast(x, [2])));
  return b.finish();
}

describe.each(places)("a session on %s %s", (engine, backend) => {
  const open = async (program: Program) => started(await openExecutor({ engine, backend })).open(program, { seed: 1 });

  test("carries all outputs at once, feeds by step and traces scalars", async () => {
    const session = await open(swapping());
    session.write("a", [1, 2]);
    session.write("b", [10, 20]);
    session.write("unused", [7, 8, 9]);
    const trace = await session.run(5, 3, (step) => ({ gain: step }));
    // a: [1, 2], [10, 20], [2 * 1 + 5, 2 * 2 + 5]
    expect([...trace["total"]!]).toEqual([3, 30, 16]);
    expect(Object.keys(trace)).toEqual(["total"]);
    expect([...(await session.read("a"))]).toEqual([26, 46]);
    expect([...(await session.read("to b"))]).toEqual([21, 25]);
    expect([...(await session.read("b"))]).toEqual([21, 25]);
    expect([...(await session.read("also to a"))]).toEqual([26, 46]);
    expect([...(await session.read("unused too"))]).toEqual([7, 8, 9]);
    session.dispose();
  });

  test("writes over what was carried and leaves the last outputs as they were", async () => {
    const session = await open(swapping());
    for (const name of ["a", "b"]) session.write(name, [1, 1]);
    session.write("unused", [0, 0, 0]);
    await session.run(0, 2, () => ({ gain: [1] }));
    session.write("b", [5, 5]);
    expect([...(await session.read("to b"))]).toEqual([3, 3]);
    expect([...(await session.read("b"))]).toEqual([5, 5]);
    const trace = await session.run(2, 1, () => ({ gain: 0 }));
    expect([...trace["total"]!]).toEqual([6]);
    expect([...(await session.read("a"))]).toEqual([5, 5]);
    session.dispose();
  });

  test("stops at a trace that is not finite, in the state that step started from", async () => {
    const session = await open(descending());
    session.write("x", [2]);
    const trace = await session.run(0, 10);
    expect([...trace["log"]!].map((x) => Number(x.toFixed(6)))).toEqual([0.693147, 0, -Infinity]);
    expect([...(await session.read("x"))]).toEqual([0]);
    expect([...(await session.read("twice"))]).toEqual([0, 0]);
    session.write("x", [1]);
    expect((await session.run(3, 1))["log"]!.length).toBe(1);
    expect([...(await session.read("x"))]).toEqual([0]);
    session.dispose();
  });

  test("gives the same numbers in one run as in two", async () => {
    const bounds: number[][] = [];
    for (const parts of [[6], [2, 4]]) {
      const session = await open(toyStep());
      for (const [name, values] of Object.entries(toyValues)) session.write(name, values);
      const all: number[] = [];
      for (const steps of parts) all.push(...(await session.run(all.length, steps, () => ({ rate: 1e-3 })))["bound"]!);
      bounds.push(all);
      session.dispose();
    }
    expect(bounds[1]).toEqual(bounds[0]);
  });

  test("refuses what a caller must not do", async () => {
    const session = await open(swapping());
    await expect(session.run(0, 1)).rejects.toThrow(InternalError);
    expect(() => session.write("gain", [1])).toThrow(InternalError);
    expect(() => session.write("a", [1, 2, 3])).toThrow(InternalError);
    for (const name of ["a", "b"]) session.write(name, [1, 1]);
    session.write("unused", [0, 0, 0]);
    await expect(session.run(0, 1)).rejects.toThrow("gain is not fed");
    await expect(session.run(0, 1, () => ({ gain: [1, 2] }))).rejects.toThrow(InternalError);
    session.dispose();
  });
});

describe("TensorFlow.js sessions", () => {
  test.each(["cpu", "wasm"])("leak nothing on %s", async (backend) => {
    const executor = started(await openExecutor({ engine: "tfjs", backend }));
    const before = tf.memory().numTensors;
    const toy = await executor.open(toyStep(), { seed: 1 });
    for (const [name, values] of Object.entries(toyValues)) toy.write(name, values);
    const session = await executor.open(swapping(), { seed: 1 });
    for (const name of ["a", "b"]) session.write(name, [0, 0]);
    session.write("unused", [0, 0, 0]);
    const work = async (steps: number): Promise<number> => {
      await toy.run(0, steps / 100, () => ({ rate: 1e-3 }));
      await session.run(0, steps, () => ({ gain: 0 }));
      session.write("a", [0, 0]);
      await session.read("to b");
      return tf.memory().numTensors;
    };
    const after = await work(100);
    expect(await work(1000)).toBe(after);
    toy.dispose();
    session.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("of two back ends take turns without disturbing each other or the caller's back end", async () => {
    const run = async (backend: string): Promise<Float64Array> => {
      const session = await started(await openExecutor({ engine: "tfjs", backend })).open(toyStep(), { seed: 1 });
      for (const [name, values] of Object.entries(toyValues)) session.write(name, values);
      const bounds = new Float64Array(4);
      for (let step = 0; step < 4; step++)
        bounds[step] = (await session.run(step, 1, () => ({ rate: 1e-3 })))["bound"]![0]!;
      session.dispose();
      return bounds;
    };
    const alone = [await run("cpu"), await run("wasm")];
    await tf.setBackend("cpu");
    const together = await Promise.all([run("cpu"), run("wasm")]);
    expect(tf.getBackend()).toBe("cpu");
    expect(together).toEqual(alone);
    expect(alone[0]).not.toEqual(alone[1]);
  });

  test("say what to install when an optional back end is missing", async () => {
    const missing = await openExecutor({ engine: "tfjs", backend: "webgpu" });
    expect(missing).toMatchObject({
      ok: false,
      errors: [{ code: "PPL750", hint: "npm install @tensorflow/tfjs-backend-webgpu webgpu" }],
    });
    const node = await openExecutor({ engine: "tfjs", backend: "node" });
    expect(node).toMatchObject({ ok: false, errors: [{ code: "PPL750", hint: "npm install @tensorflow/tfjs-node" }] });
    const unknown = await openExecutor({ engine: "tfjs", backend: "abacus" });
    expect(unknown).toMatchObject({ ok: false, errors: [{ code: "PPL752" }] });
  });

  test("leave no handlers behind in the process", async () => {
    const before = process.listenerCount("uncaughtException");
    started(await openExecutor({ engine: "tfjs", backend: "wasm" }));
    expect(process.listenerCount("uncaughtException")).toBe(before);
  });
});
