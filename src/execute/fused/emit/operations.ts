import type { Equation, EquationOf, Value } from "../../../program/program.ts";
import { sizeOf, type Shape } from "../../../tensor/shape.ts";
import { contiguous, type Place } from "../layout.ts";
import { w, type Expr } from "../wasm/assembler.ts";
import { emitCholesky, emitSolve } from "./batchedFactors.ts";
import { emitCopy } from "./loops.ts";
import {
  add,
  addressOf,
  loadNumber,
  loop,
  mul,
  number,
  placeOf,
  plus,
  setNumber,
  shapeOf,
  storeNumber,
  type KernelContext,
} from "./numbers.ts";

type Kernels = {
  readonly [
    K in "gather" | "scatter_add" | "concat" | "pad" | "cumsum" | "cholesky" | "solve_triangular"
  ]: (c: KernelContext, equation: EquationOf<K>) => void;
};

export const kernels: Kernels = {
  /** Rows of `inner` numbers, picked by index. */
  gather(c, { args: [x, indices], attributes: { axis }, out }) {
    const shape = shapeOf(c, x!);
    const [before, size, inner] = split(shape, axis);
    const count = sizeOf(shapeOf(c, indices!));
    const [from, at, to] = [addressOf(c, x!), addressOf(c, indices!), addressOf(c, out)];
    rows(c, before, count, at, (o, i, index) => {
      const source = add(mul(add(mul(o, size), index), inner), 0);
      const target = add(mul(add(mul(o, count), i), inner), 0);
      copyRow(c, from, source, to, target, inner);
    });
  },

  /** Rows added where their index says; indices may repeat. */
  scatter_add(c, { args: [updates, indices], attributes: { axis, size }, out, shape }) {
    const [before, , inner] = split(shape, axis);
    const count = sizeOf(shapeOf(c, indices!));
    const [from, at, to] = [addressOf(c, updates!), addressOf(c, indices!), addressOf(c, out)];
    const { f, t } = c;
    f.memoryFill(to, 0, sizeOf(shape) * t.bytes);
    rows(c, before, count, at, (o, i, index) => {
      const source = f.let(mul(mul(add(mul(o, count), i), inner), t.bytes), "from");
      const target = f.let(mul(mul(add(mul(o, size), index), inner), t.bytes), "to");
      loop(c, inner, (k) => {
        const offset = f.let(mul(k, t.bytes), "k");
        const place = f.let(add(target, offset), "at");
        storeNumber(c, place, plus(c, loadNumber(c, place, to), loadNumber(c, add(source, offset), from)), to); // prettier-ignore
      });
    });
  },

  concat(c, { args, attributes: { axis }, out, shape }) {
    const strides = contiguous(shape);
    let at = 0;
    for (const arg of args) {
      const part = shapeOf(c, arg);
      copyTo(c, arg, part, { ...placeOf(c, out), offset: at * strides[axis]!, strides });
      at += part[axis]!;
    }
  },

  pad(c, { args: [x], attributes: { before }, out, shape }) {
    const strides = contiguous(shape);
    const offset = before.reduce((sum, b, axis) => sum + b * strides[axis]!, 0);
    c.f.memoryFill(addressOf(c, out), 0, sizeOf(shape) * c.t.bytes);
    copyTo(c, x!, shapeOf(c, x!), { ...placeOf(c, out), offset, strides });
  },

  cumsum(c, { args: [x], attributes: { axis, reverse }, out, shape }) {
    const [before, size, inner] = split(shape, axis);
    const [from, to] = [addressOf(c, x!), addressOf(c, out)];
    const { f, t } = c;
    loop(c, before, (o) =>
      loop(c, inner, (k) => {
        const start = f.let(mul(add(mul(o, size * inner), k), t.bytes), "start");
        const total = number(c, 0);
        loop(c, size, (i) => {
          const row = reverse ? w.i32.sub(size - 1, i) : i;
          const at = f.let(add(start, mul(row, inner * t.bytes)), "at");
          setNumber(c, total, plus(c, total, loadNumber(c, at, from)));
          storeNumber(c, at, total, to);
        });
      }),
    );
  },

  cholesky: emitCholesky,
  solve_triangular: emitSolve,
};

/** A kernel's argument copied to a place of the same shape. */
function copyTo(c: KernelContext, value: Value, shape: Shape, to: Place): void {
  emitCopy(c.f, c.t, shape, placeOf(c, value), to, c.memory.address);
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

function copyRow(
  c: KernelContext,
  from: number,
  source: Expr<"i32">,
  to: number,
  target: Expr<"i32">,
  inner: number,
): void {
  // prettier-ignore
  const { f, t } = c;
  const a = f.let(mul(source, t.bytes), "from");
  const b = f.let(mul(target, t.bytes), "to");
  loop(c, inner, (k) => {
    const offset = f.let(mul(k, t.bytes), "k");
    storeNumber(c, add(b, offset), loadNumber(c, add(a, offset), from), to);
  });
}

/** Whether an operation has a row in `kernels`. */
export function isKernel(equation: Equation): equation is EquationOf<keyof Kernels> {
  return Object.hasOwn(kernels, equation.op);
}
