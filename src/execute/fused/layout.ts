import { assert, present } from "../../base/assert.ts";
import type { Equation, Program, Value } from "../../program/program.ts";
import { contiguousStrides, sameShape, sizeOf, type Shape } from "../../tensor/shape.ts";
import { kindOf, type Cluster } from "./clusters.ts";

/** Where a value lies: `offset` and `strides` count elements of its buffer. */
export interface Place {
  readonly buffer: number;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A stretch of memory and the clusters (by position in their order) between which it is in use. */
export interface Buffer {
  readonly id: number;
  readonly size: number;
  readonly from: number;
  readonly to: number;
  /** Holds its contents from step to step: inputs and constants. */
  readonly lasting: boolean;
}

export interface Layout {
  readonly places: ReadonlyMap<Value, Place>;
  readonly buffers: readonly Buffer[];
  /** Values that a loop writes to memory; the others live in registers. */
  readonly stored: ReadonlySet<Value>;
  /** Copies that views need: a reshape of memory that is not contiguous. */
  readonly copies: ReadonlySet<Value>;
}

/** A constant that fills its shape with one number needs no memory. */
export function fillOf(equation: Equation): number | null {
  if (equation.op !== "constant" || equation.attributes.values.length !== 1) return null;
  return equation.attributes.values[0]!;
}

/** Decides what is stored, where, and for how long. */
export function layOut(program: Program, clusters: readonly Cluster[]): Layout {
  const { equations, outputs } = program;
  const position = new Map<Value, number>();
  const cluster = new Map<Value, Cluster>();
  clusters.forEach((each, at) =>
    each.equations.forEach(({ out }) => {
      position.set(out, at);
      cluster.set(out, each);
    }),
  );
  const stored = storedValues(program, cluster);
  const places = new Map<Value, Place>();
  const copies = new Set<Value>();
  const { solid, whole, byRows } = kernelNeeds(program);
  const made: { size: number; from: number; to: number; lasting: boolean }[] = [];
  const allocate = (size: number, from: number, lasting: boolean): number => {
    made.push({ size, from, to: from, lasting });
    return made.length - 1;
  };

  for (const equation of equations) {
    const { out, shape } = equation;
    if (kindOf(equation) === "view") {
      // a view of a fill is a fill, unless a kernel wants to see it
      if (!solidBehind(equation, equations, solid)) continue;
      const found = viewOf(equation, equations, places);
      const scattered =
        found !== "copy" &&
        found !== null &&
        ((whole.has(out) && !isContiguous(shape, found.strides)) ||
          (byRows.has(out) && !hasRows(shape, found.strides)));
      const place = scattered ? "copy" : found;
      if (place === "copy") {
        copies.add(out);
        const at = lastDefinition(equation, equations, position);
        places.set(out, {
          buffer: allocate(sizeOf(shape), at, false),
          offset: 0,
          strides: contiguousStrides(shape),
        });
      } else if (place !== null) places.set(out, place);
      continue;
    }
    const source = kindOf(equation) === "source";
    if (source ? fillOf(equation) !== null && !solid.has(out) : !stored.has(out)) continue;
    const buffer = allocate(sizeOf(shape), position.get(out) ?? 0, source);
    places.set(out, { buffer, offset: 0, strides: contiguousStrides(shape) });
  }

  // a buffer is in use until the last cluster that reads a value in it; outputs are read after the step
  const use = (value: Value, at: number): void => {
    const place = places.get(value);
    if (place) made[place.buffer]!.to = Math.max(made[place.buffer]!.to, at);
  };
  clusters.forEach((each, at) => each.equations.forEach(({ args }) => args.forEach((arg) => use(arg, at))));
  for (const value of copies) {
    const { args } = equations[value]!;
    // copied right after it is made
    args.forEach((arg) => use(arg, made[places.get(value)!.buffer]!.from));
  }
  for (const { value } of outputs) use(value, Infinity);
  return { places, buffers: made.map((buffer, id) => ({ id, ...buffer })), stored, copies };
}

/** What a copy goes through: the memory behind a view in an order in which the view lies together. */
export function copySource(
  equation: Equation,
  equations: readonly Equation[],
  places: ReadonlyMap<Value, Place>,
): { readonly shape: Shape; readonly from: Place } {
  const viewed = viewOf(equation, equations, places);
  if (viewed !== null && viewed !== "copy") return { shape: equation.shape, from: viewed };
  // a reshape keeps the order of entries: the copy goes through its argument
  const arg = present(equation.args[0], "a view's argument");
  return { shape: equations[arg]!.shape, from: present(places.get(arg), `the place of %${arg}`) };
}

/**
 * Fills that need memory, because a kernel or the host reads them; views that must lie together; and those of which
 * only the last axis must.
 */
function kernelNeeds({ equations, outputs }: Program) {
  const solid = new Set<Value>();
  const whole = new Set<Value>();
  const byRows = new Set<Value>();
  for (const equation of equations) {
    if (kindOf(equation) !== "kernel") continue;
    for (const arg of equation.args) {
      (equation.op === "matmul" ? byRows : whole).add(arg);
      let source = equations[arg]!;
      while (kindOf(source) === "view") source = equations[source.args[0]!]!;
      if (fillOf(source) !== null) solid.add(source.out);
    }
  }
  for (const { value } of outputs) {
    let source = equations[value]!;
    while (kindOf(source) === "view") source = equations[source.args[0]!]!;
    if (fillOf(source) !== null) solid.add(source.out);
  }
  return { solid, whole, byRows };
}

/** Whether there is memory behind a view. */
function solidBehind(equation: Equation, equations: readonly Equation[], solid: ReadonlySet<Value>): boolean {
  let source = equation;
  while (kindOf(source) === "view") source = equations[source.args[0]!]!;
  return fillOf(source) === null || solid.has(source.out);
}

function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  const expected = contiguousStrides(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === expected[axis]);
}

