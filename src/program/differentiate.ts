import { InternalError, present } from "../base/assert.ts";
import { broadcastShapes, sameShape, showShape, type Shape } from "../tensor/shape.ts";
import { gradientRules, type GradientRule, type Site } from "./gradients.ts";
import type { OpName } from "./ops.ts";
import { Builder } from "./builder.ts";
import { inputsOf, type Origin, type Program, type Value } from "./program.ts";

/**
 * The program with its gradient: the same equations, then the adjoint ones; the same outputs, then `grad:NAME` for each
 * input in `wrt` (zeros where `of` does not depend on it).
 *
 * @param of   the name of a rank-0 output
 * @param wrt  names of inputs
 */
export function differentiate(program: Program, of: string, wrt: readonly string[]): Program {
  const b = Builder.resume(program);
  const output = present(
    program.outputs.find(({ name }) => name === of),
    `output ${of}`,
  );
  if (b.shapeOf(output.value).length !== 0)
    throw new InternalError(`${of} is ${showShape(b.shapeOf(output.value))}, not a number`);
  const inputs = new Map(inputsOf(program).map(({ attributes, out }) => [attributes.name, out]));
  const values = wrt.map((name) => present(inputs.get(name), `input ${name}`));
  const gradients = pullback(b, output.value, values);
  for (const [i, name] of wrt.entries()) b.output(`grad:${name}`, present(gradients[i], "a gradient"));
  return b.finish();
}

/**
 * Appends to `b` the derivatives of the sum of the entries of `of` with respect to values it was computed from, by
 * reverse accumulation: one value of the same shape for each of `wrt`, zeros where there is no dependence.
 *
 * Nothing passes through `stop`, comparisons, `floor` and `sign`. Where two derivatives would do, the convention is the
 * rule's (see gradients.ts). An adjoint keeps the place of the equation that it comes from, its term "gradient of ...".
 */
export function pullback(b: Builder, of: Value, wrt: readonly Value[]): Value[] {
  return pullbackFrom(b, new Map([[of, b.constant(1)]]), wrt, false);
}

/**
 * As `pullback`, from the derivatives of a number with respect to several values. `behindSelection`: a zero among them
 * may be a branch not taken.
 */
function pullbackFrom(
  b: Builder,
  seeds: ReadonlyMap<Value, Value>,
  wrt: readonly Value[],
  behindSelection: boolean,
): Value[] {
  const of = Math.max(-1, ...seeds.keys());
  const depends = dependents(b, of, wrt);
  // Adjoints may be smaller than their value: they broadcast to its shape. Summing over a broadcast then multiplies.
  const adjoints = new Map([...seeds].filter(([value]) => depends[value]));
  // Values whose adjoint a selection may have set to zero: there, 0 * Infinity is 0 (see Site.guard).
  const masked = new Set<Value>(behindSelection ? adjoints.keys() : []);

  const wanted = new Set(wrt);
  for (let y = of; y >= 0; y--) {
    const dy = adjoints.get(y as Value);
    if (dy === undefined) continue;
    const equation = b.equation(y as Value);
    if (!wanted.has(y as Value)) adjoints.delete(y as Value);
    b.withOrigin(gradientOrigin(equation.origin), () => {
      const site = siteOf(b, y as Value, dy, masked.has(y as Value), depends);
      const rule = gradientRules[equation.op] as GradientRule<OpName>;
      const contributions = rule(b, { ...site, attributes: equation.attributes });
      equation.args.forEach((arg, i) => {
        const contribution = contributions[i];
        if (!depends[arg] || !contribution) return;
        const part = reduceTo(b, contribution(), equation.shape, b.shapeOf(arg), equation.op);
        const sofar = adjoints.get(arg);
        adjoints.set(arg, sofar === undefined ? part : b.add(sofar, part));
        if (selections.has(equation.op) || (masked.has(y as Value) && !mixing.has(equation.op))) masked.add(arg);
      });
    });
  }
  return wrt.map((value) => {
    const adjoint = adjoints.get(value);
    const shape = b.shapeOf(value);
    return adjoint === undefined ? b.fill(shape, 0) : b.broadcast(adjoint, shape);
  });
}

