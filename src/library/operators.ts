import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { LibraryFunction } from "./function.ts";
import type { Range, ValueType } from "../model/model.ts";
import { binary, unary } from "./helpers.ts";
import {
  addRanges,
  anyReal,
  divRanges,
  isPoint,
  mulRanges,
  negRange,
  powRange,
  subRanges,
  unit,
} from "../model/ranges.ts";

const jump = { integer: "always", discontinuous: true } as const;

/** 1 where the argument is not 0. */
const truth = (b: Builder, x: Value): Value => b.sub(b.constant(1), b.equal(x, b.constant(0)));

/** A comparison that the ranges decide is a known 0 or 1. */
const decided =
  (always: (x: Range, y: Range) => boolean, never: (x: Range, y: Range) => boolean) =>
  (x: Range, y: Range): Range =>
    always(x, y) ? { lower: 1, upper: 1 } : never(x, y) ? { lower: 0, upper: 0 } : unit;

const below = decided(
  (x, y) => x.upper < y.lower,
  (x, y) => x.lower >= y.upper,
);
const atMost = decided(
  (x, y) => x.upper <= y.lower,
  (x, y) => x.lower > y.upper,
);

/** Small whole powers by multiplication: exact for negative bases, and cheaper than `pow`. */
function smallPower(b: Builder, x: Value, exponent: number): Value | null {
  switch (exponent) {
    case 1:
      return x;
    case 2:
      return b.square(x);
    case 3:
      return b.mul(b.square(x), x);
    case 4:
      return b.square(b.square(x));
    case 0.5:
      return b.sqrt(x);
    case -1:
      return b.div(b.constant(1), x);
    default:
      return null;
  }
}

const pow = binary("pow", {
  signature: "a ^ b, pow(a, b)",
  doc: "Power. A negative base takes a whole exponent.",
  range: powRange,
  each: (b, x, y) => b.pow(x, y),
  constant: smallPower,
});

/** A whole base to a whole exponent of at least 0 is whole. */
const wholePower = ([base, exponent]: readonly ValueType[]): boolean =>
  base?.integer === true && exponent?.integer === true && isPoint(exponent.range) && exponent.range.lower >= 0;

export const operators: readonly LibraryFunction[] = [
  binary("add", {
    signature: "a + b",
    doc: "Sum.",
    range: addRanges,
    each: (b, x, y) => b.add(x, y),
    integer: "kept",
  }),
  binary("sub", {
    signature: "a - b",
    doc: "Difference.",
    range: subRanges,
    each: (b, x, y) => b.sub(x, y),
    integer: "kept",
  }),
  binary("mul", {
    signature: "a * b",
    doc: "Product, entry by entry; `@` is the matrix product.",
    range: mulRanges,
    each: (b, x, y) => b.mul(x, y),
    integer: "kept",
  }),
  binary("div", {
    signature: "a / b",
    doc: "Quotient, always real: `1 / 2` is 0.5.",
    range: divRanges,
    each: (b, x, y) => b.div(x, y),
  }),
  binary("mod", {
    signature: "a % b",
    doc: "Remainder after `floor(a / b)`, with the sign of b.",
    range: (_, y) => (y.lower > 0 ? { lower: 0, upper: y.upper } : anyReal),
    each: (b, x, y) => b.sub(x, b.mul(y, b.floor(b.div(x, y)))),
    integer: "kept",
    discontinuous: true,
  }),
  {
    ...pow,
    type: (args) => {
      const type = pow.type(args);
      return "misfit" in type ? type : { ...type, integer: wholePower(args) };
    },
  },
  unary("neg", { signature: "-a", doc: "Negative.", range: negRange, each: (b, x) => b.neg(x), integer: "kept" }),
  binary("less", {
    signature: "a < b",
    doc: "1 where a is below b, else 0.",
    range: below,
    each: (b, x, y) => b.less(x, y),
    ...jump,
  }),
  binary("less_equal", {
    signature: "a <= b",
    doc: "1 where a is at most b, else 0.",
    range: atMost,
    each: (b, x, y) => b.lessEqual(x, y),
    ...jump,
  }),
  binary("greater", {
    signature: "a > b",
    doc: "1 where a is above b, else 0.",
    range: (x, y) => below(y, x),
    each: (b, x, y) => b.less(y, x),
    ...jump,
  }),
  binary("greater_equal", {
    signature: "a >= b",
    doc: "1 where a is at least b, else 0.",
    range: (x, y) => atMost(y, x),
    each: (b, x, y) => b.lessEqual(y, x),
    ...jump,
  }),
  binary("equal", {
    signature: "a == b",
    doc: "1 where a equals b, else 0.",
    range: () => unit,
    each: (b, x, y) => b.equal(x, y),
    ...jump,
  }),
  binary("not_equal", {
    signature: "a != b",
    doc: "1 where a differs from b, else 0.",
    range: () => unit,
    each: (b, x, y) => b.sub(b.constant(1), b.equal(x, y)),
    ...jump,
  }),
  binary("and", {
    signature: "a && b",
    doc: "1 where neither is 0, else 0.",
    range: () => unit,
    each: (b, x, y) => b.mul(truth(b, x), truth(b, y)),
    ...jump,
  }),
  binary("or", {
    signature: "a || b",
    doc: "1 where a or b is not 0, else 0.",
    range: () => unit,
    each: (b, x, y) => b.max(truth(b, x), truth(b, y)),
    ...jump,
  }),
  unary("not", {
    signature: "!a",
    doc: "1 where a is 0, else 0.",
    range: () => unit,
    each: (b, x) => b.equal(x, b.constant(0)),
    ...jump,
  }),
];
