import { present } from "../../../base/assert.ts";
import { definition, type EquationOf, type Program, type Value } from "../../../program/program.ts";
import { contiguousStrides, onAxis, sizeOf, type Shape } from "../../../tensor/shape.ts";
import { stretched } from "../strides.ts";
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
export function solveScratchBytes(program: Program, equation: EquationOf<"solve_triangular">) {
  const n = onAxis(definition(program, equation.args[0]).shape, -1);
  return n > largestSolve ? 0 : triangle(n) * 16;
}

const triangle = (n: number): number => (n * (n + 1)) / 2;
const entry = (i: number, j: number): number => triangle(i) + j;

/** A batch of triangular systems of one size: [n, n] by [n, m], lanes along one of their axes. */
interface Solve {
  readonly c: KernelContext;
  readonly n: number;
  readonly m: number;
  readonly transpose: boolean;
  readonly along: SolveAxis;
  /** A vector for each entry of the lower triangle. */
  readonly scratch: Pointer;
}

/** Entries of a lower triangle as vectors; those on the diagonal are reciprocals. */
type Factor = (i: number, j: number) => Vector;

/**
 * Forward substitution, or backward for the transpose; leading axes broadcast. As many systems at once as a vector has
 * lanes, along the axis where that costs least; each diagonal entry is divided by once, and multiplied with after.
 */
export function emitSolve(c: KernelContext, equation: EquationOf<"solve_triangular">): void {
  const { args, out, shape, attributes } = equation;
  const { f, t } = c;
  const [n, m] = [onAxis(shape, -2), onAxis(shape, -1)];
  const axes = solveAxes(shape, shapeOf(c, args[0]), shapeOf(c, args[1]));
  const along = laneAxis(t, axes, n, m);
  if (along === null || n > largestSolve) return solveOneByOne(c, equation);
  const scratch = f.let(w.i32.const(c.scratch(triangle(n) * 16)), "scratch");
  const solve: Solve = { c, n, m, transpose: attributes.transpose, along, scratch };

  const others = axes.filter((axis) => axis !== along);
  const outer = others.filter(({ a }) => a !== 0);
  const inner = others.filter(({ a }) => a === 0);
  const vectors = (pointers: Pointers, body: Body): void => alongLanes(c, along, pointers, body);
  const at = (value: Value): Pointer => f.let(w.i32.const(addressOf(c, value)));
  nest(c, outer, { a: at(args[0]), b: at(args[1]), x: at(out) }, (each) => {
    if (along.a !== 0)
      return vectors(each, (group, valid) => {
        const l = stageFactor(solve, group.a, valid);
        nest(c, inner, group, (own) => substitute(solve, l, own, valid));
      });
    const l = stageFactor(solve, each.a, t.lanes);
    nest(c, inner, each, (all) => vectors(all, (own, valid) => substitute(solve, l, own, valid)));
  });
}

/** The factor's entries: in registers, in scratch, or where they are. */
function stageFactor({ c: { f, t }, n, along, scratch }: Solve, a: Pointer, valid: number): Factor {
  const ops = vectorOps(t);
  const { bytes } = t;
  const moving = along.a !== 0;
  const kept = new Map<number, Register>();
  for (let i = 0; i < n; i++) {
    const row = moving
      ? loadEntries(f, t, { at: a, valid, laneStride: along.a, count: i + 1, entryStride: 1, offset: i * n * bytes })
      : [];
    for (let j = 0; j <= i; j++) {
      const value = row[j] ?? ops.loadSplat(a, (i * n + j) * bytes);
      const wanted = i === j ? ops.div(ops.constant(1), value) : value;
      if (n <= inRegisters) kept.set(entry(i, j), f.let(wanted, "l"));
      else if (moving || i === j) f.emit(w.v128.store(scratch, wanted, 16 * entry(i, j)));
    }
    f.release(...row);
  }
  return (i, j) => {
    const own = kept.get(entry(i, j));
    if (own) return own;
    return moving || i === j ? w.v128.load(scratch, 16 * entry(i, j)) : ops.loadSplat(a, (i * n + j) * bytes);
  };
}

/** Solves a vector of systems whose factor is there: x from b. */
function substitute(
  { c: { f, t }, n, m, transpose, along }: Solve,
  l: Factor,
  { b, x }: Pointers,
  valid: number,
): void {
  const ops = vectorOps(t);
  f.scope(() => {
    const access = (at: Pointer, laneStride: number): LaneAccess => ({
      at,
      valid,
      laneStride,
      count: n,
      entryStride: m,
    });
    const values = loadEntries(f, t, access(b, along.b));
    const order = [...values.entries()];
    if (transpose) order.reverse();
    order.forEach(([i, own], done) => {
      f.set(own, ops.mul(own, l(i, i)));
      for (const [k, other] of order.slice(done + 1))
        f.set(other, lessProduct(t, other, transpose ? l(i, k) : l(k, i), own));
    });
    storeEntries(f, t, access(x, along.x), values);
  });
}

