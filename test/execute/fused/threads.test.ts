import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { present } from "../../../src/base/assert.ts";
import { compileProgram } from "../../../src/execute/fused/compile.ts";
import { divisionOf, nestOf } from "../../../src/execute/fused/emit/axes.ts";
import { fusedExecutor, precisionFor } from "../../../src/execute/fused/executor.ts";
import { words } from "../../../src/execute/fused/threads/sync.ts";
import { groupsOf, type Task } from "../../../src/execute/fused/threads/tasks.ts";
import { canThread, processors, startWorkers } from "../../../src/execute/fused/threads/workers.ts";
import { leastWork } from "../../../src/execute/fused/threads/worth.ts";
import { pageBytes, wasmHost } from "../../../src/execute/fused/wasm/host.ts";
import type { EngineName } from "../../../src/execute/names.ts";
import { openExecutor } from "../../../src/execute/select.ts";
import { adamFeeds } from "../../../src/inference/adam.ts";
import { batchRows } from "../../../src/inference/batches.ts";
import { initialise } from "../../../src/inference/initialise.ts";
import { feedOf, writeInputs } from "../../../src/inference/inputs.ts";
import type { Compiled } from "../../../src/pipeline.ts";
import { Builder } from "../../../src/program/builder.ts";
import type { Program } from "../../../src/program/program.ts";
import { compiled } from "../../objective/support.ts";
import { programs } from "../../program/arbitrary.ts";
import { started } from "../helpers.ts";
import { examples } from "../programs.ts";

/** Everything that can be divided is. */
const least = 0;

const rows = (n: number, width: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: width }, (__, j) => 0.5 + 0.5 * Math.sin(i + 7 * j)));

const vae = (): Compiled =>
  compiled(
    `data x: int<0..2>[N, 37]
net decode = mlp(5, 19, 37)
plate n in N {
  sample z: real[5] ~ normal(0, 1)
  observe x[n] ~ bernoulli(logits = decode(z))
}`,
    { x: rows(40, 37).map((row) => row.map((v) => Number(v > 0.5))) },
    { guide: { family: "mean_field", K: 1, hidden: [21] }, batch: { n: 13 } },
  );

const classifier = (): Compiled =>
  compiled(
    `data pixels: real[N, 6]  data label: int<0..3>[N]
param weight: real[3] = 0
param centre: real[3, 2] = normal(0, 1)
param spread: real<0..>[3, 2] = 1
net decode = mlp(2, 3)
plate n in N {
  sample z: real[2] ~ mixture(logits = weight, normal(centre, spread))
  observe label[n] ~ categorical(logits = decode(z))
}
guide { z ~ mixture(K = 4, component = full_rank) given pixels[n] by mlp(17, 17, activation = elu) }`,
    { pixels: rows(30, 6), label: Array.from({ length: 30 }, (_, i) => i % 3) },
    { objective: { bound: "siwae", T: 2 }, batch: { n: 11 } },
  );

async function train(model: Compiled, threads: number, steps = 40, spoilAt = Infinity) {
  const program = model.step();
  const session = await fusedExecutor(precisionFor(program), { threads, least }).open(program, { seed: 4 });
  const parameters = initialise(model, 4);
  const zeros = new Float64Array(parameters.length);
  writeInputs(session, program, model.numbers, { "all.parameters": parameters, "adam.m": zeros, "adam.v": zeros });
  const feed = feedOf(program, {
    "adam.rate": (step) => (step === spoilAt ? NaN : adamFeeds(0.01, step)["adam.rate"]),
    "adam.epsilon": (step) => adamFeeds(0.01, step)["adam.epsilon"],
    ...Object.fromEntries(model.minibatches.map((m) => [m.feed, batchRows(4, m)])),
  });
  const trace = await session.run(0, steps, feed);
  const learned = await session.read("all.parameters");
  session.dispose();
  return { trace, learned };
}

type Inputs = ReadonlyMap<string, ArrayLike<number>>;

async function outputs(program: Program, inputs: Inputs, threads: number) {
  const found: Record<string, Float64Array> = {};
  for (const precision of ["float32", "float64"] as const) {
    const session = await fusedExecutor(precision, { threads, least }).open(program, { seed: 1 });
    for (const [name, values] of inputs) session.write(name, values);
    await session.run(0, 1);
    for (const { name } of program.outputs) found[`${name}/${precision}`] = await session.read(name);
    session.dispose();
  }
  return found;
}

