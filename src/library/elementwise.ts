import { logNdtr, sigmoid, softplus } from "../numeric/special.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { row, type LibraryFunction } from "./function.ts";
import type { Range } from "../model/model.ts";
import { aligned, commonShape, smooth, unary } from "./helpers.ts";
import { absRange, anyReal, hull, increasing, squareRange, unit } from "../model/ranges.ts";

const above =
  (limit: number, words: string) =>
  (x: Range): string | null =>
    x.upper < limit ? words : null;

const oscillating = (): Range => ({ lower: -1, upper: 1 });

/** Of a function that falls up to `bottom`, from 0 far to the left, and rises from there on. */
const valley =
  (f: (x: number) => number, bottom: number) =>
  ({ lower, upper }: Range): Range => {
    const [left, right] = [lower === -Infinity ? 0 : f(lower), upper === -Infinity ? 0 : f(upper)];
    const inside = lower <= bottom && bottom <= upper;
    return { lower: inside ? f(bottom) : Math.min(left, right), upper: Math.max(left, right) };
  };

const elu = (b: Builder, x: Value): Value => {
  const zero = b.constant(0);
  // expm1 of the negative part only: exp of a large positive entry would overflow in the branch not taken.
  return b.where(b.less(zero, x), x, b.expm1(b.min(x, zero)));
};

const softsign = (x: number): number => (Number.isFinite(x) ? x / (1 + Math.abs(x)) : Math.sign(x));
const LEAK = 0.01;

export const elementwise = [
  smooth("exp", { doc: "Exponential.", range: increasing(Math.exp), each: (b, x) => b.exp(x) }),
  smooth("expm1", { doc: "exp(x) - 1, accurate near 0.", range: increasing(Math.expm1), each: (b, x) => b.expm1(x) }),
  unary("log", {
    doc: "Natural logarithm.",
    range: increasing(Math.log),
    each: (b, x) => b.log(x),
    domain: above(0, "a number of at least 0"),
  }),
  unary("log1p", {
    doc: "log(1 + x), accurate near 0.",
    range: increasing(Math.log1p),
    each: (b, x) => b.log1p(x),
    domain: above(-1, "a number of at least -1"),
  }),
  unary("sqrt", {
    doc: "Square root.",
    range: (x) => increasing(Math.sqrt)({ lower: Math.max(0, x.lower), upper: x.upper }),
    each: (b, x) => b.sqrt(x),
    domain: above(0, "a number of at least 0"),
  }),
  smooth("square", { doc: "x times x.", range: squareRange, each: (b, x) => b.square(x), integer: "kept" }),
  smooth("abs", { doc: "Absolute value.", range: absRange, each: (b, x) => b.abs(x), integer: "kept" }),
  unary("floor", {
    doc: "Largest whole number that is not above x.",
    range: increasing(Math.floor),
    each: (b, x) => b.floor(x),
    integer: "always",
    discontinuous: true,
  }),
  smooth("sin", { doc: "Sine of an angle in radians.", range: oscillating, each: (b, x) => b.sin(x) }),
  smooth("cos", { doc: "Cosine of an angle in radians.", range: oscillating, each: (b, x) => b.cos(x) }),
  smooth("tanh", { doc: "Hyperbolic tangent.", range: increasing(Math.tanh), each: (b, x) => b.tanh(x) }),
  smooth("sigmoid", {
    doc: "1 / (1 + exp(-x)): from the real line to (0, 1).",
    range: increasing(sigmoid),
    each: (b, x) => b.sigmoid(x),
  }),
  unary("logit", {
    doc: "log(x / (1 - x)): from (0, 1) to the real line.",
    range: () => anyReal,
    each: (b, x) => b.sub(b.log(x), b.log1p(b.neg(x))),
    domain: (x) => (x.upper < 0 || x.lower > 1 ? "a number between 0 and 1" : null),
  }),
  smooth("softplus", {
    doc: "log(1 + exp(x)): a smooth step to the positive numbers.",
    range: increasing(softplus),
    each: (b, x) => b.softplus(x),
  }),
  smooth("relu", {
    doc: "max(x, 0).",
    range: increasing((x) => Math.max(x, 0)),
    each: (b, x) => b.max(x, b.constant(0)),
  }),
  smooth("leaky_relu", {
    doc: "x above 0, 0.01 x below.",
    range: increasing((x) => Math.max(x, LEAK * x)),
    each: (b, x) => b.max(x, b.scale(LEAK, x)),
  }),
  smooth("elu", {
    doc: "x above 0, exp(x) - 1 below.",
    range: increasing((x) => (x > 0 ? x : Math.expm1(x))),
    each: elu,
  }),
  smooth("silu", {
    doc: "x sigmoid(x), also called swish.",
    range: valley((x) => x * sigmoid(x), -1.2784645427610738),
    each: (b, x) => b.mul(x, b.sigmoid(x)),
  }),
  smooth("gelu", {
    doc: "x Phi(x).",
    range: valley((x) => x * Math.exp(logNdtr(x)), -0.7517915246935645),
    each: (b, x) => b.mul(x, b.exp(b.logNdtr(x))),
  }),
  smooth("softsign", {
    doc: "x / (1 + abs(x)): from the real line to (-1, 1).",
    range: increasing(softsign),
    each: (b, x) => b.div(x, b.shift(b.abs(x), 1)),
  }),
  unary("lgamma", {
    doc: "Logarithm of the gamma function's absolute value.",
    range: () => anyReal,
    each: (b, x) => b.lgamma(x),
  }),
  unary("digamma", { doc: "Derivative of lgamma.", range: () => anyReal, each: (b, x) => b.digamma(x) }),
  smooth("erf", { doc: "Error function.", range: oscillating, each: (b, x) => b.erf(x) }),
  smooth("Phi", {
    doc: "Distribution function of the standard normal.",
    range: () => unit,
    each: (b, x) => b.exp(b.logNdtr(x)),
  }),
  row({
    name: "where",
    signature: "where(c, a, b)",
    doc: "a where c is not 0, else b, entry by entry.",
    count: "three",
    type: ([c, yes, no]) => {
      const shape = commonShape([c, yes, no]);
      if ("misfit" in shape) return shape;
      return { shape, integer: yes.integer && no.integer, range: hull(yes.range, no.range) };
    },
    lower: (b, args) => b.where(...aligned(b, args)),
    discontinuous: false,
    missing: "entrywise",
  }),
] as const satisfies readonly LibraryFunction[];
