import type { Builder } from "./builder.ts";
import { elementwise, reduceAxes, type Axis, type AxisOrder, type Named } from "./named.ts";
import type { Value } from "./program.ts";

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
  map(terms: readonly Named[], body: (...values: readonly Value[]) => Value): Named {
    return elementwise(this.b, this.order, terms, body);
  }

  /** A function of one term that keeps its shape. */
  each(x: Named, body: (value: Value) => Value): Named {
    return { ...x, value: body(x.value) };
  }

  /** One number, without axes. */
  number(value: number): Named {
    return { value: this.b.constant(value), axes: [], rank: 0 };
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
  max(x: Named, axes: readonly Axis[]): Named {
    return reduceAxes(x, axes, this.b.reduceMax);
  }
  logSumExp(x: Named, axes: readonly Axis[]): Named {
    return reduceAxes(x, axes, this.b.logSumExp);
  }

  /** The same values along another axis, which stands where the first did in the order of axes. */
  rename(x: Named, from: Axis, to: Axis): Named {
    return { ...x, axes: x.axes.map((axis) => (axis === from ? to : axis)) };
  }
}
