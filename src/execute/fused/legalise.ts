import { present } from "../../base/assert.ts";
import { Builder } from "../../program/builder.ts";
import {
  definition,
  inputsOf,
  type Equation,
  type EquationOf,
  type Program,
  type Value,
} from "../../program/program.ts";
import { share } from "../../program/passes/share.ts";
import { sameShape, onAxis, sizeOf, type Shape } from "../../tensor/shape.ts";
import { isView, kindOf } from "./clusters.ts";
import { dropUnused, rebuild } from "../../program/rewrite.ts";

/** Largest number that the guard of an all -Infinity row is made of; below the largest of either precision. */
const bound = { float32: 3e38, float64: 1e300 } as const;

/**
 * The program in the operations that loops are made of: logsumexp becomes its maximum, the sum of exponentials
 * relative to it, and their logarithm; batches of outer products become products of numbers.
 */
export function legalise(program: Program, precision: "float32" | "float64"): Program {
  /** Outer products by the name of their result, with the names that their arguments have now. */
  const outer = new Map<Value, EquationOf<"matmul">>();
  const sums: LogSum[] = [];
  const rewritten = (b: Builder, equation: Equation, before: Equation): Value => {
    if (equation.op === "matmul" && isOuter(program, before)) outer.set(before.out, equation);
    if (equation.op === "sum") {
      const [summed] = before.args;
      return contraction(b, equation, summed === undefined ? undefined : outer.get(summed)) ?? b.copy(equation);
    }
    if (equation.op === "logsumexp") return logSumExp(b, equation, bound[precision], sums);
    if (equation.op === "exp") return softmax(b, equation.args[0], sums) ?? b.copy(equation);
    if (equation.op === "scan") return scan(b, equation, precision);
    if (equation.op === "matmul") return outerProducts(b, equation) ?? b.copy(equation);
    return b.copy(equation);
  };
  const legal = rebuild(program, (b, equation, before) =>
    b.withOrigin(equation.origin, () => rewritten(b, equation, before)),
  );
  return apart(share.run(dropUnused(legal)));
}

/** A recurrence whose body is legalised and whose arrays of constants are arguments, written once like all the others. */
function scan(b: Builder, equation: EquationOf<"scan">, precision: "float32" | "float64"): Value {
  const { args } = equation;
  const { body } = equation.attributes;
  const given = new Map(
    inputsOf(body).map(({ attributes }, i) => [attributes.name, present(args[i], attributes.name)]),
  );
  const lifted = rebuild(legalise(body, precision), (inner, each) => {
    if (each.op !== "constant" || each.attributes.values.length === 1) return inner.copy(each);
    const name = `constant ${given.size}`;
    given.set(name, b.copy(each));
    return inner.input(name, each.shape, "data");
  });
  const values = inputsOf(lifted).map(({ attributes: { name } }) => present(given.get(name), name));
  return b.emit("scan", { ...equation.attributes, body: lifted }, values);
}

/**
 * Outputs that are inputs, or views of inputs, get memory of their own: what is read after a step must not change with
 * the inputs, and outputs that are carried crosswise must all be there before any of them is. Two changes of sign are
 * exact.
 */
function apart(program: Program): Program {
  const { equations, outputs } = program;
  const fromMemory = (value: Value): boolean => {
    const equation = definition(program, value);
    return kindOf(equation) === "source" || (isView(equation) && fromMemory(equation.args[0]));
  };
  if (!outputs.some(({ value }) => fromMemory(value))) return program;
  const b = Builder.resume({ equations, outputs: [] });
  for (const { name, value, carry } of outputs) b.output(name, fromMemory(value) ? b.neg(b.neg(value)) : value, carry);
  return b.finish();
}

function isOuter(program: Program, equation: Equation): equation is EquationOf<"matmul"> {
  if (equation.op !== "matmul") return false;
  return definition(program, equation.args[0]).shape.at(equation.attributes.transposeA ? -2 : -1) === 1;
}

