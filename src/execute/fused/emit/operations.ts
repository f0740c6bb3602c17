import { present } from "../../../base/assert.ts";
import type { Equation, EquationOf, Program, Value } from "../../../program/program.ts";
import { sizeOf, type Shape } from "../../../tensor/shape.ts";
import { contiguous, type Place } from "../layout.ts";
import { emitCopy, type Memory } from "./loops.ts";
import type { Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder, type ModuleBuilder } from "../wasm/assembler.ts";

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

  /** Row by row: l[i, j] = (a[i, j] - sum_k l[i, k] l[j, k]) / l[j, j], the upper triangle 0. */
  cholesky(c, { args: [a], out, shape }) {
    const n = shape.at(-1)!;
    const { f, t } = c;
    const [from, to] = [addressOf(c, a!), addressOf(c, out)];
    f.memoryFill(to, 0, sizeOf(shape) * t.bytes);
    loop(c, sizeOf(shape.slice(0, -2)), (o) => {
      const start = f.let(mul(o, n * n * t.bytes), "start");
      const at = (i: Expr<"i32">, j: Expr<"i32">) => add(start, mul(add(mul(i, n), j), t.bytes));
      loop(c, n, (i) => {
        const j = f.local("i32", "j");
        f.forLoop(j, 0, w.i32.add(i, 1), 1, () => {
          const sum = number(c, 0);
          setNumber(c, sum, loadNumber(c, at(i, j), from));
          const k = f.local("i32", "k");
          f.forLoop(
            k,
            0,
            j,
            1,
            () =>
            setNumber(c, sum, minus(c, sum, times(c, loadNumber(c, at(i, k), to), loadNumber(c, at(j, k), to)))), // prettier-ignore
          );
          f.if(
            w.i32.eq(i, j),
            () => storeNumber(c, at(i, j), squareRoot(c, sum), to),
            () => storeNumber(c, at(i, j), over(c, sum, loadNumber(c, at(j, j), to)), to),
          );
        });
      });
    });
  },

  /** Forward substitution, or backward for the transpose; leading axes broadcast. */
  solve_triangular(c, { args: [a, b], attributes: { transpose }, out, shape }) {
    const [n, m] = [shape.at(-2)!, shape.at(-1)!];
    const { f, t } = c;
    const [factor, right, to] = [addressOf(c, a!), addressOf(c, b!), addressOf(c, out)];
    const leading = shape.slice(0, -2);
    const strideOf = (value: Value, unit: number): number[] => {
      const own = shapeOf(c, value).slice(0, -2);
      const strides = contiguous(own);
      const lead = leading.length - own.length;
      return leading.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]! * unit * t.bytes)); // prettier-ignore
    };
    const [aStrides, bStrides] = [strideOf(a!, n * n), strideOf(b!, n * m)];
    const nest = (
      axis: number,
      aStart: Expr<"i32">,
      bStart: Expr<"i32">,
      row: Expr<"i32">,
    ): void => {
      if (axis < leading.length) {
        loop(c, leading[axis]!, (i) =>
          nest(
            axis + 1,
            f.let(add(aStart, mul(i, aStrides[axis]!)), "a"),
            f.let(add(bStart, mul(i, bStrides[axis]!)), "b"),
            f.let(add(mul(row, leading[axis]!), i), "row"),
          ),
        );
        return;
      }
      const start = f.let(mul(row, n * m * t.bytes), "x");
      const l = (i: Expr<"i32">, j: Expr<"i32">) =>
        loadNumber(c, add(aStart, mul(transpose ? add(mul(j, n), i) : add(mul(i, n), j), t.bytes)), factor); // prettier-ignore
      loop(c, m, (column) =>
        loop(c, n, (step) => {
          const i = f.let(transpose ? w.i32.sub(n - 1, step) : step, "i");
          const at = (k: Expr<"i32">) => mul(add(mul(k, m), column), t.bytes);
          const sum = number(c, 0);
          setNumber(c, sum, loadNumber(c, add(bStart, at(i)), right));
          const done = f.local("i32", "done");
          f.forLoop(done, 0, step, 1, () => {
            const k = f.let(transpose ? w.i32.sub(n - 1, done) : done, "k");
            setNumber(
              c,
              sum,
              minus(c, sum, times(c, l(i, k), loadNumber(c, add(start, at(k)), to))),
            );
          });
          storeNumber(c, add(start, at(i)), over(c, sum, l(i, i)), to);
        }),
      );
    };
    nest(0, w.i32.const(0), w.i32.const(0), w.i32.const(0));
  },
};

