import { assert, present } from "../../base/assert.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import { inputsOf, type Equation, type Program, type Value } from "../../program/program.ts";
import { contiguousStrides, sizeOf } from "../../tensor/shape.ts";
import { inputKinds, tracedNames } from "../session.ts";
import { clustersOf, type Cluster } from "./clusters.ts";
import { expand } from "./expand.ts";
import { emitCopy } from "./emit/copies.ts";
import { alone, emitCluster, type Emitted, type Memory } from "./emit/loops.ts";
import type { KernelContext } from "./emit/numbers.ts";
import { isKernel, kernels } from "./emit/operations.ts";
import { emitMatmulEquation } from "./emit/products.ts";
import { emitScan, scratchBytes } from "./emit/scan.ts";
import { copySource, layOut, place, type Layout, type Place } from "./layout.ts";
import { emitMath, inlineMath } from "./math/math.ts";
import { emitRun } from "./run.ts";
import { streamed, type Stream } from "./stream.ts";
import type { Precision, Target } from "./target.ts";
import { emitMeet, exportRun } from "./threads/sync.ts";
import type { Extent, Task } from "./threads/tasks.ts";
import type { Team } from "./threads/team.ts";
import { divisible, workOf } from "./threads/work.ts";
import { mayWait } from "./threads/workers.ts";
import { ModuleBuilder, type FunctionBuilder, type FunctionRef } from "./wasm/assembler.ts";
import { features } from "./wasm/features.ts";
import { pageBytes } from "./wasm/host.ts";

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
  /** How many run it together, over shared memory: `run` is for the first of them, `work` for the others. */
  readonly threads: number;
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
  const stride = inputKinds(stepped).feed.reduce((sum, { shape }) => sum + sizeOf(shape) * bytes, 0);
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

/** How many threads do a step, and from how much estimated work on, in nanoseconds, a part of it is divided. */
export interface Threading {
  readonly threads: number;
  readonly least: number;
}

/** As measured: waiting for each other costs threads about ten microseconds for each part that they share. */
export const leastWork = 30_000;
/** By the estimates; half of what they promise is lost on processors that are two threads of one core. */
const leastSaved = 1 / 3;

/** Whether so many threads are faster than one, by the estimates that decide what is divided. */
export function worthThreads(given: Program, precision: Precision, threads: number): boolean {
  const program = expand(streamed(given).program, precision);
  return isWorth(program, clustersOf(program), precision, { threads, least: leastWork });
}

/** Whether enough of a step would be saved, meetings before and after each part that is divided taken off. */
function isWorth(
  program: Program,
  clusters: readonly Cluster[],
  precision: Precision,
  { threads, least }: Threading,
): boolean {
  let [all, saved] = [0, 0];
  for (const cluster of clusters) {
    const work = workOf(program, cluster, precision);
    all += work;
    if (divisible(cluster) && work >= least) saved += work * (1 - 1 / threads) - least / 3;
  }
  return saved >= all * leastSaved;
}

const oneThread: Threading = { threads: 1, least: leastWork };

/**
 * Plans memory and writes the module: `run(first, steps)` does the steps and returns how many it did. The numbers are
 * the same for any number of threads; where nothing is worth dividing there is one.
 */
