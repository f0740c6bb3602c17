import { assert, InternalError, present } from "../../base/assert.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { Feed, Seed } from "../executor.ts";
import { noiseKey } from "../noise.ts";
import type { InputKinds } from "../session.ts";
import type { CompiledProgram, Placed } from "./compile.ts";
import type { FeedSlot } from "./arena.ts";
import { copyRows, type Numbers, type Stream } from "./stream.ts";
import { isContiguous } from "./strides.ts";
import type { Precision } from "./target.ts";

/** What one step is fed, by name. */
export type Fed = ReturnType<Feed> | undefined;

/** What the host moves into a module's memory and out of it. */
export interface Transfer {
  /** Sets a state or data input. */
  write(name: string, values: ArrayLike<number>): void;
  /** The value of a state input, or of an output of the last step. */
  read(name: string): Float64Array;
  /** Lays down what a step is fed, at its place among the steps of a chunk. */
  feed(at: number, fed: Fed): void;
  /** Traces of the first steps of a chunk, as the rows of columns from `done` on. */
  trace(columns: readonly Float64Array[], done: number, steps: number): void;
  /** Lets go of what was written and is not in memory. */
  release(): void;
}

/** Opens a memory: its constants and the keys of its noise are there from the start. */
export function transferOf(
  compiled: CompiledProgram,
  buffer: ArrayBufferLike,
  kinds: InputKinds,
  seed: Seed,
): Transfer {
  const { precision, inputs, feeds, trace } = compiled;
  const numbers = precision === "float32" ? new Float32Array(buffer) : new Float64Array(buffer);
  const bytes = numbers.BYTES_PER_ELEMENT;
  for (const { address, values } of compiled.constants) numbers.set(values, address / bytes);
  const words = new Int32Array(buffer);
  for (const [name, address] of compiled.keys) words.set(noiseKey(seed, name), address / 4);

  /** Data of which each step sees a minibatch, and the streams that each feed of rows drives. */
  const outside = new Map<string, Numbers>();
  const driven = streamsOf(compiled);
  const isStreamed = new Set(compiled.streams.map(({ data }) => data));
  const own = new Map(feeds.slots.map((slot) => [slot.input.attributes.name, slot]));
  const indexOf = (at: number, { offset }: FeedSlot): number => (feeds.address + at * feeds.stride + offset) / bytes;

  return {
    write(name, values) {
      if (isStreamed.has(name)) return void outside.set(name, inPrecision(values, precision));
      const to = inputs.get(name);
      // an input that nothing needs has no memory
      if (!to) return;
      assert(values.length === to.count, `${name} has ${to.count} entries`);
      numbers.set(values, to.address / bytes);
    },
    read(name) {
      if (!kinds.state.has(name)) return readPlaced(numbers, present(compiled.outputs.get(name), `an output ${name}`));
      const { address, count } = present(inputs.get(name), `a state ${name}`);
      return Float64Array.from(numbers.subarray(address / bytes, address / bytes + count));
    },
    feed(at, fed) {
      for (const { attributes } of kinds.feed) {
        const { name } = attributes;
        const given = fed?.[name];
        if (given === undefined) throw new InternalError(`${name} is not fed`);
        const values = typeof given === "number" ? [given] : given;
        assert(values.length === sizeOf(attributes.shape), `${name} is fed ${values.length} numbers`);
        const slot = own.get(name);
        if (slot) numbers.set(values, indexOf(at, slot));
        for (const { stream, slot: to } of driven.get(name) ?? []) {
          const data = present(outside.get(stream.data), `${stream.data}`);
          copyRows(stream, data, values, { numbers, start: indexOf(at, to) });
        }
      }
    },
    trace(columns, done, steps) {
      const first = trace.address / bytes;
      for (let s = 0; s < steps; s++)
        columns.forEach((column, i) => (column[done + s] = numbers[first + s * columns.length + i]!));
    },
    release: () => outside.clear(),
  };
}

/** The streams that each feed of rows drives, with where they go. */
function streamsOf({ streams, feeds }: CompiledProgram) {
  const driven = new Map<string, { readonly stream: Stream; readonly slot: FeedSlot }[]>();
  for (const slot of feeds.slots) {
    const stream = streams.find(({ feed }) => feed === slot.input.attributes.name);
    if (stream) driven.set(stream.rows, [...(driven.get(stream.rows) ?? []), { stream, slot }]);
  }
  return driven;
}

/** A value row by row, whatever its strides. */
function readPlaced(numbers: Numbers, { shape, place: { strides }, address }: Placed): Float64Array {
  const out = new Float64Array(sizeOf(shape));
  const first = address / numbers.BYTES_PER_ELEMENT;
  if (isContiguous(shape, strides)) {
    out.set(numbers.subarray(first, first + out.length));
    return out;
  }
  for (let i = 0; i < out.length; i++) {
    let rest = i;
    let at = first;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    out[i] = numbers[at]!;
  }
  return out;
}

/** The caller's own array where it has the precision already. */
function inPrecision(values: ArrayLike<number>, precision: Precision): Numbers {
  if (precision === "float32") return values instanceof Float32Array ? values : Float32Array.from(values);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}
