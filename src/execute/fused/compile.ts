import { assert, present } from "../../base/assert.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import { inputsOf, type Equation, type Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { inputKinds, tracedNames } from "../session.ts";
import { clustersOf, type Cluster } from "./clusters.ts";
import { expand } from "./expand.ts";
import type { KernelContext } from "./emit/numbers.ts";
import { isKernel, kernels } from "./emit/operations.ts";
import { emitMatmulEquation, scratchFor } from "./emit/products.ts";
import { streamed, type Stream } from "./stream.ts";
import { contiguous, copySource, layOut, place, type Layout, type Place } from "./layout.ts";
import { emitCluster, emitCopy, type Memory } from "./emit/loops.ts";
import { emitNoise } from "./kernels/noise.ts";
import { emitMath, inlineMath } from "./math/math.ts";
import { pageBytes } from "./wasm/host.ts";
import { features } from "./wasm/features.ts";

import type { Precision, Target } from "./target.ts";
import { ModuleBuilder, w, type FunctionBuilder, type FunctionRef } from "./wasm/assembler.ts";

/** A range of memory that holds one input or output, in numbers of the program's precision. */
export interface Range {
  readonly address: number;
  readonly count: number;
}

/** A program as one WebAssembly module, and how to talk to it through memory. */
export interface CompiledProgram {
  readonly bytes: () => Uint8Array;
  /** The module as text, with a comment at each loop. */
  readonly text: () => string;
  readonly precision: Precision;
  /** Bytes of memory it needs. */
  readonly memory: number;
  readonly inputs: ReadonlyMap<string, Range>;
  /** Constants to write once, before the first run. */
  readonly constants: readonly (Range & { readonly values: readonly number[] })[];
  /** Where each output is after a run, with its strides. */
  readonly outputs: ReadonlyMap<string, { readonly place: Place; readonly address: number }>;
  /** Steps in one call of `run`. */
  readonly chunk: number;
  /** For each step of a chunk, the feeds one after another. */
  readonly feeds: {
    readonly address: number;
    readonly stride: number;
    readonly offsets: ReadonlyMap<string, number>;
  };
  /** Feeds that the host picks out of data which the memory does not hold. */
  readonly streams: readonly Stream[];
  /** For each step of a chunk, the traced outputs. */
  readonly trace: { readonly address: number; readonly names: readonly string[] };
  /** Two 32-bit words for each noise input. */
  readonly keys: ReadonlyMap<string, number>;
  readonly program: Program;
  /** What each exported `loop_N` computes, in order; `copies_before` runs before them. */
  readonly loops: readonly (readonly Equation[])[];
}

/** Bytes that WebAssembly can address, less a page. */
export const mostMemory = 2 ** 32 - pageBytes;

/**
 * Bytes of a step's memory: planned in full only where the sizes alone do not settle that it is small. Data of which a
 * step sees a minibatch are not among them.
 */
export function arenaBytes(given: Program, precision: Precision): number {
  const bytes = precision === "float32" ? 4 : 8;
  const stepped = streamed(given).program;
  const stride = inputKinds(stepped).feed.reduce(
    (sum, { shape }) => sum + sizeOf(shape) * bytes,
    0,
  );
  const feeds = stride * chunkFor(stride);
  const all = stepped.equations.reduce((sum, { shape }) => sum + sizeOf(shape) * bytes, feeds);
  if (all < mostMemory / 4) return all;
  const program = expand(stepped, precision);
  return place(layOut(program, clustersOf(program)).buffers, bytes, firstAddress).total + feeds;
}

/** Steps whose feeds and traces have room: as many as fit in a little memory. */
function chunkFor(feedBytes: number): number {
  return Math.max(1, Math.min(256, Math.floor(mostFeeds / Math.max(1, feedBytes))));
}
const mostFeeds = 2 ** 24;
const firstAddress = 64;

