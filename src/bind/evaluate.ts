import { zip } from "../base/arrays.ts";
import { assert, present } from "../base/assert.ts";
import { innermostFirst } from "../base/walks.ts";
import { Builder } from "../program/builder.ts";
import { evaluate } from "../program/evaluate.ts";
import type { Value } from "../program/program.ts";
import { sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import type { Operand } from "../library/function.ts";
import { functionNamed } from "../library/index.ts";
import type { Numbers } from "./numbers.ts";
import type { Expr, IndexExpr, Model, PlateId } from "../model/model.ts";
import { childrenOf, letsIn } from "../model/walk.ts";
import { inputName } from "../program/names.ts";

/**
 * The number behind an expression of data and constants, for every element of its plates: its shape is that of the
 * plates and then its own. Computed by the library's lowering on the reference evaluator, so that it means what it
 * means in a program.
 */
export function evaluateData(model: Model, numbers: Numbers, expr: Expr): HostTensor {
  const { plates } = expr;
  const b = new Builder();
  const lets = new Map<string, Value>();
  const context: Context = { b, model, numbers, plates, lets, written: new Map() };
  for (const node of letsIn(model, [expr]))
    lets.set(node.name, lowerWhole({ ...context, plates: node.plates, written: new Map() }, node.value));
  const value = lower(context, expr);
  b.output("value", b.broadcast(value, [...plateSizes(context, plates), ...sizesOf(context, expr.type.shape)]));
  const inputs = new Map<string, HostTensor>([...numbers.data, ...numbers.consts]);
  const program = b.finish();
  const used = program.equations.flatMap((e) => (e.op === "input" ? [e.attributes.name] : []));
  const given = new Map(used.map((name) => [name, present(inputs.get(name), name)]));
  return present(evaluate(program, given).get("value"), "the value");
}

/** The number behind an expression of data and constants that is a single one. */
export function dataNumber(model: Model, numbers: Numbers, expr: Expr): number {
  const [value] = evaluateData(model, numbers, expr).values;
  return present(value, "a single number");
}

interface Context {
  readonly b: Builder;
  readonly model: Model;
  readonly numbers: Numbers;
  /** Every lowered value has one leading axis for each, of size 1 where it does not vary. */
  readonly plates: readonly PlateId[];
  /** The lets that are used, with the axes of their own plates in front. */
  readonly lets: ReadonlyMap<string, Value>;
  /** What is written already, with the axes of `plates`. */
  readonly written: Map<Expr, Value>;
}

const sizesOf = ({ numbers }: Context, shape: Expr["type"]["shape"]): number[] => shape.map((dim) => numbers.size(dim));

function plateSize({ model, numbers }: Context, id: PlateId): number {
  const plate = model.plates.find((each) => each.id === id);
  return numbers.size(present(plate, `the plate ${id}`).size);
}

const plateSizes = (c: Context, ids: readonly PlateId[]): number[] => ids.map((id) => plateSize(c, id));

const ones = (count: number): number[] => new Array<number>(count).fill(1);

/** Parts first, each once. */
function lower(c: Context, root: Expr): Value {
  const open = (expr: Expr): readonly Expr[] => childrenOf(expr).filter((part) => !c.written.has(part));
  for (const expr of c.written.has(root) ? [] : innermostFirst([root], open)) c.written.set(expr, lowerOne(c, expr));
  return writtenOf(c, root);
}

const writtenOf = ({ written }: Context, expr: Expr): Value => present(written.get(expr), "a part's value");

/** An expression whose parts are written. */
function lowerOne(c: Context, expr: Expr): Value {
  const { b } = c;
  const k = c.plates.length;
  const plain = (value: Value): Value => b.reshape(value, [...ones(k), ...b.shapeOf(value)]);
  switch (expr.kind) {
    case "number":
      return plain(b.constant(expr.value));
    case "size":
      return plain(b.constant(c.numbers.size(expr.size)));
    case "const":
    case "data":
      return plain(b.input(inputName.datum(expr.name), sizesOf(c, expr.type.shape), "data"));
    case "plate-index": {
      const at = c.plates.indexOf(expr.plate);
      const size = plateSize(c, expr.plate);
      const shape = c.plates.map((_, i) => (i === at ? size : 1));
      return b.reshape(b.iota(size), shape);
    }
    case "call": {
      const args = expr.args.map((arg) => operand(c, arg));
      return withLeading(c, functionNamed(expr.fn).lower(b, args), expr.type.shape.length);
    }
    case "array": {
      const elements = expr.elements.map((element) => operand(c, element));
      return withLeading(c, functionNamed("stack").lower(b, elements), expr.type.shape.length);
    }
    case "index":
      return lowerIndex(c, expr);
    case "let":
      return lowerLet(c, expr);
    case "local":
      return writtenOf(c, expr.value);
    default:
      assert(false, `a ${expr.kind} is not known before a fit`);
  }
}

function operand(c: Context, expr: Expr): Operand {
  const { size, shape } = expr.type;
  const constant = expr.kind === "number" ? expr.value : size !== undefined ? c.numbers.size(size) : undefined;
  const value = writtenOf(c, expr);
  return { value, rank: shape.length, ...(constant === undefined ? {} : { constant }) };
}

/** Functions of sizes alone have no leading axes; give them theirs. */
function withLeading({ b, plates }: Context, value: Value, rank: number): Value {
  const shape = b.shapeOf(value);
  return b.reshape(value, [...ones(plates.length + rank - shape.length), ...shape]);
}

/** Inside its plates the element; the declaring plates that are not around have become leading dimensions. */
function lowerLet(c: Context, expr: Extract<Expr, { kind: "let" }>): Value {
  const full = present(c.lets.get(expr.name), `let ${expr.name}`);
  const here = plateSizes(c, expr.plates);
  const leading = c.plates.map((id) => here[expr.plates.indexOf(id)] ?? 1);
  return c.b.reshape(full, [...leading, ...c.b.shapeOf(full).slice(expr.plates.length)]);
}

/** With every axis of its plates at full size. */
function lowerWhole(c: Context, value: Expr): Value {
  const shape = [...plateSizes(c, c.plates), ...sizesOf(c, value.type.shape)];
  return c.b.broadcast(lower(c, value), shape);
}

function lowerIndex(c: Context, expr: IndexExpr): Value {
  const { b } = c;
  const k = c.plates.length;
  let value = writtenOf(c, expr.target);
  let axis = k;
  for (const item of expr.items) {
    if (item.kind === "slice") {
      value = b.narrow(value, axis++, c.numbers.size(item.from), c.numbers.size(item.length));
      continue;
    }
    const at = writtenOf(c, item.at);
    value = take(b, k, value, at, axis);
    axis += b.shapeOf(at).length - k;
  }
  return value;
}

/** Entry `at` [k leading axes, ...i] along `axis` of x [k leading axes, ...]: the axes i replace it. */
function take(b: Builder, k: number, x: Value, at: Value, axis: number): Value {
  const shape = b.shapeOf(x);
  const own = b.shapeOf(at).slice(k);
  const rest = [...shape.slice(k, axis), ...shape.slice(axis + 1)];
  const order = shape.map((_, i) => i);
  const front = b.transpose(x, [...order.slice(0, k), axis, ...order.slice(k, axis), ...order.slice(axis + 1)]);
  // an array that is the same for all elements of the plates, as data are, is looked up as it stands
  const shared = shape.slice(0, k).every((size) => size === 1);
  const taken = shared
    ? b.gather(b.reshape(front, [...shape.slice(axis, axis + 1), ...rest]), at)
    : takeElements(b, k, front, at, rest);
  // [leading, own, before, after] to [leading, before, own, after]
  const before = axis - k;
  const place = (from: number, length: number): Shape => Array.from({ length }, (_, i) => from + i);
  const total = b.shapeOf(taken).length;
  const mid = k + own.length;
  return b.transpose(taken, [
    ...place(0, k),
    ...place(mid, before),
    ...place(k, own.length),
    ...place(mid + before, total - mid - before),
  ]);
}

/** Entries of x [k leading axes, size, ...rest] that differ between elements of the plates: all of them laid end to end. */
function takeElements(b: Builder, k: number, x: Value, at: Value, rest: Shape): Value {
  const shape = b.shapeOf(x);
  const index = b.shapeOf(at);
  const leading = zip(shape.slice(0, k), index).map(([size, count]) => Math.max(size, count));
  const count = sizeOf(leading);
  const size = present(shape[k], "the axis that is indexed");
  const rows = b.reshape(b.broadcast(x, [...leading, size, ...rest]), [count * size, ...rest]);
  const offsets = b.reshape(b.scale(size, b.iota(count)), [...leading, ...ones(index.length - k)]);
  return b.gather(rows, b.add(at, offsets));
}
