import { assert, InternalError, present } from "../../base/assert.ts";
import { definition, type Program, type Value } from "../../program/program.ts";
import type { Executor, Seed, Session } from "../executor.ts";
import { inputKinds, record } from "../session.ts";
import { isView } from "./clusters.ts";
import { compileProgram } from "./compile.ts";
import type { Precision } from "./target.ts";
import { timeParts, type Exports } from "./profile.ts";
import { startWorkers } from "./threads/workers.ts";
import { leastWork, type Threading } from "./threads/worth.ts";
import { transferOf } from "./transfer.ts";
import { pageBytes, wasmHost } from "./wasm/host.ts";

/**
 * Programs with networks run in 32 bits, others in 64: a network needs speed, a curvature needs digits, and so does the
 * factor of a covariance, whatever else is there. A network is a product with weights as they are learned; what a model
 * multiplies by matrices of its own is not.
 */
export function precisionFor(program: Program): Precision {
  const { equations } = program;
  const isLearned = (value: Value): boolean => {
    const equation = definition(program, value);
    if (equation.op === "input") return equation.attributes.role === "state";
    return isView(equation) && isLearned(equation.args[0]);
  };
  const network = equations.some(({ op, args }) => op === "matmul" && args.some(isLearned));
  return network && !equations.some(({ op }) => op === "cholesky") ? "float32" : "float64";
}

/**
 * The engine, in a precision.
 *
 * @param threads  how many run a step together; the numbers are the same for any. Fewer do where nothing is worth
 *                 dividing, or where the host starts no workers
 * @param least    nanoseconds of work from which on a part of a step is divided
 */
export function fusedExecutor(
  precision: Precision,
  { threads = 1, least = leastWork }: Partial<Threading> = {},
): Executor {
  return {
    name: "fused",
    precision,
    open: (program, { seed }) => openSession(program, precision, seed, { threads, least }),
  };
}

/** A module with its memory, and who runs it. */
async function start(program: Program, precision: Precision, threading: Threading) {
  const host = present(wasmHost(), "WebAssembly");
  const compiled = compileProgram(program, precision, null, threading);
  const { threads } = compiled;
  const initial = Math.ceil(compiled.memory / pageBytes);
  const memory = new host.Memory(threads > 1 ? { initial, maximum: initial, shared: true } : { initial });
  const module = new host.Module(compiled.bytes());
  const instance = new host.Instance(module, { env: { memory } });
  const workers = threads > 1 ? await startWorkers(module, memory, threads) : null;
  return { compiled, memory, instance, workers };
}

async function openSession(program: Program, precision: Precision, seed: Seed, threading: Threading): Promise<Session> {
  let started = await start(program, precision, threading);
  if (started.compiled.threads > 1 && !started.workers)
    started = await start(program, precision, { ...threading, threads: 1 });
  const { compiled, memory, instance, workers } = started;
  const kinds = inputKinds(program);
  const transfer = transferOf(compiled, memory.buffer, kinds, seed);
  const written = new Set<string>();
  const runSteps = stepsOf(instance.exports);
  const session: Session = {
    memory: compiled.memory,
    write(name, values) {
      assert(kinds.written.has(name), `a state or data input ${name} is missing`);
      written.add(name);
      transfer.write(name, values);
    },
    read: async (name) => transfer.read(name),
    async run(first, steps, feed) {
      for (const name of kinds.written.keys()) assert(written.has(name), `${name} was not written`);
      const { trace, columns } = record(compiled.trace.names, steps);
      for (let done = 0; done < steps;) {
        const count = Math.min(compiled.chunk, steps - done);
        if (kinds.feed.length > 0) for (let s = 0; s < count; s++) transfer.feed(s, feed?.(first + done + s));
        const ran = runSteps(first + done, count);
        transfer.trace(columns, done, ran);
        done += ran;
        const last = columns.some((column) => !Number.isFinite(column[done - 1]));
        if (last) return trace(done);
      }
      return trace(steps);
    },
    // loops that threads share out cannot be run one by one
    ...(compiled.threads === 1 && {
      profile: (first, seconds, feed) =>
        timeParts(compiled.loops, instance.exports, seconds, (at) => session.run(first + at, 1, feed)),
    }),
    dispose() {
      workers?.stop();
      written.clear();
      transfer.release();
    },
  };
  return session;
}

/** The module's `run`: from a step on so many; it answers how many it did. */
function stepsOf(exports: Exports): (first: number, count: number) => number {
  const run = present(exports["run"], "an exported run");
  return (first, count) => {
    try {
      return run(first, count);
    } catch (error) {
      throw new InternalError(`the compiled step failed: ${String(error)}`, { cause: error });
    }
  };
}