/** Plans memory and writes the module: `run(first, steps)` does the steps and returns how many it did. */
export function compileProgram(
  given: Program,
  precision: Precision,
  source: SourceFile | null,
): CompiledProgram {
  const { program: stepped, streams } = streamed(given);
  const program = expand(stepped, precision);
  const clusters = clustersOf(program);
  const layout = layOut(program, clusters);
  const bytes = precision === "float32" ? 4 : 8;
  const { address, total } = place(layout.buffers, bytes, firstAddress);
  const memory: Memory = { layout, address };

  let end = total;
  const reserve = (size: number): number => {
    const at = end;
    end = Math.ceil((end + size) / 16) * 16;
    return at;
  };
  const kinds = inputKinds(program);
  const offsets = new Map<string, number>();
  let stride = 0;
  for (const { attributes } of kinds.feed) {
    offsets.set(attributes.name, stride);
    stride += sizeOf(attributes.shape) * bytes;
  }
  const chunk = chunkFor(stride);
  const feeds = { address: reserve(stride * chunk), stride, offsets };
  const traced = tracedNames(program);
  const trace = { address: reserve(traced.length * bytes * chunk), names: traced };
  const keys = new Map(kinds.noise.map(({ attributes }) => [attributes.name, reserve(8)]));

  const scratchBytes = Math.max(
    0,
    ...program.equations.map((e) => scratchFor(program, layout, e, precision)),
  );
  const scratchAddress = reserve(scratchBytes + 16);
  const scratchOf = (size: number): number => {
    assert(size <= scratchBytes, "scratch as planned");
    return scratchAddress;
  };
  const module = new ModuleBuilder({ minPages: Math.ceil((end + 64) / pageBytes) });
  const t: Target = {
    precision,
    lanes: precision === "float32" ? 4 : 2,
    bytes,
    relaxed: features().relaxedSimd,
    call: (f, name, ...args) => {
      const callee = present(module.find(emitMath(module, name, precision)), name);
      return f.call(callee as FunctionRef<readonly "v128"[], readonly ["v128"]>, ...args);
    },
    inline: (f, name, ...args) => inlineMath(module, f, name, precision, ...args),
  };
  const addressOfPlace = ({ buffer, offset }: Place): number => address[buffer]! + offset * bytes;
  const stateAt = new Map(
    inputsOf(program).map(({ attributes, out }) => [attributes.name, layout.places.get(out)!]),
  );
  const inputs = new Map(
    inputsOf(program).map(({ attributes, out, shape }) => {
      const at = present(layout.places.get(out), attributes.name);
      return [attributes.name, { address: addressOfPlace(at), count: sizeOf(shape) }] as const;
    }),
  );
  // a function for each loop: they compile side by side, and a profile can time them one by one
  const context = (f: FunctionBuilder): KernelContext => ({ f, t, program, memory, module, scratch: scratchOf }); // prettier-ignore
  const prelude = module.fn("copies_before", [], [], (f) => emitCopies(context(f), -1));
  module.export(prelude);
  const parts = clusters.map((cluster, at) => {
    const part = module.fn(
      `loop_${at}`,
      [],
      [],
      (f) => {
        emitOne(context(f), cluster);
        emitCopies(context(f), at);
      },
      describe(cluster, source),
    );
    module.export(part);
    return part;
  });
  const body = module.fn("step", [], [], (f) => {
    [prelude, ...parts].forEach((part) => f.emit(f.call(part)));
  });

  const noise = kinds.noise.map(({ attributes: { name, noise: kind } }) => ({
    fill: emitNoise(module, kind ?? "normal", precision),
    to: inputs.get(name)!,
    key: keys.get(name)!,
  }));
  const placeOfOutput = (name: string): { place: Place; address: number } => {
    const { value } = program.outputs.find((output) => output.name === name)!;
    const at = present(layout.places.get(value), name);
    return { place: at, address: addressOfPlace(at) };
  };
  const run = module.fn("run", ["i32", "i32"], ["i32"], (f, first, steps) => {
    const step = f.local("i32", "step");
    f.set(step, 0);
    f.forLoop(step, 0, steps, 1, () => {
      for (const { attributes } of kinds.feed) {
        const { address: to, count } = inputs.get(attributes.name)!;
        const from = w.i32.add(
          w.i32.mul(step, stride),
          feeds.address + offsets.get(attributes.name)!,
        );
        f.memoryCopy(to, from, count * bytes);
      }
      for (const { fill, to, key } of noise)
        f.emit(f.call(fill, key, w.i32.add(first, step), to.address, to.count));
      f.emit(f.call(body));
      const finite = f.local("i32", "finite");
      f.set(finite, 1);
      traced.forEach((name, i) => {
        const at = placeOfOutput(name).address;
        const slot = w.i32.add(w.i32.mul(step, traced.length * bytes), trace.address + i * bytes);
        if (precision === "float32") {
          f.emit(w.f32.store(slot, w.f32.load(at)));
          // a number less itself is 0 unless it is infinite or no number
          f.set(finite, w.i32.and(finite, w.f32.eq(w.f32.sub(w.f32.load(at), w.f32.load(at)), 0)));
        } else {
          f.emit(w.f64.store(slot, w.f64.load(at)));
          f.set(finite, w.i32.and(finite, w.f64.eq(w.f64.sub(w.f64.load(at), w.f64.load(at)), 0)));
        }
      });
      f.if(w.i32.eqz(finite), () => f.return(w.i32.add(step, 1)));
      for (const { name, carry, value } of program.outputs)
        if (carry !== null) {
          const { shape } = program.equations[value]!;
          const to = inputs.get(carry)!;
          emitCopy(f, t, shape, placeOfOutput(name).place, stateAt.get(carry)!, address);
          assert(to.count === sizeOf(shape), `${name} has the size of ${carry}`);
        }
    });
    return steps;
  });
  module.export(run);

  return {
    bytes: () => module.toBytes(),
    text: () => module.toText(),
    precision,
    memory: end + 64,
    inputs,
    constants: constantsOf(program, layout, addressOfPlace),
    outputs: new Map(program.outputs.map(({ name }) => [name, placeOfOutput(name)])),
    chunk,
    feeds,
    streams,
    trace,
    keys,
    program,
    loops: clusters.map(({ equations }) => equations),
  };
}

