import { axesOf, type Block } from "../guide/guide.ts";
import { mixtureOf } from "../guide/mixture.ts";
import { sitesOf } from "../guide/sites.ts";
import type { Plan } from "../plan/plan.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { outputName } from "../program/names.ts";

/**
 * The shape of a block's components, for all data at once: where given points `eps` [P, D] of a standard Gaussian lie
 * in each of them. Outputs `weight` [data..., K]; `log_density` [P, data..., K], log of each component's density
 * there, in the model's coordinates, nats; and `point.SITE` [P, data..., K, inner plates..., shape...].
 */
export function shapesProgram(plan: Plan, block: Block, points: readonly (readonly number[])[]): Program {
  const { b, context } = draft(plan, { samples: () => points.length });
  const { n } = context;
  const { draw, component } = axesOf(block);
  const mixture = mixtureOf(context, block);
  const own = [...block.plates, component];
  const weights = mixture.logAlpha === null ? b.fill(n.sizes(own), 1) : b.exp(mixture.logAlpha);
  b.output("weight", b.broadcast(weights, n.sizes(own)));

  const axes = [draw, ...own];
  const ones = own.map(() => 1);
  const eps = b.array([points.length, ...ones, block.dimension], points.flat());
  const u = mixture.components.image(eps);
  const { values, logDet } = sitesOf(context, block, n.named(u, axes));
  const logQ = n.named(mixture.components.logDensity(u), axes);
  b.output("log_density", n.broadcast(n.sub(logQ, logDet), axes));
  for (const [name, term] of values) {
    const inner = term.axes.filter((axis) => !axes.includes(axis));
    b.output(outputName("point", name), n.spread(n.ownAxes(term, inner), axes));
  }
  return optimise(b.finish());
}
