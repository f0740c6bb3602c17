import { present } from "../../../base/assert.ts";
import { vectorOps, type Target } from "../target.ts";
import { lesser, type Share } from "../threads/team.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { innerUnit, mostVectors, stays, type Axis, type Nest, type VectorAxis } from "./axes.ts";
import type { Plan, Vector } from "./plan.ts";
import { movedBy } from "./plan.ts";
import {
  atStart,
  identity,
  initialise,
  initialiseShare,
  joinsPairs,
  masked,
  meet,
  type Gathered,
  type Moved,
} from "./reductions.ts";
import { loadVector, storeVector, type Spot } from "./vectors.ts";

/** For each access, where the loops around have brought it; null where it is still at its start. */
type Pointers = readonly (Local<"i32"> | null)[];

/** Vectors to go through: from 0 to `whole` by steps, then what is left of `size`; `i` counts elements. */
interface Steps {
  readonly i: Local<"i32">;
  readonly size: number;
  readonly whole: number;
  readonly step: number;
}

/** One round of the body: so many entries, at the vector `i`, or `shift` vectors further. */
interface Round {
  readonly pointers: Pointers;
  readonly i: Local<"i32">;
  readonly valid: number;
  readonly shift: number;
}

/** A result that waits in a register. */
interface Sum {
  readonly of: Gathered;
  readonly sum: Local<"v128">;
}

/** The code around one body: pointers, the vector loop, its remainder, and reductions. */
export class LoopCode {
  readonly f: FunctionBuilder;
  readonly t: Target;
  readonly plan: Plan;
  readonly nest: Nest;
  readonly inner: VectorAxis;
  readonly reads: readonly Moved[];
  readonly writes: readonly Moved[];
  readonly reductions: readonly Gathered[];

  constructor(f: FunctionBuilder, t: Target, plan: Plan, nest: Nest) {
    this.f = f;
    this.t = t;
    this.plan = plan;
    this.nest = nest;
    this.inner = nest.vectors;
    const all = movedBy(t, plan, nest);
    const first = plan.reads.length + plan.writes.length;
    this.reads = all.slice(0, plan.reads.length);
    this.writes = all.slice(plan.reads.length, first);
    this.reductions = all.slice(first).map((moved, r) => {
      const { index, motion } = moved;
      const whole = stays(motion) || joinsPairs(motion);
      const direct = (whole || nest.gathered !== null) && nest.outer.every(({ strides }) => strides[index] !== 0);
      return { ...moved, op: plan.reductions[r]?.op ?? "sum", direct };
    });
  }

