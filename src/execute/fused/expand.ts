import { Builder } from "../../program/builder.ts";
import type { Equation, EquationOf, Program, Value } from "../../program/program.ts";
import { share } from "../../program/passes/share.ts";
import { kindOf } from "./clusters.ts";
import { dropUnused, rebuild } from "../../program/rewrite.ts";

/** Largest number that the guard of an all -Infinity row is made of; below the largest of either precision. */
const bound = { float32: 3e38, float64: 1e300 } as const;

/**
 * The program in the operations that loops are made of: logsumexp becomes its maximum, the sum of exponentials
 * relative to it, and their logarithm; batches of outer products become products of numbers.
 */
export function expand(program: Program, precision: "float32" | "float64"): Program {
  const expanded = rebuild(program, (b, equation, args) => {
    if (equation.op === "logsumexp") return logSumExp(b, equation, args[0]!, bound[precision]);
    if (equation.op === "matmul") return outerProducts(b, equation, args) ?? b.copy(equation, args);
    return b.copy(equation, args);
  });
  return apart(share.run(dropUnused(expanded)));
}

/**
 * Outputs that are inputs, or views of inputs, get memory of their own: what is read after a step must not change with
 * the inputs, and outputs that are carried crosswise must all be there before any of them is. Two changes of sign are
 * exact.
 */
function apart(program: Program): Program {
  const { equations, outputs } = program;
  const fromMemory = (value: Value): boolean => {
    const equation = equations[value]!;
    const kind = kindOf(equation);
    return kind === "source" || (kind === "view" && fromMemory(equation.args[0]!));
  };
  if (!outputs.some(({ value }) => fromMemory(value))) return program;
  const b = Builder.resume({ equations, outputs: [] });
  for (const { name, value, carry } of outputs)
    b.output(name, fromMemory(value) ? b.neg(b.neg(value)) : value, carry);
  return b.finish();
}

/** Many outer products of vectors, a [..., m] by b [..., n], are one pointwise product; null for anything else. */
function outerProducts(
  b: Builder,
  { attributes: { transposeA, transposeB } }: EquationOf<"matmul">,
  [left, right]: readonly Value[],
): Value | null {
  const [a, c] = [b.shapeOf(left!), b.shapeOf(right!)];
  const inner = transposeA ? a.at(-2)! : a.at(-1)!;
  if (inner !== 1 || a.length === 2 || c.length === 2) return null;
  const m = transposeA ? a.at(-1)! : a.at(-2)!;
  const n = transposeB ? c.at(-2)! : c.at(-1)!;
  return b.mul(
    b.reshape(left!, [...a.slice(0, -2), m, 1]),
    b.reshape(right!, [...c.slice(0, -2), 1, n]),
  );
}

function logSumExp(
  b: Builder,
  { attributes: { axes } }: Extract<Equation, { op: "logsumexp" }>,
  x: Value,
  limit: number,
): Value {
  const largest = b.reduceMax(x, axes);
  const finite = b.max(b.min(largest, b.constant(limit)), b.constant(-limit));
  const kept = b.shapeOf(x).map((size, axis) => (axes.includes(axis) ? 1 : size));
  const relative = b.exp(b.sub(x, b.reshape(finite, kept)));
  return b.add(b.log(b.sum(relative, axes)), finite);
}
