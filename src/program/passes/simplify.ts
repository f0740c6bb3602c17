import { broadcastShapes, sameShape, sizeOf, type Shape } from "../../tensor/shape.ts";
import type { Value } from "../program.ts";
import { bothWays, firstOf, rewriteAll, type Context, type Pass, type Rewrite } from "../rewrite.ts";

/**
 * Arithmetic with 0, 1, signs and chains of constants. Equal to rounding and to the sign of zero, infinities and NaN
 * included: so neither 0 x, nor x - x, nor x / x is touched, since x may be infinite or NaN.
 */
export const simplify: Pass = {
  name: "simplify",
  mayGrow: false,
  run: (program) => rewriteAll(program, rewrites),
};

const negative: Rewrite<"neg"> = ({ b, as, fill, single }, { args: [x] }) => {
  const inner = as(x, "neg");
  if (inner) return inner.args[0];
  const difference = as(x, "sub");
  if (difference) return b.sub(difference.args[1], difference.args[0]);
  if (!single(x)) return null;
  const product = as(x, "mul");
  if (product)
    for (const [p, q] of bothWays(product.args)) {
      const c = fill(p);
      if (c !== null) return times(b, -c, q, product.shape);
    }
  const ratio = as(x, "div");
  const c = ratio && fill(ratio.args[0]);
  return ratio && c !== null && sameShape(b.shapeOf(ratio.args[1]), ratio.shape)
    ? b.div(b.constant(-c), ratio.args[1])
    : null;
};

/** x + 0 = x; a + (-b) = a - b; c + (d + x) = (c + d) + x and the like */
const sum: Rewrite<"add"> = (context, { args, shape }) => {
  const { b, as, fill, single } = context;
  for (const [p, q] of bothWays(args)) {
    const c = fill(p);
    if (c === 0) return b.broadcast(q, shape);
    const neg = as(p, "neg");
    if (neg) return b.sub(q, neg.args[0]);
    if (c === null || !single(q)) continue;
    const inner = shifted(context, q, shape);
    if (inner) return inner.sign > 0 ? plus(b, inner.by + c, inner.x) : b.sub(b.constant(inner.by + c), inner.x);
  }
  return null;
};

/** x - 0 = x; 0 - x = -x; a - (-b) = a + b; c - (d + x) = (c - d) - x and the like */
const difference: Rewrite<"sub"> = (context, { args, shape }) => {
  const { b, as, fill, single } = context;
  const [p, q] = args;
  const [c, d] = [fill(p), fill(q)];
  if (d === 0) return b.broadcast(p, shape);
  if (c === 0 && sameShape(b.shapeOf(q), shape)) return b.neg(q);
  const neg = as(q, "neg");
  if (neg) return b.add(p, neg.args[0]);
  if (c !== null && single(q)) {
    const inner = shifted(context, q, shape);
    if (inner) return inner.sign > 0 ? b.sub(b.constant(c - inner.by), inner.x) : plus(b, c - inner.by, inner.x);
  }
  if (d !== null && single(p)) {
    const inner = shifted(context, p, shape);
    if (inner) return inner.sign > 0 ? plus(b, inner.by - d, inner.x) : b.sub(b.constant(inner.by - d), inner.x);
  }
  return null;
};

/** 1 x = x; -1 x = -x; p (c y) = (c p) y; c (d x) = (c d) x; (-a) (-b) = a b; (-a) b = -(a b); a (1 / b) = a / b */
const product: Rewrite<"mul"> = (context, { args, shape }) => {
  const { b, as, fill, single } = context;
  for (const [p, q] of bothWays(args)) {
    const c = fill(p);
    if (c === 1) return b.broadcast(q, shape);
    if (c === -1 && sameShape(b.shapeOf(q), shape)) return b.neg(q);
    if (c !== null && single(q)) {
      const inner = scaled(context, q, shape);
      if (inner && ordinary(inner.by * c))
        return inner.inverted ? b.div(b.constant(inner.by * c), inner.x) : times(b, inner.by * c, inner.x, shape);
    }
    // a factor belongs to the smaller side: p (c y) = (c p) y where p is stretched over y
    const [small, large] = [sizeOf(b.shapeOf(p)), sizeOf(b.shapeOf(q))];
    if (c === null && small > 1 && small < large && single(q)) {
      const inner = scaled(context, q, b.shapeOf(q));
      if (inner && !inner.inverted) return b.mul(b.scale(inner.by, p), inner.x);
    }
    const reciprocal = as(q, "div");
    if (reciprocal && fill(reciprocal.args[0]) === 1 && single(q)) {
      const ratio = broadcastShapes(b.shapeOf(p), b.shapeOf(reciprocal.args[1]));
      if (ratio && sameShape(ratio, shape)) return b.div(p, reciprocal.args[1]);
    }
  }
  const [p, q] = args;
  const [negP, negQ] = [as(p, "neg"), as(q, "neg")];
  if (negP && negQ) return b.mul(negP.args[0], negQ.args[0]);
  if (negP && single(p)) return b.neg(b.mul(negP.args[0], q));
  return negQ && single(q) ? b.neg(b.mul(p, negQ.args[0])) : null;
};

