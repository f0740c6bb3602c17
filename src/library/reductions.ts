import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { sizeOf } from "../tensor/shape.ts";
import { row, type LibraryFunction, type Operand } from "./function.ts";
import type { Range, ValueType } from "../model/model.ts";
import { binary, countOf, leadingShape, misfit, ownAxes, ownShape, real } from "./helpers.ts";
import { anyReal, maxRanges, minRanges, nonnegative, sumRange, unit } from "../model/ranges.ts";

/** All the argument's own entries become one number. */
function reduction(
  name: string,
  doc: string,
  type: (x: ValueType) => { readonly integer: boolean; readonly range: Range },
  lower: (b: Builder, x: Operand) => Value,
): LibraryFunction {
  return row({
    name,
    signature: `${name}(x)`,
    doc,
    count: "one",
    type: ([x]) => ({ shape: [], ...type(x) }),
    lower: (b, [x]) => lower(b, x),
    discontinuous: false,
    missing: "mixing",
  });
}

/** Acts along the last axis and keeps the shape. */
function alongLast(
  name: string,
  doc: string,
  type: (x: ValueType) => ValueType,
  lower: (b: Builder, x: Value) => Value,
): LibraryFunction {
  return row({
    name,
    signature: `${name}(x)`,
    doc,
    count: "one",
    type: ([x]) => (x.shape.length === 0 ? misfit(0, "an array") : type(x)),
    lower: (b, [x]) => lower(b, x.value),
    discontinuous: false,
    missing: "mixing",
  });
}

function sum(b: Builder, { value, rank }: Operand): Value {
  return b.sum(value, ownAxes(rank));
}

function count(b: Builder, x: Operand): number {
  return sizeOf(ownShape(b, x));
}

function mean(b: Builder, x: Operand): Value {
  return b.scale(1 / count(b, x), sum(b, x));
}

/** Root of the squared deviations over n - 1, and 0 for a single entry, as in Stan. */
function sd(b: Builder, x: Operand): Value {
  const ones = new Array<number>(x.rank).fill(1);
  const centre = b.reshape(mean(b, x), [...leadingShape(b, x), ...ones]);
  const squares = b.square(b.sub(x.value, centre));
  const total = sum(b, { value: squares, rank: x.rank });
  return b.sqrt(b.scale(1 / Math.max(1, count(b, x) - 1), total));
}

/** Products of halves, so that zeros and signs are exact and the derivative is that of plain products. */
function prod(b: Builder, x: Operand): Value {
  const leading = leadingShape(b, x);
  let length = count(b, x);
  if (length === 0) return b.fill(leading, 1);
  let value = b.reshape(x.value, [...leading, length]);
  while (length > 1) {
    const half = Math.floor(length / 2);
    const product = b.mul(b.narrow(value, -1, 0, half), b.narrow(value, -1, half, half));
    value = length % 2 === 0 ? product : b.concat([product, b.narrow(value, -1, length - 1, 1)], leading.length);
    length -= half;
  }
  return b.reshape(value, leading);
}

function prodRange({ range, shape }: ValueType): Range {
  const entries = countOf(shape);
  if (range.lower >= 0 && range.upper <= 1) return unit;
  if (range.lower >= 1) return { lower: 1, upper: Infinity };
  if (range.lower >= 0) return nonnegative;
  return entries === 1 ? range : anyReal;
}

interface Extreme {
  readonly word: string;
  readonly range: (x: Range, y: Range) => Range;
  readonly each: (b: Builder, x: Value, y: Value) => Value;
  readonly all: (b: Builder, x: Value, axes: readonly number[]) => Value;
}

/** One argument: the extreme entry. Two: entry by entry. */
function extreme(name: "max" | "min", { word, range, each, all }: Extreme): LibraryFunction {
  const two = binary(name, { doc: "", range, each, integer: "kept" });
  return row({
    name,
    signature: `${name}(x), ${name}(a, b)`,
    doc: `${word} entry of x; or the ${word.toLowerCase()} of a and b, entry by entry.`,
    count: "one or two",
    type: (args) => (args.length === 2 ? two.type(args) : { ...plain(args[0]), shape: [] }),
    lower: (b, args) => (args.length === 2 ? two.lower(b, args) : all(b, args[0].value, ownAxes(args[0].rank))),
    discontinuous: false,
    missing: "entrywise of two",
  });
}

function logSoftmax(b: Builder, x: Value): Value {
  return b.sub(x, b.expand(b.logSumExp(x, [-1]), -1));
}

export const reductions: readonly LibraryFunction[] = [
  reduction(
    "sum",
    "Sum of all entries.",
    (x) => ({ integer: x.integer, range: sumRange(x.range, countOf(x.shape)) }),
    sum,
  ),
  reduction("mean", "Mean of all entries.", (x) => ({ integer: false, range: x.range }), mean),
  reduction("sd", "Standard deviation of all entries, over n - 1.", () => ({ integer: false, range: nonnegative }), sd),
  reduction("prod", "Product of all entries.", (x) => ({ integer: x.integer, range: prodRange(x) }), prod),
  reduction(
    "logsumexp",
    "log of the sum of the exponentials of all entries, without overflow.",
    (x) => ({ integer: false, range: { lower: x.range.lower, upper: Infinity } }),
    (b, { value, rank }) => b.logSumExp(value, ownAxes(rank)),
  ),
  extreme("max", {
    word: "Largest",
    range: maxRanges,
    each: (b, x, y) => b.max(x, y),
    all: (b, x, axes) => b.reduceMax(x, axes),
  }),
  extreme("min", {
    word: "Smallest",
    range: minRanges,
    each: (b, x, y) => b.min(x, y),
    all: (b, x, axes) => b.neg(b.reduceMax(b.neg(x), axes)),
  }),
  alongLast(
    "softmax",
    "exp(x) divided by its sum along the last axis.",
    (x) => real(x.shape, unit),
    (b, x) => b.exp(logSoftmax(b, x)),
  ),
  alongLast(
    "log_softmax",
    "x less its logsumexp along the last axis.",
    (x) => real(x.shape, { lower: -Infinity, upper: 0 }),
    logSoftmax,
  ),
  alongLast(
    "cumsum",
    "Running sum along the last axis.",
    (x) => ({ ...plain(x), range: sumOfSome(x.range) }),
    (b, x) => b.cumsum(x, -1),
  ),
];

function plain({ shape, integer, range }: ValueType): ValueType {
  return { shape, integer, range };
}

/** At least one entry is summed. */
function sumOfSome({ lower, upper }: Range): Range {
  return { lower: lower >= 0 ? lower : -Infinity, upper: upper <= 0 ? upper : Infinity };
}
