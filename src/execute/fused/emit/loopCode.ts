import type { Shape } from "../../../tensor/shape.ts";
import { laneMask, vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { lesser, type Share } from "../threads/team.ts";
import {
  innerUnit,
  mostVectors,
  stays,
  type Access,
  type Axis,
  type Motion,
  type Nest,
  type VectorAxis,
} from "./axes.ts";
import { loadVector, storeVector } from "./vectors.ts";

export type Vector = Expr<"v128">;

/** What a loop does with the vectors it has loaded. */
export interface Plan {
  readonly shape: Shape;
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
  readonly reductions: readonly (Access & { readonly op: "sum" | "reduce_max" })[];
  /** What the body costs, in units of a plain load: see `workOf`. */
  readonly work: number;
  /** What all of it takes, in nanoseconds, estimated: what is little is not divided among threads. */
  readonly nanoseconds: number;
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

export function meet(t: Target, op: "sum" | "reduce_max", a: Vector, b: Vector): Vector {
  const ops = vectorOps(t);
  return op === "sum" ? ops.add(a, b) : ops.max(a, b);
}

/** The code around one body: pointers, the vector loop, its remainder, and reductions. */
export class LoopCode {
  readonly f: FunctionBuilder;
  readonly t: Target;
  readonly plan: Plan;
  readonly nest: Nest;
  readonly accesses: readonly Access[];
  readonly inner: VectorAxis;
  /** For each reduction: whether one innermost loop makes a whole result, which stays in a register until then. */
  readonly direct: readonly boolean[];

  constructor(f: FunctionBuilder, t: Target, plan: Plan, nest: Nest) {
    this.f = f;
    this.t = t;
    this.plan = plan;
    this.nest = nest;
    this.inner = nest.vectors;
    this.accesses = [...plan.reads, ...plan.writes, ...plan.reductions];
    this.direct = plan.reductions.map((_, r) => {
      const a = this.#reduction(r);
      const motion = nest.vectors.motions[a]!;
      const whole = stays(motion) || (motion.kind === "pairs" && motion.within === 0);
      return (whole || nest.gathered !== null) && nest.outer.every(({ strides }) => strides[a] !== 0);
    });
  }

  /** The whole nest, or one thread's share of the axis at a level. */
  write(own: { readonly level: number; readonly share: Share } | null): void {
    const { f, nest, plan } = this;
    const { outer, tail } = nest;
    // results that are met more than once in memory start at their identity
    plan.reductions.forEach((reduction, r) => {
      if (this.direct[r]) return;
      const a = this.#reduction(r);
      if (own) this.#initialiseShare(reduction, a, own);
      else this.initialise(reduction, identity[reduction.op], a, nest.merged);
    });
    const round = (level: number, pointers: readonly (Local<"i32"> | null)[]): void => {
      const axis = outer[level];
      const share = own?.level === level ? own.share : null;
      if (!axis) {
        return nest.gathered
          ? this.gather(pointers, nest.gathered, share)
          : this.innermost(pointers, this.inner.size, share);
      }
      f.scope(() => {
        const i = f.local("i32", "i");
        f.forLoop(i, share?.from ?? 0, share ? lesser(share.to, axis.size) : axis.size, 1, () =>
          round(level + 1, this.advance(pointers, i, axis)),
        );
        if (tail === 0 || level < outer.length - 1) return;
        const last = (): void => {
          f.set(i, axis.size);
          this.innermost(this.advance(pointers, i, axis), tail, null);
        };
        if (share) f.if(w.i32.gt_s(share.to, axis.size), last);
        else last();
      });
    };
    f.scope(() =>
      round(
        0,
        this.accesses.map(({ moving }) => moving),
      ),
    );
  }

  /** Pointers one loop further in: those that move along the axis get a register of their own. */
  advance(pointers: readonly (Local<"i32"> | null)[], i: Local<"i32">, axis: Axis): (Local<"i32"> | null)[] {
    const { f, t } = this;
    return pointers.map((pointer, a) => {
      const stride = axis.strides[a]! * t.bytes;
      if (stride === 0) return pointer;
      const moved = w.i32.mul(i, stride);
      return f.let(pointer ? w.i32.add(pointer, moved) : moved, "p");
    });
  }

  /** Vectors outside, the axis that they gather along inside; or a share of the vectors in units of `innerUnit`. */
  gather(pointers: readonly (Local<"i32"> | null)[], axis: Axis, share: Share | null): void {
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
            const whole = this.direct[at] ? sum : this.#meet(op, sum, loadVector(f, t, to, place, motion, valid(v)));
            storeVector(f, t, to, place, motion, whole, valid(v));
          }),
        );
      });
    f.scope(() => {
      const i = f.local("i32", "v");
      const step = most * t.lanes;
      const whole = inner.size - (inner.size % step);
      const last = (): void => {
        f.set(i, whole);
        chunk(i, Math.ceil((inner.size - whole) / t.lanes), ((inner.size - 1) % t.lanes) + 1);
      };
      this.#along(i, inner.size, whole, step, share, () => chunk(i, most, t.lanes), last);
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

  /** The loop over vectors of so many elements, or a share of them in units of `innerUnit`. */
  innermost(pointers: readonly (Local<"i32"> | null)[], size: number, share: Share | null): void {
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
        stays(inner.motions[this.#reduction(i)]!) ? f.let(ops.constant(identity[reduction.op]), "acc") : null,
      );
      const whole = size - (size % t.lanes);
      const i = f.local("i32", "v");
      const body = (valid: number): void => this.#body(pointers, fixed, sums, i, valid);
      const last = (): void => {
        f.set(i, whole);
        body(size - whole);
      };
      this.#along(i, size, whole, t.lanes, share, () => body(t.lanes), last);
      sums.forEach((sum, r) => sum && this.#finish(pointers, sum, r));
    });
  }

  /** Whole steps from 0 to `whole`, then what is left of `size`; or of all that a share. */
  #along(
    i: Local<"i32">,
    size: number,
    whole: number,
    step: number,
    share: Share | null,
    body: () => void,
    last: () => void,
  ): void {
    const { f, t } = this;
    if (!share) {
      f.forLoop(i, 0, whole, step, body);
      if (whole < size) last();
      return;
    }
    const [from, to] = [share.from, share.to].map((at) => f.let(w.i32.mul(at, innerUnit(t))));
    f.forLoop(i, from!, lesser(to!, whole), step, body);
    if (whole < size) f.if(w.i32.gt_s(to!, whole), last);
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
        ({ base }, a) => fixed[a] ?? f.let(loadVector(f, t, pointer(a), placeOf(base, a), inner.motions[a]!, valid)),
      );
      const { writes, reduced } = plan.body(f, values);
      writes.forEach((value, k) => {
        const a = plan.reads.length + k;
        storeVector(f, t, pointer(a), placeOf(accesses[a]!.base, a), inner.motions[a]!, value, valid);
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
    const count = axes.reduce((product, { size, strides }) => (strides[a] === 0 ? product : product * size), 1);
    const bits = vectorOps(t).constant(value);
    const from = reduction.moving;
    f.scope(() => {
      const i = f.local("i32", "z");
      const whole = count - (count % t.lanes);
      f.forLoop(i, 0, whole * t.bytes, 16, () =>
        f.emit(w.v128.store(from ? w.i32.add(from, i) : i, bits, reduction.base)),
      );
      for (let k = whole; k < count; k++)
        f.emit(vectorOps(t).storeLane(0, this.#at(from), bits, reduction.base + k * t.bytes));
    });
  }

  /** The results that are this thread's own, number by number, set to the identity. */
  #initialiseShare(
    reduction: Plan["reductions"][number],
    a: number,
    own: { readonly level: number; readonly share: Share },
  ): void {
    const { f, t, nest, inner } = this;
    const ops = vectorOps(t);
    const motion = inner.motions[a]!;
    const unit = innerUnit(t);
    const loops: readonly { size: number; stride: number; unit: number }[] = [
      ...nest.outer.map(({ size, strides }) => ({ size, stride: strides[a]!, unit: 1 })),
      ...(motion.kind === "even"
        ? [{ size: inner.size, stride: motion.stride, unit }]
        : [
            { size: inner.size / 2, stride: motion.stride, unit: unit / 2 },
            { size: 2, stride: motion.within, unit: 1 },
          ]),
    ];
    const round = (level: number, at: Expr<"i32">): void => {
      const axis = loops[level];
      if (!axis) return f.emit(ops.storeLane(0, at, ops.constant(identity[reduction.op]), reduction.base));
      if (axis.stride === 0) return round(level + 1, at);
      const mine = own.level === level ? own.share : null;
      f.scope(() => {
        const i = f.local("i32", "z");
        const from = mine ? f.let(w.i32.mul(mine.from, axis.unit)) : 0;
        const to = mine ? lesser(f.let(w.i32.mul(mine.to, axis.unit)), axis.size) : axis.size;
        f.forLoop(i, from, to, 1, () =>
          f.scope(() => round(level + 1, f.let(w.i32.add(at, w.i32.mul(i, axis.stride * t.bytes)), "p"))),
        );
      });
    };
    f.scope(() => round(0, w.i32.const(0)));
  }

  #reduction(r: number): number {
    return this.plan.reads.length + this.plan.writes.length + r;
  }

  #at(pointer: Local<"i32"> | null | undefined): Expr<"i32"> {
    return pointer ?? w.i32.const(0);
  }

  #meet(op: "sum" | "reduce_max", a: Vector, b: Vector): Vector {
    return meet(this.t, op, a, b);
  }

  #masked(op: "sum" | "reduce_max", value: Vector, valid: number): Vector {
    if (valid === this.t.lanes) return value;
    const none = vectorOps(this.t).constant(identity[op]);
    return w.v128.bitselect(value, none, laneMask(this.t, valid));
  }
}
