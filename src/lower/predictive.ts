import type { Classes } from "../bind/finite.ts";
import { families } from "../distributions/index.ts";
import { rowsIn, type Instance } from "../graph/instance.ts";
import { drawEach, drawMixture } from "../guide/draw.ts";
import { logAlphaOf, mixtureOf } from "../guide/mixture.ts";
import { sitesOf } from "../guide/sites.ts";
import { axesOf, type Block } from "../guide/guide.ts";
import type { Minibatch } from "../joint/context.ts";
import { contextOf } from "../joint/context.ts";
import { lowerObserved } from "../joint/missing.ts";
import { logPredictive, type Asked } from "../joint/predictive.ts";
import type { LatentNode, ObservedNode } from "../model/model.ts";
import { Builder } from "../program/builder.ts";
import { elementwise, ownAxes, reduceAxes, type Axis, type AxisOrder, type Named } from "../program/named.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program } from "../program/program.ts";
import type { Shape } from "../tensor/shape.ts";
import { axisOrder, exactDraws } from "./axes.ts";
import { flatParameters, type Place } from "./parameters.ts";
import type { Group } from "../graph/elimination.ts";

/** One observation of a model, and where the latents that it depends on come from. */
export interface Predictable extends Instance {
  readonly slots: readonly Place[];
  readonly node: ObservedNode;
  /** Values that its data can have, where they are few. */
  readonly classes: Classes | null;
  /** Whether its data are there, so that their density can be asked for. */
  readonly observed: boolean;
  /** Blocks of the guide that are drawn from: networks that do not read this observation. */
  readonly blocks: readonly Block[];
  /** Latents whose draws are fed. */
  readonly given: readonly LatentNode[];
  /** Discrete sites that are summed out of it. */
  readonly summed: Group | null;
  /** Its outermost plate, when its data may be taken a few at a time. */
  readonly rowsOf: string | null;
}

/** How much of it one step takes. */
export interface Portion {
  /** Draws of the latents; of a mixture, of each of its components. Draws that are fed are as many. */
  readonly draws: number;
  /** Data of the outermost plate; null for all at once. */
  readonly rows: number | null;
}

/**
 * Averages over draws of the latents, for each datum (each entry of the observation, plates in front):
 * - `probability` [data..., values]: the mean of p(y = c | z) over the draws, for every value c that y can have;
 * - `log_density` [data...]: log of the mean of p(y | z) at the observed y, nats.
 *
 * Latents are drawn from the guide, K components as many times each and weighed by alpha (a stratified draw of the
 * mixture), or fed: `draws.NAME` [draws, plates..., shape...]. A second block has one draw for each of the first's.
 * The draws are never weighed by p / q, whose p knows the datum that is to be predicted.
 */
export interface Predictive {
  readonly program: Program;
  readonly minibatch: Minibatch | null;
}

const givenDraws: Axis = "draw.given";
const classAxis: Axis = "class";

