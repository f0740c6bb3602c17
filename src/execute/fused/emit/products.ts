import type { Equation, EquationOf, Program, Value } from "../../../program/program.ts";
import { present } from "../../../base/assert.ts";
import { solveScratchBytes } from "./batchedFactors.ts";
import { addressOf, type KernelContext } from "./numbers.ts";
import type { Layout } from "../layout.ts";
import { emitMatmul } from "../kernels/matmul.ts";
import { matmulScratchBytes, planMatmul } from "../kernels/matmulPlan.ts";
import type { MatmulSpec } from "../kernels/matmulSpec.ts";
import type { Precision } from "../target.ts";
import { shareOf } from "../threads/team.ts";
import { workOf } from "../threads/work.ts";
import { w, type FunctionRef } from "../wasm/assembler.ts";
import type { Emitted } from "./loops.ts";

/** Products of matrices, one for each turn of the leading axes: one function for each size, called once. */
export function emitMatmulEquation(c: KernelContext, equation: EquationOf<"matmul">): Emitted {
  const { f, t, module, scratch, program, memory } = c;
  const work = workOf(program, { equations: [equation], space: equation.shape, kernel: true }, t.precision);
  const team = t.team && work >= t.team.least ? t.team : null;
  const spec: MatmulSpec = {
    ...specOf(program, memory.layout, equation, t.precision),
    relaxed: t.relaxed,
    ...(team && {
      team: { threads: team.threads, share: (g, units) => shareOf(g, team, units) },
    }),
  };
  const { m, n, k, transposeA, transposeB, strideA, strideB, batch = [] } = spec;
  const turns = batch.map(({ size, a, b }) => `_${size}a${a}b${b}`).join("");
  const name = `matmul_${m}x${k}x${n}${transposeA ? "_ta" : ""}${transposeB ? "_tb" : ""}_rows${strideA}_${strideB}${turns}${team ? "_shared" : ""}`;
  const product = (module.find(name) ?? emitMatmul(module, name, spec)) as FunctionRef<
    readonly ["i32", "i32", "i32", "i32"],
    readonly []
  >;
  const [left, right, to] = [equation.args[0], equation.args[1], equation.out].map((value) => addressOf(c, value));
  const space = scratch(matmulScratchBytes(spec));
  const own = team ? w.i32.add(w.i32.mul(team.id, team.scratchStride), space) : space;
  f.emit(f.call(product, left!, right!, to!, own));
  return { divided: planMatmul(spec).divided !== null, finish: null };
}

/** Bytes of scratch that an equation's kernel needs. */
export function scratchFor(program: Program, layout: Layout, equation: Equation, precision: Precision): number {
  if (equation.op === "solve_triangular") return solveScratchBytes(program, equation);
  return equation.op === "matmul" ? matmulScratchBytes(specOf(program, layout, equation, precision)) : 0;
}

function specOf({ equations }: Program, { places }: Layout, equation: EquationOf<"matmul">, precision: Precision) {
  const { transposeA, transposeB } = equation.attributes;
  const { args, out, shape } = equation;
  const leading = shape.slice(0, -2);
  /** Numbers from row to row, and along each leading axis of the result. */
  const stridesOf = (value: Value) => {
    const own = equations[value]!.shape;
    const { strides } = present(places.get(value), `the place of %${value}`);
    const lead = shape.length - own.length;
    const along = leading.map((_, axis) => (axis < lead || own[axis - lead] === 1 ? 0 : strides[axis - lead]!));
    return { rows: own.at(-2) === 1 ? own.at(-1)! : strides.at(-2)!, along, own };
  };
  const [a, b, c] = [stridesOf(args[0]), stridesOf(args[1]), stridesOf(out)];
  const [m, n] = [shape.at(-2)!, shape.at(-1)!];
  const k = a.own.at(transposeA ? -2 : -1)!;
  const batch = leading.map((size, axis) => ({
    size,
    a: a.along[axis]!,
    b: b.along[axis]!,
    c: c.along[axis]!,
  }));
  return {
    m,
    n,
    k,
    precision,
    transposeA,
    transposeB,
    strideA: a.rows,
    strideB: b.rows,
    batch,
  } satisfies MatmulSpec;
}
