import { push, standardised, type Gaussian } from "../guide/components.ts";
import { mixtureOf, sitesOf } from "../guide/draw.ts";
import { axesOf, type Block } from "../guide/guide.ts";
import type { Plan } from "../plan/plan.ts";
import type { Builder } from "../program/builder.ts";
import { elementwise, ownAxes, spread } from "../program/named.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program, Value } from "../program/program.ts";
import { draft } from "./draft.ts";

/**
 * The shape of a block's components, for all data at once: where each of them takes given points `eps` [P, D] of a
 * standard Gaussian. Outputs `weight` [data..., K]; `log_density` [P, data..., K], log of each component's density
 * there, in the model's coordinates, nats; and `point.SITE` [P, data..., K, inner plates..., shape...].
 */
export function shapesProgram(plan: Plan, block: Block, points: readonly (readonly number[])[]): Program {
  const { b, context } = draft(plan, { samples: () => points.length });
  const { order } = context;
  const { draw, component } = axesOf(block);
  const mixture = mixtureOf(context, block);
  const own = [...block.plates, component];
  const weights = mixture.logAlpha === null ? b.fill(own.map(order.size), 1) : b.exp(mixture.logAlpha);
  b.output("weight", b.broadcast(weights, own.map(order.size)));

  const gaussian = dense(b, mixture.gaussian, block.dimension);
  const axes = [draw, ...own];
  const ones = own.map(() => 1);
  const eps = b.array([points.length, ...ones, block.dimension], points.flat());
  const { values, logDet } = sitesOf(context, block, { value: push(b, gaussian, eps), axes, rank: 1 });
  const logN = { value: standardised(b, gaussian, eps), axes, rank: 0 };
  const density = elementwise(b, order, [logN, logDet], b.sub);
  b.output("log_density", b.broadcast(spread(b, density, axes), axes.map(order.size)));
  for (const [name, term] of values) {
    const inner = term.axes.filter((axis) => !axes.includes(axis));
    b.output(`point.${name}`, spread(b, ownAxes(b, order, term, inner), axes));
  }
  return optimise(b.finish());
}

/** The same Gaussian with as many directions as it has entries: a low rank by the factor of its covariance. */
function dense(b: Builder, gaussian: Gaussian, D: number): Gaussian {
  const { loc, diagonal, low } = gaussian;
  if (low === null) return gaussian;
  const identity = b.array(
    [D, D],
    Array.from({ length: D * D }, (_, i) => Number(i % (D + 1) === 0)),
  );
  const outer: Value = b.sum(b.mul(b.expand(low, -2), b.expand(low, -3)), [-1]);
  const covariance = b.add(outer, b.mul(b.expand(b.square(diagonal), -1), identity));
  const factor = b.cholesky(covariance);
  return { loc, diagonal: b.sum(b.mul(factor, identity), [-1]), factor, low: null };
}
