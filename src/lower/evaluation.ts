import { overData } from "../objective/write.ts";
import { present } from "../base/assert.ts";
import { rowsIn } from "../graph/instance.ts";
import { axesOf, type Block, type Guide } from "../guide/guide.ts";
import type { Context, Minibatch } from "../joint/context.ts";
import { drawAll, faithful, type Drawn } from "../objective/sample.ts";
import type { Plan } from "../plan/plan.ts";
import { elementwise, ownAxes, reduceAxes, spread, type Axis, type Named } from "../program/named.ts";
import { optimise } from "../program/passes/index.ts";
import { exactDraws } from "./axes.ts";
import { drawDiscrete } from "./discrete.ts";
import { draft } from "./draft.ts";
import type { Evaluation } from "./programs.ts";

/** The evaluation program described in lowered.ts. */
export function evaluationProgram(
  plan: Plan,
  { draws, rows }: { readonly draws: number; readonly rows: number | null },
): Evaluation {
  const { guide, options, model } = plan;
  const twoLevels = guide.blocks.some((block) => block.plates.length === 0);
  const samples = (block: Block): number => (block.plates.length > 0 && twoLevels ? options.objective.innerT : draws);
  const minibatches = twoLevels || rows === null ? [] : rowsOfLocals(plan, rows);
  const { b, context } = draft(plan, { samples, minibatches, exact: draws });
  const { order } = context;
  const level = drawAll(context, guide, faithful, samples, undefined, true);
  const marginals = drawDiscrete(context, guide, level);

  const { values } = context;
  const chosen = new Map<Axis, Named>();
  const below = level.locals.map((local) => (twoLevels ? averageBelow(context, local, chosen) : local.logPrior));
  const outside = level.global ? [level.global] : level.locals;
  for (const drawn of outside) {
    const { block, logLikelihood, logPrior, logQ, draws: made } = drawn;
    const axes = [axesOf(block).draw, ...block.plates];
    const terms = [logLikelihood, logPrior, ...(level.global ? below : [])];
    if (level.rest && drawn === outside[0]) terms.push(shareOf(context, block, level.rest));
    const logJoint = terms.reduce((sum, term) => elementwise(b, order, [sum, term], b.add));
    const out = (name: string, term: Named): void => {
      const only = reduceAxes(term, [axesOf(block).component], b.sum);
      b.output(`${name}.${block.id}`, b.broadcast(spread(b, only, axes), axes.map(order.size)));
    };
    out("log_joint", logJoint);
    out("log_q", logQ);
    out("log_weight", elementwise(b, order, [logJoint, logQ], b.sub));
    const origin = present(made.origin, "the origin of draws");
    out("component", origin.component);
    const own = elementwise(b, order, [origin.logDensity, drawn.logDet], b.sub);
    if (block.K > 1) out("distinct", elementwise(b, order, [own, logQ], b.sub));
  }
  for (const node of model.nodes)
    if (node.kind === "latent" || node.kind === "let")
      outputValue(context, guide, `value.${node.name}`, values.get(node.name), node.plates, chosen);
  for (const { site, probabilities } of marginals)
    outputValue(context, guide, `probability.${site.name}`, probabilities, site.node.plates, chosen);
  return { program: optimise(b.finish()), minibatches, draws };
}

/** Terms that no latent touches, spread evenly over the data of a block, so that its evidence counts them once. */
function shareOf(context: Context, { plates }: Block, rest: Named): Named {
  const data = plates.reduce((product, id) => product * rowsIn(context, id), 1);
  return { ...rest, value: context.b.scale(1 / data, rest.value) };
}

/**
 * A local block below a global one: the log of its average weight, summed over data; and, in `chosen`, one of its
 * draws for each datum, picked in proportion to its weight (Gumbel-max), so that values are draws of the joint.
 */
function averageBelow(context: Context, local: Drawn, chosen: Map<Axis, Named>): Named {
  const { b, order } = context;
  const { block, logLikelihood, logPrior, logQ, T } = local;
  const { draw, component } = axesOf(block);
  const logP = elementwise(b, order, [logLikelihood, logPrior], b.add);
  const all = elementwise(b, order, [logP, logQ], b.sub);
  const logW = reduceAxes(all, [component], b.sum);
  if (T > 1) {
    const shape = b.shapeOf(logW.value);
    const uniform = b.input(`noise.${block.id}.pick`, shape, "noise", "uniform");
    const gumbel = b.neg(b.log(b.neg(b.log(uniform))));
    const perturbed = { ...logW, value: b.add(logW.value, gumbel) };
    const best = reduceAxes(perturbed, [draw], b.reduceMax);
    chosen.set(draw, elementwise(b, order, [perturbed, best], b.equal));
  }
  const mean = reduceAxes(logW, [draw], b.logSumExp);
  return overData(context, block, { ...mean, value: b.shift(mean.value, -Math.log(T)) });
}

/** `NAME` [draws, plates..., shape...] for a site, or for a let that depends on draws. */
function outputValue(
  context: Context,
  guide: Guide,
  name: string,
  found: Named | undefined,
  plates: readonly string[],
  chosen: ReadonlyMap<Axis, Named>,
): void {
  const { b, order } = context;
  if (!found) return;
  let term = found;
  for (const block of guide.blocks) {
    const { draw } = axesOf(block);
    const mask = chosen.get(draw);
    if (!mask || !term.axes.includes(draw)) continue;
    term = reduceAxes(elementwise(b, order, [term, mask], b.mul), [draw], b.sum);
  }
  // a component axis that is left belongs to a single component
  term = reduceAxes(
    term,
    guide.blocks.map((block) => axesOf(block).component),
    b.sum,
  );
  const drawn = term.axes.filter((axis) => axis.startsWith("draw."));
  if (drawn.length === 0 && guide.blocks.length === 0 && name.startsWith("probability.")) {
    const all = { ...term, axes: [exactDraws, ...term.axes], value: b.expand(term.value, 0) };
    const lead = [order.size(exactDraws), ...b.shapeOf(term.value)];
    term = { ...all, value: b.broadcast(all.value, lead) };
    drawn.push(exactDraws);
  }
  if (drawn.length === 0) return;
  // without a choice to make, an inner draw axis has one entry
  const outer = drawn[0]!;
  const inner = drawn.slice(1);
  const single = reduceAxes(term, inner, b.sum);
  const whole = ownAxes(b, order, single, plates);
  b.output(name, spread(b, whole, [outer]));
}

/** Local blocks taken `rows` data at a time along their outermost plate. */
function rowsOfLocals(plan: Plan, rows: number): Minibatch[] {
  const plates = new Set(plan.guide.blocks.flatMap((block) => block.plates.slice(0, 1)));
  return [...plates].flatMap((plate) => {
    const size = rowsIn(plan, plate);
    return rows < size ? [{ plate, feed: `batch.${plate}`, rows, size }] : [];
  });
}
