import { InternalError } from "../../src/base/assert.ts";
import type { Outcome } from "../../src/diagnostics/diagnostic.ts";
import { evaluateEquation } from "../../src/program/evaluate.ts";
import type { OpName } from "../../src/program/ops.ts";
import type { Program } from "../../src/program/program.ts";

/** The value of an outcome that a test expects to be fine. */
export function started<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new InternalError(outcome.errors[0].message);
}

/** Operations that move or choose numbers, or whose results are whole: 32 bits change nothing. */
export const exact: ReadonlySet<OpName> = new Set([
  ...(["input", "constant", "neg", "abs", "sign", "floor", "max", "min", "less", "less_equal"] as const),
  ...(["equal", "where", "stop", "reshape", "transpose", "broadcast", "slice", "pad", "concat"] as const),
  ...(["reduce_max", "gather"] as const),
]);

const epsilon = 2 ** -24;

/** Near their zeros these are differences of terms of this size, which round before they cancel. */
const cancelling: { readonly [K in OpName]?: number } = { lgamma: 4, digamma: 1 };

/** A fixed sequence of signs and sizes in [-1, 1]. */
function wobble(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/**
 * How far a 32-bit run may be from the float64 result `expected`, per entry of each output: what the reference itself
 * moves when each argument and result of each inexact operation is off by up to one rounding (the largest of eight
 * such runs), and one rounding of the result, times `slack`. That is the program's own condition, whatever it is.
 * Slack covers what eight runs miss and operations that take several roundings: sums, series, compositions.
 */
export function float32Tolerance(
  program: Program,
  inputs: ReadonlyMap<string, ArrayLike<number>>,
  expected: ReadonlyMap<string, Float64Array>,
  slack: number,
): Map<string, Float64Array> {
  const spread = new Map<string, Float64Array>();
  for (const [name, values] of expected)
    spread.set(
      name,
      values.map((x) => (Number.isFinite(x) ? Math.abs(x) * epsilon + 2 ** -149 : 0)),
    );
  for (let run = 1; run <= 8; run++) {
    const rough = roughly(program, inputs, wobble(run * 7919));
    for (const [name, values] of expected)
      rough.get(name)!.forEach((x, i) => {
        const moved = Math.abs(x - values[i]!);
        if (moved > spread.get(name)![i]!) spread.get(name)![i] = moved;
      });
  }
  for (const values of spread.values()) values.forEach((x, i) => (values[i] = x * slack));
  return spread;
}

function roughly(
  program: Program,
  inputs: ReadonlyMap<string, ArrayLike<number>>,
  next: () => number,
): Map<string, Float64Array> {
  const shake = (values: Float64Array, terms = 0): Float64Array =>
    values.map((x) => x + (Math.abs(x) + terms) * epsilon * next());
  const all = new Map<number, Float64Array>();
  const shapes = new Map(program.equations.map(({ out, shape }) => [out, shape]));
  for (const equation of program.equations) {
    const { op, out, args } = equation;
    if (op === "input") {
      all.set(out, Float64Array.from(inputs.get(equation.attributes.name)!));
      continue;
    }
    const rough = !exact.has(op);
    const values = args.map((arg, i) => {
      const value = all.get(arg)!;
      const isIndex = (op === "scatter_add" || op === "gather") && i === 1;
      return rough && !isIndex ? shake(value) : value;
    });
    const result = evaluateEquation(
      equation,
      args.map((arg) => shapes.get(arg)!),
      values,
    );
    all.set(out, rough ? shake(result, cancelling[op]) : result);
  }
  return new Map(program.outputs.map(({ name, value }) => [name, all.get(value)!]));
}
