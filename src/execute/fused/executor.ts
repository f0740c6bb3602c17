import { assert, InternalError, present } from "../../base/assert.ts";
import type { Program, Value } from "../../program/program.ts";
import { sizeOf, type Shape } from "../../tensor/shape.ts";
import type { Executor, Seed, Session } from "../executor.ts";
import { noiseKey } from "../noise.ts";
import { inputKinds, record } from "../session.ts";
import { kindOf } from "./clusters.ts";
import { compileProgram, leastWork, type Threading } from "./compile.ts";
import { copyRows, type Numbers, type Stream } from "./stream.ts";
import type { Precision } from "./target.ts";
import { timeParts } from "./profile.ts";
import { startWorkers } from "./threads/workers.ts";
import { pageBytes, wasmHost } from "./wasm/host.ts";

/**
 * Programs with networks run in 32 bits, others in 64: a network needs speed, a curvature needs digits, and so does the
 * factor of a covariance, whatever else is there. A network is a product with weights as they are learned; what a model
 * multiplies by matrices of its own is not.
 */
export function precisionFor({ equations }: Program): Precision {
  const isLearned = (value: Value): boolean => {
    const equation = equations[value]!;
    if (equation.op === "input") return equation.attributes.role === "state";
    return kindOf(equation) === "view" && isLearned(equation.args[0]!);
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
  const numbers = precision === "float32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
  const bytes = numbers.BYTES_PER_ELEMENT;
  const kinds = inputKinds(program);
  const { inputs, outputs, trace: traced, feeds } = compiled;
  for (const { address, values } of compiled.constants) numbers.set(values, address / bytes);
  const words = new Int32Array(memory.buffer);
  for (const [name, address] of compiled.keys) words.set(noiseKey(seed, name), address / 4);
  const feedAt = (step: number, offset: number): number => (feeds.address + step * feeds.stride + offset) / bytes;
  const written = new Set<string>();
  /** Data of which each step sees a minibatch, and the streams that each feed of rows drives. */
  const outside = new Map<string, Numbers>();
  const streams = new Map<string, Stream[]>();
  for (const stream of compiled.streams) streams.set(stream.rows, [...(streams.get(stream.rows) ?? []), stream]);
  const isStreamed = new Set(compiled.streams.map(({ data }) => data));
  const shapes = new Map(compiled.program.equations.map(({ out, shape }) => [out, shape]));

  const runSteps = (first: number, count: number): number => {
    try {
      return instance.exports["run"]!(first, count);
    } catch (error) {
      throw new InternalError(`the compiled step failed: ${String(error)}`, { cause: error });
    }
  };
  const session: Session = {
    memory: compiled.memory,
    write(name, values) {
      present(kinds.written.get(name), `a state or data input ${name}`);
      const at = inputs.get(name);
      written.add(name);
      if (isStreamed.has(name)) return void outside.set(name, inPrecision(values, precision));
      // an input that nothing needs has no memory
      if (!at) return;
      const { address, count } = at;
      assert(values.length === count, `${name} has ${count} entries`);
      numbers.set(values, address / bytes);
    },
    async read(name) {
      if (kinds.state.has(name)) {
        const { address, count } = inputs.get(name)!;
        return Float64Array.from(numbers.subarray(address / bytes, address / bytes + count));
      }
      const { place, address } = present(outputs.get(name), `an output ${name}`);
      const { value } = compiled.program.outputs.find((output) => output.name === name)!;
      const shape = shapes.get(value)!;
      const out = new Float64Array(sizeOf(shape));
      const first = address / bytes;
      if (isRowMajor(shape, place.strides)) {
        out.set(numbers.subarray(first, first + out.length));
        return out;
      }
      for (let i = 0; i < out.length; i++) {
        let rest = i;
        let at = first;
        for (let axis = shape.length - 1; axis >= 0; axis--) {
          at += (rest % shape[axis]!) * place.strides[axis]!;
          rest = Math.floor(rest / shape[axis]!);
        }
        out[i] = numbers[at]!;
      }
      return out;
    },
    async run(first, steps, feed) {
      for (const name of kinds.written.keys()) assert(written.has(name), `${name} was not written`);
      const { trace, columns } = record(traced.names, steps);
      for (let done = 0; done < steps;) {
        const count = Math.min(compiled.chunk, steps - done);
        for (let s = 0; s < count; s++) {
          const fed = kinds.feed.length > 0 ? feed?.(first + done + s) : undefined;
          for (const { attributes } of kinds.feed) {
            const { name } = attributes;
            const given = fed?.[name];
            if (given === undefined) throw new InternalError(`${name} is not fed`);
            const values = typeof given === "number" ? [given] : given;
            assert(values.length === sizeOf(attributes.shape), `${name} is fed ${values.length} numbers`);
            const offset = feeds.offsets.get(name);
            if (offset !== undefined) numbers.set(values, feedAt(s, offset));
            for (const stream of streams.get(name) ?? [])
              copyRows(stream, outside.get(stream.data)!, values, numbers, feedAt(s, feeds.offsets.get(stream.feed)!));
          }
        }
        const ran = runSteps(first + done, count);
        for (let s = 0; s < ran; s++)
          columns.forEach(
            (column, i) => (column[done + s] = numbers[traced.address / bytes + s * traced.names.length + i]!),
          );
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
      outside.clear();
    },
  };
  return session;
}

/** Whether entries lie one after the other, as they are counted. */
function isRowMajor(shape: Shape, strides: readonly number[]): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== stride) return false;
    stride *= shape[axis]!;
  }
  return true;
}

/** The caller's own array where it has the precision already. */
function inPrecision(values: ArrayLike<number>, precision: Precision): Numbers {
  if (precision === "float32") return values instanceof Float32Array ? values : Float32Array.from(values);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
