import { InternalError } from "../base/assert.ts";
import type { Builder } from "./builder.ts";
import { onAxis } from "../tensor/shape.ts";
import type { Value } from "./program.ts";

/** The name of an axis that a model does not see: a plate, draws, components. */
export type Axis = string;

/**
 * A tensor whose leading axes have names, in the order of its AxisOrder, followed by `rank` axes of its own.
 * It carries only the axes that it varies over: a value that does not depend on the draws has no draw axis.
 */
export interface Named {
  readonly value: Value;
  readonly axes: readonly Axis[];
  readonly rank: number;
}

/** Every axis there is, outermost first, with its size. */
export interface AxisOrder {
  readonly axes: readonly Axis[];
  readonly size: (axis: Axis) => number;
}

/** The axes of any of them, in order. */
export function unionAxes(order: AxisOrder, terms: readonly Pick<Named, "axes">[]): readonly Axis[] {
  const [first] = terms;
  // each list is in order already
  if (first && terms.every(({ axes }) => sameAxes(axes, first.axes))) return first.axes;
  return order.axes.filter((axis) => terms.some((term) => term.axes.includes(axis)));
}

/** The value with exactly these leading axes (size 1 where it does not vary), then its own. */
export function spread(b: Builder, term: Named, axes: readonly Axis[]): Value {
  if (sameAxes(term.axes, axes)) return term.value;
  if (!term.axes.every((axis) => axes.includes(axis)))
    throw new InternalError(`[${term.axes.join(", ")}] is not within [${axes.join(", ")}]`);
  const shape = b.shapeOf(term.value);
  const own = shape.slice(shape.length - term.rank);
  const leading = axes.map((axis) => {
    const at = term.axes.indexOf(axis);
    return at < 0 ? 1 : onAxis(shape, at);
  });
  return b.reshape(term.value, [...leading, ...own]);
}

/** Own axes padded with 1s on the left up to `rank`, given the number of leading axes. */
export function padRank(b: Builder, value: Value, leading: number, rank: number): Value {
  const shape = b.shapeOf(value);
  const own = shape.slice(leading);
  if (own.length === rank) return value;
  const ones = new Array<number>(rank - own.length).fill(1);
  return b.reshape(value, [...shape.slice(0, leading), ...ones, ...own]);
}

/** Applies a function of values whose leading axes broadcast; it says the rank of its result. */
export function combine(
  b: Builder,
  order: AxisOrder,
  terms: readonly Named[],
  rank: number,
  body: (values: readonly Value[]) => Value,
): Named {
  const axes = unionAxes(order, terms);
  const value = body(terms.map((term) => spread(b, term, axes)));
  return { value, axes, rank };
}

function sameAxes(p: readonly Axis[], q: readonly Axis[]): boolean {
  return p === q || (p.length === q.length && p.every((axis, at) => axis === q[at]));
}

/** Reduces named axes away; those the term does not have are ignored. */
export function reduceAxes(
  term: Named,
  axes: readonly Axis[],
  reduce: (value: Value, axes: readonly number[]) => Value,
): Named {
  const positions = term.axes.flatMap((axis, at) => (axes.includes(axis) ? [at] : []));
  if (positions.length === 0) return term;
  return {
    value: reduce(term.value, positions),
    axes: term.axes.filter((axis) => !axes.includes(axis)),
    rank: term.rank,
  };
}

/** Sums all own axes, or the last `count` of them. */
export function sumOwn(b: Builder, term: Named, count = term.rank): Named {
  if (count === 0) return term;
  const last = Array.from({ length: count }, (_, i) => i - count);
  return { value: b.sum(term.value, last), axes: term.axes, rank: term.rank - count };
}

/** Turns the own axis at `position` into the named axis, which the term must not have yet. */
export function nameAxis(b: Builder, order: AxisOrder, term: Named, position: number, axis: Axis): Named {
  if (term.axes.includes(axis)) throw new InternalError(`axis ${axis} is there already`);
  const axes = order.axes.filter((a) => a === axis || term.axes.includes(a));
  const from = term.axes.length + position;
  const rest = b.shapeOf(term.value).flatMap((_, at) => (at === from ? [] : [at]));
  const target = axes.indexOf(axis);
  const permutation = [...rest.slice(0, target), from, ...rest.slice(target)];
  return { value: b.transpose(term.value, permutation), axes, rank: term.rank - 1 };
}

/** Turns named axes, in the order given, into the first own axes; those it lacks are stretched to their size. */
export function ownAxes(b: Builder, order: AxisOrder, term: Named, moved: readonly Axis[]): Named {
  if (moved.length === 0) return term;
  const kept = term.axes.filter((axis) => !moved.includes(axis));
  const all = order.axes.filter((axis) => kept.includes(axis) || moved.includes(axis));
  const placed = spread(b, term, all);
  const own = b.shapeOf(placed).slice(all.length);
  const full = b.broadcast(placed, [
    ...all.map((axis, at) => (moved.includes(axis) ? order.size(axis) : onAxis(b.shapeOf(placed), at))),
    ...own,
  ]);
  const permutation = [
    ...kept.map((axis) => all.indexOf(axis)),
    ...moved.map((axis) => all.indexOf(axis)),
    ...own.map((_, i) => all.length + i),
  ];
  return { value: b.transpose(full, permutation), axes: kept, rank: term.rank + moved.length };
}
