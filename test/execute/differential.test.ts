import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/execute/executor.ts";
import { fusedExecutor } from "../../src/execute/fused/executor.ts";
import { openExecutor } from "../../src/execute/select.ts";
import type { OpName } from "../../src/program/ops.ts";
import type { Program } from "../../src/program/program.ts";
import { programs } from "../program/arbitrary.ts";
import { exact, float32Tolerance, started } from "./helpers.ts";
import { examples } from "./programs.ts";
import { toyStep, toyValues } from "./toy.ts";

const backends = ["cpu", "wasm", "fused"] as const;
const executors = new Map<string, Executor>();
beforeAll(async () => {
  executors.set("reference", started(await openExecutor({ engine: "reference" })));
  for (const name of ["cpu", "wasm"])
    executors.set(name, started(await openExecutor({ engine: "tfjs", backend: name })));
  executors.set("fused", fusedExecutor("float32"));
});

/** Every output after one step. */
async function outputs(
  where: string,
  program: Program,
  inputs: ReadonlyMap<string, ArrayLike<number>>,
): Promise<Map<string, Float64Array>> {
  const session = await executors.get(where)!.open(program, { seed: 1 });
  for (const [name, values] of inputs) session.write(name, values);
  await session.run(0, 1);
  const results = new Map<string, Float64Array>();
  for (const { name } of program.outputs) results.set(name, await session.read(name));
  session.dispose();
  return results;
}

/** Special functions are compositions of a dozen operations each; measured errors reach 15 roundings. */
const slack = 32;

async function agree(
  backend: string,
  program: Program,
  given: ReadonlyMap<string, readonly number[]>,
  exactly = false,
): Promise<void> {
  const inputs = new Map([...given].map(([name, values]) => [name, values.map(Math.fround)]));
  const expected = await outputs("reference", program, inputs);
  const actual = await outputs(backend, program, inputs);
  const tolerance = float32Tolerance(program, inputs, expected, slack);
  for (const [name, values] of expected)
    values.forEach((value, i) => {
      const got = actual.get(name)![i]!;
      const allowed = exactly ? 0 : tolerance.get(name)![i]!;
      const same = Object.is(value, got) || value === got || Math.abs(value - got) <= allowed;
      // Beyond the range of 32-bit floats lies infinity.
      const overflow = Math.fround(value) === got;
      if (!same && !overflow) expect.fail(`${name}[${i}] is ${got} on ${backend}, ${value} +- ${allowed} on reference`);
    });
}

describe.each(backends)("the %s back end agrees with the reference on", (backend) => {
  for (const [op, list] of Object.entries(examples))
    test.each(list.map((example) => [example.name, example] as const))(`${op}: %s`, (_, { program, inputs }) => {
      expect(program.equations.some((equation) => equation.op === op)).toBe(true);
      const exactly = program.equations.every((equation) => exact.has(equation.op as OpName));
      return agree(backend, program, inputs, exactly);
    });
});

describe.each(backends)("on %s", (backend) => {
  test("random programs agree with the reference", async () => {
    await fc.assert(
      fc.asyncProperty(programs({ maxLines: 20 }), ({ program, inputs }) =>
        agree(backend, program, new Map([...inputs].map(([name, { values }]) => [name, [...values]]))),
      ),
      { seed: 20260101, numRuns: 200 },
    );
  });

  test("what is not positive definite has no factor", async () => {
    const { program } = examples.cholesky[0]!;
    const indefinite = new Map([["x0", [1, 2, 0, 2, 1, 0, 0, 0, 1]]]);
    expect((await outputs(backend, program, indefinite)).get("out")!.some(Number.isNaN)).toBe(true);
  });

  test("a training step of the toy gives the bound that the reference gives", async () => {
    const results: number[] = [];
    for (const where of ["reference", backend]) {
      const session = await executors.get(where)!.open(toyStep(), { seed: 1 });
      for (const [name, values] of Object.entries(toyValues)) session.write(name, values);
      const trace = await session.run(0, 3, () => ({ rate: 1e-3 }));
      results.push(trace["bound"]![2]!);
      session.dispose();
    }
    expect(results[0]).toBeCloseTo(-2.3627449782, 9);
    // A mean over 32 data of sums of a few dozen terms of order 1 to 10: a few hundred roundings.
    expect(Math.abs(results[1]! - results[0]!)).toBeLessThan(300 * 2 ** -24);
  });
});
