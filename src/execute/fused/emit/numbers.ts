import { present } from "../../../base/assert.ts";
import type { Program, Value } from "../../../program/program.ts";
import type { Shape } from "../../../tensor/shape.ts";
import type { Place } from "../views.ts";
import type { Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type ModuleBuilder } from "../wasm/assembler.ts";
import type { Memory } from "./loops.ts";

/** Code for the operations that are not one result for each element. Arguments and results are contiguous. */
export interface KernelContext {
  readonly f: FunctionBuilder;
  readonly t: Target;
  readonly program: Program;
  readonly memory: Memory;
  readonly module: ModuleBuilder;
  /** The address of memory that a kernel may use while it runs: at least this many bytes. */
  readonly scratch: (bytes: number) => number;
}

export function shapeOf({ program }: KernelContext, value: Value): Shape {
  return program.equations[value]!.shape;
}

export function placeOf({ memory }: KernelContext, value: Value): Place {
  return present(memory.layout.places.get(value), `the place of %${value}`);
}

/** Byte address of a contiguous value. */
export function addressOf(c: KernelContext, value: Value): number {
  const { buffer, offset } = placeOf(c, value);
  return c.memory.address[buffer]! + offset * c.t.bytes;
}

// ---- addresses

export type Int = Expr<"i32"> | number;
export const int = (x: Int): Expr<"i32"> => (typeof x === "number" ? w.i32.const(x) : x);
export const add = (a: Int, b: Int): Expr<"i32"> => (b === 0 ? int(a) : a === 0 ? int(b) : w.i32.add(int(a), int(b)));
export const mul = (a: Int, b: Int): Expr<"i32"> =>
  a === 0 || b === 0 ? w.i32.const(0) : b === 1 ? int(a) : w.i32.mul(int(a), int(b));

export function loop({ f }: KernelContext, count: number, body: (i: Expr<"i32">) => void): void {
  if (count === 1) return f.scope(() => body(w.i32.const(0)));
  f.scope(() => {
    const i = f.local("i32", "i");
    f.forLoop(i, 0, count, 1, () => f.scope(() => body(i)));
  });
}

// ---- one number of the program's precision

export type Num = Expr<"f32"> | Expr<"f64">;
type F32 = Expr<"f32">;
type F64 = Expr<"f64">;

function arithmetic(name: "add" | "sub" | "mul" | "div") {
  return ({ t }: KernelContext, a: Num, b: Num): Num =>
    t.precision === "float32" ? w.f32[name](a as F32, b as F32) : w.f64[name](a as F64, b as F64);
}
export const plus = arithmetic("add");
export const minus = arithmetic("sub");
export const times = arithmetic("mul");
export const over = arithmetic("div");

export function squareRoot({ t }: KernelContext, x: Num): Num {
  return t.precision === "float32" ? w.f32.sqrt(x as F32) : w.f64.sqrt(x as F64);
}

export function loadNumber({ t }: KernelContext, at: Expr<"i32">, base: number): Num {
  return t.precision === "float32" ? w.f32.load(at, base) : w.f64.load(at, base);
}

export function storeNumber({ f, t }: KernelContext, at: Expr<"i32">, value: Num, base: number): void {
  f.emit(t.precision === "float32" ? w.f32.store(at, value as F32, base) : w.f64.store(at, value as F64, base));
}

export type NumLocal = ReturnType<typeof number>;

export function number({ f, t }: KernelContext, start: number) {
  if (t.precision === "float32") {
    const local = f.local("f32", "sum");
    f.set(local, start);
    return local;
  }
  const local = f.local("f64", "sum");
  f.set(local, start);
  return local;
}

export function setNumber({ f }: KernelContext, local: NumLocal, value: Num): void {
  if (local.type === "f32") f.set(local, value as F32);
  else f.set(local, value as F64);
}
