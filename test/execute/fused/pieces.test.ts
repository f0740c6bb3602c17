import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileProgram } from "../../../src/execute/fused/compile.ts";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { oneThread } from "../../../src/execute/fused/threads/worth.ts";
import { fit } from "../../../src/inference/fit.ts";
import { defaultFitOptions } from "../../../src/inference/fit-options.ts";
import { Builder } from "../../../src/program/builder.ts";
import type { Program } from "../../../src/program/program.ts";
import { compiled } from "../../objective/support.ts";
import { started } from "../helpers.ts";

/** Every step in pieces, however quick it is. */
const inPieces = fusedExecutor("float64", { long: 0 });

/** Draws noise and computes with it, so much that the host should not wait for it. */
function longStep(): Program {
  const b = new Builder();
  const z = b.input("z", [3_000_000], "noise", "normal");
  const of = (x: typeof z) => b.mean(b.exp(b.sin(x)), [0]);
  b.output("mean", of(z));
  return b.finish();
}

describe("a step in pieces", () => {
  test("computes what it does as a whole, bit for bit, whatever is fed, traced and carried", async () => {
    const read = (name: string) => readFileSync(`models/eight_schools/${name}`, "utf8");
    const data = JSON.parse(read("data.json")) as Record<string, unknown>;
    const model = compiled(read("model.ppl"), data, {
      guide: { family: "full_rank" },
      objective: { bound: "elbo", T: 4 },
    });
    const options = { ...defaultFitOptions, seed: 3, length: { steps: 120 } };
    const whole = started(await fit(model, fusedExecutor("float64"), options));
    const pieces = started(await fit(model, inPieces, options));
    expect(pieces.parameters).toEqual(whole.parameters);
    expect(pieces.trace).toEqual(whole.trace);
  });

  test("stops before it carries over what is not finite, as a whole step does", async () => {
    const b = new Builder();
    const x = b.input("x", [2], "state");
    b.output("x", b.scale(-2, x), "x");
    b.output("trace", b.sum(b.log(x), [0]));
    const ends = async (executor: ReturnType<typeof fusedExecutor>) => {
      const session = await executor.open(b.finish(), { seed: 1 });
      session.write("x", [1, 2]);
      const { trace } = await session.run(0, 5);
      const state = await session.read("x");
      session.dispose();
      return { trace, state };
    };
    const whole = await ends(fusedExecutor("float64"));
    expect(whole.trace).toHaveLength(2);
    expect(await ends(inPieces)).toEqual(whole);
  });

  test("is what long steps are run in, and short ones are not", () => {
    expect(compileProgram(longStep(), "float64", null, oneThread).pieces?.count).toBeGreaterThan(2);
    const b = new Builder();
    b.output("y", b.exp(b.input("x", [3], "data")));
    expect(compileProgram(b.finish(), "float64", null, oneThread).pieces).toBe(null);
  });

  test("lets the host have its turn in the middle, and is ended there by a signal", async () => {
    const session = await fusedExecutor("float64").open(longStep(), { seed: 1 });
    let turns = 0;
    let timer = setImmediate(function count() {
      turns++;
      timer = setImmediate(count);
    });
    await session.run(0, 1);
    clearImmediate(timer);
    expect(turns).toBeGreaterThan(0);
    const stopped = new Error("stopped");
    await expect(session.run(0, 4, undefined, AbortSignal.abort(stopped))).rejects.toBe(stopped);
    session.dispose();
  });
});
