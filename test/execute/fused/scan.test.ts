import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compileProgram } from "../../../src/execute/fused/compile.ts";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { referenceExecutor } from "../../../src/execute/reference.ts";
import { openExecutor } from "../../../src/execute/select.ts";
import type { Executor } from "../../../src/execute/executor.ts";
import { Builder } from "../../../src/program/builder.ts";
import { differentiate } from "../../../src/program/differentiate.ts";
import { optimise } from "../../../src/program/passes/index.ts";
import { inputsOf, type Program } from "../../../src/program/program.ts";
import { programs } from "../../program/arbitrary.ts";
import { recurrence, type Turn } from "../../program/scans.ts";
import { started } from "../helpers.ts";

/** sd(t) = sqrt(p + x(t)^2 + sd(t-1)^2 / 2), and the gradient of its sum. */
const garch: Turn = (b, { s, x, p }) => b.sqrt(b.add(p, b.add(b.square(x), b.scale(0.5, b.square(s)))));

function step(turns: number, draws: number): Program {
  const b = new Builder();
  const s = b.input("s", [draws], "state");
  const x = b.input("x", [turns, draws], "data");
  const p = b.input("p", [draws], "state");
  b.output("total", b.sum(recurrence(b, garch, { s, x, p })));
  return optimise(differentiate(b.finish(), "total", ["s", "p"]));
}

async function outputs(
  executor: Executor,
  program: Program,
  inputs: ReadonlyMap<string, ArrayLike<number>>,
): Promise<number[]> {
  const session = await executor.open(program, { seed: 1 });
  const known = new Set(inputsOf(program).map(({ attributes }) => attributes.name));
  for (const [name, values] of inputs) if (known.has(name)) session.write(name, values);
  await session.run(0, 1);
  const found: number[] = [];
  for (const { name } of program.outputs) found.push(...(await session.read(name)));
  session.dispose();
  return found;
}

test("a hundred thousand turns take as many instructions as ten thousand", () => {
  const [short, long] = [10_000, 100_000].map(
    (turns) => compileProgram(step(turns, 6), "float64", null).text().split("(").length,
  );
  expect(long).toBe(short);
});

test("a thousand turns and their gradient are those of the reference", async () => {
  const program = step(1000, 3);
  const inputs = new Map([
    ["s", [1, 2, 3]],
    ["p", [0.1, 0.2, 0.3]],
    ["x", Array.from({ length: 3000 }, (_, i) => Math.sin(i))],
  ]);
  const expected = await outputs(referenceExecutor, program, inputs);
  const found = await outputs(fusedExecutor("float64"), program, inputs);
  // sums of 3,000 terms of order 1, each a dozen roundings from its own
  expected.forEach((x, i) => expect(Math.abs(found[i]! - x)).toBeLessThan(1e-12 * Math.max(1, Math.abs(x)) * 3000));
  expect(expected[0]).toBeGreaterThan(1000);
});

test("gradients of random programs with recurrences are those of the reference", async () => {
  await fc.assert(
    fc.asyncProperty(programs({ maxLines: 16 }), async ({ program, inputs }) => {
      fc.pre(program.equations.some(({ op }) => op === "scan"));
      const both = optimise(differentiate(program, "total", ["x1", "x3"]));
      const given = new Map([...inputs].map(([name, { values }]) => [name, [...values]] as const));
      const expected = await outputs(referenceExecutor, both, given);
      const found = await outputs(fusedExecutor("float64"), both, given);
      // values of order 1 after a few hundred operations with an error of a few roundings each
      expected.forEach((x, i) => expect(Math.abs(found[i]! - x)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(x))));
    }),
    { seed: 20260103, numRuns: 150 },
  );
});

test("TensorFlow.js holds no more tensors after many steps of a recurrence than after one", async () => {
  const executor = started(await openExecutor({ engine: "tfjs", backend: "cpu" }));
  const session = await executor.open(step(5, 2), { seed: 1 });
  for (const [name, values] of [
    ["s", [1, 2]],
    ["p", [0.1, 0.2]],
    ["x", new Array<number>(10).fill(0.5)],
  ] as const)
    session.write(name, values);
  await session.run(0, 1);
  const before = tf.memory().numTensors;
  await session.run(1, 20);
  expect(tf.memory().numTensors).toBe(before);
  session.dispose();
});
