import { present } from "../base/assert.ts";
import type { Graph } from "../graph/graph.ts";
import { locationsOf, mixtureOf } from "../guide/draw.ts";
import { axesOf, type Block, type Guide, type Slot } from "../guide/guide.ts";
import { constrainedParam } from "../joint/expression.ts";
import type { Context, Minibatch } from "../joint/context.ts";
import type { Numbers } from "../bind/numbers.ts";
import { Builder } from "../program/builder.ts";
import { elementwise, ownAxes, reduceAxes, spread, type Axis, type Named } from "../program/named.ts";
import { pullback } from "../program/differentiate.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program } from "../program/program.ts";
import type { Evaluation } from "./lowered.ts";
import type { CompileOptions } from "./options.ts";
import { flatParameters } from "./parameters.ts";
import { axisOrder, contextOf, exactDraws } from "./plan.ts";
import { drawDiscrete } from "./discrete.ts";
import { drawAll, overData, type Drawn, type Mode } from "./weights.ts";

/** Draws from the guide as it is, every density in full: nothing tempered, nothing stratified. */
const faithful: Mode = { draws: "mixture", reparameterized: true, liveQ: true };

/** The evaluation program described in lowered.ts. */
export function evaluationProgram(
  graph: Graph,
  numbers: Numbers,
  guide: Guide,
  slots: readonly Slot[],
  options: CompileOptions,
  { draws, rows }: { readonly draws: number; readonly rows: number | null },
): Evaluation {
  const { model } = graph;
  const twoLevels = guide.blocks.some((block) => block.plates.length === 0);
  const samples = (block: Block): number => (block.plates.length > 0 && twoLevels ? options.objective.innerT : draws);
  const minibatches = twoLevels || rows === null ? [] : rowsOfLocals(graph, numbers, guide, rows);
  const b = new Builder();
  const order = axisOrder(model, numbers, guide, minibatches, samples, draws);
  const context = contextOf(b, model, numbers, order, minibatches, flatParameters(b, slots).read);
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
function shareOf({ b, numbers, model }: Context, { plates }: Block, rest: Named): Named {
  const sizes = plates.map((id) => numbers.size(model.plates.find((plate) => plate.id === id)!.size));
  const data = sizes.reduce((product, size) => product * size, 1);
  return { ...rest, value: b.scale(1 / data, rest.value) };
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

/** `log_q` and `log_joint` at given points, for all data at once. */
export function densityProgram(
  graph: Graph,
  numbers: Numbers,
  guide: Guide,
  slots: readonly Slot[],
  points: number,
): Program {
  const { b, context } = wholeContext(graph, numbers, guide, slots, points);
  const { order } = context;
  // one axis of points, the outside block's: a local block below a global one moves with it
  const [outside] = guide.blocks;
  const along = outside ? axesOf(outside).draw : "";
  const given = (block: Block): Named => {
    const axes = order.axes.filter((axis) => axis === along || block.plates.includes(axis));
    const value = b.input(`u.${block.id}`, [...axes.map(order.size), block.dimension], "data");
    return { value, axes, rank: 1 };
  };
  const level = drawAll(context, guide, faithful, () => points, given);
  const drawn = [level.global, ...level.locals].filter((part) => part !== null);
  const zero: Named = { value: b.constant(0), axes: [], rank: 0 };
  const total = (pick: (part: Drawn) => readonly Named[]): Named =>
    drawn
      .flatMap((part) => pick(part).map((term) => overData(context, part.block, collapsed(context, part, term))))
      .reduce((sum, term) => elementwise(b, order, [sum, term], b.add), zero);
  const out = (name: string, term: Named): void =>
    b.output(name, b.broadcast(spread(b, term, along ? [along] : []), along ? [points] : []));
  const logJoint = total((part) => [part.logLikelihood, part.logPrior]);
  out(
    "log_q",
    total((part) => [part.logQ]),
  );
  out("log_joint", level.rest ? elementwise(b, order, [logJoint, level.rest], b.add) : logJoint);
  return optimise(b.finish());
}

/** `log_joint` of one global block at given points on the unconstrained scale, and its gradient. */
export function targetProgram(
  graph: Graph,
  numbers: Numbers,
  guide: Guide,
  slots: readonly Slot[],
  points: number,
  gradient: boolean,
): Program {
  const { b, context } = wholeContext(graph, numbers, guide, slots, points);
  const { order } = context;
  const block = present(guide.blocks[0], "a global block");
  const axis = axesOf(block).draw;
  const u = b.input("u", [points, block.dimension], "data");
  const given = (): Named => ({ value: u, axes: [axis], rank: 1 });
  const level = drawAll(context, guide, faithful, () => points, given);
  const { logLikelihood, logPrior, logDet } = present(level.global, "the global block's densities");
  const total = [logLikelihood, logPrior, logDet].reduce((sum, term) => elementwise(b, order, [sum, term], b.add));
  const value = b.broadcast(spread(b, total, [axis]), [points]);
  b.output("log_joint", value);
  if (gradient) b.output("gradient", pullback(b, value, [u])[0]!);
  return optimise(b.finish());
}

/** Without the component axis, which has one entry here. */
function collapsed({ b }: Context, { block }: Drawn, term: Named): Named {
  return reduceAxes(term, [axesOf(block).component], b.sum);
}

/** `weight.BLOCK` and `location.SITE`, for all data at once. */
export function structureProgram(graph: Graph, numbers: Numbers, guide: Guide, slots: readonly Slot[]): Program {
  const { b, context } = wholeContext(graph, numbers, guide, slots);
  const { order } = context;
  for (const block of guide.blocks) {
    const mixture = mixtureOf(context, block);
    const axes = [...block.plates, axesOf(block).component];
    const shape = axes.map(order.size);
    const weight = mixture.logAlpha === null ? b.fill(shape, 1) : b.exp(mixture.logAlpha);
    b.output(`weight.${block.id}`, weight);
    for (const [name, term] of locationsOf(context, mixture)) {
      const inner = term.axes.filter((axis) => !axes.includes(axis));
      b.output(`location.${name}`, spread(b, ownAxes(b, order, term, inner), axes));
    }
  }
  return optimise(b.finish());
}

/** `value.NAME` of every `param`. */
export function constantsProgram(graph: Graph, numbers: Numbers, guide: Guide, slots: readonly Slot[]): Program {
  const { b, context } = wholeContext(graph, numbers, guide, slots);
  for (const { name } of graph.model.params) b.output(`value.${name}`, constrainedParam(context, name).value);
  return optimise(b.finish());
}

function wholeContext(graph: Graph, numbers: Numbers, guide: Guide, slots: readonly Slot[], draws = 1) {
  const b = new Builder();
  const { model } = graph;
  const order = axisOrder(model, numbers, guide, [], () => draws);
  return { b, context: contextOf(b, model, numbers, order, [], flatParameters(b, slots).read) };
}

/** Local blocks taken `rows` data at a time along their outermost plate. */
function rowsOfLocals(graph: Graph, numbers: Numbers, guide: Guide, rows: number): Minibatch[] {
  const plates = new Set(guide.blocks.flatMap((block) => block.plates.slice(0, 1)));
  return [...plates].flatMap((plate) => {
    const size = numbers.size(graph.plates.find(({ id }) => id === plate)!.size);
    return rows < size ? [{ plate, feed: `batch.${plate}`, rows, size }] : [];
  });
}
