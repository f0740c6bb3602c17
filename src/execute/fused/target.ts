import type { MathName } from "./math/math.ts";
import type { Team } from "./threads/team.ts";
import type { Expr, FunctionBuilder } from "./wasm/assembler.ts";
import { w } from "./wasm/assembler.ts";

export type Precision = "float32" | "float64";

/** Bytes of a number. */
export function bytesOf(precision: Precision): 4 | 8 {
  return precision === "float32" ? 4 : 8;
}

/** What code generation needs to know of the numbers it works on: the same code serves both precisions. */
export interface Target {
  readonly precision: Precision;
  /** Numbers in a vector, and bytes of each. */
  readonly lanes: 4 | 2;
  readonly bytes: 4 | 8;
  /** Who shares the work; null for one thread. */
  readonly team: Team | null;
  /** A function of the vector mathematics library. */
  readonly call: (f: FunctionBuilder, name: MathName, ...args: readonly Expr<"v128">[]) => Expr<"v128">;
  /** The same, written in place: for a loop that goes round often enough to be worth the code. */
  readonly inline: Target["call"];
}

const ops32 = {
  ...w.f32x4,
  constant: w.v128.const_f32,
  loadSplat: w.v128.load32_splat,
  loadLane: w.v128.load32_lane,
  storeLane: w.v128.store32_lane,
};

const ops64 = {
  ...w.f64x2,
  constant: w.v128.const_f64,
  loadSplat: w.v128.load64_splat,
  loadLane: w.v128.load64_lane,
  storeLane: w.v128.store64_lane,
};

/** The instructions of a precision under one set of names. */
export function vectorOps({ precision }: Pick<Target, "precision">) {
  return precision === "float32" ? ops32 : ops64;
}

/** All ones in the first `valid` lanes. */
export function laneMask({ lanes }: Pick<Target, "lanes">, valid: number): Expr<"v128"> {
  const on = (lane: number): number => (lane < valid ? -1 : 0);
  return lanes === 4
    ? w.v128.const_i32x4([on(0), on(1), on(2), on(3)])
    : w.v128.const_i32x4([on(0), on(0), on(1), on(1)]);
}