/** The entries of a row are neighbours, and rows do not overlap. */
function hasRows(shape: Shape, strides: readonly number[]): boolean {
  const [rows, length] = [shape.at(-2)!, shape.at(-1)!];
  return (length === 1 || strides.at(-1) === 1) && (rows === 1 || strides.at(-2)! >= length);
}

/** Results that somebody else than the loop that makes them reads. */
function storedValues({ equations, outputs }: Program, cluster: ReadonlyMap<Value, Cluster>): Set<Value> {
  const stored = new Set<Value>(outputs.map(({ value }) => value));
  for (const equation of equations) {
    const kind = kindOf(equation);
    if (kind === "reduction" || kind === "kernel") stored.add(equation.out);
    const own = cluster.get(equation.out);
    for (const arg of equation.args)
      if (kind === "view" || kind === "kernel" || cluster.get(arg) !== own) stored.add(arg);
  }
  return stored;
}

/** The place of a view, "copy" where memory has to be moved, null for a view of a fill. */
function viewOf(
  equation: Equation,
  equations: readonly Equation[],
  places: ReadonlyMap<Value, Place>,
): Place | "copy" | null {
  const from = present(equation.args[0], "a view's argument");
  const place = places.get(from);
  if (!place) return fillOf(equations[from]!) === null ? "copy" : null;
  const { shape } = equations[from]!;
  const { strides, buffer, offset } = place;
  switch (equation.op) {
    case "stop":
      return place;
    case "transpose":
      return {
        buffer,
        offset,
        strides: equation.attributes.permutation.map((axis) => strides[axis]!),
      };
    case "slice": {
      const { begin } = equation.attributes;
      const moved = begin.reduce((sum, b, axis) => sum + b * strides[axis]!, offset);
      return { buffer, offset: moved, strides };
    }
    case "broadcast": {
      const rank = equation.shape.length;
      const lead = rank - shape.length;
      const stretched = equation.shape.map((size, axis) =>
        axis < lead || (shape[axis - lead] === 1 && size !== 1) ? 0 : strides[axis - lead]!,
      );
      return { buffer, offset, strides: stretched };
    }
    case "reshape": {
      const next = reshaped(shape, strides, equation.shape);
      return next === null ? "copy" : { buffer, offset, strides: next };
    }
    default:
      return assert(false, `${equation.op} is not a view`) as never;
  }
}

/** Strides of the same memory under another shape; null where there are none. */
function reshaped(from: Shape, strides: readonly number[], to: Shape): number[] | null {
  if (sizeOf(from) === 1) return to.map(() => 0);
  // axes of size 1 say nothing; the others must fall into groups of equal size that are contiguous inside
  const old = from.flatMap((size, axis) => (size === 1 ? [] : [{ size, stride: strides[axis]! }]));
  const out: number[] = new Array<number>(to.length).fill(0);
  let at = old.length - 1;
  let axis = to.length - 1;
  while (axis >= 0) {
    if (to[axis] === 1) {
      axis--;
      continue;
    }
    let rows = old[at]!.size;
    const base = old[at]!.stride;
    let first = at;
    let width = to[axis]!;
    let low = axis;
    while (rows !== width) {
      if (rows < width) {
        first--;
        if (first < 0 || old[first]!.stride !== base * rows) return null;
        rows *= old[first]!.size;
      } else {
        low--;
        if (low < 0) return null;
        width *= to[low]!;
      }
    }
    let stride = base;
    for (let i = axis; i >= low; i--) {
      out[i] = stride;
      stride *= to[i]!;
    }
    at = first - 1;
    axis = low - 1;
  }
  return sameShape([at], [-1]) ? out : null;
}

/** The position of the cluster after which a view's memory is there; -1 before the first. */
function lastDefinition(
  equation: Equation,
  equations: readonly Equation[],
  position: ReadonlyMap<Value, number>,
): number {
  let value = equation.args[0]!;
  while (kindOf(equations[value]!) === "view") value = equations[value]!.args[0]!;
  return position.get(value) ?? -1;
}

/**
 * Byte addresses of buffers, best fit: buffers that are not in use at the same time may share memory. Aligned to 16
 * bytes; `total` is the arena's size in bytes.
 */
export function place(
  buffers: readonly Buffer[],
  bytes: number,
  base: number,
): { readonly address: readonly number[]; readonly total: number } {
  const address = new Array<number>(buffers.length).fill(0);
  const placed: { readonly buffer: Buffer; readonly start: number; readonly end: number }[] = [];
  const aligned = (x: number): number => Math.ceil(x / 16) * 16;
  let total = base;
  const largestFirst = [...buffers].sort((a, b) => Number(b.lasting) - Number(a.lasting) || b.size - a.size);
  for (const buffer of largestFirst) {
    // vector loads may reach past the end of a row: room for one more vector
    const size = aligned(buffer.size * bytes + 16);
    const rivals = placed
      .filter(
        ({ buffer: other }) => other.lasting || buffer.lasting || (other.from <= buffer.to && buffer.from <= other.to),
      )
      .sort((a, b) => a.start - b.start);
    let start = base;
    for (const rival of rivals) {
      if (start + size <= rival.start) break;
      start = Math.max(start, rival.end);
    }
    placed.push({ buffer, start, end: start + size });
    address[buffer.id] = start;
    total = Math.max(total, start + size);
  }
  return { address, total };
}
