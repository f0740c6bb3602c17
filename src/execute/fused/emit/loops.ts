import { assert, present } from "../../../base/assert.ts";
import type { Equation, Program, Value } from "../../../program/program.ts";
import type { Shape } from "../../../tensor/shape.ts";
import { kindOf, type Cluster } from "../clusters.ts";
import { fillOf, type Layout, type Place } from "../layout.ts";
import { pointwiseRules } from "./pointwise.ts";
import { laneMask, vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

type Vector = Expr<"v128">;

/** Memory that a loop goes through: an address at its start and a stride in elements for each axis of the loop. */
interface Access {
  readonly base: number;
  readonly strides: readonly number[];
}

/** Where values lie, in bytes. */
export interface Memory {
  readonly layout: Layout;
  readonly address: readonly number[];
}

/** What a loop does with the vectors it has loaded. */
interface Plan {
  readonly shape: Shape;
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
  readonly reductions: readonly (Access & { readonly op: "sum" | "reduce_max" })[];
  /** From what was read to what is written, then what is reduced. */
  readonly body: (
    f: FunctionBuilder,
    values: readonly Vector[],
  ) => {
    readonly writes: readonly Vector[];
    readonly reduced: readonly Vector[];
  };
}

/** One cluster of pointwise equations and reductions as loops around one body. */
export function emitCluster(
  f: FunctionBuilder,
  t: Target,
  program: Program,
  cluster: Cluster,
  memory: Memory,
): void {
  const { equations } = program;
  const inner = new Set<Value>(
    cluster.equations.filter((e) => kindOf(e) === "pointwise").map(({ out }) => out),
  );
  const reads = new Map<Value, number>();
  const readAccess: Access[] = [];
  for (const { args } of cluster.equations)
    for (const arg of args) {
      if (inner.has(arg) || reads.has(arg) || fillThrough(equations, arg) !== null) continue;
      reads.set(arg, readAccess.length);
      readAccess.push(accessOf(t, memory, equations, arg, cluster.space));
    }
  const written = cluster.equations.filter(
    (e) => inner.has(e.out) && memory.layout.stored.has(e.out),
  );
  const reduced = cluster.equations.filter((e) => kindOf(e) === "reduction");
  emitPlan(f, t, {
    shape: cluster.space,
    reads: readAccess,
    writes: written.map(({ out }) => accessOf(t, memory, equations, out, cluster.space)),
    reductions: reduced.map((equation) => reductionAccess(t, memory, equation, cluster.space)),
    body: (g, values) => {
      const known = new Map<Value, Vector>();
      const valueOf = (arg: Value): Vector => {
        const fill = fillThrough(equations, arg);
        if (fill !== null) return vectorOps(t).constant(fill);
        return known.get(arg) ?? values[present(reads.get(arg), "a value that is read")]!;
      };
      for (const equation of cluster.equations) {
        if (!inner.has(equation.out)) continue;
        const rule = pointwiseRules[equation.op as keyof typeof pointwiseRules];
        known.set(equation.out, g.let(rule(t, g, ...equation.args.map(valueOf))));
      }
      return {
        writes: written.map(({ out }) => known.get(out)!),
        reduced: reduced.map(({ args }) => valueOf(args[0]!)),
      };
    },
  });
}

/** Copies a strided array to another place of the same shape. */
export function emitCopy(
  f: FunctionBuilder,
  t: Target,
  shape: Shape,
  from: Place,
  to: Place,
  address: readonly number[],
): void {
  const access = ({ buffer, offset, strides }: Place): Access => ({
    base: address[buffer]! + offset * t.bytes,
    strides,
  });
  emitPlan(f, t, {
    shape,
    reads: [access(from)],
    writes: [access(to)],
    reductions: [],
    body: (_, [value]) => ({ writes: [value!], reduced: [] }),
  });
}

/** The number that fills a constant, seen through views of it. */
export function fillThrough(equations: readonly Equation[], value: Value): number | null {
  let equation = equations[value]!;
  while (kindOf(equation) === "view") equation = equations[equation.args[0]!]!;
  return fillOf(equation);
}

/** A value stretched over the loop's space: axes line up from the right, those of size 1 do not move. */
function accessOf(
  t: Target,
  { layout, address }: Memory,
  equations: readonly Equation[],
  value: Value,
  space: Shape,
): Access {
  const { buffer, offset, strides } = present(layout.places.get(value), `the place of %${value}`);
  const { shape } = equations[value]!;
  const lead = space.length - shape.length;
  return {
    base: address[buffer]! + offset * t.bytes,
    strides: space.map((size, axis) =>
      axis < lead || (shape[axis - lead] === 1 && size !== 1) ? 0 : strides[axis - lead]!,
    ),
  };
}

function reductionAccess(t: Target, { layout, address }: Memory, equation: Equation, space: Shape) {
  assert(equation.op === "sum" || equation.op === "reduce_max", "a reduction");
  const { axes } = equation.attributes;
  const { buffer, offset, strides } = present(
    layout.places.get(equation.out),
    "a reduction's place",
  );
  let at = 0;
  return {
    op: equation.op,
    base: address[buffer]! + offset * t.bytes,
    strides: space.map((_, axis) => (axes.includes(axis) ? 0 : strides[at++]!)),
  };
}

/** An axis of the loop after merging: its size, and each access's stride along it. */
interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** Axes of size 1 go; neighbours that every access runs through as if they were one become one. */
function mergedAxes(shape: Shape, accesses: readonly Access[]): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const strides = accesses.map((access) => access.strides[axis]!);
    const last = axes.at(-1);
    const one = last?.strides.every((stride, i) => stride === strides[i]! * size);
    if (last && one) axes[axes.length - 1] = { size: last.size * size, strides };
    else axes.push({ size, strides });
  });
  return axes;
}

