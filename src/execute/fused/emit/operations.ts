import type { Equation, EquationOf, Value } from "../../../program/program.ts";
import { contiguousStrides, sizeOf, type Shape } from "../../../tensor/shape.ts";
import type { Place } from "../views.ts";
import { w, type Expr } from "../wasm/assembler.ts";
import { emitCholesky, emitSolve } from "./batchedFactors.ts";
import type { Motion } from "./axes.ts";
import { emitCopy } from "./copies.ts";
import { storeVector } from "./vectors.ts";
import { vectorOps } from "../target.ts";
import { add, addressOf, loop, mul, placeOf, shapeOf, type KernelContext } from "./numbers.ts";

type Kernels = {
  readonly [K in "gather" | "scatter_add" | "concat" | "pad" | "cumsum" | "cholesky" | "solve_triangular"]: (
    c: KernelContext,
    equation: EquationOf<K>,
  ) => void;
};

export const kernels: Kernels = {
  /** Rows of `inner` numbers, picked by index. */
  gather(c, { args: [x, indices], attributes: { axis }, out }) {
    const shape = shapeOf(c, x);
    const [before, size, inner] = split(shape, axis);
    const count = sizeOf(shapeOf(c, indices));
    const [from, at, to] = [addressOf(c, x), addressOf(c, indices), addressOf(c, out)];
    rows(c, before, count, at, (o, i, index) => {
      const source = add(mul(add(mul(o, size), index), inner), 0);
      const target = add(mul(add(mul(o, count), i), inner), 0);
      copyRow(c, { base: from, at: source }, { base: to, at: target }, inner);
    });
  },

  /** Rows added where their index says; indices may repeat. */
  scatter_add(c, { args: [updates, indices], attributes: { axis, size }, out, shape }) {
    const [before, , inner] = split(shape, axis);
    const count = sizeOf(shapeOf(c, indices));
    const [from, at, to] = [addressOf(c, updates), addressOf(c, indices), addressOf(c, out)];
    const { f, t } = c;
    const ops = vectorOps(t);
    f.memoryFill(to, 0, sizeOf(shape) * t.bytes);
    rows(c, before, count, at, (o, i, index) => {
      const source = f.let(mul(mul(add(mul(o, count), i), inner), t.bytes), "from");
      const target = f.let(mul(mul(add(mul(o, size), index), inner), t.bytes), "to");
      alongRow(c, inner, (offset, valid) => {
        const place = f.let(add(target, offset), "at");
        const sum = ops.add(w.v128.load(place, to), w.v128.load(add(source, offset), from));
        storeVector(f, t, { at: place, base: to, motion: neighbours }, sum, valid);
      });
    });
  },

  concat(c, { args, attributes: { axis }, out, shape }) {
    const strides = contiguousStrides(shape);
    let at = 0;
    for (const arg of args) {
      const part = shapeOf(c, arg);
      copyTo(c, arg, part, { ...placeOf(c, out), offset: at * strides[axis]!, strides });
      at += part[axis]!;
    }
  },

  pad(c, { args: [x], attributes: { before }, out, shape }) {
    const strides = contiguousStrides(shape);
    const offset = before.reduce((sum, b, axis) => sum + b * strides[axis]!, 0);
    c.f.memoryFill(addressOf(c, out), 0, sizeOf(shape) * c.t.bytes);
    copyTo(c, x, shapeOf(c, x), { ...placeOf(c, out), offset, strides });
  },

  cumsum(c, { args: [x], attributes: { axis, reverse }, out, shape }) {
    const [before, size, inner] = split(shape, axis);
    const [from, to] = [addressOf(c, x), addressOf(c, out)];
    const { f, t } = c;
    const ops = vectorOps(t);
    loop(c, before, (o) =>
      alongRow(c, inner, (offset, valid) => {
        const start = f.let(add(mul(o, size * inner * t.bytes), offset), "start");
        const total = f.let(ops.constant(0), "total");
        loop(c, size, (i) => {
          const row = reverse ? w.i32.sub(size - 1, i) : i;
          const at = f.let(add(start, mul(row, inner * t.bytes)), "at");
          f.set(total, ops.add(total, w.v128.load(at, from)));
          storeVector(f, t, { at, base: to, motion: neighbours }, total, valid);
        });
      }),
    );
  },

  cholesky: emitCholesky,
  solve_triangular: emitSolve,
};

/** A kernel's argument copied to a place of the same shape. */
function copyTo(c: KernelContext, value: Value, shape: Shape, to: Place): void {
  emitCopy(c.f, c.t, { shape, from: placeOf(c, value), to }, c.memory);
}

/** Sizes before an axis, of it, and after it. */
function split(shape: Shape, axis: number): [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
}

/** For each of `before` blocks and each index: the block, the position among the indices, and the index itself. */
function rows(
  c: KernelContext,
  before: number,
  count: number,
  indices: number,
  body: (o: Expr<"i32">, i: Expr<"i32">, index: Expr<"i32">) => void,
): void {
  const { f, t } = c;
  loop(c, before, (o) =>
    loop(c, count, (i) => {
      const whole =
        t.precision === "float32"
          ? w.i32.trunc_sat_f32_s(w.f32.load(mul(i, 4), indices))
          : w.i32.trunc_sat_f64_s(w.f64.load(mul(i, 8), indices));
      body(o, i, f.let(whole, "index"));
    }),
  );
}

/** A row of numbers: an array's address, and how many of them come before it. */
interface Row {
  readonly base: number;
  readonly at: Expr<"i32">;
}

function copyRow(c: KernelContext, from: Row, to: Row, inner: number): void {
  const { f, t } = c;
  const a = f.let(mul(from.at, t.bytes), "from");
  const b = f.let(mul(to.at, t.bytes), "to");
  if (inner * t.bytes >= bulk) return f.memoryCopy(add(b, to.base), add(a, from.base), inner * t.bytes);
  alongRow(c, inner, (offset, valid) => {
    const spot = { at: add(b, offset), base: to.base, motion: neighbours };
    storeVector(f, t, spot, w.v128.load(add(a, offset), from.base), valid);
  });
}

/** Bytes from which on the host's own copying beats a loop. */
const bulk = 256;

const neighbours: Motion = { kind: "even", stride: 1 };

/** A row by vectors: byte offsets of each, and how many numbers are left for it. Reads may reach past the end. */
function alongRow(c: KernelContext, inner: number, body: (offset: Expr<"i32">, valid: number) => void): void {
  const { lanes, bytes } = c.t;
  const whole = Math.floor(inner / lanes);
  if (whole > 0) loop(c, whole, (v) => body(c.f.let(mul(v, 16), "k"), lanes));
  const left = inner % lanes;
  if (left > 0) c.f.scope(() => body(w.i32.const(whole * lanes * bytes), left));
}

/** Whether an operation has a row in `kernels`. */
export function isKernel(equation: Equation): equation is EquationOf<keyof Kernels> {
  return Object.hasOwn(kernels, equation.op);
}
