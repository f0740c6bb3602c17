import type { Builder } from "./builder.ts";
import {
  nameAxis,
  ownAxes,
  padRank,
  reduceAxes,
  spread,
  sumOwn,
  unionAxes,
  type Axis,
  type AxisOrder,
  type Named,
} from "./named.ts";
import type { Value } from "./program.ts";

/** A value for each term of a list; of a tuple, as many as there are terms. */
type ValuesOf<T extends readonly Named[]> = { readonly [At in keyof T]: Value };

/**
 * Arithmetic on tensors with named axes, so that what is computed reads as its formula: axes are matched by name, own
 * axes from the right (see named.ts). As haliax does for JAX.
 */
export class NamedBuilder {
  readonly b: Builder;
  readonly order: AxisOrder;

  constructor(b: Builder, order: AxisOrder) {
    this.b = b;
    this.order = order;
  }

  /** An elementwise function of several terms at once. */
  map<const T extends readonly Named[]>(terms: T, body: (...values: ValuesOf<T>) => Value): Named;
  map(terms: readonly Named[], body: (...values: readonly Value[]) => Value): Named {
    const rank = terms.reduce((most, term) => Math.max(most, term.rank), 0);
    const axes = unionAxes(this.order, terms);
    const values = terms.map((term) => this.spread(term, axes, rank));
    return { value: body(...values), axes, rank };
  }

  /** A function of one term that keeps its shape. */
  each(x: Named, body: (value: Value) => Value): Named {
    return { ...x, value: body(x.value) };
  }

  /** One number, without axes. */
  number(value: number): Named {
    return { value: this.b.constant(value), axes: [], rank: 0 };
  }

  /** A value whose leading axes are these, in order, and the others its own. */
  named(value: Value, axes: readonly Axis[]): Named {
    return { value, axes, rank: this.b.shapeOf(value).length - axes.length };
  }

  /** 0, 1, ..., along a named axis. */
  iota(axis: Axis): Named {
    return { value: this.b.iota(this.order.size(axis)), axes: [axis], rank: 0 };
  }

  /** The sum of any number of terms, from the left; 0 of none. */
  add(...terms: readonly Named[]): Named {
    const [first, ...rest] = terms;
    if (!first) return this.number(0);
    return rest.reduce((sum, term) => this.map([sum, term], (a, b) => this.b.add(a, b)), first);
  }
  sub(x: Named, y: Named): Named {
    return this.map([x, y], (a, b) => this.b.sub(a, b));
  }
  mul(x: Named, y: Named): Named {
    return this.map([x, y], (a, b) => this.b.mul(a, b));
  }
  max(x: Named, y: Named): Named {
    return this.map([x, y], (a, b) => this.b.max(a, b));
  }
  min(x: Named, y: Named): Named {
    return this.map([x, y], (a, b) => this.b.min(a, b));
  }
  /** 1 where x < y, else 0. */
  less(x: Named, y: Named): Named {
    return this.map([x, y], (a, b) => this.b.less(a, b));
  }
  /** 1 where both are the same number, else 0. */
  equal(x: Named, y: Named): Named {
    return this.map([x, y], (a, b) => this.b.equal(a, b));
  }
  /** `x` where the condition is 1, `y` where it is 0. */
  where(condition: Named, x: Named, y: Named): Named {
    return this.map([condition, x, y], (c, a, b) => this.b.where(c, a, b));
  }

  exp(x: Named): Named {
    return this.each(x, (value) => this.b.exp(value));
  }
  log(x: Named): Named {
    return this.each(x, (value) => this.b.log(value));
  }
  /** Logs of shares that add up to 1 along the last own axis. */
  logSoftmax(x: Named): Named {
    return this.each(x, (value) => this.b.logSoftmax(value));
  }
  /** A number times x. */
  scale(factor: number, x: Named): Named {
    return this.each(x, (value) => this.b.scale(factor, value));
  }
  /** x plus a number. */
  shift(x: Named, by: number): Named {
    return this.each(x, (value) => this.b.shift(value, by));
  }
  /** The same value, through which no derivative passes. */
  stopGradient(x: Named): Named {
    return this.each(x, (value) => this.b.stopGradient(value));
  }

  /** Reductions over named axes; those that the term does not have are ignored. */
  sum(x: Named, axes: readonly Axis[]): Named {
    return reduceAxes(x, axes, this.b.sum);
  }
  mean(x: Named, axes: readonly Axis[]): Named {
    return reduceAxes(x, axes, (value, at) => this.b.mean(value, at));
  }
  reduceMax(x: Named, axes: readonly Axis[]): Named {
    return reduceAxes(x, axes, this.b.reduceMax);
  }
  logSumExp(x: Named, axes: readonly Axis[]): Named {
    return reduceAxes(x, axes, this.b.logSumExp);
  }

  /** The sum over all own axes, or the last `count` of them. */
  sumOwn(x: Named, count = x.rank): Named {
    return sumOwn(this.b, x, count);
  }

  /** The own axis at `position` under a name. */
  nameAxis(x: Named, position: number, axis: Axis): Named {
    return nameAxis(this.b, this.order, x, position, axis);
  }
  /** Named axes, in the order given, as the first own axes, at their full size. */
  ownAxes(x: Named, axes: readonly Axis[]): Named {
    return ownAxes(this.b, this.order, x, axes);
  }
  /** The axes of any of them, in order. */
  unionAxes(...terms: readonly Pick<Named, "axes">[]): readonly Axis[] {
    return unionAxes(this.order, terms);
  }
  /** The value with exactly these leading axes (size 1 where it does not vary) and `rank` of its own. */
  spread(x: Named, axes: readonly Axis[], rank = x.rank): Value {
    return padRank(this.b, spread(this.b, x, axes), axes.length, rank);
  }
  /** The value with exactly these leading axes at their full size, then its own. */
  broadcast(x: Named, axes: readonly Axis[]): Value {
    const value = this.spread(x, axes);
    return this.b.broadcast(value, [...this.sizes(axes), ...this.b.shapeOf(value).slice(axes.length)]);
  }
  /** The sizes of axes. */
  sizes(axes: readonly Axis[]): readonly number[] {
    return axes.map(this.order.size);
  }

  /** The same values along another axis, which stands where the first did in the order of axes. */
  rename(x: Named, from: Axis, to: Axis): Named {
    return { ...x, axes: x.axes.map((axis) => (axis === from ? to : axis)) };
  }
}