const selections: ReadonlySet<OpName> = new Set(["where", "max", "min", "reduce_max"]);
/** Operations after whose adjoint a zero is a coincidence, no longer a branch not taken. */
const mixing: ReadonlySet<OpName> = new Set(["matmul", "cholesky", "solve_triangular"]);
/** Operations whose arguments broadcast to the shape of the result. */
const broadcasting: ReadonlySet<OpName> = new Set([
  ...(["add", "sub", "mul", "div", "pow", "max", "min", "where", "broadcast"] as const),
]);

/** By Value up to `of`: whether it is one of `wrt` or computed from one in a way that a derivative can pass. */
function dependents(b: Builder, of: number, wrt: readonly Value[]): boolean[] {
  const depends = new Array<boolean>(of + 1).fill(false);
  for (const value of wrt) if (value <= of) depends[value] = true;
  for (let v = 0; v <= of; v++) {
    if (depends[v]) continue;
    const { op, args } = b.equation(v as Value);
    depends[v] = !impassable.has(op) && args.some((arg, i) => depends[arg] && !isIndex(op, i));
  }
  return depends;
}

const impassable: ReadonlySet<OpName> = new Set([
  ...(["stop", "floor", "sign", "less", "less_equal", "equal"] as const),
]);

function isIndex(op: OpName, argument: number): boolean {
  if (op === "where") return argument === 0;
  return (op === "gather" || op === "scatter_add") && argument === 1;
}

function siteOf(
  b: Builder,
  y: Value,
  dy: Value,
  masked: boolean,
  depends: readonly boolean[],
): Omit<Site<OpName>, "attributes"> {
  const { args } = b.equation(y);
  const guard = (incoming: Value, product: Value): Value =>
    masked ? b.where(b.equal(incoming, b.constant(0)), b.constant(0), product) : product;
  return {
    x: args,
    y,
    dy,
    guard,
    times: (factor) => guard(dy, b.mul(dy, factor)),
    over: (divisor) => guard(dy, b.div(dy, divisor)),
    pull: (body, seeds, wrt) => pullbackFrom(body, seeds, wrt, masked),
    wanted: (argument) => depends[args[argument] ?? -1] === true,
    full: () => b.broadcast(dy, b.shapeOf(y)),
    aligned: () => alignRank(b, dy, b.shapeOf(y).length),
  };
}

/** Rank 0 as it is; else with axes of size 1 in front, up to `rank`. */
function alignRank(b: Builder, value: Value, rank: number): Value {
  const shape = b.shapeOf(value);
  if (shape.length === 0) return value;
  return b.reshape(value, [...new Array<number>(rank - shape.length).fill(1), ...shape]);
}

/**
 * The adjoint of a broadcast: `value`, which stands for a tensor of the result's shape, summed over the axes along
 * which an argument of shape `target` was stretched. An axis that `value` does not have is summed by multiplying.
 */
function reduceTo(b: Builder, value: Value, result: Shape, target: Shape, op: OpName): Value {
  const shape = b.shapeOf(value);
  const full = broadcasting.has(op) ? result : present(broadcastShapes(shape, target), "a shape for both");
  if (sameShape(full, target)) return value;
  const added = full.length - target.length;
  const missing = full.length - shape.length;
  const axes: number[] = [];
  let copies = 1;
  full.forEach((size, axis) => {
    const stretched = axis < added || (target[axis - added] === 1 && size !== 1);
    if (!stretched || size === 1) return;
    if (axis < missing || shape[axis - missing] !== size) copies *= size;
    else axes.push(axis - missing);
  });
  const summed = axes.length === 0 ? value : b.sum(value, axes);
  // What is left of `value`: axes in step with the target's, with the stretched ones of size 1 (or gone, in front).
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const rank = Math.min(kept.length, target.length);
  const reshaped = b.reshape(summed, rank === 0 ? [] : kept.slice(kept.length - rank));
  return copies === 1 ? reshaped : b.scale(copies, reshaped);
}

function gradientOrigin(origin: Origin | null): Origin | null {
  if (!origin || origin.term.startsWith("gradient of ")) return origin;
  return { span: origin.span, term: `gradient of ${origin.term}` };
}
