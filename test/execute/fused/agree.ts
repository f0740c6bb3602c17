import { expect } from "vitest";
import type { Executor } from "../../../src/execute/executor.ts";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { referenceExecutor } from "../../../src/execute/reference.ts";
import type { Program } from "../../../src/program/program.ts";
import { float32Tolerance } from "../helpers.ts";

export type Inputs = ReadonlyMap<string, ArrayLike<number>>;

async function outputs(executor: Executor, program: Program, inputs: Inputs) {
  const session = await executor.open(program, { seed: 1 });
  for (const [name, values] of inputs) session.write(name, values);
  await session.run(0, 1);
  const results = new Map<string, Float64Array>();
  for (const { name } of program.outputs) results.set(name, await session.read(name));
  return results;
}

/** Both precisions. */
export async function agrees(program: Program, inputs: Inputs): Promise<void> {
  await agreesInDouble(program, inputs);
  const rounded = new Map([...inputs].map(([name, values]) => [name, Array.from(values, Math.fround)]));
  await compare("float32", program, rounded, (_, allowed) => allowed);
}

/**
 * What one rounding to 32 bits of each operation does, scaled to 53 bits; and the stated accuracy of the vector
 * mathematics, 40 units in the last place at most (pow, log_ndtr), absolute near the zeros of the gamma functions.
 */
export async function agreesInDouble(program: Program, inputs: Inputs): Promise<void> {
  await compare(
    "float64",
    program,
    inputs,
    (expected, allowed) => allowed * 2 ** -29 + 40 * 2 ** -52 * Math.abs(expected) + 1e-14,
  );
}

async function compare(
  precision: "float32" | "float64",
  program: Program,
  inputs: Inputs,
  toleranceOf: (expected: number, float32: number) => number,
): Promise<void> {
  const expected = await outputs(referenceExecutor, program, inputs);
  const actual = await outputs(fusedExecutor(precision), program, inputs);
  const allowed = float32Tolerance(program, inputs, expected, 32);
  for (const [name, values] of expected)
    values.forEach((value, i) => {
      const got = actual.get(name)![i]!;
      const tolerance = toleranceOf(value, allowed.get(name)![i]!);
      if (!Object.is(value, got) && value !== got && !(Math.abs(value - got) <= tolerance))
        expect.fail(`${name}[${i}] is ${got}, ${value} +- ${tolerance} on the reference, in ${precision}`);
    });
}