function emitOne(c: KernelContext, cluster: Cluster): void {
  if (!cluster.kernel) return emitCluster(c.f, c.t, c.program, cluster, c.memory);
  const [equation] = cluster.equations;
  assert(equation, "a kernel's equation");
  if (equation.op === "matmul") return emitMatmulEquation(c, equation);
  assert(isKernel(equation), `a kernel for ${equation.op}`);
  (kernels[equation.op] as (c: KernelContext, equation: Equation) => void)(c, equation);
}

/** The copies that views need right after the cluster at a position. */
function emitCopies(c: KernelContext, at: number): void {
  const { layout, address } = c.memory;
  const { equations } = c.program;
  for (const equation of equations) {
    if (!layout.copies.has(equation.out)) continue;
    const to = layout.places.get(equation.out)!;
    if (layout.buffers[to.buffer]!.from !== at) continue;
    const { shape, from } = copySource(equation, equations, layout.places);
    emitCopy(c.f, c.t, shape, from, { ...to, strides: contiguous(shape) }, address);
  }
}

/** Constants that need memory, with their values row by row. */
function constantsOf(
  { equations }: Program,
  { places }: Layout,
  addressOfPlace: (place: Place) => number,
): CompiledProgram["constants"] {
  return equations.flatMap((equation) => {
    const at = places.get(equation.out);
    if (equation.op !== "constant" || !at) return [];
    const { values, shape } = equation.attributes;
    const count = sizeOf(shape);
    const all = values.length === count ? values : new Array<number>(count).fill(values[0]!);
    return [{ address: addressOfPlace(at), count, values: all }];
  });
}

function describe(cluster: Cluster, source: SourceFile | null): string {
  const equations = cluster.equations.map(({ out, op }) => `%${out} = ${op}`).join(", ");
  const origins = new Set(
    cluster.equations.flatMap(({ origin }) => {
      if (!origin) return [];
      const line = source ? source.text.slice(0, origin.span.start).split("\n").length : null;
      return [line === null ? origin.term : `line ${line} (${origin.term})`];
    }),
  );
  return [...origins, equations].join("; ");
}
