import { mixtureOf } from "../guide/mixture.ts";
import { locationsOf } from "../guide/sites.ts";
import { axesOf } from "../guide/guide.ts";
import { constrainedParam } from "../joint/expression.ts";
import type { Plan } from "../plan/plan.ts";
import { ownAxes, spread } from "../program/named.ts";
import type { Program } from "../program/program.ts";
import { draft } from "./draft.ts";
import { outputName } from "../program/names.ts";

/** `weight.BLOCK` and `location.SITE`, for all data at once. */
export function structureProgram(plan: Plan): Program {
  const { b, context } = draft(plan, { samples: () => 1 });
  const { order } = context;
  for (const block of plan.guide.blocks) {
    const mixture = mixtureOf(context, block);
    const axes = [...block.plates, axesOf(block).component];
    const shape = axes.map(order.size);
    const weight = mixture.logAlpha === null ? b.fill(shape, 1) : b.exp(mixture.logAlpha);
    b.output(outputName("weight", block.id), weight);
    for (const [name, term] of locationsOf(context, mixture)) {
      const inner = term.axes.filter((axis) => !axes.includes(axis));
      b.output(outputName("location", name), spread(b, ownAxes(b, order, term, inner), axes));
    }
  }
  return b.finish();
}

/** `value.NAME` of every `param`. */
export function constantsProgram(plan: Plan): Program {
  const { b, context } = draft(plan, { samples: () => 1 });
  for (const { name } of plan.model.params) b.output(outputName("value", name), constrainedParam(context, name).value);
  return b.finish();
}
