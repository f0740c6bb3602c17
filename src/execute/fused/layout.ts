import { definition, type Equation, type EquationOf, type Program, type Value } from "../../program/program.ts";
import { contiguousStrides, sizeOf } from "../../tensor/shape.ts";
import { fillOf } from "../fill.ts";
import { isView, kindOf, type Cluster, type ViewName } from "./clusters.ts";
import { hasRows, isContiguous } from "./strides.ts";
import { behind, viewOf, type Place } from "./views.ts";

/** A stretch of memory and the clusters (by position in their order) between which it is in use. */
export interface Buffer {
  readonly id: number;
  readonly size: number;
  readonly from: number;
  readonly to: number;
  /** Holds its contents from step to step: inputs and constants. */
  readonly lasting: boolean;
}

/** Where everything lies that is not in a register. */
export interface Layout {
  readonly places: ReadonlyMap<Value, Place>;
  readonly buffers: readonly Buffer[];
  /** Values that a loop writes to memory; the others live in registers. */
  readonly stored: ReadonlySet<Value>;
  /** Copies that views need: a reshape of memory that is not contiguous; after which cluster, -1 before the first. */
  readonly copies: ReadonlyMap<Value, number>;
}

/** What a layout is made from, before it is known how long each buffer is in use. */
interface Draft {
  readonly program: Program;
  /** Where the cluster that makes a value stands in their order; none for what is there before the step. */
  readonly position: ReadonlyMap<Value, number>;
  readonly stored: ReadonlySet<Value>;
  readonly needs: Needs;
  readonly places: Map<Value, Place>;
  readonly copies: Map<Value, number>;
  readonly buffers: Omit<Buffer, "to">[];
}

/** Decides what is stored, where, and for how long. */
export function layOut(program: Program, clusters: readonly Cluster[]): Layout {
  const position = new Map(clusters.flatMap(({ equations }, at) => equations.map(({ out }) => [out, at] as const)));
  const stored = storedValues(program, position);
  const needs = kernelNeeds(program);
  const draft: Draft = { program, position, stored, needs, places: new Map(), copies: new Map(), buffers: [] };
  for (const equation of program.equations) {
    if (isView(equation)) placeView(draft, equation);
    else placeResult(draft, equation);
  }
  const { places, copies } = draft;
  return { places, buffers: withUses(draft, clusters), stored, copies };
}

/** A view looks at the memory of its argument, or is a copy where what reads it could not. */
function placeView(draft: Draft, view: EquationOf<ViewName>): void {
  const { program, needs, places, copies } = draft;
  const source = behind(program, view.out);
  // a view of a fill is a fill, unless a kernel wants to see it
  if (fillOf(source) !== null && !needs.solid.has(source.out)) return;
  const found = viewOf(program, view, places);
  if (found === null) return;
  if (found !== "copy" && !isScattered(needs, view, found)) return void places.set(view.out, found);
  const at = draft.position.get(source.out) ?? -1;
  copies.set(view.out, at);
  allocate(draft, view, at, false);
}

/** What is there before the step, and what a loop or kernel leaves in memory. */
function placeResult(draft: Draft, equation: Equation): void {
  const { needs, stored, position } = draft;
  const source = kindOf(equation) === "source";
  const kept = source ? fillOf(equation) === null || needs.solid.has(equation.out) : stored.has(equation.out);
  if (kept) allocate(draft, equation, position.get(equation.out) ?? 0, source);
}

function allocate({ places, buffers }: Draft, { out, shape }: Equation, from: number, lasting: boolean): void {
  const id = buffers.length;
  buffers.push({ id, size: sizeOf(shape), from, lasting });
  places.set(out, { buffer: id, offset: 0, strides: contiguousStrides(shape) });
}

/** A buffer is in use until the last cluster that reads a value in it; outputs are read after the step. */
function withUses({ program, places, copies, buffers }: Draft, clusters: readonly Cluster[]): readonly Buffer[] {
  const last = new Map<number, number>();
  const use = (value: Value, at: number): void => {
    const place = places.get(value);
    if (place) last.set(place.buffer, Math.max(last.get(place.buffer) ?? at, at));
  };
  clusters.forEach((each, at) => each.equations.forEach(({ args }) => args.forEach((arg: Value) => use(arg, at))));
  // copied right after it is made
  for (const [value, at] of copies) definition(program, value).args.forEach((arg: Value) => use(arg, at));
  for (const { value } of program.outputs) use(value, Infinity);
  return buffers.map((buffer) => ({ ...buffer, to: Math.max(buffer.from, last.get(buffer.id) ?? buffer.from) }));
}

/** What kernels and the host ask of memory. */
interface Needs {
  /** Fills that need memory, because a kernel or the host reads them. */
  readonly solid: ReadonlySet<Value>;
  /** Views that must lie together. */
  readonly whole: ReadonlySet<Value>;
  /** Those of which only the last axis must. */
  readonly byRows: ReadonlySet<Value>;
}

function kernelNeeds(program: Program): Needs {
  const whole = new Set<Value>();
  const byRows = new Set<Value>();
  for (const { op, args } of program.equations.filter((equation) => kindOf(equation) === "kernel"))
    for (const arg of args) (op === "matmul" ? byRows : whole).add(arg);
  const read = [...whole, ...byRows, ...program.outputs.map(({ value }) => value)];
  const fills = read.map((value) => behind(program, value)).filter((source) => fillOf(source) !== null);
  return { solid: new Set(fills.map(({ out }) => out)), whole, byRows };
}

/** Whether a view lies in memory as no kernel that reads it could take it. */
function isScattered({ whole, byRows }: Needs, { out, shape }: Equation, { strides }: Place): boolean {
  return (whole.has(out) && !isContiguous(shape, strides)) || (byRows.has(out) && !hasRows(shape, strides));
}

/** Results that somebody else than the loop that makes them reads. */
function storedValues({ equations, outputs }: Program, position: ReadonlyMap<Value, number>): ReadonlySet<Value> {
  const stored = new Set<Value>(outputs.map(({ value }) => value));
  for (const equation of equations) {
    const kind = kindOf(equation);
    if (kind === "reduction" || kind === "kernel") stored.add(equation.out);
    const own = position.get(equation.out);
    for (const arg of equation.args)
      if (kind === "view" || kind === "kernel" || position.get(arg) !== own) stored.add(arg);
  }
  return stored;
}
