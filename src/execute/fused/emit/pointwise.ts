import type { OpName } from "../../../program/ops.ts";
import type { MathName } from "../math/math.ts";
import { vectorOps, type Target } from "../target.ts";
import { w, type Expr, type FunctionBuilder } from "../wasm/assembler.ts";

type Vector = Expr<"v128">;
type Rule = (t: Target, f: FunctionBuilder, ...args: readonly Vector[]) => Vector;
/** Every elementwise operation but `stop`, which is gone before programs get here. */
// prettier-ignore
type Pointwise =
  | "neg" | "exp" | "expm1" | "log" | "log1p" | "sqrt" | "abs" | "sign" | "floor" | "sin" | "cos" | "atan" | "tanh"
  | "sigmoid" | "softplus" | "lgamma" | "digamma" | "trigamma" | "erf" | "log_ndtr"
  | "add" | "sub" | "mul" | "div" | "pow" | "max" | "min" | "less" | "less_equal" | "equal" | "where";

const native =
  (name: "add" | "sub" | "mul" | "div" | "max" | "min"): Rule =>
  (t, _, a, b) =>
    vectorOps(t)[name](a, b);
const single =
  (name: "neg" | "abs" | "sqrt" | "floor"): Rule =>
  (t, _, x) =>
    vectorOps(t)[name](x);
const library =
  (name: MathName): Rule =>
  (t, f, ...args) =>
    t.call(f, name, ...args);
const compare =
  (name: "lt" | "le" | "eq"): Rule =>
  (t, _, a, b) =>
    w.v128.and(vectorOps(t)[name](a, b), vectorOps(t).constant(1));

/** Vectors in, vector out: one row for each operation that a loop can hold. */
export const pointwiseRules: { readonly [K in Pointwise]: Rule } = {
  neg: single("neg"),
  abs: single("abs"),
  sqrt: single("sqrt"),
  floor: single("floor"),
  exp: library("exp"),
  expm1: library("expm1"),
  log: library("log"),
  log1p: library("log1p"),
  sin: library("sin"),
  cos: library("cos"),
  atan: library("atan"),
  tanh: library("tanh"),
  sigmoid: library("sigmoid"),
  softplus: library("softplus"),
  lgamma: library("lgamma"),
  digamma: library("digamma"),
  trigamma: library("trigamma"),
  erf: library("erf"),
  log_ndtr: library("log_ndtr"),
  // 1 with the sign of x; x itself where it is 0 or not a number
  sign: (t, f, x) => {
    const ops = vectorOps(t);
    const value = f.let(x);
    const one = w.v128.or(w.v128.and(value, ops.constant(-0)), ops.constant(1));
    const counts = w.v128.or(ops.lt(value, ops.constant(0)), ops.gt(value, ops.constant(0)));
    return w.v128.bitselect(one, value, counts);
  },

  add: native("add"),
  sub: native("sub"),
  mul: native("mul"),
  div: native("div"),
  max: native("max"),
  min: native("min"),
  pow: library("pow"),
  less: compare("lt"),
  less_equal: compare("le"),
  equal: compare("eq"),
  where: (t, _, condition, a, b) => {
    const ops = vectorOps(t);
    return w.v128.bitselect(a, b, ops.ne(condition, ops.constant(0)));
  },
};

const plain: ReadonlySet<string> = new Set<Pointwise>([
  ...(["neg", "abs", "sqrt", "floor", "sign", "add", "sub", "mul", "div", "max", "min"] as const),
  ...(["less", "less_equal", "equal", "where"] as const),
]);

/** About how long an operation takes on a vector that is there, in units of a plain load. */
export function workOf(op: OpName): number {
  return Object.hasOwn(pointwiseRules, op) && !plain.has(op) ? 20 : 1;
}