/** x / 1 = x; x / -1 = -x; (c x) / d = (c / d) x; (-a) / b = -(a / b) */
const ratio: Rewrite<"div"> = (context, { args, shape }) => {
  const { b, as, fill, single } = context;
  const [p, q] = args;
  const d = fill(q);
  if (d === 1) return b.broadcast(p, shape);
  if (d === -1 && sameShape(b.shapeOf(p), shape)) return b.neg(p);
  if (d !== null && single(p)) {
    const inner = scaled(context, p, shape);
    if (inner && !inner.inverted && ordinary(inner.by / d)) return times(b, inner.by / d, inner.x, shape);
  }
  const [negP, negQ] = [as(p, "neg"), as(q, "neg")];
  if (negP && negQ) return b.div(negP.args[0], negQ.args[0]);
  if (negP && single(p)) return b.neg(b.div(negP.args[0], q));
  return negQ && single(q) ? b.neg(b.div(p, negQ.args[0])) : null;
};

/** x^1 = x; x^2 = x x */
const power: Rewrite<"pow"> = ({ b, fill }, { args: [x, y], shape }) => {
  const exponent = fill(y);
  if (exponent === 1) return b.broadcast(x, shape);
  return exponent === 2 && sameShape(b.shapeOf(x), shape) ? b.mul(x, x) : null;
};

/** A constant condition, or twice the same value. */
const choice: Rewrite<"where"> = ({ b, fill }, { args: [condition, p, q], shape }) => {
  if (p === q) return b.broadcast(p, shape);
  const taken = fill(condition);
  return taken === null ? null : b.broadcast(taken !== 0 ? p : q, shape);
};

const extreme: Rewrite<"max"> & Rewrite<"min"> = ({ b }, { args: [p, q], shape }) =>
  p === q ? b.broadcast(p, shape) : null;

/** |-x| = |x|; ||x|| = |x| */
const magnitude: Rewrite<"abs"> = ({ b, as }, { args: [x] }) => {
  const neg = as(x, "neg");
  if (neg) return b.abs(neg.args[0]);
  return as(x, "abs") ? x : null;
};

/** cos(-x) = cos x */
const cosine: Rewrite<"cos"> = ({ b, as }, { args: [x] }) => {
  const neg = as(x, "neg");
  return neg ? b.cos(neg.args[0]) : null;
};

const rewrites = firstOf({
  neg: [negative],
  add: [sum],
  sub: [difference],
  mul: [product],
  div: [ratio],
  pow: [power],
  where: [choice],
  max: [extreme],
  min: [extreme],
  abs: [magnitude],
  cos: [cosine],
});

interface Shifted {
  readonly by: number;
  readonly sign: 1 | -1;
  readonly x: Value;
}

/** The value as by + x or by - x, where x alone has the shape asked for. */
function shifted({ b, as, fill }: Context, value: Value, shape: Shape): Shifted | null {
  const fits = (x: Value): boolean => sameShape(b.shapeOf(x), shape);
  const sum = as(value, "add");
  for (const [p, x] of sum ? bothWays(sum.args) : []) {
    const by = fill(p);
    if (by !== null && fits(x)) return { by, sign: 1, x };
  }
  const [p, q] = (as(value, "sub")?.args ?? []) as readonly Value[];
  if (p === undefined || q === undefined) return null;
  const [by, off] = [fill(p), fill(q)];
  if (off !== null && fits(p)) return { by: -off, sign: 1, x: p };
  return by !== null && fits(q) ? { by, sign: -1, x: q } : null;
}

interface Scaled {
  readonly by: number;
  readonly inverted: boolean;
  readonly x: Value;
}

/** The value as by x or by / x, where x alone has the shape asked for. */
function scaled({ b, as, fill }: Context, value: Value, shape: Shape): Scaled | null {
  const fits = (x: Value): boolean => sameShape(b.shapeOf(x), shape);
  const product = as(value, "mul");
  for (const [p, x] of product ? bothWays(product.args) : []) {
    const by = fill(p);
    if (by !== null && fits(x)) return { by, inverted: false, x };
  }
  const neg = as(value, "neg");
  if (neg && fits(neg.args[0])) return { by: -1, inverted: false, x: neg.args[0] };
  const [p, q] = (as(value, "div")?.args ?? []) as readonly Value[];
  if (p === undefined || q === undefined) return null;
  const [by, divisor] = [fill(p), fill(q)];
  if (by !== null && fits(q)) return { by, inverted: true, x: q };
  return divisor !== null && fits(p) ? { by: 1 / divisor, inverted: false, x: p } : null;
}

/** Merging factors must not turn a finite product into 0, infinity or NaN: far inside float32's range it cannot. */
function ordinary(factor: number): boolean {
  return Math.abs(factor) > 1e-30 && Math.abs(factor) < 1e30;
}

function times(b: Context["b"], factor: number, x: Value, shape: Shape): Value {
  if (factor === 1) return b.broadcast(x, shape);
  return sameShape(b.shapeOf(x), shape) ? b.scale(factor, x) : b.mul(b.fill(shape, factor), x);
}

function plus(b: Context["b"], amount: number, x: Value): Value {
  return amount === 0 ? x : b.shift(x, amount);
}
