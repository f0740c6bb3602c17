import * as tf from "@tensorflow/tfjs-core";
import { assert, InternalError, present } from "../../base/assert.ts";
import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { EquationOf, Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Executor, Feed, Seed, Session, Trace } from "../executor.ts";
import { noiseSource } from "../noise.ts";
import { inputKinds, record, tracedNames } from "../session.ts";
import { startBackend, type Backend } from "./backends.ts";
import { emitBody } from "./emit.ts";

type Tensors = Record<string, tf.Tensor>;

/** What the emitted text returns. */
interface Emitted {
  run(inputs: Readonly<Tensors>): Tensors;
  dispose(): void;
}

/** Programs on a TensorFlow.js back end: "tfjs-wasm" and so on. Executors of several back ends may work in turns. */
export async function tfjsExecutor(name: string): Promise<Outcome<Executor>> {
  const backend = await startBackend(name);
  if (!backend.ok) return backend;
  return ok<Executor>(
    {
      name: `tfjs-${backend.value.name}`,
      precision: "float32",
      open: async (program, { seed }) => openSession(backend.value, program, seed),
    },
    backend.warnings,
  );
}

function openSession(backend: Backend, program: Program, seed: Seed): Session {
  const make = new Function("tf", emitBody(program, null)) as (core: typeof tf) => Emitted;
  const emitted = backend.under(() => make(backend.core));
  const kinds = inputKinds(program);
  const draws = kinds.noise.map((input) => ({
    input,
    source: noiseSource(seed, input.attributes.name, input.attributes.noise ?? "normal"),
  }));
  const traced = tracedNames(program);
  const carries = program.outputs.flatMap(({ name, carry }) => (carry ? [[name, carry]] : []));

  /** Written inputs and noise and feeds of the current step. A carried output is in here and in `results` both. */
  const inputs: Tensors = {};
  let results: Tensors = {};

  /** Frees what was let go of, unless it is still held under some name. */
  const release = (gone: Iterable<tf.Tensor>): void => {
    const held = new Set([...Object.values(inputs), ...Object.values(results)]);
    for (const tensor of gone) if (!held.has(tensor)) tensor.dispose();
  };

  const step = (index: number, feed: Feed | undefined): void => {
    const passing: string[] = [];
    const fill = (input: EquationOf<"input">, values: Float32Array): void => {
      const { name, shape } = input.attributes;
      inputs[name] = tf.tensor(values, [...shape], "float32");
      passing.push(name);
    };
    for (const { input, source } of draws) {
      // A new array each time: the cpu back end keeps it instead of copying.
      const values = new Float32Array(sizeOf(input.shape));
      source.fill(index, values);
      fill(input, values);
    }
    const fed = kinds.feed.length > 0 ? feed?.(index) : undefined;
    for (const input of kinds.feed) fill(input, fitted(input, fed?.[input.attributes.name]));
    const before = Object.values(results);
    results = emitted.run(inputs);
    release(before);
    for (const name of passing) {
      inputs[name]!.dispose();
      delete inputs[name];
    }
  };

  const carry = (): void => {
    const before = carries.map(([, input]) => inputs[input!]!);
    for (const [output, input] of carries) inputs[input!] = results[output!]!;
    release(before);
  };

  return {
    memory: null,
    write(name, values) {
      const input = present(kinds.written.get(name), `a state or data input ${name}`);
      const before = inputs[name];
      const array = fitted(input, values);
      inputs[name] = backend.under(() => tf.tensor(array, [...input.shape], "float32"));
      if (before) release([before]);
    },

    async read(name) {
      const tensor = kinds.state.has(name) ? inputs[name] : results[name];
      return Float64Array.from(await present(tensor, `a value of ${name}`).data());
    },

    async run(first, steps, feed): Promise<Trace> {
      for (const name of kinds.written.keys()) assert(inputs[name], `${name} was not written`);
      const { trace, columns } = record(traced, steps);
      for (let done = 0; done < steps; done++) {
        backend.under(() => step(first + done, feed));
        const scalars = traced.map((name) => results[name]!);
        const values = backend.synchronous
          ? scalars.map((scalar) => scalar.dataSync()[0]!)
          : await readTogether(backend, scalars);
        values.forEach((value, i) => (columns[i]![done] = value));
        if (!values.every(Number.isFinite)) return trace(done + 1);
        carry();
      }
      return trace(steps);
    },

    dispose() {
      const gone = [...Object.values(inputs), ...Object.values(results)];
      for (const name of Object.keys(inputs)) delete inputs[name];
      results = {};
      for (const tensor of new Set(gone)) tensor.dispose();
      emitted.dispose();
    },
  };
}

/** Several scalars in one trip to the device. */
async function readTogether(backend: Backend, scalars: readonly tf.Tensor[]): Promise<readonly number[]> {
  if (scalars.length === 0) return [];
  const packed = backend.under(() => tf.stack([...scalars]));
  const values = await packed.data();
  packed.dispose();
  return [...values];
}

/** A copy as 32-bit floats, of the size that the input has. */
function fitted(input: EquationOf<"input">, values: number | ArrayLike<number> | undefined): Float32Array {
  const { name, shape } = input.attributes;
  if (values === undefined) throw new InternalError(`${name} is not fed`);
  const array = typeof values === "number" ? Float32Array.of(values) : Float32Array.from(values);
  assert(array.length === sizeOf(shape), `${array.length} values do not fill ${name}`);
  return array;
}