/**
 * The lower factor, its upper triangle 0. Batches of small matrices go a matrix to a lane, column by column:
 * l[j, j] = sqrt(a[j, j]), l[i, j] = a[i, j] / l[j, j], and their products taken from what is left.
 */
export function emitCholesky(c: KernelContext, equation: EquationOf<"cholesky">): void {
  const { args, out, shape } = equation;
  const { f, t } = c;
  const n = onAxis(shape, -1);
  const count = sizeOf(shape.slice(0, -2));
  if (count === 1 || n > largestFactor) return factorOneByOne(c, equation);
  const ops = vectorOps(t);
  const [from, to] = [addressOf(c, args[0]), addressOf(c, out)];
  f.memoryFill(to, 0, sizeOf(shape) * t.bytes);
  const axis = { size: count, a: n * n, b: 0, x: n * n };
  const start = each((of) => f.let(w.i32.const(of === "x" ? to : from)));
  alongLanes(c, axis, start, ({ a, x }, valid) => {
    const row = (at: Pointer, i: number): LaneAccess => ({
      at,
      valid,
      laneStride: n * n,
      count: i + 1,
      entryStride: 1,
      offset: i * n * t.bytes,
    });
    const rows = Array.from({ length: n }, (_, i) => loadEntries(f, t, row(a, i)));
    rows.forEach((pivots, j) => {
      const pivot = present(pivots.at(-1), "a pivot");
      f.set(pivot, ops.sqrt(pivot));
      const below = rows.slice(j + 1).map((entries) => ({ entries, factor: present(entries[j], "an entry") }));
      for (const { factor } of below) f.set(factor, ops.div(factor, pivot));
      below.forEach(({ entries, factor }, i) =>
        below.slice(0, i + 1).forEach(({ factor: other }, k) => {
          const left = present(entries[j + 1 + k], "an entry");
          f.set(left, lessProduct(t, left, factor, other));
        }),
      );
    });
    rows.forEach((values, i) => storeEntries(f, t, row(x, i), values));
  });
}

/** x - a b. */
function lessProduct(t: Target, x: Vector, a: Vector, b: Vector): Vector {
  const ops = vectorOps(t);
  return ops.sub(x, ops.mul(a, b));
}

/** The axes of a solve that have more than one entry, columns last; neighbours that lie together are one. */
function solveAxes(shape: Shape, ofA: Shape, ofB: Shape): SolveAxis[] {
  const leading = shape.slice(0, -2);
  const strides = (own: Shape): number[] => stretched(own.slice(0, -2), contiguousStrides(own), leading);
  const [a, b, x] = [strides(ofA), strides(ofB), strides(shape)];
  const axes: SolveAxis[] = [];
  const given = leading.map((size, i) => ({ size, a: a[i] ?? 0, b: b[i] ?? 0, x: x[i] ?? 0 }));
  for (const axis of [...given, { size: onAxis(shape, -1), a: 0, b: 1, x: 1 }]) {
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

/** Where the factors, the right-hand sides and the solutions of a round begin. */
interface Pointers {
  readonly a: Pointer;
  readonly b: Pointer;
  readonly x: Pointer;
}
type Body = (pointers: Pointers, valid: number) => void;

/** Something for each of the three. */
function each<T>(make: (of: keyof Pointers) => T): Readonly<Record<keyof Pointers, T>> {
  return { a: make("a"), b: make("b"), x: make("x") };
}

/** Loops along axes. */
function nest(
  c: KernelContext,
  [axis, ...rest]: readonly SolveAxis[],
  pointers: Pointers,
  body: (pointers: Pointers) => void,
): void {
  if (!axis) return body(pointers);
  walk(c, { axis, by: 1, rounds: axis.size }, pointers, (own) => nest(c, rest, own, body));
}

/** One axis by vectors, the last of which may have lanes to spare. */
function alongLanes(c: KernelContext, axis: SolveAxis, pointers: Pointers, body: Body): void {
  const { lanes, bytes } = c.t;
  const whole = Math.floor(axis.size / lanes);
  const left = axis.size % lanes;
  walk(c, { axis, by: lanes, rounds: whole }, pointers, (own) => body(own, lanes));
  if (left === 0) return;
  c.f.scope(() => {
    const moved = each((of) =>
      axis[of] === 0 ? pointers[of] : c.f.let(w.i32.add(pointers[of], whole * lanes * axis[of] * bytes)),
    );
    body(moved, left);
  });
}

/** So many rounds, each `by` entries along an axis. */
interface Walk {
  readonly axis: SolveAxis;
  readonly by: number;
  readonly rounds: number;
}

function walk({ f, t }: KernelContext, { axis, by, rounds }: Walk, from: Pointers, body: (at: Pointers) => void): void {
  if (rounds === 0) return;
  f.scope(() => {
    const own = each((of) => (axis[of] === 0 ? from[of] : f.let(from[of], "at")));
    f.forLoop(f.local("i32", "i"), 0, rounds, 1, () => {
      f.scope(() => body(own));
      each((of) => {
        if (axis[of] !== 0) f.set(own[of], w.i32.add(own[of], axis[of] * by * t.bytes));
      });
    });
  });
}
