import { describe, expect, test } from "vitest";
import { arenaBytes } from "../../../src/execute/fused/arena.ts";
import { compileProgram } from "../../../src/execute/fused/compile.ts";
import { fusedExecutor } from "../../../src/execute/fused/executor.ts";
import { copyRows, streamed } from "../../../src/execute/fused/stream.ts";
import { openExecutor } from "../../../src/execute/select.ts";
import { adamFeeds } from "../../../src/inference/adam.ts";
import { batchRows } from "../../../src/inference/batches.ts";
import { initialise } from "../../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../../src/inference/inputs.ts";
import { fit } from "../../../src/inference/fit.ts";
import type { Compiled } from "../../../src/pipeline.ts";
import { Builder } from "../../../src/program/builder.ts";
import { inputsOf, type Program } from "../../../src/program/program.ts";
import { compiled } from "../../objective/support.ts";
import { started } from "../helpers.ts";
import { defaultFitOptions } from "../../../src/inference/fit-options.ts";

/** A regression with a matrix and a vector of data, of which each step sees five rows. */
function regression(rows: number, batch: number | null = 5): Compiled {
  const text = `data x: real[N, 40]  data y: real[N]
sample w: real[40] ~ normal(0, 1)
plate n in N { observe y[n] ~ normal(dot(w, x[n]), 1) }`;
  const x = Array.from({ length: rows }, (_, i) => Array.from({ length: 40 }, (__, j) => Math.sin(i + 3 * j)));
  const y = Array.from({ length: rows }, (_, i) => Math.cos(i));
  const options = batch === null ? {} : { batch: { n: batch } };
  return compiled(text, { x, y }, { guide: { family: "mean_field" }, objective: { bound: "elbo", T: 3 }, ...options });
}

/** The program with an output that reads all data, so that they stay in memory. */
function gathered(program: Program): Program {
  const b = Builder.resume(program);
  for (const { attributes, out } of inputsOf(program))
    if (attributes.role === "data") b.output(`all of ${attributes.name}`, b.sum(out));
  return b.finish();
}

async function train(model: Compiled, program: Program, precision: "float32" | "float64") {
  const session = await fusedExecutor(precision).open(program, { seed: 4 });
  const parameters = initialise(model, 4);
  const zeros = new Float64Array(parameters.length);
  writeInputs(session, program, model.numbers, { "all.parameters": parameters, "adam.m": zeros, "adam.v": zeros });
  const feed = feedOf(program, {
    "adam.rate": (step) => adamFeeds(0.01, step)["adam.rate"],
    "adam.epsilon": (step) => adamFeeds(0.01, step)["adam.epsilon"],
    ...Object.fromEntries(model.minibatches.map((m) => [m.feed, batchRows(4, m)])),
  });
  const trace = await session.run(0, 300, feed);
  const learned = await session.read("all.parameters");
  session.dispose();
  return { bound: trace["bound"]!, learned };
}

describe("data of which a step sees a minibatch", () => {
  test.each(["float64", "float32"] as const)(
    "give the same bits from outside as from memory, in %s",
    async (precision) => {
      const model = regression(23);
      expect(streamed(model.step()).streams.map(({ data, inner, count }) => [data, inner, count])).toEqual([
        ["y", 1, 5],
        ["x", 40, 5],
      ]);
      expect(streamed(gathered(model.step())).streams).toEqual([]);
      const outside = await train(model, model.step(), precision);
      const inside = await train(model, gathered(model.step()), precision);
      expect(outside).toEqual(inside);
      expect(outside.bound.every(Number.isFinite)).toBe(true);
    },
  );

  test("take no memory: a step's depends on the minibatch alone", () => {
    const [few, many] = [regression(10).step(), regression(1000).step()];
    expect(compileProgram(many, "float64", null).memory).toBe(compileProgram(few, "float64", null).memory);
    expect(arenaBytes(many, "float64")).toBe(arenaBytes(few, "float64"));
    const without = arenaBytes(regression(1000, null).step(), "float64");
    expect(without).toBeGreaterThan(1000 * 41 * 8);
  });

  test("may be larger than memory can be; read whole they are refused before anything runs", async () => {
    const program = (read: "rows" | "all"): Program => {
      const b = new Builder();
      const x = b.input("x", [1_600_000, 784], "data");
      const rows = b.input("rows", [100], "feed");
      b.output("y", b.sum(b.exp(read === "rows" ? b.gather(x, rows) : x)));
      return b.finish();
    };
    // 100 rows of 784 numbers in 32 bits, for each of 53 steps, and what one step computes
    expect(arenaBytes(program("rows"), "float32")).toBeLessThan(2 ** 24 + 2 ** 20);
    expect((await openExecutor({ engine: "fused", program: program("rows") })).ok).toBe(true);
    const refused = await openExecutor({ engine: "fused", program: program("all") });
    expect(refused.ok ? "" : refused.errors[0].code).toBe("PPL754");
  });

  test("are read by few steps at a time when their rows are long", () => {
    const chunkOf = (width: number): number => {
      const b = new Builder();
      const x = b.gather(b.input("x", [1000, width], "data"), b.input("rows", [128], "feed"));
      b.output("y", b.sum(x));
      return compileProgram(b.finish(), "float32", null).chunk;
    };
    // 2^24 bytes are 2^15 numbers of 32 bits for each of 128 rows
    expect([1, 1024, 2 ** 14, 2 ** 15, 2 ** 16].map(chunkOf)).toEqual([256, 32, 2, 1, 1]);
  });

  test("leave a run that is continued from its checkpoint the same bit for bit", async () => {
    const model = regression(23);
    const options = { ...defaultFitOptions, seed: 3, length: { steps: 400 } };
    const whole = started(await fit(model, fusedExecutor("float64"), options));
    const controller = new AbortController();
    const onProgress = ({ step }: { step: number }) => void (step > 100 && controller.abort());
    const part = started(
      await fit(model, fusedExecutor("float64"), options, { signal: controller.signal, onProgress }),
    );
    expect(part.stopped).toBe("interrupted");
    const rest = started(await fit(model, fusedExecutor("float64"), options, {}, part.checkpoint));
    expect(rest.parameters).toEqual(whole.parameters);
  });
});

test("rows are picked along any axis, and a row that is not there is a broken promise", () => {
  const stream = { feed: "f", data: "x", rows: "r", before: 2, size: 3, inner: 2, count: 2 };
  const values = Float64Array.from({ length: 12 }, (_, i) => i);
  const to = new Float64Array(9);
  copyRows(stream, values, [2, 0], { numbers: to, start: 1 });
  expect([...to]).toEqual([0, 4, 5, 0, 1, 10, 11, 6, 7]);
  for (const row of [3, -1, 0.5])
    expect(() => copyRows(stream, values, [row, 0], { numbers: to, start: 0 })).toThrow(`x has no row ${row}`);
});

test("a gather by anything but a feed stays in the program", () => {
  const b = new Builder();
  const x = b.input("x", [5, 2], "data");
  b.output("y", b.sum(b.gather(x, b.floor(b.input("rows", [2], "feed")))));
  expect(streamed(b.finish()).streams).toEqual([]);
});
