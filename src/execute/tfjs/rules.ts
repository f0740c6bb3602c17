import { javascriptString, jsonText } from "../../base/escape.ts";
import type { Arguments } from "../../program/arity.ts";
import type { OpName } from "../../program/ops.ts";
import { inputsOf, type EquationOf, type Program, type Value } from "../../program/program.ts";
import { sameShape, showShape, onAxis, sizeOf, type Shape } from "../../tensor/shape.ts";
import type { HelperName } from "./prelude.ts";

/** What a rule may ask for besides its arguments' names. */
export interface EmitContext {
  name(value: Value): string;
  shapeOf(value: Value): Shape;
  /** Whether this comparison stays a boolean mask, because all that it does is choose. */
  isMask(value: Value): boolean;
  /** Makes a program of its own ready to run, once: the name of `{ run, dispose }`. */
  body(program: Program): string;
  /** Includes a function of the prelude. */
  helper(name: HelperName): HelperName;
  /** Names an intermediate result, which is freed after the statement. */
  temporary(text: string): string;
  /** The name of a tensor that holds the value at this shape. */
  stretched(value: Value, shape: Shape): string;
  /** Text that stretches a tensor: adding zeros, which is ten times faster than tf.broadcastTo. */
  stretch(name: string, shape: Shape): string;
  /** The name of a tensor that holds the indices at this shape as int32. */
  indices(value: Value, shape: Shape): string;
}

/** The JavaScript expression for an equation; the bare name of an argument when it is that argument. */
export type EmitRule<K extends OpName> = (
  equation: EquationOf<K>,
  args: Arguments<K, string>,
  context: EmitContext,
) => string;

/** TensorFlow.js text, one row per operation. Constants never get here: they are made once. */
export const emitRules: { readonly [K in OpName]: EmitRule<K> } = {
  input: ({ attributes: { name } }) => `inputs[${javascriptString(name)}]`,
  constant: ({ out }, _, context) => context.name(out),

  neg: call("neg"),
  exp: call("exp"),
  expm1: call("expm1"),
  log: call("log"),
  log1p: help("log1p"),
  sqrt: call("sqrt"),
  abs: call("abs"),
  sign: help("sign"),
  floor: call("floor"),
  sin: call("sin"),
  cos: call("cos"),
  atan: call("atan"),
  tanh: call("tanh"),
  sigmoid: call("sigmoid"),
  softplus: call("softplus"),
  lgamma: help("lgamma"),
  digamma: help("digamma"),
  trigamma: help("trigamma"),
  erf: help("erf"),
  log_ndtr: help("logNdtr"),

  add: call("add"),
  sub: call("sub"),
  mul: call("mul"),
  div: call("div"),
  pow: call("pow"),
  max: call("maximum"),
  min: call("minimum"),
  less: compare("less"),
  less_equal: compare("lessEqual"),
  equal: compare("equal"),

  where: ({ args: [condition, a, b], shape }, _, context) => {
    const mask = context.isMask(condition)
      ? context.name(condition)
      : context.temporary(notZero(context.stretched(condition, shape), context));
    const chosen = context.stretched(a, shape);
    const other = context.stretched(b, shape);
    return `${context.helper("select")}(${mask}, ${chosen}, ${other})`;
  },
  stop: (_, [x]) => x,

  reshape: ({ shape }, [x]) => `tf.reshape(${x}, ${showShape(shape)})`,
  transpose: ({ attributes: { permutation } }, [x]) =>
    permutation.length === 0 ? x : `tf.transpose(${x}, ${showShape(permutation)})`,
  broadcast: ({ args, shape }, [x], context) =>
    sameShape(context.shapeOf(args[0]), shape) ? x : context.stretch(x, shape),
  slice: ({ attributes: { begin, size } }, [x]) =>
    begin.length === 0 ? x : `tf.slice(${x}, ${showShape(begin)}, ${showShape(size)})`,
  pad: ({ attributes: { before, after } }, [x]) =>
    before.every((count, axis) => count === 0 && after[axis] === 0)
      ? x
      : `tf.pad(${x}, [${before.map((count, axis) => `[${count}, ${after[axis]}]`).join(", ")}])`,
  concat: ({ attributes: { axis } }, args) =>
    args.length === 1 ? args.join() : `tf.concat([${args.join(", ")}], ${axis})`,

  sum: ({ attributes: { axes } }, [x]) => (axes.length === 0 ? x : `tf.sum(${x}, ${showShape(axes)})`),
  reduce_max: ({ attributes: { axes } }, [x]) => (axes.length === 0 ? x : `tf.max(${x}, ${showShape(axes)})`),
  logsumexp: ({ attributes: { axes } }, [x], context) =>
    axes.length === 0 ? x : `${context.helper("logsumexp")}(${x}, ${showShape(axes)})`,
  cumsum: ({ attributes: { axis, reverse } }, [x]) => `tf.cumsum(${x}, ${axis}, false, ${reverse})`,

  matmul,
  cholesky: ({ shape }, [a], context) => {
    const flat = shaped(a, shape, flattened(shape), context);
    return unflattened(`${context.helper("cholesky")}(${flat})`, shape, context);
  },
  solve_triangular: ({ args: [a, b], attributes: { transpose }, shape }, _, context) => {
    const leading = shape.slice(0, -2);
    const [left, right] = [a, b].map((arg) => {
      const full = [...leading, ...context.shapeOf(arg).slice(-2)];
      return shaped(context.stretched(arg, full), full, flattened(full), context);
    });
    const solution = `${context.helper("solveTriangular")}(${left}, ${right}, ${transpose})`;
    return unflattened(solution, shape, context);
  },

  gather: ({ args: [, indices], attributes: { axis } }, [x], context) =>
    `tf.gather(${x}, ${context.indices(indices, context.shapeOf(indices))}, ${axis})`,
  scatter_add: scatterAdd,

  scan: ({ attributes: { body, count, reverse } }, args, context) => {
    const inputs = inputsOf(body).map(({ attributes: { name, role, shape } }) =>
      jsonText([name, role, ...(role === "feed" ? [shape] : [])]),
    );
    const outputs = body.outputs.map(({ name, carry }) => jsonText([name, carry]));
    const turn = `${context.body(body)}, [${inputs.join(", ")}], [${outputs.join(", ")}]`;
    return `${context.helper("scan")}(${turn}, [${args.join(", ")}], ${count}, ${reverse})`;
  },
};

