import type { EquationOf, Program } from "../../../program/program.ts";
import { contiguousStrides, sizeOf, type Shape } from "../../../tensor/shape.ts";
import { vectorOps, type Target } from "../target.ts";
import { w, type Expr, type Local } from "../wasm/assembler.ts";
import { factorOneByOne, solveOneByOne } from "./factors.ts";
import { addressOf, shapeOf, type KernelContext } from "./numbers.ts";
import { loadEntries, storeEntries, type LaneAccess } from "./transposed.ts";

type Pointer = Local<"i32">;
type Register = Local<"v128">;
type Vector = Expr<"v128">;

/** The largest matrices whose steps are written out one by one: a few hundred instructions. */
const largestFactor = 10;
const largestSolve = 16;
/** Factors of at most this size stay in registers. */
const inRegisters = 3;

/** An axis along which there are systems: numbers from one to the next of the factors, right-hand sides, solutions. */
interface SolveAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly x: number;
}

/** Bytes of scratch that triangular solves need: a vector for each entry of the lower triangle. */
export function solveScratchBytes({ equations }: Program, equation: EquationOf<"solve_triangular">) {
  const n = equations[equation.args[0]!]!.shape.at(-1)!;
  return n > largestSolve ? 0 : triangle(n) * 16;
}

const triangle = (n: number): number => (n * (n + 1)) / 2;
const entry = (i: number, j: number): number => triangle(i) + j;

/**
 * Forward substitution, or backward for the transpose; leading axes broadcast. As many systems at once as a vector has
 * lanes, along the axis where that costs least; each diagonal entry is divided by once, and multiplied with after.
 */
export function emitSolve(c: KernelContext, equation: EquationOf<"solve_triangular">): void {
  const { args, out, shape, attributes } = equation;
  const { f, t } = c;
  const n = shape.at(-2)!;
  const m = shape.at(-1)!;
  const axes = solveAxes(shape, shapeOf(c, args[0]!), shapeOf(c, args[1]!));
  const along = laneAxis(t, axes, n, m);
  if (along === null || n > largestSolve) return solveOneByOne(c, equation);
  const { transpose } = attributes;
  const ops = vectorOps(t);
  const { bytes, lanes } = t;
  const order = Array.from({ length: n }, (_, i) => (transpose ? n - 1 - i : i));
  const scratch = f.let(w.i32.const(c.scratch(triangle(n) * 16)), "scratch");
  const reciprocal = (value: Vector): Vector => ops.div(ops.constant(1), value);

  /** The factor's entries: in registers, in scratch, or where they are. */
  const stage = (a: Pointer, valid: number): ((i: number, j: number) => Vector) => {
    const moving = along.a !== 0;
    const kept = new Map<number, Register>();
    for (let i = 0; i < n; i++) {
      const row = moving
        ? loadEntries(f, t, { at: a, valid, laneStride: along.a, count: i + 1, entryStride: 1, offset: i * n * bytes })
        : null;
      for (let j = 0; j <= i; j++) {
        const value = row?.[j] ?? ops.loadSplat(a, (i * n + j) * bytes);
        const wanted = i === j ? reciprocal(value) : value;
        if (n <= inRegisters) kept.set(entry(i, j), f.let(wanted, "l"));
        else if (moving || i === j) f.emit(w.v128.store(scratch, wanted, 16 * entry(i, j)));
      }
      if (row) f.release(...row);
    }
    return (i, j) => {
      if (n <= inRegisters) return kept.get(entry(i, j))!;
      return moving || i === j ? w.v128.load(scratch, 16 * entry(i, j)) : ops.loadSplat(a, (i * n + j) * bytes);
    };
  };
  const solve = (l: (i: number, j: number) => Vector, b: Pointer, x: Pointer, valid: number): void =>
    f.scope(() => {
      const access = (at: Pointer, laneStride: number): LaneAccess => ({
        at,
        valid,
        laneStride,
        count: n,
        entryStride: m,
      });
      const values = loadEntries(f, t, access(b, along.b));
      order.forEach((i, done) => {
        const own = values[i]!;
        f.set(own, ops.mul(own, l(i, i)));
        for (const k of order.slice(done + 1)) {
          const factor = transpose ? l(i, k) : l(k, i);
          f.set(values[k]!, lessProduct(t, values[k]!, factor, own));
        }
      });
      storeEntries(f, t, access(x, along.x), values);
    });

  const others = axes.filter((axis) => axis !== along);
  const outer = others.filter(({ a }) => a !== 0);
  const inner = others.filter(({ a }) => a === 0);
  const vectors = (pointers: readonly Pointer[], body: Body): void => alongLanes(c, along, lanes, pointers, body);
  const start = [args[0]!, args[1]!, out].map((value) => f.let(w.i32.const(addressOf(c, value))));
  nest(c, outer, start, (each) => {
    if (along.a !== 0)
      return vectors(each, (group, valid) => {
        const l = stage(group[0]!, valid);
        nest(c, inner, group, ([, b, x]) => solve(l, b!, x!, valid));
      });
    const l = stage(each[0]!, lanes);
    nest(c, inner, each, (all) => vectors(all, ([, b, x], valid) => solve(l, b!, x!, valid)));
  });
}

/**
 * The lower factor, its upper triangle 0. Batches of small matrices go a matrix to a lane, column by column:
 * l[j, j] = sqrt(a[j, j]), l[i, j] = a[i, j] / l[j, j], and their products taken from what is left.
 */