export function predictiveProgram(target: Predictable, { draws, rows }: Portion): Predictive {
  const { numbers, node, blocks, given, classes, summed } = target;
  const b = new Builder();
  const minibatch = minibatchFor(target, rows);
  const minibatches = minibatch ? [minibatch] : [];
  const fed = given.length > 0;
  const first = blocks[0];
  const samples = (block: Block): number => (!fed && block === first ? draws : 1);
  const base = axisOrder(target, { blocks }, { samples, minibatches });
  const order: AxisOrder = {
    axes: [givenDraws, ...base.axes.filter((axis) => axis !== exactDraws), classAxis],
    size: (axis) => (axis === givenDraws ? draws : axis === classAxis ? (classes?.count ?? 1) : base.size(axis)),
  };
  const parameter = flatParameters(b, target.slots).read;
  const context = contextOf(target, { b, order, minibatches, parameter });
  for (const latent of given) {
    const sizes = latent.plates.map(order.size);
    const event = latent.type.shape.map(numbers.size);
    const value = b.input(`draws.${latent.name}`, [draws, ...sizes, ...event], "feed");
    context.values.set(latent.name, { value, axes: [givenDraws, ...latent.plates], rank: event.length });
  }

  const outer: Axis[] = fed ? [givenDraws] : [];
  const weights: Named[] = [];
  for (const block of blocks) {
    const { draw, component } = axesOf(block);
    const mixture = mixtureOf(context, block);
    const each = block.K === 1 || block === first;
    const { u } = each ? drawEach(context, mixture, outer) : drawMixture(context, mixture, outer);
    for (const [name, value] of sitesOf(context, block, u).values) context.values.set(name, value);
    if (each && block.K > 1) weights.push(logAlphaOf(context, mixture));
    outer.push(draw, ...(each ? [component] : []));
  }

  const { shape, event } = dataShape(target, order.size);
  const out = (name: string, term: Named, last: Shape): void => {
    const own = ownAxes(b, order, term, [...node.plates]);
    // entries first, then values
    const placed = last.length === 0 ? own : ownLast(b, order, own);
    const missing = shape.length + last.length - placed.rank;
    const dims = b.shapeOf(placed.value);
    const ones = new Array<number>(missing).fill(1);
    const lead = node.plates.length;
    const wide = b.reshape(placed.value, [...dims.slice(0, lead), ...ones, ...dims.slice(lead)]);
    b.output(name, b.broadcast(wide, [...shape, ...last]));
  };
  const ask = (asked: Asked): Named =>
    b.from(node.span, `prediction of ${node.name}`, () => logPredictive(context, node, summed, asked));
  /** Axes of draws that a term varies over, and how many draws those are, components not counted. */
  const over = (term: Named): { readonly axes: readonly Axis[]; readonly count: number } => {
    const axes = outer.filter((axis) => term.axes.includes(axis));
    const plain = axes.filter((axis) => !blocks.some((each) => axesOf(each).component === axis));
    return { axes, count: plain.reduce((product, axis) => product * order.size(axis), 1) };
  };
  const weighed = (term: Named): Named =>
    weights
      .filter(({ axes }) => term.axes.includes(axes.at(-1)!))
      .reduce((sum, weight) => elementwise(b, order, [sum, weight], b.add), term);

  if (classes && (summed === null || event === 0)) {
    const log = ask({ kind: "classes", classes, axis: classAxis });
    const { axes, count } = over(log);
    const p = { ...log, value: b.exp(log.value) };
    const weighted = weights
      .filter((weight) => log.axes.includes(weight.axes.at(-1)!))
      .reduce(
        (product, { value, ...rest }) => elementwise(b, order, [product, { ...rest, value: b.exp(value) }], b.mul),
        p,
      );
    const total = reduceAxes(weighted, axes, b.sum);
    out("probability", { ...total, value: b.scale(1 / count, total.value) }, [classes.count]);
  }
  if (target.observed) {
    const log = ask({ kind: "value", x: lowerObserved(context, node.value) });
    const { axes, count } = over(log);
    const total = reduceAxes(weighed(log), axes, b.logSumExp);
    out("log_density", { ...total, value: b.shift(total.value, -Math.log(count)) }, []);
  }
  return { program: optimise(b.finish()), minibatch };
}

/** The class axis as the last own axis. */
function ownLast(b: Builder, order: AxisOrder, term: Named): Named {
  const own = ownAxes(b, order, term, [classAxis]);
  const rank = b.shapeOf(own.value).length;
  const at = own.axes.length;
  const rest = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== at);
  return { ...own, value: b.transpose(own.value, [...rest, at]) };
}

/** The data of an observation: plates, then entries; events of a vector family, or what is summed together, count once. */
export function dataShape(
  { model, numbers, node, summed }: Pick<Predictable, "model" | "numbers" | "node" | "summed">,
  size: (plate: string) => number = (plate) => rowsIn({ model, numbers }, plate),
): { readonly shape: Shape; readonly event: number } {
  const own = node.value.type.shape.map(numbers.size);
  const inner = summed ? own.length : eventRank(node);
  const entries = own.slice(0, own.length - inner);
  return { shape: [...node.plates.map(size), ...entries], event: own.length };
}

function eventRank({ dist }: ObservedNode): number {
  const rankOf = (each: ObservedNode["dist"]): number => {
    if (each.kind === "family") return families[each.family]!.eventRank;
    return each.kind === "mixture" ? each.event.length : rankOf(each.of);
  };
  return rankOf(dist);
}

function minibatchFor({ model, numbers, rowsOf }: Predictable, rows: number | null): Minibatch | null {
  if (rowsOf === null || rows === null) return null;
  const size = rowsIn({ model, numbers }, rowsOf);
  return rows < size ? { plate: rowsOf, feed: `batch.${rowsOf}`, rows, size } : null;
}
