import { assert, present } from "../../../base/assert.ts";
import type { Equation, Program, Value } from "../../../program/program.ts";
import { sizeOf, type Shape } from "../../../tensor/shape.ts";
import { kindOf, type Cluster } from "../clusters.ts";
import { fillOf, type Layout, type Place } from "../layout.ts";
import {
  chooseVectors,
  mergedAxes,
  stays,
  type Access,
  type Axis,
  type Motion,
  type VectorAxis,
} from "./axes.ts";
import { loadVector, storeVector } from "./vectors.ts";
import { pointwiseRules, workOf } from "./pointwise.ts";
import { laneMask, vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

type Vector = Expr<"v128">;

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
  /** What the body costs, in units of a plain load: see `workOf`. */
  readonly work: number;
  /** From what was read to what is written, then what is reduced. */
  readonly body: (
    f: FunctionBuilder,
    values: readonly Vector[],
  ) => {
    readonly writes: readonly Vector[];
    readonly reduced: readonly Vector[];
  };
}

/** Rounds of a loop from which on its mathematics is written in place. */
const inlineFrom = 500;

/** One cluster of pointwise equations and reductions as loops around one body. */
export function emitCluster(
  f: FunctionBuilder,
  t: Target,
  program: Program,
  cluster: Cluster,
  memory: Memory,
): void {
  const { equations } = program;
  const often = sizeOf(cluster.space) >= inlineFrom * t.lanes;
  const inline: Target = often ? { ...t, call: t.inline } : t;
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
    work: cluster.equations.reduce((sum, { op }) => sum + workOf(op), 0),
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
        known.set(equation.out, g.let(rule(inline, g, ...equation.args.map(valueOf))));
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
    work: 0,
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

const identity = { sum: 0, reduce_max: -Infinity } as const;

function emitPlan(f: FunctionBuilder, t: Target, plan: Plan): void {
  const { reads, writes, reductions } = plan;
  const accesses = [...reads, ...writes, ...reductions];
  const merged = mergedAxes(plan.shape, accesses);
  const { vectors, outer } = chooseVectors(merged, t, 2 + plan.work) ?? {
    vectors: { size: 1, motions: accesses.map((): Motion => ({ kind: "even", stride: 0 })) },
    outer: [],
  };
  const code = new LoopCode(f, t, plan, accesses, vectors);

  // results that are met more than once in memory start at their identity
  reductions.forEach((reduction, i) => {
    const at = reads.length + writes.length + i;
    const motion = vectors.motions[at]!;
    const whole = stays(motion) || (motion.kind === "pairs" && motion.within === 0);
    const once = whole && outer.every(({ strides }) => strides[at] !== 0);
    code.direct.push(once);
    if (!once) code.initialise(reduction, identity[reduction.op], at, merged);
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
  readonly inner: VectorAxis;
  /** For each reduction: whether one innermost loop makes a whole result, which stays in a register until then. */
  readonly direct: boolean[] = [];

  constructor(
    f: FunctionBuilder,
    t: Target,
    plan: Plan,
    accesses: readonly Access[],
    inner: VectorAxis,
  ) {
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
      const fixed = reads.map(({ base }, a) =>
        stays(inner.motions[a]!)
          ? f.let(
              loadVector(this.f, this.t, this.#at(pointers[a]), base, inner.motions[a]!, t.lanes),
            )
          : null,
      );
      const sums = reductions.map((reduction, i) =>
        stays(inner.motions[this.#reduction(i)]!)
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
        const motion = inner.motions[a]!;
        // i counts entries, of which a pair has two
        const stride = motion.stride * (motion.kind === "pairs" ? t.bytes / 2 : t.bytes);
        const moved = stride === 0 ? null : w.i32.mul(i, stride);
        const from = pointers[a] ?? null;
        return moved && from ? w.i32.add(from, moved) : (moved ?? this.#at(from));
      };
      const values = plan.reads.map(
        ({ base }, a) =>
          fixed[a] ?? f.let(loadVector(this.f, this.t, pointer(a), base, inner.motions[a]!, valid)),
      );
      const { writes, reduced } = plan.body(f, values);
      writes.forEach((value, k) => {
        const a = plan.reads.length + k;
        storeVector(this.f, this.t, pointer(a), accesses[a]!.base, inner.motions[a]!, value, valid);
      });
      reduced.forEach((value, r) => {
        const a = this.#reduction(r);
        const sum = sums[r];
        const { op, base } = plan.reductions[r]!;
        const motion = inner.motions[a]!;
        if (sum) f.set(sum, this.#meet(op, sum, this.#masked(op, value, valid)));
        else if (motion.kind === "pairs" && motion.within === 0)
          this.#meetPairs(pointer(a), motion.stride, r, value, valid);
        else {
          const at = f.let(pointer(a), "p");
          const before = loadVector(this.f, this.t, at, base, motion, valid);
          storeVector(this.f, this.t, at, base, motion, this.#meet(op, before, value), valid);
        }
      });
    });
  }

  /** The two of each pair meet, and go to memory. */
  #meetPairs(from: Expr<"i32">, stride: number, r: number, given: Vector, valid: number): void {
    const { f, t, plan } = this;
    const ops = vectorOps(t);
    const { op, base } = plan.reductions[r]!;
    const at = f.let(from, "p");
    const value = f.let(given);
    const met = f.let(this.#meet(op, value, w.i32x4.shuffle([1, 0, 3, 2], value, value)));
    for (let lane = 0; lane < valid; lane += 2) {
      const offset = base + (lane / 2) * stride * t.bytes;
      const whole = this.direct[r] ? met : this.#meet(op, met, ops.loadSplat(at, offset));
      f.emit(ops.storeLane(lane, at, whole, offset));
    }
  }

  /** The lanes of an accumulator meet, those of pairs at their own places, and their result goes to memory. */
  #finish(pointers: readonly (Local<"i32"> | null)[], sum: Local<"v128">, r: number): void {
    const { f, t, plan, inner } = this;
    const ops = vectorOps(t);
    const { op, base } = plan.reductions[r]!;
    const at = this.#at(pointers[this.#reduction(r)]);
    const motion = inner.motions[this.#reduction(r)]!;
    f.set(sum, this.#meet(op, sum, w.i64x2.shuffle([1, 0], sum, sum)));
    if (motion.kind === "pairs") {
      const two: Motion = { kind: "even", stride: motion.within };
      const value = this.direct[r]
        ? sum
        : this.#meet(op, sum, loadVector(this.f, this.t, at, base, two, 2));
      return storeVector(this.f, this.t, at, base, two, value, 2);
    }
    if (t.lanes === 4) f.set(sum, this.#meet(op, sum, w.i32x4.shuffle([1, 0, 3, 2], sum, sum)));
    const value = this.direct[r] ? sum : this.#meet(op, sum, ops.loadSplat(at, base));
    f.emit(ops.storeLane(0, at, value, base));
  }

  /** A reduction's memory set to its identity: as many numbers as it has, which lie together. */
  initialise(reduction: Access, value: number, a: number, axes: readonly Axis[]): void {
    const { f, t } = this;
    const count = axes.reduce(
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
}
