import { present } from "../base/assert.ts";
import type { Context } from "../joint/context.ts";
import { elementwise, reduceAxes, type Axis, type Named } from "../program/named.ts";
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
  const { b } = context;
  const { block } = mixture;
  const { draw, component } = axesOf(block);
  const axes = inOrder(context, [...outer, draw, ...mixture.plates, component]);
  const each = placed(context, mixture, component, axes);
  const eps = noise(context, mixture, axes);
  return {
    u: { value: each.push(eps), axes, rank: 1 },
    origin: {
      component: { value: b.iota(block.K), axes: [component], rank: 0 },
      logDensity: { value: each.logDensityAtNoise(eps), axes, rank: 0 },
    },
  };
}

/** T draws from the mixture itself: axes `outer`, draw, plates. The component is chosen by a uniform number. */
export function drawMixture(context: Context, mixture: Mixture, outer: readonly Axis[]): Draws {
  const { b, order } = context;
  const { block } = mixture;
  const logAlpha = present(mixture.logAlpha, "weights of several components");
  const { draw, component } = axesOf(block);
  const axes = inOrder(context, [...outer, draw, ...mixture.plates]);
  const eps = noise(context, mixture, axes);
  const withK = inOrder(context, [...axes, component]);
  const at = withK.indexOf(component);
  const all = placed(context, mixture, component, withK);
  const uniform = b.input(inputName.choice(block.id), axes.map(order.size), "noise", "uniform");
  const heads = b.cumsum(b.exp(logAlpha), -1);
  const named = { value: heads, axes: [...mixture.plates, component], rank: 0 };
  const passed = elementwise(b, order, [named, { value: uniform, axes, rank: 0 }], b.less);
  // rounding may leave the last head below 1: the last component takes the rest
  const counted = reduceAxes(passed, [component], b.sum);
  const chosen = { ...counted, value: b.min(counted.value, b.constant(block.K - 1)) };
  const categories = { value: b.iota(block.K), axes: [component], rank: 0 };
  const oneHot = elementwise(b, order, [chosen, categories], b.equal);
  const select = (value: Value, own: number): Value => {
    const mask = b.reshape(oneHot.value, [...b.shapeOf(oneHot.value), ...new Array<number>(own).fill(1)]);
    return b.sum(b.mul(mask, value), [at]);
  };
  const one = all.map(select);
  return {
    u: { value: one.push(eps), axes, rank: 1 },
    origin: {
      component: chosen,
      logDensity: { value: one.logDensityAtNoise(eps), axes, rank: 0 },
    },
  };
}

/** Noise for draws that vary along these axes: [axes..., width]. */
function noise({ b, order }: Context, { block, components }: Mixture, axes: readonly Axis[]): Value {
  const { width, kind } = components.noise;
  return b.input(inputName.noise(block.id), [...axes.map(order.size), width], "noise", kind);
}

function inOrder({ order }: Context, axes: readonly Axis[]): Axis[] {
  return order.axes.filter((axis) => axes.includes(axis));
}
