import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { LibraryFunction } from "./function.ts";
import type { Range } from "../model/model.ts";
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

const whole = { integerIfBoth: true };
const jump = { integer: true, discontinuous: true };

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

function power(b: Builder, x: Value, y: Value, exponent: number | undefined): Value {
  // Small whole powers by multiplication: exact for negative bases, and cheaper than `pow`.
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
      return b.pow(x, y);
  }
}

const pow = binary(
  "pow",
  "a ^ b, pow(a, b)",
  "Power. A negative base takes a whole exponent.",
  powRange,
  (b, x, y, args) => power(b, x, y, args[1]!.constant),
);

export const operators: readonly LibraryFunction[] = [
  binary("add", "a + b", "Sum.", addRanges, (b, x, y) => b.add(x, y), whole),
  binary("sub", "a - b", "Difference.", subRanges, (b, x, y) => b.sub(x, y), whole),
  binary(
    "mul",
    "a * b",
    "Product, entry by entry; `@` is the matrix product.",
    mulRanges,
    (b, x, y) => b.mul(x, y),
    whole,
  ),
  binary("div", "a / b", "Quotient, always real: `1 / 2` is 0.5.", divRanges, (b, x, y) => b.div(x, y)),
  binary(
    "mod",
    "a % b",
    "Remainder after `floor(a / b)`, with the sign of b.",
    (x, y) => (y.lower > 0 ? { lower: 0, upper: y.upper } : anyReal),
    (b, x, y) => b.sub(x, b.mul(y, b.floor(b.div(x, y)))),
    { integerIfBoth: true, discontinuous: true },
  ),
  {
    ...pow,
    type: (args) => {
      const type = pow.type(args);
      if ("misfit" in type) return type;
      const [a, e] = args;
      const exact = e!.integer && isPoint(e!.range) && e!.range.lower >= 0;
      return { ...type, integer: a!.integer && exact };
    },
  },
  {
    ...unary("neg", "Negative.", negRange, (b, x) => b.neg(x)),
    signature: "-a",
    type: ([x]) => ({ shape: x!.shape, integer: x!.integer, range: negRange(x!.range) }),
  },
  binary("less", "a < b", "1 where a is below b, else 0.", below, (b, x, y) => b.less(x, y), jump),
  binary("less_equal", "a <= b", "1 where a is at most b, else 0.", atMost, (b, x, y) => b.lessEqual(x, y), jump),
  binary(
    "greater",
    "a > b",
    "1 where a is above b, else 0.",
    (x, y) => below(y, x),
    (b, x, y) => b.less(y, x),
    jump,
  ),
  binary(
    "greater_equal",
    "a >= b",
    "1 where a is at least b, else 0.",
    (x, y) => atMost(y, x),
    (b, x, y) => b.lessEqual(y, x),
    jump,
  ),
  binary(
    "equal",
    "a == b",
    "1 where a equals b, else 0.",
    () => unit,
    (b, x, y) => b.equal(x, y),
    jump,
  ),
  binary(
    "not_equal",
    "a != b",
    "1 where a differs from b, else 0.",
    () => unit,
    (b, x, y) => b.sub(b.constant(1), b.equal(x, y)),
    jump,
  ),
  binary(
    "and",
    "a && b",
    "1 where neither is 0, else 0.",
    () => unit,
    (b, x, y) => b.mul(truth(b, x), truth(b, y)),
    jump,
  ),
  binary(
    "or",
    "a || b",
    "1 where a or b is not 0, else 0.",
    () => unit,
    (b, x, y) => b.max(truth(b, x), truth(b, y)),
    jump,
  ),
  {
    ...unary(
      "not",
      "1 where a is 0, else 0.",
      () => unit,
      (b, x) => b.equal(x, b.constant(0)),
      jump,
    ),
    signature: "!a",
  },
];