export function emitCholesky(c: KernelContext, equation: EquationOf<"cholesky">): void {
  const { args, out, shape } = equation;
  const { f, t } = c;
  const n = shape.at(-1)!;
  const count = sizeOf(shape.slice(0, -2));
  if (count === 1 || n > largestFactor) return factorOneByOne(c, equation);
  const ops = vectorOps(t);
  const [from, to] = [addressOf(c, args[0]!), addressOf(c, out)];
  f.memoryFill(to, 0, sizeOf(shape) * t.bytes);
  const axis = { size: count, a: n * n, b: 0, x: n * n };
  const start = [from, from, to].map((address) => f.let(w.i32.const(address)));
  alongLanes(c, axis, t.lanes, start, ([a, , x], valid) => {
    const row = (at: Pointer, i: number): LaneAccess => ({
      at,
      valid,
      laneStride: n * n,
      count: i + 1,
      entryStride: 1,
      offset: i * n * t.bytes,
    });
    const rows = Array.from({ length: n }, (_, i) => loadEntries(f, t, row(a!, i)));
    for (let j = 0; j < n; j++) {
      const pivot = rows[j]![j]!;
      f.set(pivot, ops.sqrt(pivot));
      for (let i = j + 1; i < n; i++) f.set(rows[i]![j]!, ops.div(rows[i]![j]!, pivot));
      for (let i = j + 1; i < n; i++)
        for (let k = j + 1; k <= i; k++) f.set(rows[i]![k]!, lessProduct(t, rows[i]![k]!, rows[i]![j]!, rows[k]![j]!));
    }
    rows.forEach((values, i) => storeEntries(f, t, row(x!, i), values));
  });
}

/** x - a b. */
function lessProduct(t: Target, x: Vector, a: Vector, b: Vector): Vector {
  const ops = vectorOps(t);
  return t.relaxed ? ops.relaxed_nmadd(a, b, x) : ops.sub(x, ops.mul(a, b));
}

/** The axes of a solve that have more than one entry, columns last; neighbours that lie together are one. */
function solveAxes(shape: Shape, ofA: Shape, ofB: Shape): SolveAxis[] {
  const leading = shape.slice(0, -2);
  const strides = (own: Shape): number[] => {
    const all = contiguousStrides(own);
    const lead = shape.length - own.length;
    return leading.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : all[axis - lead]!));
  };
  const [a, b, x] = [strides(ofA), strides(ofB), strides(shape)];
  const axes: SolveAxis[] = [];
  const given = leading.map((size, i) => ({ size, a: a[i]!, b: b[i]!, x: x[i]! }));
  for (const axis of [...given, { size: shape.at(-1)!, a: 0, b: 1, x: 1 }]) {
    if (axis.size === 1) continue;
    const last = axes.at(-1);
    const joins = (["a", "b", "x"] as const).every((of) => last?.[of] === axis[of] * axis.size);
    if (last && joins) axes[axes.length - 1] = { ...axis, size: last.size * axis.size };
    else axes.push(axis);
  }
  return axes;
}

/** The axis to lay lanes along: in units of a vector's instruction, the least for each system. */
function laneAxis({ lanes }: Target, axes: readonly SolveAxis[], n: number, m: number): SolveAxis | null {
  let best: { readonly axis: SolveAxis; readonly cost: number } | null = null;
  const move = (stride: number): number => (stride === 1 ? n : m === 1 && n > 1 ? 3 * n : 2 * lanes * n);
  for (const axis of axes) {
    // a factor in each lane is loaded once for all systems that share it
    const shared = axes.reduce((product, { size, a }) => (a === 0 ? product * size : product), 1);
    const factors = axis.a === 0 ? triangle(n) / 2 : triangle(n) + (triangle(n) * 3) / shared;
    const each = move(axis.b) + move(axis.x) + factors + 2 * triangle(n);
    const cost = (each * Math.ceil(axis.size / lanes)) / axis.size;
    if (!best || cost < best.cost) best = { axis, cost };
  }
  return best?.axis ?? null;
}

type Body = (pointers: readonly Pointer[], valid: number) => void;

/** Loops along axes, with pointers to factors, right-hand sides and solutions. */
function nest(
  c: KernelContext,
  [axis, ...rest]: readonly SolveAxis[],
  pointers: readonly Pointer[],
  body: (pointers: readonly Pointer[]) => void,
): void {
  if (!axis) return body(pointers);
  walk(c, axis, 1, axis.size, pointers, (each) => nest(c, rest, each, body));
}

/** One axis by vectors, the last of which may have lanes to spare. */
function alongLanes(c: KernelContext, axis: SolveAxis, lanes: number, pointers: readonly Pointer[], body: Body): void {
  const whole = Math.floor(axis.size / lanes);
  const left = axis.size % lanes;
  walk(c, axis, lanes, whole, pointers, (each) => body(each, lanes));
  if (left === 0) return;
  c.f.scope(() => {
    const moved = [axis.a, axis.b, axis.x].map((stride, i) =>
      stride === 0 ? pointers[i]! : c.f.let(w.i32.add(pointers[i]!, whole * lanes * stride * c.t.bytes)),
    );
    body(moved, left);
  });
}

/** `rounds` rounds, each `by` entries along an axis. */
function walk(
  { f, t }: KernelContext,
  { a, b, x }: SolveAxis,
  by: number,
  rounds: number,
  pointers: readonly Pointer[],
  body: (pointers: readonly Pointer[]) => void,
): void {
  if (rounds === 0) return;
  f.scope(() => {
    const steps = [a, b, x].map((stride) => stride * by * t.bytes);
    const own = pointers.map((pointer, i) => (steps[i] === 0 ? pointer : f.let(pointer, "at")));
    f.forLoop(f.local("i32", "i"), 0, rounds, 1, () => {
      f.scope(() => body(own));
      own.forEach((pointer, i) => {
        if (steps[i] !== 0) f.set(pointer, w.i32.add(pointer, steps[i]!));
      });
    });
  });
}
