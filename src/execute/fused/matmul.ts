import type { Equation, EquationOf, Program } from "../../program/program.ts";
import { contiguous } from "./layout.ts";
import { addressOf, shapeOf, type KernelContext } from "./kernels.ts";
import { emitMatmul } from "./kernels/matmul.ts";
import { matmulScratchBytes } from "./kernels/matmulPlan.ts";
import type { Precision } from "./target.ts";
import type { FunctionRef } from "./wasm/assembler.ts";

/** Products of matrices: one function for each size, called once for each turn of the leading axes. */
export function emitMatmulEquation(c: KernelContext, equation: EquationOf<"matmul">): void {
  const { f, t, module, scratch } = c;
  const { args, attributes, out, shape } = equation;
  const { transposeA, transposeB } = attributes;
  const [a, b] = [shapeOf(c, args[0]!), shapeOf(c, args[1]!)];
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  const k = transposeA ? a.at(-2)! : a.at(-1)!;
  const spec = { m, n, k, precision: t.precision, transposeA, transposeB, relaxed: t.relaxed };
  const name = `matmul_${m}x${k}x${n}${transposeA ? "_ta" : ""}${transposeB ? "_tb" : ""}`;
  const product = (module.find(name) ?? emitMatmul(module, name, spec)) as FunctionRef<
    readonly ["i32", "i32", "i32", "i32"],
    readonly []
  >;
  const [left, right, to] = [addressOf(c, args[0]!), addressOf(c, args[1]!), addressOf(c, out)];
  const space = scratch(matmulScratchBytes(spec));
  const leading = shape.slice(0, -2);
  for (const at of turns(leading)) {
    const offset = (own: readonly number[]): number => {
      const front = own.slice(0, -2);
      const strides = contiguous(front);
      const lead = leading.length - front.length;
      const entries = at.reduce(
        (sum, index, axis) =>
          axis < lead || front[axis - lead] === 1 ? sum : sum + index * strides[axis - lead]!,
        0,
      );
      return entries * own.at(-2)! * own.at(-1)! * t.bytes;
    };
    f.emit(f.call(product, left + offset(a), right + offset(b), to + offset(shape), space));
  }
}

/** Bytes of scratch that an equation's kernel needs. */
export function scratchFor(
  { equations }: Program,
  equation: Equation,
  precision: Precision,
): number {
  if (equation.op !== "matmul") return 0;
  const { transposeA, transposeB } = equation.attributes;
  const a = equations[equation.args[0]!]!.shape;
  const [m, n] = [equation.shape.at(-2)!, equation.shape.at(-1)!];
  const k = transposeA ? a.at(-2)! : a.at(-1)!;
  return matmulScratchBytes({ m, n, k, precision, transposeA, transposeB });
}

/** Every index of a shape, outermost first. */
function turns(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (sofar, size) => sofar.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );
}