/** A rule that suits many operations. */
type CommonRule = (equation: { readonly out: Value }, args: readonly string[], context: EmitContext) => string;

function call(name: string): CommonRule {
  return (_, args) => `tf.${name}(${args.join(", ")})`;
}

function help(name: HelperName): CommonRule {
  return (_, args, context) => `${context.helper(name)}(${args.join(", ")})`;
}

function compare(name: string): CommonRule {
  return ({ out }, args, context) => {
    const mask = `tf.${name}(${args.join(", ")})`;
    return context.isMask(out) ? mask : `${context.helper("number")}(${mask})`;
  };
}

function notZero(name: string, context: EmitContext): string {
  return `tf.notEqual(${name}, ${context.helper("constant")}(0))`;
}

/**
 * tf.matMul broadcasts only a batch of one, so leading axes are flattened into one; where both sides have some and they
 * differ, both are stretched first. Many matrices times one matrix become one product of taller matrices.
 */
function matmul(
  { args: [a, b], attributes: { transposeA, transposeB }, shape }: EquationOf<"matmul">,
  _: readonly string[],
  context: EmitContext,
): string {
  const shapeA = context.shapeOf(a);
  const shapeB = context.shapeOf(b);
  // The wasm back end multiplies transposed matrices five times slower, which is more than a transpose costs.
  const turned = (name: string, transposed: boolean, order: string): string =>
    transposed ? context.temporary(`tf.transpose(${name}, ${order})`) : name;
  const product = (left: string, right: string, order: string): string =>
    `tf.matMul(${turned(left, transposeA, order)}, ${turned(right, transposeB, order)})`;
  const countA = sizeOf(shapeA.slice(0, -2));
  const countB = sizeOf(shapeB.slice(0, -2));
  if (countB === 1 && (countA === 1 || !transposeA)) {
    const tall = transposeA ? shapeA.slice(-2) : [countA * onAxis(shapeA, -2), onAxis(shapeA, -1)];
    const left = shaped(context.name(a), shapeA, tall, context);
    const right = shaped(context.name(b), shapeB, shapeB.slice(-2), context);
    const columns = onAxis(shape, -1);
    const rows = sizeOf(shape.slice(0, -1));
    return reshaped(product(left, right, "[1, 0]"), [rows, columns], shape, context);
  }
  const leading = shape.slice(0, -2);
  const batched = (arg: Value): string => {
    const own = context.shapeOf(arg);
    const full = sizeOf(own.slice(0, -2)) === 1 ? own : [...leading, ...own.slice(-2)];
    return shaped(context.stretched(arg, full), full, flattened(full), context);
  };
  return unflattened(product(batched(a), batched(b), "[0, 2, 1]"), shape, context);
}

/** Rows of updates at their indices, by tf.scatterND, which adds up repeated indices; `axis` goes first for it. */
function scatterAdd(
  { args: [updates, indices], attributes: { axis, size }, shape }: EquationOf<"scatter_add">,
  [x]: Arguments<"scatter_add", string>,
  context: EmitContext,
): string {
  const own = context.shapeOf(updates);
  const rank = context.shapeOf(indices).length;
  const outer = sizeOf(own.slice(0, axis));
  const picked = sizeOf(own.slice(axis, axis + rank));
  const inner = sizeOf(own.slice(axis + rank));
  const at = context.indices(indices, [picked, 1]);
  let rows = x;
  if (outer > 1) {
    const split = shaped(rows, own, [outer, picked, inner], context);
    rows = context.temporary(`tf.transpose(${split}, [1, 0, 2])`);
    rows = context.temporary(`tf.reshape(${rows}, [${picked}, ${outer * inner}])`);
  } else {
    rows = shaped(rows, own, [picked, inner], context);
  }
  const table = `tf.scatterND(${at}, ${rows}, [${size}, ${outer * inner}])`;
  if (outer === 1) return reshaped(table, [size, inner], shape, context);
  const split = context.temporary(`tf.reshape(${context.temporary(table)}, [${size}, ${outer}, ${inner}])`);
  return reshaped(`tf.transpose(${split}, [1, 0, 2])`, [outer, size, inner], shape, context);
}

/** [..., r, c] as [batch, r, c]. */
function flattened(shape: Shape): Shape {
  return [sizeOf(shape.slice(0, -2)), onAxis(shape, -2), onAxis(shape, -1)];
}

function unflattened(text: string, shape: Shape, context: EmitContext): string {
  return reshaped(text, flattened(shape), shape, context);
}

/** The name of this tensor at another shape of the same size. */
function shaped(name: string, from: Shape, to: Shape, context: EmitContext): string {
  if (sameShape(from, to)) return name;
  return context.temporary(`tf.reshape(${name}, ${showShape(to)})`);
}

/** Text of the last operation of a statement, brought to its shape. */
function reshaped(text: string, from: Shape, to: Shape, context: EmitContext): string {
  if (sameShape(from, to)) return text;
  return `tf.reshape(${context.temporary(text)}, ${showShape(to)})`;
}