/** What it costs to bring a vector in or out, by its stride along the vector's axis, in units of a plain load. */
function moveCost(stride: number, lanes: number): number {
  return stride === 1 ? 1 : stride === 0 ? 0.25 : lanes;
}

/** The axis that vectors lie along: cheapest to move, and long enough to fill them. */
function vectorAxis(axes: readonly Axis[], { lanes }: Target): number {
  const costs = axes.map(({ size, strides }) => {
    const vectors = Math.ceil(size / lanes);
    return (
      ((2 + strides.reduce((sum, stride) => sum + moveCost(stride, lanes), 0)) * vectors) / size
    );
  });
  return costs.indexOf(Math.min(...costs));
}

const identity = { sum: 0, reduce_max: -Infinity } as const;

function emitPlan(f: FunctionBuilder, t: Target, plan: Plan): void {
  const { reads, writes, reductions } = plan;
  const accesses = [...reads, ...writes, ...reductions];
  const merged = mergedAxes(plan.shape, accesses);
  const along = merged.length === 0 ? -1 : vectorAxis(merged, t);
  const outer = merged.filter((_, axis) => axis !== along);
  const inner: Axis = merged[along] ?? { size: 1, strides: accesses.map(() => 0) };
  const code = new LoopCode(f, t, plan, accesses, inner);

  // results that are met more than once in memory start at their identity
  reductions.forEach((reduction, i) => {
    const at = reads.length + writes.length + i;
    const oncePerInner = inner.strides[at] === 0 && outer.every(({ strides }) => strides[at] !== 0);
    code.direct.push(oncePerInner);
    if (!oncePerInner) code.initialise(reduction, identity[reduction.op], at, outer);
  });

  f.scope(() => {
    const nest = (level: number, pointers: readonly (Local<"i32"> | null)[]): void => {
      const axis = outer[level];
      if (!axis) return code.innermost(pointers);
      f.scope(() => {
        const i = f.local("i32", "i");
        f.forLoop(i, 0, axis.size, 1, () => nest(level + 1, code.advance(pointers, i, axis)));
      });
    };
    nest(
      0,
      accesses.map(() => null),
    );
  });
}

/** The code around one body: pointers, the vector loop, its remainder, and reductions. */
class LoopCode {
  readonly f: FunctionBuilder;
  readonly t: Target;
  readonly plan: Plan;
  readonly accesses: readonly Access[];
  readonly inner: Axis;
  /** For each reduction: whether one innermost loop makes a whole result, which stays in a register until then. */
  readonly direct: boolean[] = [];

  constructor(f: FunctionBuilder, t: Target, plan: Plan, accesses: readonly Access[], inner: Axis) {
    this.f = f;
    this.t = t;
    this.plan = plan;
    this.accesses = accesses;
    this.inner = inner;
  }

  /** Pointers one loop further in: those that move along the axis get a register of their own. */
  advance(
    pointers: readonly (Local<"i32"> | null)[],
    i: Local<"i32">,
    axis: Axis,
  ): (Local<"i32"> | null)[] {
    const { f, t } = this;
    return pointers.map((pointer, a) => {
      const stride = axis.strides[a]! * t.bytes;
      if (stride === 0) return pointer;
      const moved = w.i32.mul(i, stride);
      return f.let(pointer ? w.i32.add(pointer, moved) : moved, "p");
    });
  }

