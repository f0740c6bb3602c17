import { broadcastShapes, onAxis, sameShape, sizeOf, type Shape } from "../../tensor/shape.ts";
import { binaryOps, eachArgument, unaryOps, type BinaryOp, type UnaryOp } from "../arity.ts";
import type { OpName } from "../ops.ts";
import { fillOf, type Equation, type EquationOf, type Value } from "../program.ts";
import { bothWays, firstOf, rewriteAll, type Context, type Pass, type Rewrite, type Rewrites } from "../rewrite.ts";

/**
 * Merges chains of reshapes, transposes, broadcasts and slices; lets broadcasting operations stretch their arguments
 * themselves; and moves work to the smaller side of a broadcast or a sum.
 */
export const shapes: Pass = {
  name: "shapes",
  mayGrow: false,
  run: (program) => rewriteAll(program, rewrites),
};

const reshape: Rewrite<"reshape"> = ({ b, as, fill, single }, { args: [x], shape }) => {
  if (sameShape(b.shapeOf(x), shape)) return x;
  const inner = as(x, "reshape");
  if (inner) return b.reshape(inner.args[0], shape);
  // a factor comes out, to meet other factors
  const product = as(x, "mul");
  if (!product || !single(x)) return null;
  const [p, q] = product.args;
  for (const [factor, y] of [
    [p, q],
    [q, p],
  ] as const) {
    const c = fill(factor);
    if (c !== null && sameShape(b.shapeOf(y), b.shapeOf(x))) return b.scale(c, b.reshape(y, shape));
  }
  return null;
};

const transpose: Rewrite<"transpose"> = ({ b, as }, { args: [x], attributes, shape }) => {
  const { permutation } = attributes;
  const inner = as(x, "transpose");
  if (inner) {
    const first = inner.attributes.permutation;
    const both = permutation.map((axis) => onAxis(first, axis));
    return b.transpose(inner.args[0], both);
  }
  // Moving axes of size 1 moves no entries.
  const own = b.shapeOf(x);
  const large = permutation.filter((axis) => own[axis] !== 1);
  const still = large.every((axis, i) => axis > (large[i - 1] ?? -1));
  return still ? b.reshape(x, shape) : null;
};

const broadcast: Rewrite<"broadcast"> = ({ b, as }, { args: [x], shape }) => {
  if (sameShape(b.shapeOf(x), shape)) return x;
  const inner = as(x, "broadcast");
  if (inner) return b.broadcast(inner.args[0], shape);
  const plain = withoutLeadingOnes(b.equation(x), b);
  return plain === null ? null : b.broadcast(plain, shape);
};

const slice: Rewrite<"slice"> = ({ b, as }, { args: [x], attributes: { begin, size }, shape }) => {
  if (sameShape(b.shapeOf(x), shape)) return x;
  const inner = as(x, "slice");
  if (inner) {
    const first = inner.attributes.begin;
    return b.slice(
      inner.args[0],
      begin.map((from, axis) => from + onAxis(first, axis)),
      size,
    );
  }
  const concat = as(x, "concat");
  if (concat) return sliceOfConcat(b, concat, begin, size);
  const pad = as(x, "pad");
  if (!pad) return null;
  const own = b.shapeOf(pad.args[0]);
  const from = begin.map((at, axis) => at - onAxis(pad.attributes.before, axis));
  const inside = from.every((at, axis) => at >= 0 && at + onAxis(size, axis) <= onAxis(own, axis));
  return inside ? b.slice(pad.args[0], from, size) : null;
};

/** A slice that lies within one part is a slice of that part. */
function sliceOfConcat(
  b: Context["b"],
  { args, attributes: { axis } }: EquationOf<"concat">,
  begin: readonly number[],
  size: readonly number[],
): Value | null {
  const [from, length] = [onAxis(begin, axis), onAxis(size, axis)];
  let start = 0;
  for (const part of args) {
    const end = start + onAxis(b.shapeOf(part), axis);
    if (from >= start && from + length <= end) return b.slice(part, begin.with(axis, from - start), size);
    start = end;
  }
  return null;
}

const pad: Rewrite<"pad"> = (_, { args: [x], attributes: { before, after } }) =>
  [...before, ...after].every((extra) => extra === 0) ? x : null;

const concat: Rewrite<"concat"> = (_, { args: [first, ...more] }) => (more.length === 0 ? (first ?? null) : null);

/**
 * Sums over axes of size 1, of sums, of reshapes to a number, of negatives, of multiples
 * (by numbers, or by what does not move along the axes) and of broadcasts.
 */
const sum: Rewrite<"sum"> = (context, equation) => {
  const { b, as, single } = context;
  const { args, attributes, shape } = equation;
  const [x] = args;
  const plain = reductionOfOnes(context, equation) ?? reductionTwice(context, equation);
  if (plain !== null) return plain;
  const reshaped = as(x, "reshape");
  if (reshaped && shape.length === 0) return b.sum(reshaped.args[0]);
  if (!single(x)) return null;

  const neg = as(x, "neg");
  if (neg) return b.neg(b.sum(neg.args[0], attributes.axes));
  const product = as(x, "mul");
  if (product)
    for (const [factor, rest] of bothWays(product.args)) {
      // a factor that is the same for all that is summed
      const first = product.shape.length - b.shapeOf(factor).length;
      const still = attributes.axes.every((axis) => axis < first);
      const whole = sameShape(b.shapeOf(rest), product.shape);
      if (still && whole) return b.mul(factor, b.sum(rest, attributes.axes));
    }
  const stretched = as(x, "broadcast");
  if (!stretched || !sameShape(b.shapeOf(stretched.args[0]), shape)) return null;
  const added = stretched.shape.length - shape.length;
  const overNew = attributes.axes.every((axis) => axis < added);
  const copies = sizeOf(attributes.axes.map((axis) => onAxis(stretched.shape, axis)));
  return overNew ? b.scale(copies, stretched.args[0]) : null;
};

