import { largest } from "../base/arrays.ts";
import { assert, present } from "../base/assert.ts";
import { innermostFirst } from "../base/walks.ts";
import { bijections } from "../distributions/bijections.ts";
import { affine } from "../model/affine.ts";
import { functions } from "../library/index.ts";
import type { CallExpr, DeclaredType, Expr, IndexExpr, LocalExpr, NetDecl, PlateId } from "../model/model.ts";
import { applyNetwork, networkOf } from "../nn/network.ts";
import { childrenOf, heightOf, letsIn } from "../model/walk.ts";
import { combine, type Axis, type Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import { broadcastShapes, onAxis, type Shape } from "../tensor/shape.ts";
import { memoised, minibatchOf, rowsOf, type Context } from "./context.ts";
import { lowerElement, lowerParts, readsEntries } from "./loop.ts";
import { inputName, paramName } from "../program/names.ts";

/** Expressions that are higher than this are lowered name by name, from the innermost on; others as they are met. */
const highest = 400;

/** The value of a checked expression: plates it stands in are named axes, its shape is its own axes. */
export function lowerExpr(context: Context, expr: Expr): Named {
  const here = (part: Expr): boolean => !context.iteration || readsEntries(part);
  if (heightOf(expr) > highest && here(expr))
    for (const { value } of localsIn(expr)) if (here(value)) memoised(context, value, () => lowerOne(context, value));
  return lowerOne(context, expr);
}

/** What has a name of its own in an expression, innermost first; not what stands in the iterations of a loop. */
function localsIn(root: Expr): readonly LocalExpr[] {
  const parts = (expr: Expr): readonly Expr[] =>
    expr.kind === "filled" || expr.kind === "element" ? [] : childrenOf(expr);
  return innermostFirst([root], parts).filter((expr) => expr.kind === "local");
}

function lowerOne(context: Context, expr: Expr): Named {
  const { b, n, numbers, iteration } = context;
  if (iteration && !readsEntries(expr)) return iteration.outside(expr);
  switch (expr.kind) {
    case "number":
      return own(b.constant(expr.value), 0);
    case "size":
      return own(b.constant(numbers.size(expr.size)), 0);
    case "const": {
      const { shape, values } = present(numbers.consts.get(expr.name), `const ${expr.name}`);
      return own(b.array(shape, [...values]), shape.length);
    }
    case "data": {
      const { shape } = present(numbers.data.get(expr.name), `data ${expr.name}`);
      return own(b.input(inputName.datum(expr.name), shape, "data"), shape.length);
    }
    case "param":
      return constrainedParam(context, expr.name);
    case "latent":
    case "let": {
      const value = present(context.values.get(expr.name), `the value of ${expr.name}`);
      const outside = value.axes.filter((axis) => isPlate(context, axis) && !expr.plates.includes(axis));
      return n.ownAxes(value, outside);
    }
    case "plate-index":
      return { value: rowsOf(context, expr.plate), axes: [expr.plate], rank: 0 };
    case "call":
      return lowerCall(context, expr);
    case "net":
      return lowerNet(context, expr.net, lowerOne(context, expr.arg));
    case "index":
      return lowerIndex(context, expr);
    case "array": {
      const parts = expr.elements.map((element) => lowerOne(context, element));
      return stack(context, parts);
    }
    case "local":
      return memoised(context, expr.value, () => lowerOne(context, expr.value));
    case "element":
      return lowerElement(context, expr, lowerExpr);
    case "filled":
      return lowerParts(context, expr.segments, lowerExpr);
  }
}

function own(value: Value, rank: number): Named {
  return { value, axes: [], rank };
}

function isPlate(context: Context, axis: PlateId): boolean {
  return context.model.plates.some((plate) => plate.id === axis);
}

function lowerCall(context: Context, expr: CallExpr): Named {
  const { b, order } = context;
  const fn = present(functions[expr.fn], `function ${expr.fn}`);
  const args = expr.args.map((arg) => lowerOne(context, arg));
  return combine(b, order, args, expr.type.shape.length, (values) =>
    fn.lower(
      b,
      values.map((value, i) => {
        const constant = numberOf(context, expr.args[i]!);
        return { value, rank: args[i]!.rank, ...(constant === null ? {} : { constant }) };
      }),
    ),
  );
}

/** The number behind a literal, a size or a scalar `const`: known while the program is written. */
export function numberOf({ numbers }: Context, expr: Expr): number | null {
  if (expr.type.size !== undefined) return numbers.size(expr.type.size);
  if (expr.kind === "number") return expr.value;
  if (expr.kind === "const" && expr.type.shape.length === 0)
    return present(numbers.consts.get(expr.name), `const ${expr.name}`).values[0]!;
  return null;
}

function lowerNet(context: Context, name: string, x: Named): Named {
  const net: NetDecl = present(
    context.model.nets.find((decl) => decl.name === name),
    `net ${name}`,
  );
  const network = networkOf(net.input, net.layers);
  const value = applyNetwork(context.b, network, (part) => context.parameter(paramName.net(name, part)), x.value);
  return { ...x, value, rank: x.rank - net.input.length + net.output.length };
}

/** Values of one shape along a new first axis. */
export function stack(context: Context, parts: readonly Named[]): Named {
  const { b, n } = context;
  const rank = largest(parts.map((part) => part.rank));
  const axes = n.unionAxes(...parts);
  const values = parts.map((part) => n.spread(part, axes, rank));
  const shape = values.reduce<Shape>(
    (sofar, value) => present(broadcastShapes(sofar, b.shapeOf(value)), "a common shape"),
    [],
  );
  const stretched = values.map((value) => b.expand(b.broadcast(value, shape), axes.length));
  return { value: b.concat(stretched, axes.length), axes, rank: rank + 1 };
}

function lowerIndex(context: Context, expr: IndexExpr): Named {
  const { b, n, order, numbers, iteration } = context;
  let term = lowerOne(context, expr.target);
  // any entry of a sequence that is being summed out may be any of its values
  if (expr.target.kind === "latent" && term.rank < expr.target.type.shape.length) return term;
  let position = 0;
  for (const item of expr.items) {
    if (item.kind === "slice") {
      const axis = term.axes.length + position;
      const from = numbers.size(item.from);
      term = { ...term, value: b.narrow(term.value, axis, from, numbers.size(item.length)) };
      position += 1;
      continue;
    }
    const run = affine(item.at);
    if (run && run.plate !== iteration?.plate && !term.axes.includes(run.plate)) {
      const axis = term.axes.length + position;
      const rows = minibatchOf(context, run.plate)
        ? b.gather(term.value, lowerOne(context, item.at).value, axis)
        : b.narrow(term.value, axis, numbers.size(run.offset), order.size(run.plate));
      term = n.nameAxis({ ...term, value: rows }, position, run.plate);
    } else {
      const fixed = numberOf(context, item.at);
      const at = fixed === null ? lowerOne(context, item.at) : null;
      term = at ? take(context, term, position, at) : pick(context, term, position, fixed!);
      position += at?.rank ?? 0;
    }
  }
  return term;
}

/** Entry `at` of the own axis at `position`; the axis disappears. */
function pick(context: Context, term: Named, position: number, at: number): Named {
  const { b } = context;
  const axis = term.axes.length + position;
  const narrowed = b.narrow(term.value, axis, at, 1);
  const shape = b.shapeOf(narrowed).filter((_, i) => i !== axis);
  return { value: b.reshape(narrowed, shape), axes: term.axes, rank: term.rank - 1 };
}

/** Entries chosen by an integer value, whose own axes replace the own axis at `position`. */
function take(context: Context, term: Named, position: number, at: Named): Named {
  const { b, n } = context;
  if (at.axes.some((axis) => term.axes.includes(axis))) return takeByMask(context, term, position, at);
  const axis = term.axes.length + position;
  const gathered = b.gather(term.value, at.value, axis);
  let result: Named = {
    value: gathered,
    axes: term.axes,
    rank: term.rank - 1 + at.axes.length + at.rank,
  };
  for (const name of at.axes) result = n.nameAxis(result, position, name);
  return result;
}

/** As `take`, where target and index vary together (an array that each datum has of its own). */
function takeByMask(context: Context, term: Named, position: number, at: Named): Named {
  const { b, n } = context;
  const size = onAxis(b.shapeOf(term.value), term.axes.length + position);
  const after = term.rank - position - 1;
  const ones = (count: number): number[] => new Array<number>(count).fill(1);
  const reshapeOwn = (t: Named, own: (shape: readonly number[]) => readonly number[]): Named => {
    const shape = b.shapeOf(t.value);
    const next = own(shape.slice(t.axes.length));
    const value = b.reshape(t.value, [...shape.slice(0, t.axes.length), ...next]);
    return { value, axes: t.axes, rank: next.length };
  };
  // [before, 1 (index), size, after] * one-hot [1 (before), index, size, 1 (after)]
  const wide = reshapeOwn(term, (s) => [...s.slice(0, position), ...ones(at.rank), ...s.slice(position)]);
  const index = reshapeOwn(at, (s) => [...ones(position), ...s, 1, ...ones(after)]);
  const categories = b.reshape(b.iota(size), [size, ...ones(after)]);
  const selected = n.map([wide, index], (x, i) => b.mul(b.equal(i, categories), x));
  const axis = selected.axes.length + position + at.rank;
  return { value: b.sum(selected.value, [axis]), axes: selected.axes, rank: selected.rank - 1 };
}

/**
 * Real numbers u [leading..., unconstrained...] mapped to a declared type: its value [leading..., event...] and
 * log |det J| [leading...], in nats. `place` gives a bound a shape that broadcasts against [leading..., event...].
 */
export function constrain(
  context: Context,
  type: DeclaredType,
  u: Value,
  event: Shape,
  place: (bound: Named) => Value = oneNumber,
): { readonly value: Value; readonly logDet: Value } {
  const boundOf = (bound: Expr | null): Value | null => bound && place(lowerExpr(context, bound));
  const bounds = { lower: boundOf(type.lower), upper: boundOf(type.upper) };
  return bijections[type.support].forward(context.b, u, event, bounds);
}

function oneNumber({ value, axes, rank }: Named): Value {
  assert(axes.length === 0 && rank === 0, "a bound is one number");
  return value;
}

/**
 * A bound that may move with plates and draws, for a latent with these leading axes whose event starts with the plates
 * of `inner`: a shape that broadcasts against [axes..., inner..., own...].
 */
export function placeBound(
  { b, n, order }: Context,
  bound: Named,
  axes: readonly Axis[],
  inner: readonly PlateId[],
  rank: number,
): Value {
  assert(bound.rank === 0, "a bound is one number for each entry");
  const moved = inner.filter((plate) => bound.axes.includes(plate));
  const lead = n.spread(n.ownAxes(bound, moved), axes);
  const own = inner.map((plate) => (moved.includes(plate) ? order.size(plate) : 1));
  const ones = new Array<number>(rank - inner.length).fill(1);
  return b.reshape(lead, [...b.shapeOf(lead).slice(0, axes.length), ...own, ...ones]);
}

/** The context with every `let` that these expressions use computed from the latents that are there. */
export function withLets(context: Context, exprs: readonly Expr[]): Context {
  const values = new Map(context.values);
  const inside = { ...context, values };
  for (const { name, value } of letsIn(context.model, exprs, (name) => context.values.has(name)))
    values.set(name, lowerExpr(inside, value));
  return inside;
}

/** A `param` in the model's coordinates. */
export function constrainedParam(context: Context, name: string): Named {
  const decl = present(
    context.model.params.find((param) => param.name === name),
    `param ${name}`,
  );
  const event = decl.type.shape.map(context.numbers.size);
  const raw = context.parameter(paramName.param(name));
  return { value: constrain(context, decl.type, raw, event).value, axes: [], rank: event.length };
}