describe("a step gives the same bits on any number of threads:", () => {
  test.each([
    ["a VAE", vae],
    ["a classifier with a mixture guide", classifier],
  ])("%s", async (_, make) => {
    const model = make();
    const one = await train(model, 1);
    expect(one.trace["bound"]!.every(Number.isFinite)).toBe(true);
    for (const threads of [2, 3]) {
      expect(compileProgram(model.step(), "float32", null, { threads, least }).threads).toBe(threads);
      expect(await train(model, threads)).toEqual(one);
    }
  });

  test("every example of every operation", async () => {
    for (const [op, list] of Object.entries(examples))
      for (const { name, program, inputs } of list)
        expect(await outputs(program, inputs, 2), `${op}: ${name}`).toEqual(await outputs(program, inputs, 1));
  }, 120_000);

  test("random programs", async () => {
    await fc.assert(
      fc.asyncProperty(programs({ maxLines: 20 }), async ({ program, inputs }) => {
        const given = new Map([...inputs].map(([name, { values }]) => [name, values]));
        expect(await outputs(program, given, 3)).toEqual(await outputs(program, given, 1));
      }),
      { seed: 20260103, numRuns: 25 },
    );
  }, 120_000);

  test("long sums, whose blocks are added up in order, and noise", async () => {
    const b = new Builder();
    const x = b.input("x", [3, 20_011], "state");
    const noise = b.input("noise", [3, 20_011], "noise", "normal");
    const y = b.mul(b.exp(x), noise);
    b.output("all", b.sum(y));
    b.output("rows", b.sum(y, [1]));
    b.output("columns", b.sum(y, [0]));
    b.output("largest", b.reduceMax(y));
    b.output("x", b.add(x, noise), "x");
    const program = b.finish();
    const given = new Map([["x", Float64Array.from({ length: 3 * 20_011 }, (_, i) => Math.sin(i))]]);
    const one = await outputs(program, given, 1);
    expect(await outputs(program, given, 2)).toEqual(one);
    expect(await outputs(program, given, 5)).toEqual(one);
    const { all, rows: each } = { all: one["all/float64"]![0]!, rows: one["rows/float64"]! };
    // 60,033 numbers of size 3 at most, summed in another order
    expect(all).toBeCloseTo(
      each.reduce((sum, row) => sum + row, 0),
      8,
    );
  });
});

describe("threads", () => {
  test("all stop at a step that is not finite", async () => {
    const model = vae();
    const one = await train(model, 1, 30, 11);
    const two = await train(model, 2, 30, 11);
    expect(two).toEqual(one);
    // what the bad rate makes of the parameters is seen in the next step
    expect(one.trace["bound"]!.length).toBe(13);
    expect(one.trace["bound"]![12]).toBeNaN();
  });

  test("are gone after they are sent home, also while they wait for each other", async () => {
    const { step } = vae();
    const compiledStep = compileProgram(step(), "float32", null, { threads: 3, least });
    const host = present(wasmHost(), "WebAssembly");
    const initial = Math.ceil(compiledStep.memory / pageBytes);
    const module = new host.Module(compiledStep.bytes());
    for (const turn of [0, 1]) {
      const memory = new host.Memory({ initial, maximum: initial, shared: true });
      const workers = present(await startWorkers(module, memory, 3), "workers");
      const shared = new Int32Array(memory.buffer);
      // a run that the first thread never joins
      Atomics.store(shared, words.steps / 4, 1);
      Atomics.store(shared, words.turn / 4, turn);
      Atomics.notify(shared, words.turn / 4);
      workers.stop();
      await workers.gone;
    }
  });

  test("that wait for one which failed give up", () => {
    const { step } = vae();
    const compiledStep = compileProgram(step(), "float32", null, { threads: 2, least });
    const host = present(wasmHost(), "WebAssembly");
    const initial = Math.ceil(compiledStep.memory / pageBytes);
    const memory = new host.Memory({ initial, maximum: initial, shared: true });
    const { exports } = new host.Instance(new host.Module(compiledStep.bytes()), { env: { memory } });
    Atomics.store(new Int32Array(memory.buffer), words.failed / 4, 1);
    expect(() => exports["run"]!(0, 1)).toThrow("unreachable");
  });

  test("do not keep a process alive that forgets to dispose of them", () => {
    const from = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
    const script = `
      import { fusedExecutor } from ${JSON.stringify(from("src/execute/fused/executor.ts"))};
      import { Builder } from ${JSON.stringify(from("src/program/builder.ts"))};
      const b = new Builder();
      b.output("y", b.sum(b.exp(b.input("x", [100, 100], "data"))));
      const session = await fusedExecutor("float64", { threads: 2, least: 0 }).open(b.finish(), { seed: 1 });
      session.write("x", new Float64Array(10000));
      await session.run(0, 3);
      console.log((await session.read("y"))[0]);`;
    const ran = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      cwd: from("."),
      encoding: "utf8",
      timeout: 60_000,
    });
    expect(ran.stderr).toBe("");
    expect(ran.stdout).toBe("10000\n");
    expect(ran.status).toBe(0);
  });

  test("are not started for what is not worth dividing", () => {
    const { step } = classifier();
    expect(compileProgram(step(), "float32", null, { threads: 2, least: leastWork }).threads).toBe(1);
    const single = compileProgram(step(), "float32", null);
    const asked = compileProgram(step(), "float32", null, { threads: 2, least: leastWork });
    expect(asked.bytes()).toEqual(single.bytes());
    expect(canThread()).toBe(true);
  });
});