type Reduction = "sum" | "reduce_max" | "logsumexp";

function reductionOfOnes({ b }: Context, equation: EquationOf<Reduction>): Value | null {
  const { args, attributes, shape } = equation;
  const [x] = args;
  const own = b.shapeOf(x);
  return attributes.axes.every((axis) => own[axis] === 1) ? b.reshape(x, shape) : null;
}

function reductionTwice(context: Context, equation: EquationOf<Reduction>): Value | null {
  const { b, as, single } = context;
  const { op, args, attributes } = equation;
  const [x] = args;
  const inner = as(x, op);
  if (!inner || !single(x)) return null;
  const reduced = inner.attributes.axes;
  const axes = b.shapeOf(inner.args[0]).map((_, axis) => axis);
  const kept = axes.filter((axis) => !reduced.includes(axis));
  const outer = attributes.axes.map((axis) => onAxis(kept, axis));
  return b.emit(op, { axes: axes.filter((a) => reduced.includes(a) || outer.includes(a)) }, inner.args);
}

/** Reading an argument transposed is free. */
const matmul: Rewrite<"matmul"> = ({ b, as }, { args, attributes }) => {
  const [p, q] = args;
  const { transposeA, transposeB } = attributes;
  const first = as(p, "transpose");
  if (first && swapsLastTwo(first)) return b.matmul(first.args[0], q, !transposeA, transposeB);
  const second = as(q, "transpose");
  return second && swapsLastTwo(second) ? b.matmul(p, second.args[0], transposeA, !transposeB) : null;
};

function swapsLastTwo({ attributes: { permutation } }: EquationOf<"transpose">): boolean {
  const n = permutation.length;
  return permutation.every((from, to) => from === (to < n - 2 ? to : 2 * n - 3 - to));
}

/** Gathering every entry in order. */
const gather: Rewrite<"gather"> = ({ b, as }, { args: [x, indices], attributes: { axis } }) => {
  const constant = as(indices, "constant");
  if (!constant || constant.shape.length !== 1) return null;
  const { values } = constant.attributes;
  const all = values.length === b.shapeOf(x)[axis] && values.every((value, i) => value === i);
  return all && constant.shape[0] === values.length ? x : null;
};

/** f(broadcast x) = broadcast(f x) */
const unary: Rewrite<UnaryOp> = ({ b, as, single }, { op, args: [x], attributes, shape }) => {
  const stretched = as(x, "broadcast");
  return stretched && single(x) ? b.broadcast(b.emit(op, attributes, stretched.args), shape) : null;
};

/** Broadcasting operations need no help: an argument is read as it was before it was stretched. */
const broadcasting: Rewrite<BinaryOp | "where"> = (context, { op, args, attributes, shape }) => {
  const { b, single } = context;
  for (const [i, stretched] of args.entries()) {
    const plain = unstretched(context, stretched);
    if (plain === null) continue;
    const changed = eachArgument(op, args, (arg, at) => (at === i ? plain : arg));
    const result = changed.reduce<Shape | null>((sofar, arg) => sofar && broadcastShapes(sofar, b.shapeOf(arg)), []);
    if (!result) continue;
    if (sameShape(result, shape)) return b.emit(op, attributes, changed);
    if (b.equation(stretched).op === "broadcast" && single(stretched))
      return b.broadcast(b.emit(op, attributes, changed), shape);
  }
  return null;
};

/** A value whose stretching to the argument's shape can be left to its reader; null when it is not stretched. */
function unstretched({ b, single }: Context, arg: Value): Value | null {
  const equation = b.equation(arg);
  const number = fillOf(equation);
  if (number !== null && equation.shape.length > 0 && single(arg)) return b.constant(number);
  return equation.op === "broadcast" ? equation.args[0] : withoutLeadingOnes(equation, b);
}

/** x, when the value is x with axes of size 1 in front. */
function withoutLeadingOnes(definition: Equation, b: Context["b"]): Value | null {
  if (definition.op !== "reshape") return null;
  const [x] = definition.args;
  const own = b.shapeOf(x);
  const added = definition.shape.length - own.length;
  // The sizes multiply to the same number, so those in front are ones (or there are no entries at all).
  return added > 0 && sameShape(definition.shape.slice(added), own) ? x : null;
}

const rewrites = firstOf({
  ...forEach(unaryOps, unary),
  ...forEach([...binaryOps, "where"], broadcasting),
  reshape: [reshape],
  transpose: [transpose],
  broadcast: [broadcast],
  slice: [slice],
  pad: [pad],
  concat: [concat],
  sum: [sum],
  reduce_max: [reductionOfOnes, reductionTwice],
  logsumexp: [reductionOfOnes, reductionTwice],
  matmul: [matmul],
  gather: [gather],
});

function forEach<K extends OpName>(ops: readonly K[], rewrite: Rewrite<K>): Rewrites {
  return Object.fromEntries(ops.map((op) => [op, [rewrite]]));
}