  innermost(pointers: readonly (Local<"i32"> | null)[]): void {
    const { f, t, plan, inner } = this;
    const ops = vectorOps(t);
    const { reads, reductions } = plan;
    f.scope(() => {
      // what does not move along the vectors is loaded once
      const fixed = reads.map((read, a) =>
        inner.strides[a] === 0 ? f.let(ops.loadSplat(this.#at(pointers[a]), read.base)) : null,
      );
      const sums = reductions.map((reduction, i) =>
        inner.strides[this.#reduction(i)] === 0
          ? f.let(ops.constant(identity[reduction.op]), "acc")
          : null,
      );
      const whole = inner.size - (inner.size % t.lanes);
      const i = f.local("i32", "v");
      f.forLoop(i, 0, whole, t.lanes, () => this.#body(pointers, fixed, sums, i, t.lanes));
      if (whole < inner.size) {
        f.set(i, whole);
        this.#body(pointers, fixed, sums, i, inner.size - whole);
      }
      sums.forEach((sum, r) => sum && this.#finish(pointers, sum, r));
    });
  }

  #body(
    pointers: readonly (Local<"i32"> | null)[],
    fixed: readonly (Local<"v128"> | null)[],
    sums: readonly (Local<"v128"> | null)[],
    i: Local<"i32">,
    valid: number,
  ): void {
    const { f, t, plan, inner, accesses } = this;
    f.scope(() => {
      const pointer = (a: number): Expr<"i32"> => {
        const stride = inner.strides[a]! * t.bytes;
        const moved = stride === 0 ? null : w.i32.mul(i, stride);
        const from = pointers[a] ?? null;
        return moved && from ? w.i32.add(from, moved) : (moved ?? this.#at(from));
      };
      const values = plan.reads.map(
        ({ base }, a) => fixed[a] ?? f.let(this.#load(pointer(a), base, inner.strides[a]!, valid)),
      );
      const { writes, reduced } = plan.body(f, values);
      writes.forEach((value, k) => {
        const a = plan.reads.length + k;
        this.#store(pointer(a), accesses[a]!.base, inner.strides[a]!, value, valid);
      });
      reduced.forEach((value, r) => {
        const a = this.#reduction(r);
        const sum = sums[r];
        const { op, base } = plan.reductions[r]!;
        if (sum) f.set(sum, this.#meet(op, sum, this.#masked(op, value, valid)));
        else {
          const at = f.let(pointer(a), "p");
          const before = this.#load(at, base, inner.strides[a]!, valid);
          this.#store(at, base, inner.strides[a]!, this.#meet(op, before, value), valid);
        }
      });
    });
  }

  /** The lanes of an accumulator meet, and their result goes to memory. */
  #finish(pointers: readonly (Local<"i32"> | null)[], sum: Local<"v128">, r: number): void {
    const { f, t, plan } = this;
    const ops = vectorOps(t);
    const { op, base } = plan.reductions[r]!;
    const at = this.#at(pointers[this.#reduction(r)]);
    const swap = (lanes: readonly [number, number]) =>
      w.i64x2.shuffle([lanes[0], lanes[1]], sum, sum);
    f.set(sum, this.#meet(op, sum, swap([1, 0])));
    if (t.lanes === 4) f.set(sum, this.#meet(op, sum, w.i32x4.shuffle([1, 0, 3, 2], sum, sum)));
    const value = this.direct[r] ? sum : this.#meet(op, sum, ops.loadSplat(at, base));
    f.emit(ops.storeLane(0, at, value, base));
  }

  /** A reduction's memory set to its identity: as many numbers as it has, which lie together. */
  initialise(reduction: Access, value: number, a: number, outer: readonly Axis[]): void {
    const { f, t, inner } = this;
    const count = [inner, ...outer].reduce(
      (product, { size, strides }) => (strides[a] === 0 ? product : product * size),
      1,
    );
    const bits = vectorOps(t).constant(value);
    f.scope(() => {
      const i = f.local("i32", "z");
      const whole = count - (count % t.lanes);
      f.forLoop(i, 0, whole * t.bytes, 16, () => f.emit(w.v128.store(i, bits, reduction.base)));
      for (let k = whole; k < count; k++)
        f.emit(vectorOps(t).storeLane(0, w.i32.const(0), bits, reduction.base + k * t.bytes));
    });
  }

  #reduction(r: number): number {
    return this.plan.reads.length + this.plan.writes.length + r;
  }

  #at(pointer: Local<"i32"> | null | undefined): Expr<"i32"> {
    return pointer ?? w.i32.const(0);
  }

  #meet(op: "sum" | "reduce_max", a: Vector, b: Vector): Vector {
    const ops = vectorOps(this.t);
    return op === "sum" ? ops.add(a, b) : ops.max(a, b);
  }

  #masked(op: "sum" | "reduce_max", value: Vector, valid: number): Vector {
    if (valid === this.t.lanes) return value;
    const none = vectorOps(this.t).constant(identity[op]);
    return w.v128.bitselect(value, none, laneMask(this.t, valid));
  }

  #load(at: Expr<"i32">, base: number, stride: number, valid: number): Vector {
    const ops = vectorOps(this.t);
    // the last vector of a row may reach past its end: the arena leaves room, and nothing looks at those lanes
    if (stride === 1) return w.v128.load(at, base);
    if (stride === 0) return ops.loadSplat(at, base);
    const pointer = this.f.let(at, "p");
    let vector: Vector = ops.constant(0);
    for (let lane = 0; lane < valid; lane++)
      vector = ops.loadLane(lane, pointer, vector, base + lane * stride * this.t.bytes);
    return vector;
  }

  #store(at: Expr<"i32">, base: number, stride: number, value: Vector, valid: number): void {
    const { f, t } = this;
    if (stride === 1 && valid === t.lanes) return f.emit(w.v128.store(at, value, base));
    const ops = vectorOps(t);
    const pointer = f.let(at, "p");
    const kept = f.let(value);
    for (let lane = 0; lane < valid; lane++)
      f.emit(ops.storeLane(lane, pointer, kept, base + lane * stride * t.bytes));
  }
}
