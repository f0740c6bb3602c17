import type { EquationOf, Value } from "../../../program/program.ts";
import { contiguousStrides, sizeOf } from "../../../tensor/shape.ts";
import { w, type Expr } from "../wasm/assembler.ts";
import {
  add,
  addressOf,
  loadNumber,
  loop,
  minus,
  mul,
  number,
  over,
  setNumber,
  shapeOf,
  squareRoot,
  storeNumber,
  times,
  type KernelContext,
} from "./numbers.ts";

/** Row by row: l[i, j] = (a[i, j] - sum_k l[i, k] l[j, k]) / l[j, j], the upper triangle 0. */
export function factorOneByOne(c: KernelContext, { args: [a], out, shape }: EquationOf<"cholesky">): void {
  const n = shape.at(-1)!;
  const { f, t } = c;
  const [from, to] = [addressOf(c, a), addressOf(c, out)];
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
        f.forLoop(k, 0, j, 1, () =>
          setNumber(c, sum, minus(c, sum, times(c, loadNumber(c, at(i, k), to), loadNumber(c, at(j, k), to)))),
        );
        f.if(
          w.i32.eq(i, j),
          () => storeNumber(c, at(i, j), squareRoot(c, sum), to),
          () => storeNumber(c, at(i, j), over(c, sum, loadNumber(c, at(j, j), to)), to),
        );
      });
    });
  });
}

/** Forward substitution, or backward for the transpose; leading axes broadcast. */
export function solveOneByOne(
  c: KernelContext,
  { args: [a, b], attributes: { transpose }, out, shape }: EquationOf<"solve_triangular">,
): void {
  const [n, m] = [shape.at(-2)!, shape.at(-1)!];
  const { f, t } = c;
  const [factor, right, to] = [addressOf(c, a), addressOf(c, b), addressOf(c, out)];
  const leading = shape.slice(0, -2);
  const strideOf = (value: Value, unit: number): number[] => {
    const own = shapeOf(c, value).slice(0, -2);
    const strides = contiguousStrides(own);
    const lead = leading.length - own.length;
    return leading.map((_, axis) =>
      axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]! * unit * t.bytes,
    );
  };
  const [aStrides, bStrides] = [strideOf(a, n * n), strideOf(b, n * m)];
  const nest = (axis: number, aStart: Expr<"i32">, bStart: Expr<"i32">, row: Expr<"i32">): void => {
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
      loadNumber(c, add(aStart, mul(transpose ? add(mul(j, n), i) : add(mul(i, n), j), t.bytes)), factor);
    loop(c, m, (column) =>
      loop(c, n, (step) => {
        const i = f.let(transpose ? w.i32.sub(n - 1, step) : step, "i");
        const at = (k: Expr<"i32">) => mul(add(mul(k, m), column), t.bytes);
        const sum = number(c, 0);
        setNumber(c, sum, loadNumber(c, add(bStart, at(i)), right));
        const done = f.local("i32", "done");
        f.forLoop(done, 0, step, 1, () => {
          const k = f.let(transpose ? w.i32.sub(n - 1, done) : done, "k");
          setNumber(c, sum, minus(c, sum, times(c, l(i, k), loadNumber(c, add(start, at(k)), to))));
        });
        storeNumber(c, add(start, at(i)), over(c, sum, l(i, i)), to);
      }),
    );
  };
  nest(0, w.i32.const(0), w.i32.const(0), w.i32.const(0));
}
