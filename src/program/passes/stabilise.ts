import { sameShape } from "../../tensor/shape.ts";
import type { Value } from "../program.ts";
import { bothWays, firstOf, rewriteAll, type Context, type Pass, type Rewrite } from "../rewrite.ts";

/**
 * Forms that overflow, underflow or cancel become the ones that do not. Where the program as written would have given a
 * finite number the result is the same to rounding; where it would have lost its digits the result keeps them.
 * A rewrite costs at most two equations, when what it replaces has other readers.
 */
export const stabilise: Pass = {
  name: "stabilise",
  mayGrow: true,
  run: (program) => rewriteAll(program, rewrites),
};

/** log(exp x) = x; log(sigmoid x) = -softplus(-x) */
const logOfFunction: Rewrite<"log"> = ({ b, as }, { args: [y] }) => {
  const exp = as(y, "exp");
  if (exp) return exp.args[0];
  const sigmoid = as(y, "sigmoid");
  return sigmoid ? b.neg(b.softplus(b.neg(sigmoid.args[0]))) : null;
};

/** log(1 + x) = log1p x; log(1 - x) = log1p(-x) */
const logOfOnePlus: Rewrite<"log"> = (c, { args: [y], shape }) => {
  const { b } = c;
  const added = plusOne(c, y);
  if (added !== null && sameShape(b.shapeOf(added), shape)) return b.log1p(added);
  const taken = oneMinus(c, y);
  return taken !== null && sameShape(b.shapeOf(taken), shape) ? b.log1p(b.neg(taken)) : null;
};

/** log(sum(exp x)) = logsumexp x, also through a reshape of the sum. */
const logOfSumOfExp: Rewrite<"log"> = ({ b, as }, { args: [y], shape }) => {
  const sum = as(as(y, "reshape")?.args[0] ?? y, "sum");
  const exp = sum && as(sum.args[0], "exp");
  return exp ? b.reshape(b.logSumExp(exp.args[0], sum.attributes.axes), shape) : null;
};

/** log(exp(x) y) = x + log y; log(exp(x) / y) = x - log y */
const logOfProduct: Rewrite<"log"> = ({ b, as }, { args: [y] }) => {
  const product = as(y, "mul");
  for (const [p, q] of product ? bothWays(product.args) : []) {
    const exp = as(p, "exp");
    if (exp) return b.add(exp.args[0], b.log(q));
  }
  const ratio = as(y, "div");
  const exp = ratio && as(ratio.args[0], "exp");
  return exp ? b.sub(exp.args[0], b.log(ratio.args[1])) : null;
};

/** log1p(exp x) = softplus x; log1p(-sigmoid x) = -softplus x */
const log1pOfFunction: Rewrite<"log1p"> = ({ b, as }, { args: [y] }) => {
  const exp = as(y, "exp");
  if (exp) return b.softplus(exp.args[0]);
  const neg = as(y, "neg");
  const sigmoid = neg && as(neg.args[0], "sigmoid");
  return sigmoid ? b.neg(b.softplus(sigmoid.args[0])) : null;
};

/** exp(x) - 1 = expm1 x; 1 - exp(x) = -expm1 x; 1 - sigmoid x = sigmoid(-x) */
const differenceFromOne: Rewrite<"sub"> = ({ b, as, fill }, { args: [p, q], shape }) => {
  const grown = as(p, "exp");
  if (grown && fill(q) === 1 && sameShape(grown.shape, shape)) return b.expm1(grown.args[0]);
  if (fill(p) !== 1 || !sameShape(b.shapeOf(q), shape)) return null;
  const exp = as(q, "exp");
  if (exp) return b.neg(b.expm1(exp.args[0]));
  const sigmoid = as(q, "sigmoid");
  return sigmoid ? b.sigmoid(b.neg(sigmoid.args[0])) : null;
};

/** exp(x) + -1 = expm1 x */
const sumWithMinusOne: Rewrite<"add"> = ({ b, as, fill }, { args, shape }) => {
  for (const [p, q] of bothWays(args)) {
    const exp = as(p, "exp");
    if (exp && fill(q) === -1 && sameShape(exp.shape, shape)) return b.expm1(exp.args[0]);
  }
  return null;
};

/** sqrt(x x) = abs x */
const rootOfSquare: Rewrite<"sqrt"> = ({ b, as }, { args: [y] }) => {
  const square = as(y, "mul");
  return square && square.args[0] === square.args[1] ? b.abs(square.args[0]) : null;
};

const rewrites = firstOf({
  log: [logOfFunction, logOfOnePlus, logOfSumOfExp, logOfProduct],
  log1p: [log1pOfFunction],
  sub: [differenceFromOne],
  add: [sumWithMinusOne],
  sqrt: [rootOfSquare],
});

/** x, when the value is x + 1. */
function plusOne({ as, fill }: Context, value: Value): Value | null {
  const sum = as(value, "add");
  if (!sum) return null;
  const found = bothWays(sum.args).find(([, one]) => fill(one) === 1);
  return found ? found[0] : null;
}

/** x, when the value is 1 - x. */
function oneMinus({ as, fill }: Context, value: Value): Value | null {
  const difference = as(value, "sub");
  return difference && fill(difference.args[0]) === 1 ? difference.args[1] : null;
}
