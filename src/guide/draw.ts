import { present } from "../base/assert.ts";
import type { Context } from "../joint/context.ts";
import type { Axis, Named } from "../program/named.ts";
import type { Value } from "../program/program.ts";
import { axesOf } from "./guide.ts";
import { placed, type Mixture } from "./mixture.ts";
import { inputName } from "../program/names.ts";

/** Draws on the unconstrained scale. */
export interface Draws {
  /** [draw axes..., D] */
  readonly u: Named;
  /** Where they came from; null for points that were given rather than drawn. */
  readonly origin: {
    /** The component each came from, 0 to K - 1. */
    readonly component: Named;
    /** log q(u; component), from the noise itself: exact however narrow the component, and needing no solve. */
    readonly logDensity: Named;
  } | null;
}

/** T draws from every component: axes `outer`, draw, plates, component. u = T_k(noise). */
export function drawEach(context: Context, mixture: Mixture, outer: readonly Axis[]): Draws {
  const { n } = context;
  const { block } = mixture;
  const { draw, component } = axesOf(block);
  const axes = inOrder(context, [...outer, draw, ...mixture.plates, component]);
  const each = placed(context, mixture, component, axes);
  const eps = noise(context, mixture, axes);
  return {
    u: n.named(each.push(eps), axes),
    origin: { component: n.iota(component), logDensity: n.named(each.logDensityAtNoise(eps), axes) },
  };
}

/** T draws from the mixture itself: axes `outer`, draw, plates. The component is chosen by a uniform number. */
export function drawMixture(context: Context, mixture: Mixture, outer: readonly Axis[]): Draws {
  const { b, n } = context;
  const { block } = mixture;
  const logAlpha = present(mixture.logAlpha, "weights of several components");
  const { draw, component } = axesOf(block);
  const axes = inOrder(context, [...outer, draw, ...mixture.plates]);
  const eps = noise(context, mixture, axes);
  const withK = inOrder(context, [...axes, component]);
  const at = withK.indexOf(component);
  const all = placed(context, mixture, component, withK);
  const uniform = n.named(b.input(inputName.choice(block.id), n.sizes(axes), "noise", "uniform"), axes);
  const heads = n.named(b.cumsum(b.exp(logAlpha), -1), [...mixture.plates, component]);
  // rounding may leave the last head below 1: the last component takes the rest
  const chosen = n.each(n.sum(n.less(heads, uniform), [component]), (count) => b.min(count, b.constant(block.K - 1)));
  const oneHot = n.equal(chosen, n.iota(component));
  const select = (value: Value, own: number): Value => {
    const mask = b.reshape(oneHot.value, [...b.shapeOf(oneHot.value), ...new Array<number>(own).fill(1)]);
    return b.sum(b.mul(mask, value), [at]);
  };
  const one = all.map(select);
  return {
    u: n.named(one.push(eps), axes),
    origin: { component: chosen, logDensity: n.named(one.logDensityAtNoise(eps), axes) },
  };
}

/** Noise for draws that vary along these axes: [axes..., width]. */
function noise({ b, n }: Context, { block, components }: Mixture, axes: readonly Axis[]): Value {
  const { width, kind } = components.noise;
  return b.input(inputName.noise(block.id), [...n.sizes(axes), width], "noise", kind);
}

function inOrder({ order }: Context, axes: readonly Axis[]): Axis[] {
  return order.axes.filter((axis) => axes.includes(axis));
}
