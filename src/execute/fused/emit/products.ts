import { definition, type Equation, type EquationOf, type Program, type Value } from "../../../program/program.ts";
import { onAxis, type Shape } from "../../../tensor/shape.ts";
import { present } from "../../../base/assert.ts";
import { solveScratchBytes } from "./batchedFactors.ts";
import { addressOf, type KernelContext } from "./numbers.ts";
import type { Layout } from "../layout.ts";
import { emitMatmul } from "../kernels/matmul.ts";
import { matmulScratchBytes, planMatmul } from "../kernels/matmulPlan.ts";
import type { MatmulSpec } from "../kernels/matmulSpec.ts";
import { stretched } from "../strides.ts";
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
  const space = scratch(matmulScratchBytes(spec));
  const own = team ? w.i32.add(w.i32.mul(team.id, team.scratchStride), space) : space;
  f.emit(
    f.call(product, addressOf(c, equation.args[0]), addressOf(c, equation.args[1]), addressOf(c, equation.out), own),
  );
  return { divided: planMatmul(spec).divided !== null, finish: null };
}

/** Bytes of scratch that an equation's kernel needs. */
export function scratchFor(program: Program, layout: Layout, equation: Equation, precision: Precision): number {
  if (equation.op === "solve_triangular") return solveScratchBytes(program, equation);
  return equation.op === "matmul" ? matmulScratchBytes(specOf(program, layout, equation, precision)) : 0;
}

/** How an argument or the result lies: numbers from row to row, and along each leading axis of the result. */
interface Rows {
  readonly rows: number;
  readonly along: readonly number[];
}

function rowsOf(program: Program, { places }: Layout, value: Value, leading: Shape): Rows {
  const { shape } = definition(program, value);
  const { strides } = present(places.get(value), `the place of %${value}`);
  const rows = onAxis(shape, -2) === 1 ? onAxis(shape, -1) : onAxis(strides, -2);
  return { rows, along: stretched(shape.slice(0, -2), strides, leading) };
}

function specOf(program: Program, layout: Layout, equation: EquationOf<"matmul">, precision: Precision) {
  const { transposeA, transposeB } = equation.attributes;
  const { args, out, shape } = equation;
  const leading = shape.slice(0, -2);
  const a = rowsOf(program, layout, args[0], leading);
  const b = rowsOf(program, layout, args[1], leading);
  const c = rowsOf(program, layout, out, leading);
  return {
    m: onAxis(shape, -2),
    n: onAxis(shape, -1),
    k: onAxis(definition(program, args[0]).shape, transposeA ? -2 : -1),
    precision,
    transposeA,
    transposeB,
    strideA: a.rows,
    strideB: b.rows,
    batch: leading.map((size, axis) => ({
      size,
      a: onAxis(a.along, axis),
      b: onAxis(b.along, axis),
      c: onAxis(c.along, axis),
    })),
  } satisfies MatmulSpec;
}