describe("asking for threads", () => {
  /** Products of half a millisecond each. */
  const large = (): Program => {
    const b = new Builder();
    const x = b.input("x", [300, 300], "data");
    b.output("y", b.sum(b.matmul(b.matmul(x, x), x)));
    return b.finish();
  };
  const said = async (threads: number, program: Program, engine: EngineName = "fused") => {
    const opened = await openExecutor({ engine, program, threads });
    return opened.ok ? opened.warnings.map(({ code, message }) => `${code} ${message}`) : ["refused"];
  };
  const small = (): Program => {
    const b = new Builder();
    const x = b.input("x", [30, 30], "data");
    b.output("y", b.sum(b.matmul(x, x)));
    return b.finish();
  };
  const here = present(processors(), "the number of processors");

  test("says nothing where they pay", async () => {
    expect(await said(1, large())).toEqual([]);
    expect(await said(Math.min(2, here), large())).toEqual([]);
  });

  test("says when there are more than processors", async () => {
    expect((await said(here + 1, large()))[0]).toMatch(`PPL758 ${here + 1} threads share`);
  });

  test("runs as many", async () => {
    const b = new Builder();
    b.output("y", b.sum(b.exp(b.input("x", [1000, 1000], "data"))));
    const program = b.finish();
    const session = await started(await openExecutor({ engine: "fused", program, threads: 2 })).open(program, {
      seed: 1,
    });
    session.write("x", new Float64Array(1e6));
    await session.run(0, 2);
    expect(await session.read("y")).toEqual(Float64Array.of(1e6));
    // loops that threads share out cannot be timed one by one
    expect(session.profile).toBeUndefined();
    session.dispose();
  });

  test("says that one is enough, that the host has one, or that an engine does not look at it", async () => {
    expect(await said(2, small())).toEqual(["PPL757 one thread is as fast as 2 for this model: one runs"]);
    expect(await said(2, large(), "reference")).toEqual([
      "PPL759 `--threads` is for the fused engine: the reference evaluator does not look at it",
    ]);
    const spy = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    expect(await said(2, large())).toEqual(["PPL756 2 threads were asked for, and this host runs one"]);
    spy.mockRestore();
  });
});

describe("a loop is divided", () => {
  const t = { lanes: 4 } as const;
  const divided = (shape: readonly number[], reduced: readonly number[] | null, threads = 2) => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((x, y) => x * y, 1));
    const accesses = [{ base: 0, strides, moving: null }];
    if (reduced) {
      let stride = 1;
      const own = shape.toReversed().map((size, i) => {
        if (reduced.includes(shape.length - 1 - i)) return 0;
        const here = stride;
        stride *= size;
        return here;
      });
      accesses.push({ base: 0, strides: own.toReversed(), moving: null });
    }
    const found = divisionOf(nestOf(shape, accesses, 1, t, 1), 1, t, { threads });
    return found && [found.level, found.units, found.partial.size];
  };

  test("along its outermost axis, or where there is one alone by cache lines", () => {
    expect(divided([100, 784], [1])).toEqual([0, 100, 0]);
    expect(divided([100, 784], null)).toEqual([0, 4900, 0]);
  });

  test("along what is not summed over where it can be, else into parts that one thread adds up", () => {
    // columns are vectors, so that summing over rows leaves columns to share out
    expect(divided([1000, 784], [0])).toEqual([1, 49, 0]);
    // few rows are the innermost loop
    expect(divided([100, 784], [0])).toEqual([0, 49, 0]);
    // 5 blocks of 4,096 and the rest
    expect(divided([20_481], [0])).toEqual([0, 6, 1]);
    expect(divided([4096], [0])).toBeNull();
  });

  test("only where every thread gets about as much to do", () => {
    expect(divided([3, 40], [1], 3)).toEqual([0, 3, 0]);
    expect(divided([3, 40], [1], 6)).toBeNull();
  });
});

test("threads meet where one needs what another makes, and only there", () => {
  const task = (divided: boolean, reads: number[], writes: number[]): Task => ({
    divided,
    reads: reads.map((at) => ({ start: at, end: at + 10 })),
    writes: writes.map((at) => ({ start: at, end: at + 10 })),
    emit: () => undefined,
  });
  const sizes = (...tasks: Task[]): number[] => groupsOf(tasks).map(({ length }) => length);
  expect(sizes(task(false, [], [0]), task(false, [0], [10]))).toEqual([2]);
  expect(sizes(task(true, [], [0]), task(false, [0], [10]))).toEqual([1, 1]);
  expect(sizes(task(true, [], [0]), task(true, [10], [20]))).toEqual([2]);
  // memory that is used again: the first must have read it
  expect(sizes(task(true, [0], [10]), task(true, [], [5]))).toEqual([1, 1]);
  expect(sizes(task(true, [0], [10]), task(true, [0], [20]))).toEqual([2]);
});
