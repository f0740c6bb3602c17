import { assert, InternalError, present } from "../../base/assert.ts";
import { breathe, isDue } from "../../base/turns.ts";
import { definition, type Program, type Value } from "../../program/program.ts";
import type { Executor, Seed, Session } from "../executor.ts";
import { inputKinds, record } from "../session.ts";
import { isView } from "./clusters.ts";
import { compileProgram, type CompiledProgram } from "./compile.ts";
import type { Precision } from "./target.ts";
import { timeParts, type Exports } from "./profile.ts";
import { startWorkers } from "./threads/workers.ts";
import { leastWork, longStep, type Threading } from "./threads/worth.ts";
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
 * @param long     nanoseconds of work from which on a step of one thread is run in pieces; the numbers are the same
 */
export function fusedExecutor(
  precision: Precision,
  { threads = 1, least = leastWork, long = longStep }: Partial<Threading> = {},
): Executor {
  return {
    name: "fused",
    precision,
    open: (program, { seed }) => openSession(program, precision, seed, { threads, least, long }),
  };
}

/** A module with its memory, and who runs it. */
async function start(program: Program, precision: Precision, threading: Threading) {
  const host = present(wasmHost(), "WebAssembly");
  const compiled = compileProgram(program, precision, null, threading);
  await breathe();
  const { threads } = compiled;
  const initial = Math.ceil(compiled.memory / pageBytes);
  const memory = new host.Memory(threads > 1 ? { initial, maximum: initial, shared: true } : { initial });
  const module = await host.compile(compiled.bytes());
  await breathe();
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
  const runOne = compiled.pieces ? inPieces(instance.exports, compiled.pieces) : null;
  const pace = paceOf(compiled.chunk);
  const session: Session = {
    memory: compiled.memory,
    write(name, values) {
      assert(kinds.written.has(name), `a state or data input ${name} is missing`);
      written.add(name);
      transfer.write(name, values);
    },
    read: async (name) => transfer.read(name),
    async run(first, steps, feed, signal) {
      for (const name of kinds.written.keys()) assert(written.has(name), `${name} was not written`);
      const { trace, columns } = record(compiled.trace.names, steps);
      for (let done = 0; done < steps;) {
        const count = runOne ? 1 : Math.min(pace.steps(), steps - done);
        if (kinds.feed.length > 0) for (let s = 0; s < count; s++) transfer.feed(s, feed?.(first + done + s));
        const began = performance.now();
        if (runOne) await runOne(first + done, signal);
        const ran = runOne ? 1 : runSteps(first + done, count);
        pace.took(ran, performance.now() - began);
        transfer.trace(columns, done, ran);
        done += ran;
        await breathe(signal);
        const last = columns.some((column) => !Number.isFinite(column[done - 1]));
        if (last) return trace(done);
      }
      return trace(steps);
    },
    // loops that threads share out cannot be run one by one
    ...(compiled.threads === 1 && {
      profile: (first, seconds, feed) =>
        timeParts(compiled.loops, instance.exports, seconds, (at) => {
          if (kinds.feed.length > 0) transfer.feed(0, feed?.(first + at));
          runSteps(first + at, 1);
        }),
    }),
    dispose() {
      workers?.stop();
      written.clear();
      transfer.release();
    },
  };
  return session;
}

/** Milliseconds of steps that are run in one call. */
const together = 8;

/** How many steps are run in one call, by the time that those before took: `most` at most. */
function paceOf(most: number) {
  let steps = 1;
  return {
    steps: () => steps,
    took(done: number, milliseconds: number) {
      const fitting = Math.floor((together * done) / Math.max(1e-3, milliseconds));
      steps = Math.max(1, Math.min(most, fitting, 4 * steps));
    },
  };
}

/** Runs a step piece by piece, the host having its turn in between where it has waited long enough. */
function inPieces(exports: Exports, { count, carry }: NonNullable<CompiledProgram["pieces"]>) {
  const piece = guarded(present(exports["piece"], "an exported piece"));
  return async (step: number, signal?: AbortSignal): Promise<void> => {
    let finite = true;
    for (let at = 0; at < (finite ? count : carry); at++) {
      if (piece(step, at) === 0) finite = false;
      if (isDue()) await breathe(signal);
    }
  };
}

/** The module's `run`: from a step on so many; it answers how many it did. */
function stepsOf(exports: Exports): (first: number, count: number) => number {
  return guarded(present(exports["run"], "an exported run"));
}

function guarded(run: (...args: number[]) => number): (...args: number[]) => number {
  return (...args) => {
    try {
      return run(...args);
    } catch (error) {
      throw new InternalError(`the compiled step failed: ${String(error)}`, { cause: error });
    }
  };
}