/** A sum of outer products, sum_s a[s, m] b[s, n], is one product of matrices; null for anything else. */
function contraction(
  b: Builder,
  { attributes: { axes }, shape }: EquationOf<"sum">,
  outer: EquationOf<"matmul"> | undefined,
): Value | null {
  if (!outer) return null;
  const leading = outer.shape.slice(0, -2);
  if (sizeOf(outer.shape.slice(-2)) < smallestContraction) return null;
  if (axes.some((axis) => axis >= leading.length)) return null;
  const padded = (value: Value): Shape => {
    const own = b.shapeOf(value);
    return [...new Array<number>(leading.length + 2 - own.length).fill(1), ...own.slice(0, -2)];
  };
  const [left, right] = [padded(outer.args[0]), padded(outer.args[1])];
  if ([left, right].some((own) => axes.some((axis) => own[axis] !== leading[axis]))) return null;
  const kept = leading.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const terms = sizeOf(axes.map((axis) => onAxis(leading, axis)));
  const stacked = (value: Value, own: Shape): Value => {
    const length = sizeOf(b.shapeOf(value).slice(-2));
    const vectors = b.transpose(b.reshape(value, [...own, length]), [...kept, ...axes, leading.length]);
    return b.reshape(vectors, [...kept.map((axis) => onAxis(own, axis)), terms, length]);
  };
  return b.reshape(b.matmul(stacked(outer.args[0], left), stacked(outer.args[1], right), true), shape);
}

/** Entries of an outer product from which on a sum of them is worth a product's code. */
const smallestContraction = 4;

/** Many outer products of vectors, a [..., m] by b [..., n], are one pointwise product; null for anything else. */
function outerProducts(
  b: Builder,
  { attributes: { transposeA, transposeB }, args: [left, right] }: EquationOf<"matmul">,
): Value | null {
  const [a, c] = [b.shapeOf(left), b.shapeOf(right)];
  const inner = onAxis(a, transposeA ? -2 : -1);
  if (inner !== 1 || a.length === 2 || c.length === 2) return null;
  const m = onAxis(a, transposeA ? -1 : -2);
  const n = onAxis(c, transposeB ? -2 : -1);
  return b.mul(b.reshape(left, [...a.slice(0, -2), m, 1]), b.reshape(right, [...c.slice(0, -2), 1, n]));
}

function logSumExp(
  b: Builder,
  { attributes: { axes }, args: [x] }: EquationOf<"logsumexp">,
  limit: number,
  sums: LogSum[],
): Value {
  const largest = b.reduceMax(x, axes);
  const finite = b.max(b.min(largest, b.constant(limit)), b.constant(-limit));
  const kept = b.shapeOf(x).map((size, axis) => (axes.includes(axis) ? 1 : size));
  const relative = b.exp(b.sub(x, b.reshape(finite, kept)));
  const total = b.sum(relative, axes);
  const result = b.add(b.log(total), finite);
  sums.push({ x, kept, relative, total, result });
  return result;
}

/** What a logsumexp is made of: the exponentials relative to the largest, their sum, and the result. */
interface LogSum {
  readonly x: Value;
  /** The shape of x with ones along what was summed. */
  readonly kept: Shape;
  readonly relative: Value;
  readonly total: Value;
  readonly result: Value;
}

/**
 * exp(x - logsumexp(x)), its derivative, is a share of the sum: the exponentials that are there, divided by it. Also where
 * the result has a floor, which is beyond any number. The sum is 1 at least, but for rows of -Infinity, whose shares
 * are 0.
 */
function softmax(b: Builder, of: Value, sums: readonly LogSum[]): Value | null {
  const difference = b.equation(of);
  if (difference.op !== "sub") return null;
  const [x, shift] = difference.args;
  let from = b.equation(shift);
  while (from.op === "reshape") from = b.equation(from.args[0]);
  if (from.op === "max") {
    const floor = b.equation(from.args[1]);
    const low = floor.op === "constant" && floor.attributes.values.every((value) => value < -1e38);
    if (low) from = b.equation(from.args[0]);
  }
  while (from.op === "reshape") from = b.equation(from.args[0]);
  const sum = sums.find((one) => one.x === x && one.result === from.out);
  if (!sum) return null;
  const own = b.shapeOf(shift);
  const stretched = [...new Array<number>(sum.kept.length - own.length).fill(1), ...own];
  if (!sameShape(stretched, sum.kept)) return null;
  return b.mul(sum.relative, b.reshape(b.div(b.constant(1), b.max(sum.total, b.constant(1))), sum.kept));
}