export function shapeOf({ program }: KernelContext, value: Value): Shape {
  return program.equations[value]!.shape;
}

function placeOf({ memory }: KernelContext, value: Value): Place {
  return present(memory.layout.places.get(value), `the place of %${value}`);
}

/** Byte address of a contiguous value. */
export function addressOf(c: KernelContext, value: Value): number {
  const { buffer, offset } = placeOf(c, value);
  return c.memory.address[buffer]! + offset * c.t.bytes;
}

/** A kernel's argument copied to a place of the same shape. */
function copyTo(c: KernelContext, value: Value, shape: Shape, to: Place): void {
  emitCopy(c.f, c.t, shape, placeOf(c, value), to, c.memory.address);
}

/** Sizes before an axis, of it, and after it. */
function split(shape: Shape, axis: number): [number, number, number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
}

type Int = Expr<"i32"> | number;
const int = (x: Int): Expr<"i32"> => (typeof x === "number" ? w.i32.const(x) : x);
const add = (a: Int, b: Int): Expr<"i32"> =>
  b === 0 ? int(a) : a === 0 ? int(b) : w.i32.add(int(a), int(b));
const mul = (a: Int, b: Int): Expr<"i32"> =>
  a === 0 || b === 0 ? w.i32.const(0) : b === 1 ? int(a) : w.i32.mul(int(a), int(b));

function loop({ f }: KernelContext, count: number, body: (i: Expr<"i32">) => void): void {
  if (count === 1) return f.scope(() => body(w.i32.const(0)));
  f.scope(() => {
    const i = f.local("i32", "i");
    f.forLoop(i, 0, count, 1, () => f.scope(() => body(i)));
  });
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

// ---- one number of the program's precision

type Num = Expr<"f32"> | Expr<"f64">;
type F32 = Expr<"f32">;
type F64 = Expr<"f64">;

function arithmetic(name: "add" | "sub" | "mul" | "div") {
  return ({ t }: KernelContext, a: Num, b: Num): Num =>
    t.precision === "float32" ? w.f32[name](a as F32, b as F32) : w.f64[name](a as F64, b as F64);
}
const plus = arithmetic("add");
const minus = arithmetic("sub");
const times = arithmetic("mul");
const over = arithmetic("div");

function squareRoot({ t }: KernelContext, x: Num): Num {
  return t.precision === "float32" ? w.f32.sqrt(x as F32) : w.f64.sqrt(x as F64);
}

function loadNumber({ t }: KernelContext, at: Expr<"i32">, base: number): Num {
  return t.precision === "float32" ? w.f32.load(at, base) : w.f64.load(at, base);
}

function storeNumber({ f, t }: KernelContext, at: Expr<"i32">, value: Num, base: number): void {
  f.emit(
    t.precision === "float32"
      ? w.f32.store(at, value as F32, base)
      : w.f64.store(at, value as F64, base),
  );
}

type NumLocal = ReturnType<typeof number>;

function number({ f, t }: KernelContext, start: number) {
  if (t.precision === "float32") {
    const local = f.local("f32", "sum");
    f.set(local, start);
    return local;
  }
  const local = f.local("f64", "sum");
  f.set(local, start);
  return local;
}

function setNumber({ f }: KernelContext, local: NumLocal, value: Num): void {
  if (local.type === "f32") f.set(local, value as F32);
  else f.set(local, value as F64);
}

/** Whether an operation has a row in `kernels`. */
export function isKernel(equation: Equation): equation is EquationOf<keyof Kernels> {
  return Object.hasOwn(kernels, equation.op);
}