export function compileProgram(
  given: Program,
  precision: Precision,
  source: SourceFile | null,
  threading: Threading = oneThread,
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

  const threads = isWorth(program, clusters, precision, threading) ? threading.threads : 1;
  const mostScratch = scratchBytes(program, layout, precision);
  // each thread's own, a cache line and more apart
  const scratchStride = Math.ceil((mostScratch + 16) / 128) * 128;
  const scratchAddress = reserve(threads > 1 ? threads * scratchStride : mostScratch + 16);
  const minPages = Math.ceil((end + 64) / pageBytes);
  const module = new ModuleBuilder(
    threads > 1 ? { minPages, maxPages: 2 ** 32 / pageBytes, shared: true } : { minPages },
  );
  const team: Team | null =
    threads > 1
      ? {
          threads,
          least: threading.least,
          id: module.global("i32", "thread", 0),
          reserve,
          scratchStride,
        }
      : null;
  const scratchOf = (size: number): number => {
    assert(size <= mostScratch, "scratch as planned");
    return scratchAddress;
  };
  const t: Target = {
    precision,
    lanes: precision === "float32" ? 4 : 2,
    bytes,
    relaxed: features().relaxedSimd,
    team,
    call: (f, name, ...args) => {
      const callee = present(module.find(emitMath(module, name, precision)), name);
      return f.call(callee as FunctionRef<readonly "v128"[], readonly ["v128"]>, ...args);
    },
    inline: (f, name, ...args) => inlineMath(module, f, name, precision, ...args),
  };
  const addressOfPlace = ({ buffer, offset }: Place): number => address[buffer]! + offset * bytes;
  const extentOf = ({ buffer }: Place): Extent => {
    const start = address[buffer]!;
    return { start, end: start + layout.buffers[buffer]!.size * bytes };
  };
  const placeOf = (value: Value): Place => present(layout.places.get(value), `the place of %${value}`);
  const extents = (values: readonly Value[]): Extent[] =>
    values.flatMap((value) => layout.places.get(value) ?? []).map(extentOf);
  const inputs = new Map(
    inputsOf(program).map(({ attributes, out, shape }) => {
      const at = placeOf(out);
      return [attributes.name, { address: addressOfPlace(at), count: sizeOf(shape), place: at }] as const;
    }),
  );
  // a function for each loop: they compile side by side, and a profile can time them one by one
  const context = (f: FunctionBuilder): KernelContext => ({ f, t, program, memory, module, scratch: scratchOf });
  const tasks: Task[] = [];
  const add = (
    name: string,
    touched: Pick<Task, "reads" | "writes">,
    emit: (c: KernelContext) => Emitted,
    comment = "",
  ): void => {
    let emitted = alone;
    const part = module.fn(name, [], [], (f) => void (emitted = emit(context(f))), comment);
    const { divided, finish } = emitted;
    tasks.push({ divided, ...touched, emit: (f) => f.emit(f.call(part)) });
    if (!team) module.export(part);
    if (!finish) return;
    const last = module.fn(`${name}_finish`, [], [], finish);
    tasks.push({ divided: false, ...touched, emit: (f) => f.emit(f.call(last)) });
  };
  const addCopies = (at: number): void => {
    for (const copy of copiesAt(program, layout, at)) {
      const touched = { reads: extents(copy.args), writes: extents([copy.out]) };
      add(`copy_${copy.out}`, touched, (c) => emitViewCopy(c, copy));
    }
  };
  if (team) addCopies(-1);
  else add("copies_before", { reads: [], writes: [] }, (c) => emitCopies(c, -1));
  clusters.forEach((cluster, at) => {
    const touched = {
      reads: extents(cluster.equations.flatMap(({ args }) => args)),
      writes: extents(cluster.equations.map(({ out }) => out)),
    };
    const emit = (c: KernelContext): Emitted => {
      const emitted = emitOne(c, cluster);
      if (!team) emitCopies(c, at);
      return emitted;
    };
    add(`loop_${at}`, touched, emit, describe(cluster, source));
    if (team) addCopies(at);
  });

  if (team && !tasks.some(({ divided }) => divided)) return compileProgram(given, precision, source);

  const meet = team && emitMeet(module, team, mayWait());
  const plan = {
    program,
    kinds,
    address,
    placeOf,
    addressOf: addressOfPlace,
    extentOf,
    inputs,
    feeds,
    trace,
    keys,
    tasks,
  };
  const run = emitRun(module, t, plan, meet);
  if (team) exportRun(module, team, run);
  else module.export(run);

  return {
    bytes: () => module.toBytes(),
    text: () => module.toText(),
    precision,
    threads,
    memory: end + 64,
    inputs,
    constants: constantsOf(program, layout, addressOfPlace),
    outputs: new Map(
      program.outputs.map(({ name, value }) => {
        const at = placeOf(value);
        return [name, { place: at, address: addressOfPlace(at) }];
      }),
    ),
    chunk,
    feeds,
    streams,
    trace,
    keys,
    program,
    loops: clusters.map(({ equations }) => equations),
  };
}

function emitOne(c: KernelContext, cluster: Cluster): Emitted {
  if (!cluster.kernel) return emitCluster(c.f, c.t, c.program, cluster, c.memory);
  const [equation] = cluster.equations;
  assert(equation, "a kernel's equation");
  if (equation.op === "matmul") return emitMatmulEquation(c, equation);
  // the loops inside a kernel are one thread's, as it is
  const single: KernelContext = { ...c, t: { ...c.t, team: null } };
  if (equation.op === "scan") {
    emitScan(single, equation, emitAll);
    return alone;
  }
  assert(isKernel(equation), `a kernel for ${equation.op}`);
  const kernel = kernels[equation.op] as (c: KernelContext, equation: Equation) => void;
  kernel(single, equation);
  return alone;
}

/** Loops and kernels one after another, with the copies in between. */
function emitAll(c: KernelContext, clusters: readonly Cluster[]): void {
  emitCopies(c, -1);
  clusters.forEach((cluster, at) => {
    emitOne(c, cluster);
    emitCopies(c, at);
  });
}

/** The copies that views need right after the cluster at a position, in their order. */
function copiesAt({ equations }: Program, { copies, places, buffers }: Layout, at: number) {
  return equations.filter(({ out }) => copies.has(out) && buffers[places.get(out)!.buffer]!.from === at);
}

function emitCopies(c: KernelContext, at: number): Emitted {
  for (const copy of copiesAt(c.program, c.memory.layout, at)) emitViewCopy(c, copy);
  return alone;
}

function emitViewCopy({ f, t, program, memory }: KernelContext, copy: Equation): Emitted {
  const { layout } = memory;
  const to = layout.places.get(copy.out)!;
  const { shape, from } = copySource(copy, program.equations, layout.places);
  return emitCopy(f, t, shape, from, { ...to, strides: contiguousStrides(shape) }, memory);
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
