import { present } from "../../base/assert.ts";
import { inputsOf, type EquationOf, type Program, type Value } from "../../program/program.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { inputKinds, tracedNames } from "../session.ts";
import { clustersOf } from "./clusters.ts";
import { legalise } from "./legalise.ts";
import { layOut, type Buffer, type Layout } from "./layout.ts";
import { place } from "./place.ts";
import { streamed } from "./stream.ts";
import { bytesOf, type Precision } from "./target.ts";
import type { Extent } from "./threads/tasks.ts";
import type { Place } from "./views.ts";
import { pageBytes } from "./wasm/host.ts";

/** Bytes that WebAssembly can address, less a page. */
export const mostMemory = 2 ** 32 - pageBytes;

/** Where the first buffer lies: words that threads share come before. */
const firstAddress = 64;

/** A step's memory: where its values lie, in bytes, and room after them for whatever else is reserved. */
export interface Arena {
  readonly layout: Layout;
  /** Byte addresses of buffers. */
  readonly address: readonly number[];
  readonly placeOf: (value: Value) => Place;
  /** A place's first byte. */
  readonly addressOf: (place: Place) => number;
  /** The memory of the buffer that a place is in. */
  readonly extentOf: (place: Place) => Extent;
  /** Memory of its own, in bytes; its address. */
  readonly reserve: (bytes: number) => number;
  /** The first byte that is free. */
  readonly end: () => number;
}

/** Gives a layout its addresses. */
export function arenaOf(layout: Layout, precision: Precision): Arena {
  const bytes = bytesOf(precision);
  const { address, total } = place(layout.buffers, bytes, firstAddress);
  const starts = new Map(layout.buffers.map((buffer) => [buffer.id, { buffer, start: startOf(address, buffer) }]));
  const held = ({ buffer }: Place) => present(starts.get(buffer), `buffer ${buffer}`);
  let end = total;
  return {
    layout,
    address,
    placeOf: (value) => present(layout.places.get(value), `the place of %${value}`),
    addressOf: (at) => held(at).start + at.offset * bytes,
    extentOf: (at) => {
      const { start, buffer } = held(at);
      return { start, end: start + buffer.size * bytes };
    },
    reserve: (size) => {
      const at = end;
      end = Math.ceil((end + size) / 16) * 16;
      return at;
    },
    end: () => end,
  };
}

function startOf(address: readonly number[], { id }: Buffer): number {
  return present(address[id], `the address of buffer ${id}`);
}

/** A range of memory that holds one input or output, in numbers of the program's precision. */
export interface Range {
  readonly address: number;
  readonly count: number;
}

/** A feed: its place among those of a step, in bytes. */
export interface FeedSlot {
  readonly input: EquationOf<"input">;
  readonly offset: number;
}

/** What a run and its host leave for each other in memory. */
export interface Exchange {
  readonly inputs: ReadonlyMap<string, Range & { readonly place: Place }>;
  /** Steps in one call of `run`. */
  readonly chunk: number;
  /** For each step of a chunk, the feeds one after another; `stride` is the bytes of a step. */
  readonly feeds: { readonly address: number; readonly stride: number; readonly slots: readonly FeedSlot[] };
  /** For each step of a chunk, the traced outputs. */
  readonly trace: { readonly address: number; readonly names: readonly string[] };
  /** Two 32-bit words for each noise input. */
  readonly keys: ReadonlyMap<string, number>;
}

/** Reserves what a run and its host exchange. */
export function exchangeOf(program: Program, precision: Precision, arena: Arena): Exchange {
  const bytes = bytesOf(precision);
  const kinds = inputKinds(program);
  const slots: FeedSlot[] = [];
  let stride = 0;
  for (const input of kinds.feed) {
    slots.push({ input, offset: stride });
    stride += sizeOf(input.shape) * bytes;
  }
  const chunk = chunkFor(stride);
  const names = tracedNames(program);
  return {
    inputs: new Map(
      inputsOf(program).map(({ attributes, out, shape }) => {
        const at = arena.placeOf(out);
        return [attributes.name, { address: arena.addressOf(at), count: sizeOf(shape), place: at }] as const;
      }),
    ),
    chunk,
    feeds: { address: arena.reserve(stride * chunk), stride, slots },
    trace: { address: arena.reserve(names.length * bytes * chunk), names },
    keys: new Map(kinds.noise.map(({ attributes }) => [attributes.name, arena.reserve(8)])),
  };
}

/**
 * Bytes of a step's memory: planned in full only where the sizes alone do not settle that it is small. Data of which a
 * step sees a minibatch are not among them.
 */
export function arenaBytes(given: Program, precision: Precision): number {
  const bytes = bytesOf(precision);
  const stepped = streamed(given).program;
  const stride = inputKinds(stepped).feed.reduce((sum, { shape }) => sum + sizeOf(shape) * bytes, 0);
  const feeds = stride * chunkFor(stride);
  const all = stepped.equations.reduce((sum, { shape }) => sum + sizeOf(shape) * bytes, feeds);
  if (all < mostMemory / 4) return all;
  const program = legalise(stepped, precision);
  return place(layOut(program, clustersOf(program)).buffers, bytes, firstAddress).total + feeds;
}

/** Steps whose feeds and traces have room: as many as fit in a little memory. */
function chunkFor(feedBytes: number): number {
  return Math.max(1, Math.min(256, Math.floor(mostFeeds / Math.max(1, feedBytes))));
}
const mostFeeds = 2 ** 24;
