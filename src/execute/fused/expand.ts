import { Builder } from "../../program/builder.ts";
import type { Equation, Program, Value } from "../../program/program.ts";
import { share } from "../../program/passes/share.ts";
import { kindOf } from "./clusters.ts";
import { dropUnused, rebuild } from "../../program/rewrite.ts";

/** Largest number that the guard of an all -Infinity row is made of; below the largest of either precision. */
const bound = { float32: 3e38, float64: 1e300 } as const;

/**
 * The program in the operations that loops are made of: logsumexp becomes its maximum, the sum of exponentials
 * relative to it, and their logarithm.
 */
export function expand(program: Program, precision: "float32" | "float64"): Program {
  const expanded = rebuild(program, (b, equation, args) =>
    equation.op === "logsumexp"
      ? logSumExp(b, equation, args[0]!, bound[precision])
      : b.copy(equation, args),
  );
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
