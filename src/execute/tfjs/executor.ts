import type * as tf from "@tensorflow/tfjs-core";
import { assert, InternalError, present } from "../../base/assert.ts";
import { breathe } from "../../base/turns.ts";
import { ok, type Outcome } from "../../diagnostics/diagnostic.ts";
import type { EquationOf, Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Executor, Feed, Seed, Session, Trace } from "../executor.ts";
import { noiseSource, type NoiseSource } from "../noise.ts";
import { inputKinds, record, tracedNames, type InputKinds } from "../session.ts";
import { startBackend, type Backend } from "./backends.ts";
import { emitBody } from "./emit.ts";
import { holdTensors, type Held, type Tensors } from "./held.ts";

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

/** A program on a back end. */
interface Loaded {
  readonly backend: Backend;
  readonly emitted: Emitted;
  readonly kinds: InputKinds;
  readonly draws: readonly { readonly input: EquationOf<"input">; readonly source: NoiseSource }[];
  /** Outputs, with the inputs that they become. */
  readonly carries: readonly { readonly output: string; readonly input: string }[];
  readonly held: Held;
}

function openSession(backend: Backend, program: Program, seed: Seed): Session {
  const loaded = load(backend, program, seed);
  const { kinds, held, emitted } = loaded;
  const traced = tracedNames(program);
  return {
    memory: null,
    write(name, values) {
      const input = present(kinds.written.get(name), `a state or data input ${name}`);
      const array = fitted(input, values);
      held.setInput(name, () => backend.under(() => backend.tf.tensor(array, [...input.shape], "float32")));
    },

    async read(name) {
      return Float64Array.from(await (kinds.state.has(name) ? held.input(name) : held.result(name)).data());
    },

    async run(first, steps, feed, signal): Promise<Trace> {
      for (const name of kinds.written.keys()) assert(held.hasInput(name), `${name} was not written`);
      const { trace, columns } = record(traced, steps);
      for (let done = 0; done < steps; done++) {
        await breathe(signal);
        backend.under(() => step(loaded, first + done, feed));
        const values = await readTogether(backend, traced.map(held.result));
        columns.forEach((column, i) => (column[done] = values[i] ?? NaN));
        if (!values.every(Number.isFinite)) return trace(done + 1);
        held.carry(loaded.carries);
      }
      return trace(steps);
    },

    dispose() {
      held.dispose();
      emitted.dispose();
    },
  };
}

function load(backend: Backend, program: Program, seed: Seed): Loaded {
  const make = new Function("tf", emitBody(program, null)) as (core: typeof tf) => Emitted;
  const emitted = backend.under(() => make(backend.core));
  const kinds = inputKinds(program);
  const draws = kinds.noise.map((input) => ({
    input,
    source: noiseSource(seed, input.attributes.name, input.attributes.noise ?? "normal"),
  }));
  const carries = program.outputs.flatMap(({ name, carry }) => (carry ? [{ output: name, input: carry }] : []));
  return { backend, emitted, kinds, draws, carries, held: holdTensors() };
}

/** Noise and feeds come in, the program runs, and what is of this step alone goes. */
function step(
  { backend: { tf: core }, kinds, draws, emitted, held }: Loaded,
  index: number,
  feed: Feed | undefined,
): void {
  const passing: Tensors = {};
  const fill = ({ attributes: { name, shape } }: EquationOf<"input">, values: Float32Array): void => {
    passing[name] = core.tensor(values, [...shape], "float32");
  };
  for (const { input, source } of draws) {
    // A new array each time: the cpu back end keeps it instead of copying.
    const values = new Float32Array(sizeOf(input.shape));
    source.fill(index, values);
    fill(input, values);
  }
  const fed = kinds.feed.length > 0 ? feed?.(index) : undefined;
  for (const input of kinds.feed) fill(input, fitted(input, fed?.[input.attributes.name]));
  held.advance((inputs) => emitted.run({ ...inputs, ...passing }));
  for (const tensor of Object.values(passing)) tensor.dispose();
}

/** Several scalars, in one trip to the device where that takes a while. */
async function readTogether(backend: Backend, scalars: readonly tf.Tensor[]): Promise<readonly number[]> {
  if (backend.synchronous) return scalars.flatMap((scalar) => [...scalar.dataSync()]);
  if (scalars.length === 0) return [];
  const packed = backend.under(() => backend.tf.stack([...scalars]));
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
