import { assert, present } from "../../base/assert.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import type { Equation, Program } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { inputKinds } from "../session.ts";
import { arenaOf, exchangeOf, type Arena, type Exchange, type Range } from "./arena.ts";
import { clustersOf } from "./clusters.ts";
import { emitParts, type PartContext } from "./emit/parts.ts";
import { scratchBytes } from "./emit/scan.ts";
import { legalise } from "./legalise.ts";
import { layOut } from "./layout.ts";
import { emitMath, inlineMath } from "./math/math.ts";
import { emitPieces, emitRun } from "./run.ts";
import { streamed, type Stream } from "./stream.ts";
import { bytesOf, type Precision, type Target } from "./target.ts";
import { emitBarrier, exportRun } from "./threads/sync.ts";
import type { Team } from "./threads/team.ts";
import type { Place } from "./views.ts";
import { mayWait } from "./threads/workers.ts";
import { isWorth, oneThread, takesLong, type Threading } from "./threads/worth.ts";
import { ModuleBuilder, type FunctionRef } from "./wasm/assembler.ts";
import { pageBytes } from "./wasm/host.ts";

/** A program as one WebAssembly module, and how to talk to it through memory. */
export interface CompiledProgram extends Exchange {
  readonly bytes: () => Uint8Array;
  /** The module as text, with a comment at each loop. */
  readonly text: () => string;
  readonly precision: Precision;
  /** How many run it together, over shared memory: `run` is for the first of them, `work` for the others. */
  readonly threads: number;
  /** Bytes of memory it needs. */
  readonly memory: number;
  /** Constants to write once, before the first run. */
  readonly constants: readonly (Range & { readonly values: readonly number[] })[];
  /** Where each output is after a run, with its strides. */
  readonly outputs: ReadonlyMap<string, Placed>;
  /** Feeds that the host picks out of data which the memory does not hold. */
  readonly streams: readonly Stream[];
  readonly program: Program;
  /** Of a step that takes long on one thread: the exported `piece` runs one of so many. Null where it is quick. */
  readonly pieces: { readonly count: number; readonly carry: number } | null;
  /** What each exported `loop_N` computes, in order; `copies_before` runs before them. */
  readonly loops: readonly (readonly Equation[])[];
}

/** A value in memory. */
export interface Placed {
  readonly shape: readonly number[];
  readonly place: Place;
  readonly address: number;
}

/** Bytes beyond the last that code may read: rounding up to whole vectors. */
const margin = 64;

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
  const program = legalise(stepped, precision);
  const clusters = clustersOf(program);
  const arena = arenaOf(layOut(program, clusters), precision);
  const exchange = exchangeOf(program, precision, arena);
  const threads = isWorth(program, clusters, precision, threading) ? threading.threads : 1;
  const context = startModule(program, arena, precision, { ...threading, threads });
  const { module, t } = context;

  const tasks = emitParts(context, clusters, arena, source);
  if (t.team && !tasks.some(({ divided }) => divided))
    return compileProgram(given, precision, source, { ...threading, threads: 1 });
  const barrier = t.team && emitBarrier(module, t.team, mayWait());
  const plan = { program, kinds: inputKinds(program), arena, exchange, tasks };
  const run = emitRun(module, t, plan, barrier);
  if (t.team) exportRun(module, t.team, run);
  else module.export(run);
  const pieces = !t.team && takesLong(program, clusters, precision, threading) ? emitPieces(module, t, plan) : null;
  if (pieces) module.export(pieces.run);

  return {
    ...exchange,
    bytes: () => module.toBytes(),
    text: () => module.toText(),
    precision,
    threads,
    memory: arena.end() + margin,
    constants: constantsOf(program, arena),
    outputs: outputsOf(program, arena),
    streams,
    program,
    pieces: pieces && { count: pieces.count, carry: pieces.carry },
    loops: clusters.map(({ equations }) => equations),
  };
}

/** A module with room for the kernels' scratch, and how code in it is written. */
function startModule(program: Program, arena: Arena, precision: Precision, { threads, least }: Threading): PartContext {
  const { layout, address, reserve } = arena;
  const mostScratch = scratchBytes(program, layout, precision);
  // each thread's own, a cache line and more apart
  const scratchStride = Math.ceil((mostScratch + 16) / 128) * 128;
  const scratchAddress = reserve(threads > 1 ? threads * scratchStride : mostScratch + 16);
  const minPages = Math.ceil((arena.end() + margin) / pageBytes);
  const module = new ModuleBuilder(
    threads > 1 ? { minPages, maxPages: 2 ** 32 / pageBytes, shared: true } : { minPages },
  );
  const team = threads > 1 ? { threads, least, id: module.global("i32", "thread", 0), reserve, scratchStride } : null;
  const scratch = (size: number): number => {
    assert(size <= mostScratch, "scratch as planned");
    return scratchAddress;
  };
  return { module, program, t: targetOf(module, precision, team), memory: { layout, address }, scratch };
}

/** What code is written for: this host, in a precision. */
function targetOf(module: ModuleBuilder, precision: Precision, team: Team | null): Target {
  return {
    precision,
    lanes: precision === "float32" ? 4 : 2,
    bytes: bytesOf(precision),
    team,
    call: (f, name, ...args) => {
      const callee = present(module.find(emitMath(module, name, precision)), name);
      return f.call(callee as FunctionRef<readonly "v128"[], readonly ["v128"]>, ...args);
    },
    inline: (f, name, ...args) => inlineMath(module, f, name, precision, ...args),
  };
}

/** Constants that need memory, with their values row by row. */
function constantsOf({ equations }: Program, arena: Arena): CompiledProgram["constants"] {
  return equations.flatMap((equation) => {
    const at = arena.layout.places.get(equation.out);
    if (equation.op !== "constant" || !at) return [];
    const { values, shape } = equation.attributes;
    const count = sizeOf(shape);
    const [fill] = values;
    const all = values.length === count || fill === undefined ? values : new Array<number>(count).fill(fill);
    return [{ address: arena.addressOf(at), count, values: all }];
  });
}

function outputsOf({ equations, outputs }: Program, arena: Arena): CompiledProgram["outputs"] {
  const shapes = new Map(equations.map(({ out, shape }) => [out, shape]));
  return new Map(
    outputs.map(({ name, value }) => {
      const place = arena.placeOf(value);
      return [name, { shape: present(shapes.get(value), name), place, address: arena.addressOf(place) }];
    }),
  );
}
