import { overData } from "../objective/write.ts";
import { present } from "../base/assert.ts";
import { rowsIn } from "../graph/instance.ts";
import { axesOf, type Block, type Guide } from "../guide/guide.ts";
import type { Context, Minibatch } from "../joint/context.ts";
import { drawAll, faithful, type BlockSample } from "../objective/sample.ts";
import type { Plan } from "../plan/plan.ts";
import type { PlateId } from "../model/model.ts";
import { ownAxes, spread, type Axis, type Named } from "../program/named.ts";
import { optimise } from "../program/passes/index.ts";
import { exactDraws } from "./axes.ts";
import { drawDiscrete } from "./discrete.ts";
import { draft } from "./draft.ts";
import type { Evaluation } from "./programs.ts";
import { inputName, isDrawAxis, outputName, type OutputKind } from "../program/names.ts";

/** The evaluation program described in programs.ts. */
export function evaluationProgram(
  plan: Plan,
  { draws, rows }: { readonly draws: number; readonly rows: number | null },
): Evaluation {
  const { guide, options, model } = plan;
  const twoLevels = guide.blocks.some((block) => block.plates.length === 0);
  const samples = (block: Block): number => (block.plates.length > 0 && twoLevels ? options.objective.innerT : draws);
  const minibatches = twoLevels || rows === null ? [] : rowsOfLocals(plan, rows);
  const { b, context } = draft(plan, { samples, minibatches, exact: draws });
  const { n, order } = context;
  const guideSample = drawAll(context, guide, faithful, samples, undefined, true);
  const marginals = drawDiscrete(context, guide, guideSample);

  const { values } = context;
  const chosen = new Map<Axis, Named>();
  const below = guideSample.locals.map((local) => (twoLevels ? averageBelow(context, local, chosen) : local.logPrior));
  const outside = guideSample.global ? [guideSample.global] : guideSample.locals;
  for (const drawn of outside) {
    const { block, logLikelihood, logPrior, logQ, draws: made } = drawn;
    const axes = [axesOf(block).draw, ...block.plates];
    const terms = [logLikelihood, logPrior, ...(guideSample.global ? below : [])];
    if (guideSample.rest && drawn === outside[0]) terms.push(shareOf(context, block, guideSample.rest));
    const logJoint = n.add(...terms);
    const out = (kind: OutputKind, term: Named): void => {
      const only = n.sum(term, [axesOf(block).component]);
      b.output(outputName(kind, block.id), b.broadcast(spread(b, only, axes), axes.map(order.size)));
    };
    out("log_joint", logJoint);
    out("log_q", logQ);
    out("log_weight", n.sub(logJoint, logQ));
    const origin = present(made.origin, "the origin of draws");
    out("component", origin.component);
    const own = n.sub(origin.logDensity, drawn.logDet);
    if (block.K > 1) out("distinct", n.sub(own, logQ));
  }
  for (const node of model.nodes)
    if (node.kind === "latent" || node.kind === "let")
      outputValue(
        context,
        guide,
        { kind: "value", of: node.name, found: values.get(node.name), plates: node.plates },
        chosen,
      );
  for (const { site, probabilities } of marginals)
    outputValue(
      context,
      guide,
      { kind: "probability", of: site.name, found: probabilities, plates: site.node.plates },
      chosen,
    );
  return { program: optimise(b.finish()), minibatches, draws };
}

/** Terms that no latent touches, spread evenly over the data of a block, so that its evidence counts them once. */
function shareOf(context: Context, { plates }: Block, rest: Named): Named {
  const data = plates.reduce((product, id) => product * rowsIn(context, id), 1);
  return context.n.scale(1 / data, rest);
}

/**
 * A local block below a global one: the log of its average weight, summed over data; and, in `chosen`, one of its
 * draws for each datum, picked in proportion to its weight (Gumbel-max), so that values are draws of the joint.
 */
function averageBelow(context: Context, local: BlockSample, chosen: Map<Axis, Named>): Named {
  const { b, n } = context;
  const { block, logLikelihood, logPrior, logQ, T } = local;
  const { draw, component } = axesOf(block);
  const logW = n.sum(n.sub(n.add(logLikelihood, logPrior), logQ), [component]);
  if (T > 1) {
    const shape = b.shapeOf(logW.value);
    const uniform = b.input(inputName.pick(block.id), shape, "noise", "uniform");
    const gumbel = b.neg(b.log(b.neg(b.log(uniform))));
    const perturbed = n.each(logW, (value) => b.add(value, gumbel));
    chosen.set(draw, n.equal(perturbed, n.reduceMax(perturbed, [draw])));
  }
  return overData(context, block, n.shift(n.logSumExp(logW, [draw]), -Math.log(T)));
}

/** What is asked of the draws of one site, or of a let that depends on draws: its value, or its probabilities. */
interface Asked {
  readonly kind: "value" | "probability";
  readonly of: string;
  readonly found: Named | undefined;
  readonly plates: readonly PlateId[];
}

/** `KIND.NAME` [draws, plates..., shape...]: of the inner draws of local blocks those that were chosen. */
function outputValue(context: Context, guide: Guide, asked: Asked, chosen: ReadonlyMap<Axis, Named>): void {
  const { b, n, order } = context;
  const { kind, of, found, plates } = asked;
  if (!found) return;
  let term = found;
  for (const block of guide.blocks) {
    const { draw } = axesOf(block);
    const mask = chosen.get(draw);
    if (mask && term.axes.includes(draw)) term = n.sum(n.mul(term, mask), [draw]);
  }
  // a component axis that is left belongs to a single component
  term = n.sum(
    term,
    guide.blocks.map((block) => axesOf(block).component),
  );
  if (guide.blocks.length === 0 && kind === "probability") term = alongExactDraws(context, term);
  const [outer, ...inner] = term.axes.filter(isDrawAxis);
  if (outer === undefined) return;
  // without a choice to make, an inner draw axis has one entry
  const whole = ownAxes(b, order, n.sum(term, inner), plates);
  b.output(outputName(kind, of), spread(b, whole, [outer]));
}

/** Repeated for every exact draw, where it does not vary over draws. */
function alongExactDraws({ b, order }: Context, term: Named): Named {
  if (term.axes.some(isDrawAxis)) return term;
  const shape = [order.size(exactDraws), ...b.shapeOf(term.value)];
  return { ...term, axes: [exactDraws, ...term.axes], value: b.broadcast(b.expand(term.value, 0), shape) };
}

/** Local blocks taken `rows` data at a time along their outermost plate. */
function rowsOfLocals(plan: Plan, rows: number): Minibatch[] {
  const plates = new Set(plan.guide.blocks.flatMap((block) => block.plates.slice(0, 1)));
  return [...plates].flatMap((plate) => {
    const size = rowsIn(plan, plate);
    return rows < size ? [{ plate, feed: inputName.batch(plate), rows, size }] : [];
  });
}
