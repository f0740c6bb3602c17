import type { Equation, EquationOf, Program } from "../../../program/program.ts";
import type { Shape } from "../../../tensor/shape.ts";
import { solveScratchBytes } from "./batchedFactors.ts";
import { addressOf, type KernelContext } from "./numbers.ts";
import { contiguous } from "../layout.ts";
import { emitMatmul } from "../kernels/matmul.ts";
import { matmulScratchBytes } from "../kernels/matmulPlan.ts";
import type { MatmulSpec } from "../kernels/matmulSpec.ts";
import type { Precision } from "../target.ts";
import type { FunctionRef } from "../wasm/assembler.ts";

/** Products of matrices, one for each turn of the leading axes: one function for each size, called once. */
export function emitMatmulEquation(c: KernelContext, equation: EquationOf<"matmul">): void {
  const { f, t, module, scratch, program } = c;
  const spec = { ...specOf(program, equation, t.precision), relaxed: t.relaxed };
  const { m, n, k, transposeA, transposeB, batch } = spec;
  const turns = batch.map(({ size, a, b }) => `_${size}a${a}b${b}`).join("");
  const name = `matmul_${m}x${k}x${n}${transposeA ? "_ta" : ""}${transposeB ? "_tb" : ""}${turns}`;
  const product = (module.find(name) ?? emitMatmul(module, name, spec)) as FunctionRef<
    readonly ["i32", "i32", "i32", "i32"],
    readonly []
  >;
  const [left, right, to] = [equation.args[0]!, equation.args[1]!, equation.out].map((value) => addressOf(c, value)); // prettier-ignore
  f.emit(f.call(product, left!, right!, to!, scratch(matmulScratchBytes(spec))));
}

/** Bytes of scratch that an equation's kernel needs. */
export function scratchFor(program: Program, equation: Equation, precision: Precision): number {
  if (equation.op === "solve_triangular") return solveScratchBytes(program, equation);
  return equation.op === "matmul" ? matmulScratchBytes(specOf(program, equation, precision)) : 0;
}

function specOf({ equations }: Program, equation: EquationOf<"matmul">, precision: Precision) {
  const { transposeA, transposeB } = equation.attributes;
  const { shape } = equation;
  const [a, b] = [equations[equation.args[0]!]!.shape, equations[equation.args[1]!]!.shape];
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  const k = transposeA ? a.at(-2)! : a.at(-1)!;
  const leading = shape.slice(0, -2);
  const strides = (own: Shape): number[] => {
    const all = contiguous(own);
    const lead = shape.length - own.length;
    return leading.map((_, axis) =>
      axis < lead || own[axis - lead] === 1 ? 0 : all[axis - lead]!,
    );
  };
  const [ofA, ofB, ofC] = [strides(a), strides(b), strides(shape)];
  const batch = leading.map((size, axis) => ({
    size,
    a: ofA[axis]!,
    b: ofB[axis]!,
    c: ofC[axis]!,
  }));
  return { m, n, k, precision, transposeA, transposeB, batch } satisfies MatmulSpec;
}
