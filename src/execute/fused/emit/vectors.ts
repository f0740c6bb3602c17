import { lanesOf } from "../kernels/lanes.ts";
import { vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder } from "../wasm/assembler.ts";
import type { Motion } from "./axes.ts";

type Vector = Expr<"v128">;

/** Where a vector lies: an address, bytes beyond it, and how its entries follow each other. */
export interface Spot {
  readonly at: Expr<"i32">;
  readonly base: number;
  readonly motion: Motion;
}

/** A vector of `valid` numbers; may read up to 12 bytes beyond the last. */
export function loadVector(f: FunctionBuilder, t: Target, { at, base, motion }: Spot, valid: number): Vector {
  const ops = vectorOps(t);
  const { kind, stride } = motion;
  // the last vector of a row may reach past its end: the arena leaves room, and nothing looks at those lanes
  if (kind === "even" && stride === 1) return w.v128.load(at, base);
  if (kind === "even" && stride === 0) return ops.loadSplat(at, base);
  if (kind === "pairs" && stride === 0 && motion.within === 1) return w.v128.load64_splat(at, base);
  if (kind === "pairs" && stride === 1 && motion.within === 0) {
    const two = f.let(w.v128.load64_zero(at, base));
    return w.i32x4.shuffle([0, 0, 1, 1], two, two);
  }
  const pointer = f.let(at, "p");
  if (kind === "pairs" && motion.within === 1 && valid === t.lanes)
    return w.v128.load64_lane(1, pointer, w.v128.load64_zero(pointer, base), base + stride * t.bytes);
  let vector: Vector = ops.constant(0);
  for (let lane = 0; lane < valid; lane++)
    vector = ops.loadLane(lane, pointer, vector, base + offsetOf(t, motion, lane));
  return vector;
}

/** Stores the first `valid` numbers, and nothing else. */
export function storeVector(
  f: FunctionBuilder,
  t: Target,
  { at, base, motion }: Spot,
  value: Vector,
  valid: number,
): void {
  const { kind, stride } = motion;
  if (kind === "even" && stride === 1 && valid === t.lanes) return f.emit(w.v128.store(at, value, base));
  const ops = vectorOps(t);
  const pointer = f.let(at, "p");
  const kept = f.let(value);
  if (kind === "even" && stride === 1)
    return lanesOf(t.precision)
      .storeSome(valid, pointer, kept, base)
      .forEach((each) => f.emit(each));
  if (kind === "pairs" && motion.within === 1) {
    for (let lane = 0; lane < valid; lane += 2)
      f.emit(w.v128.store64_lane(lane / 2, pointer, kept, base + offsetOf(t, motion, lane)));
    return;
  }
  for (let lane = 0; lane < valid; lane++) f.emit(ops.storeLane(lane, pointer, kept, base + offsetOf(t, motion, lane)));
}

/** Bytes from a vector's first entry to another. */
function offsetOf({ bytes }: Target, motion: Motion, lane: number): number {
  if (motion.kind === "even") return lane * motion.stride * bytes;
  return (Math.floor(lane / 2) * motion.stride + (lane % 2) * motion.within) * bytes;
}
