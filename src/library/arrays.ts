import { present } from "../base/assert.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { row, type LibraryFunction, type Operand } from "./function.ts";
import type { Dim, ValueType } from "../model/model.ts";
import { addDims, sameDims, subtractDims } from "../model/sizes.ts";
import { commonLeading, commonShape, leadingShape, misfit, ownShape, showDims } from "./helpers.ts";
import { hull, point, unit } from "../model/ranges.ts";
import { sort } from "./sort.ts";

const sizeOf = ({ size }: ValueType): Dim => present(size, "a size");
const numberOf = ({ constant }: Operand): number => present(constant, "a size");

function together(args: readonly ValueType[]): Pick<ValueType, "integer" | "range"> {
  return {
    integer: args.every((arg) => arg.integer),
    range: args.map((arg) => arg.range).reduce(hull),
  };
}

function filled(name: "zeros" | "ones", value: number): LibraryFunction {
  return row({
    name,
    signature: `${name}([dims])`,
    doc: `An array of ${name}.`,
    count: "one or more",
    sizesFrom: 0,
    type: (args) => ({ shape: args.map(sizeOf), integer: true, range: point(value) }),
    lower: (b, args) => b.fill(args.map(numberOf), value),
    discontinuous: false,
    missing: "mixing",
  });
}

/** Brings an operand to the common leading axes and the own shape it is to have. */
function spread(b: Builder, arg: Operand, leading: readonly number[], own: readonly number[]) {
  const ones = new Array<number>(own.length - arg.rank).fill(1);
  const shape = [...leadingShape(b, arg), ...ones, ...ownShape(b, arg)];
  return b.broadcast(b.reshape(arg.value, shape), [...leading, ...own]);
}

function concat(b: Builder, args: readonly Operand[]): Value {
  const leading = commonLeading(b, args);
  const parts = args.map((arg) => {
    const own = arg.rank === 0 ? [1] : ownShape(b, arg);
    return spread(b, arg, leading, own);
  });
  return b.concat(parts, leading.length);
}

function stack(b: Builder, args: readonly Operand[]): Value {
  const leading = commonLeading(b, args);
  const own = args.map((arg) => ownShape(b, arg)).reduce((x, y) => (x.length >= y.length ? x : y));
  const parts = args.map((arg) => b.expand(spread(b, arg, leading, own), leading.length));
  return b.concat(parts, leading.length);
}

export const arrays: readonly LibraryFunction[] = [
  sort,
  row({
    name: "concat",
    signature: "concat(a, b, ...)",
    doc: "Arrays one after the other along their first axis; a single number counts as one entry.",
    count: "one or more",
    type: (args) => {
      const [first] = args;
      const shapes = args.map((arg) => (arg.shape.length === 0 ? [1] : arg.shape));
      const rest = first.shape.slice(1);
      const odd = shapes.findIndex((shape) => !sameDims(shape.slice(1), rest));
      if (odd >= 0) return misfit(odd, `the sizes of the first argument after its first axis, ${showDims(rest)}`);
      const length = shapes.flatMap((shape) => shape.slice(0, 1)).reduce(addDims);
      return { shape: [length, ...rest], ...together(args) };
    },
    lower: concat,
    discontinuous: false,
    missing: "moving",
  }),
  row({
    name: "stack",
    signature: "stack(a, b, ...)",
    doc: "Values of the same shape along a new first axis.",
    count: "one or more",
    type: (args) => {
      const shape = commonShape(args);
      return "misfit" in shape ? shape : { shape: [args.length, ...shape], ...together(args) };
    },
    lower: stack,
    discontinuous: false,
    missing: "moving",
  }),
  row({
    name: "rep",
    signature: "rep(x, [dims])",
    doc: "x repeated along new first axes.",
    count: "two or more",
    sizesFrom: 1,
    type: ([x, ...dims]) => ({
      shape: [...dims.map(sizeOf), ...x.shape],
      integer: x.integer,
      range: x.range,
    }),
    lower: (b, [x, ...dims]) => spread(b, x, leadingShape(b, x), [...dims.map(numberOf), ...ownShape(b, x)]),
    discontinuous: false,
    missing: "moving",
  }),
  filled("zeros", 0),
  filled("ones", 1),
  row({
    name: "range",
    signature: "range(n), range(a, b)",
    doc: "0, 1, ..., n - 1; or a, ..., b - 1.",
    count: "one or two",
    sizesFrom: 0,
    type: (args) => {
      const [from, to] = args.length === 1 ? [0, sizeOf(args[0])] : [sizeOf(args[0]), sizeOf(args[1])];
      return {
        shape: [subtractDims(to, from)],
        integer: true,
        range: {
          lower: typeof from === "number" ? from : 0,
          upper: typeof to === "number" ? Math.max(to - 1, 0) : Infinity,
        },
      };
    },
    lower: (b, args) => {
      const [from, to] = args.length === 1 ? [0, numberOf(args[0])] : [numberOf(args[0]), numberOf(args[1])];
      const length = Math.max(0, to - from);
      return b.array(
        [length],
        Array.from({ length }, (_, i) => from + i),
      );
    },
    discontinuous: false,
    missing: "mixing",
  }),
  row({
    name: "one_hot",
    signature: "one_hot(i, n)",
    doc: "1 at place i of n, else 0, along a new last axis.",
    count: "two",
    sizesFrom: 1,
    type: ([i, n]) =>
      i.integer ? { shape: [...i.shape, sizeOf(n)], integer: true, range: unit } : misfit(0, "whole numbers"),
    lower: (b, [i, n]) => b.equal(b.expand(i.value, -1), b.iota(numberOf(n))),
    discontinuous: true,
    missing: "mixing",
  }),
];
