import type { ReductionName } from "../clusters.ts";
import { laneMask, vectorOps, type Target } from "../target.ts";
import { lesser, type Share } from "../threads/team.ts";
import { w, type Expr, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { innerUnit, type Access, type Motion, type Nest } from "./axes.ts";

type Vector = Expr<"v128">;

/** An access as a nest moves it. */
export interface Moved extends Pick<Access, "base" | "moving"> {
  /** Which of the accesses it is: reads come first, then writes, then reductions. */
  readonly index: number;
  /** How it moves along the vectors. */
  readonly motion: Motion;
  /** Bytes from one vector to the next. */
  readonly vectorBytes: number;
}

/** A reduction's result, which meets what comes after it. */
export interface Gathered extends Moved {
  readonly op: ReductionName;
  /** Whether one innermost loop makes a whole result, which stays in a register until then. */
  readonly direct: boolean;
}

/** Where reductions start. */
export const identity = { sum: 0, reduce_max: -Infinity } as const;

/** Two become one. */
export function meet(t: Target, op: ReductionName, a: Vector, b: Vector): Vector {
  const ops = vectorOps(t);
  return op === "sum" ? ops.add(a, b) : ops.max(a, b);
}

/** A vector of which only the first lanes count: the others are at the identity. */
export function masked(t: Target, op: ReductionName, value: Vector, valid: number): Vector {
  if (valid === t.lanes) return value;
  const none = vectorOps(t).constant(identity[op]);
  return w.v128.bitselect(value, none, laneMask(t, valid));
}

/** Whether the two of each pair meet in one number. */
export function joinsPairs(motion: Motion): boolean {
  return motion.kind === "pairs" && motion.within === 0;
}

/** The address of an access that nothing has moved, in bytes beyond its base, or what has. */
export function atStart(pointer: Local<"i32"> | null | undefined): Expr<"i32"> {
  return pointer ?? w.i32.const(0);
}

/** A reduction's memory set to its identity: as many numbers as it has, which lie together. */
export function initialise(
  f: FunctionBuilder,
  t: Target,
  { merged }: Nest,
  { index, op, base, moving }: Pick<Gathered, "index" | "op" | "base" | "moving">,
): void {
  const count = merged.reduce((product, { size, strides }) => (strides[index] === 0 ? product : product * size), 1);
  const bits = vectorOps(t).constant(identity[op]);
  f.scope(() => {
    const i = f.local("i32", "z");
    const whole = count - (count % t.lanes);
    f.forLoop(i, 0, whole * t.bytes, 16, () => f.emit(w.v128.store(moving ? w.i32.add(moving, i) : i, bits, base)));
    for (let k = whole; k < count; k++) f.emit(vectorOps(t).storeLane(0, atStart(moving), bits, base + k * t.bytes));
  });
}

/** A thread's share of the axis at a level; that of the vectors comes after the outer ones. */
export interface OwnShare {
  readonly level: number;
  readonly share: Share;
}

/** The results that are this thread's own, number by number, set to the identity. */
export function initialiseShare(
  f: FunctionBuilder,
  t: Target,
  nest: Nest,
  { index, op, base, motion }: Gathered,
  own: OwnShare,
): void {
  const ops = vectorOps(t);
  const { size } = nest.vectors;
  const unit = innerUnit(t);
  const loops: readonly { size: number; stride: number; unit: number }[] = [
    ...nest.outer.map((axis) => ({ size: axis.size, stride: axis.strides[index] ?? 0, unit: 1 })),
    ...(motion.kind === "even"
      ? [{ size, stride: motion.stride, unit }]
      : [
          { size: size / 2, stride: motion.stride, unit: unit / 2 },
          { size: 2, stride: motion.within, unit: 1 },
        ]),
  ];
  const round = (level: number, at: Expr<"i32">): void => {
    const axis = loops[level];
    if (!axis) return f.emit(ops.storeLane(0, at, ops.constant(identity[op]), base));
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
