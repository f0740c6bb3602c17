import type { Shape } from "../../../tensor/shape.ts";
import { laneMask, vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { stays, type Access, type Axis, type Motion, type VectorAxis } from "./axes.ts";
import { loadVector, storeVector } from "./vectors.ts";

type Vector = Expr<"v128">;

/** What a loop does with the vectors it has loaded. */
export interface Plan {
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

/** Where reductions start. */
export const identity = { sum: 0, reduce_max: -Infinity } as const;

/** Vectors of results that wait in registers at once: enough to hide how long an addition takes. */
const mostVectors = 4;
/** Rounds whose lines of memory stay in the first cache. */
const mostRounds = 256;

/** The code around one body: pointers, the vector loop, its remainder, and reductions. */
export class LoopCode {
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

  /**
   * Whether all reductions go on along the vectors and stay along an axis: then the axis is the innermost loop, and
   * some neighbouring vectors of results wait in registers until it is done.
   */
  gathersAlong({ size, strides }: Axis): boolean {
    const { plan, inner } = this;
    const fits = plan.reductions.every((_, r) => {
      const motion = inner.motions[this.#reduction(r)]!;
      const moves = motion.stride !== 0 && !(motion.kind === "pairs" && motion.within === 0);
      return moves && strides[this.#reduction(r)] === 0;
    });
    // a line of memory for each round must stay in the cache until the next vectors
    const few = size <= mostRounds || inner.size <= this.t.lanes * mostVectors;
    return plan.reductions.length > 0 && fits && few;
  }

  /** Vectors outside, the axis that they gather along inside. */
  gather(pointers: readonly (Local<"i32"> | null)[], axis: Axis): void {
    const { f, t, plan, inner } = this;
    const ops = vectorOps(t);
    // a long body is long enough to wait for its own sums
    const most = plan.work > 8 ? 1 : Math.max(1, Math.floor(mostVectors / plan.reductions.length));
    const chunk = (i: Local<"i32">, count: number, last: number): void =>
      f.scope(() => {
        const valid = (v: number): number => (v === count - 1 ? last : t.lanes);
        const sums = Array.from({ length: count }, () =>
          plan.reductions.map(({ op }) => f.let(ops.constant(identity[op]), "acc")),
        );
        const r = f.local("i32", "r");
        f.forLoop(r, 0, axis.size, 1, () =>
          f.scope(() => {
            const own = this.advance(pointers, r, axis);
            const none = plan.reads.map(() => null);
            sums.forEach((each, v) => this.#body(own, none, each, i, valid(v), v));
          }),
        );
        sums.forEach((each, v) =>
          each.forEach((sum, at) => {
            const a = this.#reduction(at);
            const { op, base } = plan.reductions[at]!;
            const motion = inner.motions[a]!;
            const to = f.let(this.#pointer(pointers, a, i), "p");
            const place = base + this.#vectorBytes(a) * v;
            const whole = this.direct[at]
              ? sum
              : this.#meet(op, sum, loadVector(f, t, to, place, motion, valid(v)));
            storeVector(f, t, to, place, motion, whole, valid(v));
          }),
        );
      });
    f.scope(() => {
      const i = f.local("i32", "v");
      const step = most * t.lanes;
      const whole = inner.size - (inner.size % step);
      f.forLoop(i, 0, whole, step, () => chunk(i, most, t.lanes));
      if (whole === inner.size) return;
      f.set(i, whole);
      chunk(i, Math.ceil((inner.size - whole) / t.lanes), ((inner.size - 1) % t.lanes) + 1);
    });
  }

  /** Bytes from one vector to the next. */
  #vectorBytes(a: number): number {
    const { t, inner } = this;
    const motion = inner.motions[a]!;
    // a pair has two entries
    return motion.stride * t.bytes * (motion.kind === "pairs" ? t.lanes / 2 : t.lanes);
  }

  #pointer(pointers: readonly (Local<"i32"> | null)[], a: number, i: Local<"i32">): Expr<"i32"> {
    const stride = this.#vectorBytes(a) / this.t.lanes;
    const moved = stride === 0 ? null : w.i32.mul(i, stride);
    const from = pointers[a] ?? null;
    return moved && from ? w.i32.add(from, moved) : (moved ?? this.#at(from));
  }

  innermost(pointers: readonly (Local<"i32"> | null)[]): void {
    const { f, t, plan, inner } = this;
    const ops = vectorOps(t);
    const { reads, reductions } = plan;
    f.scope(() => {
      // what does not move along the vectors is loaded once
      const fixed = reads.map(({ base }, a) =>
        stays(inner.motions[a]!)
          ? f.let(loadVector(f, t, this.#at(pointers[a]), base, inner.motions[a]!, t.lanes))
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
    shift = 0,
  ): void {
    const { f, t, plan, inner, accesses } = this;
    f.scope(() => {
      const pointer = (a: number): Expr<"i32"> => this.#pointer(pointers, a, i);
      const placeOf = (base: number, a: number): number => base + this.#vectorBytes(a) * shift;
      const values = plan.reads.map(
        ({ base }, a) =>
          fixed[a] ??
          f.let(loadVector(f, t, pointer(a), placeOf(base, a), inner.motions[a]!, valid)),
      );
      const { writes, reduced } = plan.body(f, values);
      writes.forEach((value, k) => {
        const a = plan.reads.length + k;
        storeVector(
          f,
          t,
          pointer(a),
          placeOf(accesses[a]!.base, a),
          inner.motions[a]!,
          value,
          valid,
        );
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
          const before = loadVector(f, t, at, base, motion, valid);
          storeVector(f, t, at, base, motion, this.#meet(op, before, value), valid);
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
      const value = this.direct[r] ? sum : this.#meet(op, sum, loadVector(f, t, at, base, two, 2));
      return storeVector(f, t, at, base, two, value, 2);
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