  /** The whole nest, or one thread's share of the axis at a level. */
  write(own: { readonly level: number; readonly share: Share } | null): void {
    const { f, nest } = this;
    const { outer, tail } = nest;
    // results that are met more than once in memory start at their identity
    for (const reduction of this.reductions) {
      if (reduction.direct) continue;
      if (own) initialiseShare(f, this.t, nest, reduction, own);
      else initialise(f, this.t, nest, reduction);
    }
    const round = (level: number, pointers: Pointers): void => {
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
        [...this.reads, ...this.writes, ...this.reductions].map(({ moving }) => moving),
      ),
    );
  }

  /** Pointers one loop further in: those that move along the axis get a register of their own. */
  advance(pointers: Pointers, i: Local<"i32">, axis: Axis): Pointers {
    const { f, t } = this;
    return pointers.map((pointer, a) => {
      const stride = (axis.strides[a] ?? 0) * t.bytes;
      if (stride === 0) return pointer;
      const moved = w.i32.mul(i, stride);
      return f.let(pointer ? w.i32.add(pointer, moved) : moved, "p");
    });
  }

  /** Vectors outside, the axis that they gather along inside; or a share of the vectors in units of `innerUnit`. */
  gather(pointers: Pointers, axis: Axis, share: Share | null): void {
    const { f, t, plan, inner } = this;
    const ops = vectorOps(t);
    // a long body is long enough to wait for its own sums
    const most = plan.work > 8 ? 1 : Math.max(1, Math.floor(mostVectors / plan.reductions.length));
    const chunk = (i: Local<"i32">, count: number, last: number): void =>
      f.scope(() => {
        const valid = (v: number): number => (v === count - 1 ? last : t.lanes);
        const sums = Array.from({ length: count }, () =>
          this.reductions.map((of) => ({ of, sum: f.let(ops.constant(identity[of.op]), "acc") })),
        );
        const r = f.local("i32", "r");
        f.forLoop(r, 0, axis.size, 1, () =>
          f.scope(() => {
            const own = this.advance(pointers, r, axis);
            const none = this.reads.map(() => null);
            const within = (each: readonly Sum[]) => each.map(({ sum }) => sum);
            sums.forEach((each, v) => this.#body({ pointers: own, i, valid: valid(v), shift: v }, none, within(each)));
          }),
        );
        sums.forEach((each, v) =>
          each.forEach(({ of, sum }) => {
            const { op, motion } = of;
            const to = f.let(this.#pointer(pointers, of, i), "p");
            const spot = { at: to, base: of.base + of.vectorBytes * v, motion };
            const whole = of.direct ? sum : meet(t, op, sum, loadVector(f, t, spot, valid(v)));
            storeVector(f, t, spot, whole, valid(v));
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
      this.#along({ i, size: inner.size, whole, step }, share, () => chunk(i, most, t.lanes), last);
    });
  }

  #pointer(pointers: Pointers, { index, vectorBytes }: Moved, i: Local<"i32">): Expr<"i32"> {
    const stride = vectorBytes / this.t.lanes;
    const moved = stride === 0 ? null : w.i32.mul(i, stride);
    const from = pointers[index] ?? null;
    return moved && from ? w.i32.add(from, moved) : (moved ?? atStart(from));
  }

  /** The loop over vectors of so many elements, or a share of them in units of `innerUnit`. */
  innermost(pointers: Pointers, size: number, share: Share | null): void {
    const { f, t } = this;
    const ops = vectorOps(t);
    f.scope(() => {
      // what does not move along the vectors is loaded once
      const fixed = this.reads.map(({ index, base, motion }) =>
        stays(motion) ? f.let(loadVector(f, t, { at: atStart(pointers[index]), base, motion }, t.lanes)) : null,
      );
      const sums = this.reductions.map(({ op, motion }) =>
        stays(motion) ? f.let(ops.constant(identity[op]), "acc") : null,
      );
      const whole = size - (size % t.lanes);
      const i = f.local("i32", "v");
      const body = (valid: number): void => this.#body({ pointers, i, valid, shift: 0 }, fixed, sums);
      const last = (): void => {
        f.set(i, whole);
        body(size - whole);
      };
      this.#along({ i, size, whole, step: t.lanes }, share, () => body(t.lanes), last);
      this.reductions.forEach((of, r) => {
        const sum = sums[r];
        if (sum) this.#finish(pointers, sum, of);
      });
    });
  }

  /** Whole steps from 0 to `whole`, then what is left of `size`; or of all that a share. */
  #along({ i, size, whole, step }: Steps, share: Share | null, body: () => void, last: () => void): void {
    const { f, t } = this;
    if (!share) {
      f.forLoop(i, 0, whole, step, body);
      if (whole < size) last();
      return;
    }
    const from = f.let(w.i32.mul(share.from, innerUnit(t)));
    const to = f.let(w.i32.mul(share.to, innerUnit(t)));
    f.forLoop(i, from, lesser(to, whole), step, body);
    if (whole < size) f.if(w.i32.gt_s(to, whole), last);
  }

  #body(
    { pointers, i, valid, shift }: Round,
    fixed: readonly (Local<"v128"> | null)[],
    sums: readonly (Local<"v128"> | null)[],
  ): void {
    const { f, t, plan } = this;
    f.scope(() => {
      const spotOf = (moved: Moved): Spot => ({
        at: this.#pointer(pointers, moved, i),
        base: moved.base + moved.vectorBytes * shift,
        motion: moved.motion,
      });
      const values = this.reads.map((read, k) => fixed[k] ?? f.let(loadVector(f, t, spotOf(read), valid)));
      const { writes, reduced } = plan.body(f, values);
      this.writes.forEach((write, k) => storeVector(f, t, spotOf(write), present(writes[k], "a result"), valid));
      this.reductions.forEach((of, r) => {
        const value = present(reduced[r], "what is reduced");
        const sum = sums[r];
        if (sum) f.set(sum, meet(t, of.op, sum, masked(t, of.op, value, valid)));
        else if (joinsPairs(of.motion)) this.#meetPairs(this.#pointer(pointers, of, i), of, value, valid);
        else {
          const spot = { at: f.let(this.#pointer(pointers, of, i), "p"), base: of.base, motion: of.motion };
          const before = loadVector(f, t, spot, valid);
          storeVector(f, t, spot, meet(t, of.op, before, value), valid);
        }
      });
    });
  }

  /** The two of each pair meet, and go to memory. */
  #meetPairs(from: Expr<"i32">, { op, base, motion, direct }: Gathered, given: Vector, valid: number): void {
    const { f, t } = this;
    const ops = vectorOps(t);
    const at = f.let(from, "p");
    const value = f.let(given);
    const met = f.let(meet(t, op, value, w.i32x4.shuffle([1, 0, 3, 2], value, value)));
    for (let lane = 0; lane < valid; lane += 2) {
      const offset = base + (lane / 2) * motion.stride * t.bytes;
      const whole = direct ? met : meet(t, op, met, ops.loadSplat(at, offset));
      f.emit(ops.storeLane(lane, at, whole, offset));
    }
  }

  /** The lanes of an accumulator meet, those of pairs at their own places, and their result goes to memory. */
  #finish(pointers: Pointers, sum: Local<"v128">, { index, op, base, motion, direct }: Gathered): void {
    const { f, t } = this;
    const ops = vectorOps(t);
    const at = atStart(pointers[index]);
    f.set(sum, meet(t, op, sum, w.i64x2.shuffle([1, 0], sum, sum)));
    if (motion.kind === "pairs") {
      const two: Spot = { at, base, motion: { kind: "even", stride: motion.within } };
      const value = direct ? sum : meet(t, op, sum, loadVector(f, t, two, 2));
      return storeVector(f, t, two, value, 2);
    }
    if (t.lanes === 4) f.set(sum, meet(t, op, sum, w.i32x4.shuffle([1, 0, 3, 2], sum, sum)));
    const value = direct ? sum : meet(t, op, sum, ops.loadSplat(at, base));
    f.emit(ops.storeLane(0, at, value, base));
  }
}
