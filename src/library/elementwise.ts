import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { LibraryFunction } from "./function.ts";
import type { Range } from "../model/model.ts";
import { aligned, commonShape, unary } from "./helpers.ts";
import { absRange, anyReal, hull, increasing, squareRange, unit } from "../model/ranges.ts";

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const above =
  (limit: number, words: string) =>
  (x: Range): string | null =>
    x.upper < limit ? words : null;

const oscillating = (): Range => ({ lower: -1, upper: 1 });

const elu = (b: Builder, x: Value): Value => {
  const zero = b.constant(0);
  // expm1 of the negative part only: exp of a large positive entry would overflow in the branch not taken.
  return b.where(b.less(zero, x), x, b.expm1(b.min(x, zero)));
};

export const elementwise: readonly LibraryFunction[] = [
  unary("exp", "Exponential.", increasing(Math.exp), (b, x) => b.exp(x)),
  unary("expm1", "exp(x) - 1, accurate near 0.", increasing(Math.expm1), (b, x) => b.expm1(x)),
  unary("log", "Natural logarithm.", increasing(Math.log), (b, x) => b.log(x), {
    domain: above(0, "a number of at least 0"),
  }),
  unary("log1p", "log(1 + x), accurate near 0.", increasing(Math.log1p), (b, x) => b.log1p(x), {
    domain: above(-1, "a number of at least -1"),
  }),
  unary(
    "sqrt",
    "Square root.",
    (x) => increasing(Math.sqrt)({ lower: Math.max(0, x.lower), upper: x.upper }),
    (b, x) => b.sqrt(x),
    { domain: above(0, "a number of at least 0") },
  ),
  {
    ...unary("square", "x times x.", squareRange, (b, x) => b.square(x)),
    type: ([x]) => ({ shape: x!.shape, integer: x!.integer, range: squareRange(x!.range) }),
  },
  {
    ...unary("abs", "Absolute value.", absRange, (b, x) => b.abs(x)),
    type: ([x]) => ({ shape: x!.shape, integer: x!.integer, range: absRange(x!.range) }),
  },
  unary("floor", "Largest whole number that is not above x.", increasing(Math.floor), (b, x) => b.floor(x), {
    integer: true,
    discontinuous: true,
  }),
  unary("sin", "Sine of an angle in radians.", oscillating, (b, x) => b.sin(x)),
  unary("cos", "Cosine of an angle in radians.", oscillating, (b, x) => b.cos(x)),
  unary("tanh", "Hyperbolic tangent.", increasing(Math.tanh), (b, x) => b.tanh(x)),
  unary("sigmoid", "1 / (1 + exp(-x)): from the real line to (0, 1).", increasing(sigmoid), (b, x) => b.sigmoid(x)),
  unary(
    "logit",
    "log(x / (1 - x)): from (0, 1) to the real line.",
    () => anyReal,
    (b, x) => b.sub(b.log(x), b.log1p(b.neg(x))),
    {
      domain: (x) => (x.upper < 0 || x.lower > 1 ? "a number between 0 and 1" : null),
    },
  ),
  unary("softplus", "log(1 + exp(x)): a smooth step to the positive numbers.", increasing(softplus), (b, x) =>
    b.softplus(x),
  ),
  unary(
    "relu",
    "max(x, 0).",
    increasing((x) => Math.max(x, 0)),
    (b, x) => b.max(x, b.constant(0)),
  ),
  unary(
    "elu",
    "x above 0, exp(x) - 1 below.",
    increasing((x) => (x > 0 ? x : Math.expm1(x))),
    elu,
  ),
  unary(
    "lgamma",
    "Logarithm of the gamma function's absolute value.",
    () => anyReal,
    (b, x) => b.lgamma(x),
  ),
  unary(
    "digamma",
    "Derivative of lgamma.",
    () => anyReal,
    (b, x) => b.digamma(x),
  ),
  unary("erf", "Error function.", oscillating, (b, x) => b.erf(x)),
  unary(
    "Phi",
    "Distribution function of the standard normal.",
    () => unit,
    (b, x) => b.exp(b.logNdtr(x)),
  ),
  {
    name: "where",
    signature: "where(c, a, b)",
    doc: "a where c is not 0, else b, entry by entry.",
    arity: { min: 3, max: 3 },
    type: (args) => {
      const shape = commonShape(args);
      if ("misfit" in shape) return shape;
      const [, yes, no] = args;
      return {
        shape,
        integer: yes!.integer && no!.integer,
        range: hull(yes!.range, no!.range),
      };
    },
    lower: (b, args) => {
      const [c, yes, no] = aligned(b, args);
      return b.where(c!, yes!, no!);
    },
    discontinuous: false,
  },
];
