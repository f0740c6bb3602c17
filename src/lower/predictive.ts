import { present } from "../base/assert.ts";
import type { Classes } from "../bind/finite.ts";
import { families } from "../distributions/index.ts";
import { rowsIn, type Instance } from "../graph/instance.ts";
import { drawEach, drawMixture } from "../guide/draw.ts";
import { logAlphaOf, mixtureOf } from "../guide/mixture.ts";
import { sitesOf } from "../guide/sites.ts";
import { axesOf, type Block } from "../guide/guide.ts";
import type { Minibatch } from "../joint/context.ts";
import { contextOf, type Context } from "../joint/context.ts";
import { lowerObserved } from "../joint/missing.ts";
import { logPredictive, type Asked } from "../joint/predictive.ts";
import type { LatentNode, ObservedNode } from "../model/model.ts";
import { Builder } from "../program/builder.ts";
import { ownAxes, type Axis, type AxisOrder, type Named } from "../program/named.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program, Value } from "../program/program.ts";
import type { Shape } from "../tensor/shape.ts";
import { axisOrder, exactDraws } from "./axes.ts";
import { flatParameters, type Place } from "./parameters.ts";
import type { Group } from "../graph/elimination.ts";
import { axisName, inputName } from "../program/names.ts";

/** One observation of a model, and where the latents that it depends on come from. */
export interface Predictable extends Instance {
  readonly paramSpecs: readonly Place[];
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

const givenDraws: Axis = axisName.givenDraws;
const classAxis: Axis = axisName.classes;

/** Writes the program that predicts an observation. */
export function predictiveProgram(target: Predictable, portion: Portion): Predictive {
  const { node, classes, summed } = target;
  const { context, minibatch, fed } = predictiveContext(target, portion);
  const { b, n } = context;
  const latents = drawLatents(context, target, fed);
  const ask = (asked: Asked): Named =>
    b.from(node.span, `prediction of ${node.name}`, () => logPredictive(context, node, summed, asked));
  const { shape, event } = dataShape(target, context.order.size);
  const out = (name: string, term: Named, last: Shape): void =>
    b.output(name, laidOut(context, node, term, { shape, last }));

  if (classes && (summed === null || event === 0)) {
    const log = ask({ kind: "classes", classes, axis: classAxis });
    const { axes, count } = averagedOver(context, latents, log);
    const weighted = weightsFor(latents, log).reduce((p, weight) => n.mul(p, n.exp(weight)), n.exp(log));
    out("probability", n.scale(1 / count, n.sum(weighted, axes)), [classes.count]);
  }
  if (target.observed) {
    const log = ask({ kind: "value", x: lowerObserved(context, node.value) });
    const { axes, count } = averagedOver(context, latents, log);
    const weighted = n.add(log, ...weightsFor(latents, log));
    out("log_density", n.shift(n.logSumExp(weighted, axes), -Math.log(count)), []);
  }
  return { program: optimise(b.finish()), minibatch };
}

/** An empty program, in whose context draws that are fed have their values. */
function predictiveContext(target: Predictable, { draws, rows }: Portion) {
  const { numbers, blocks, given, classes } = target;
  const b = new Builder();
  const minibatch = minibatchFor(target, rows);
  const minibatches = minibatch ? [minibatch] : [];
  const fed = given.length > 0;
  const samples = (block: Block): number => (!fed && block === blocks[0] ? draws : 1);
  const base = axisOrder(target, { blocks }, { samples, minibatches });
  const order: AxisOrder = {
    axes: [givenDraws, ...base.axes.filter((axis) => axis !== exactDraws), classAxis],
    size: (axis) => (axis === givenDraws ? draws : axis === classAxis ? (classes?.count ?? 1) : base.size(axis)),
  };
  const context = contextOf(target, { b, order, minibatches, parameter: flatParameters(b, target.paramSpecs).read });
  for (const latent of given) {
    const sizes = latent.plates.map(order.size);
    const event = latent.type.shape.map(numbers.size);
    const value = b.input(inputName.draws(latent.name), [draws, ...sizes, ...event], "feed");
    context.values.set(latent.name, { value, axes: [givenDraws, ...latent.plates], rank: event.length });
  }
  return { context, minibatch, fed };
}

/** The axes that draws of the latents lie along. */
interface Latents {
  readonly outer: readonly Axis[];
  /** Those of them that are components, which are weighed. */
  readonly components: ReadonlySet<Axis>;
  /** log alpha of each mixture, its component axis last. */
  readonly weights: readonly Named[];
}

/** Draws what the guide's blocks tell, from every component of the first and from the mixture of the others. */
function drawLatents(context: Context, { blocks }: Predictable, fed: boolean): Latents {
  const outer: Axis[] = fed ? [givenDraws] : [];
  const weights: Named[] = [];
  for (const block of blocks) {
    const { draw, component } = axesOf(block);
    const mixture = mixtureOf(context, block);
    const each = block.K === 1 || block === blocks[0];
    const { u } = each ? drawEach(context, mixture, outer) : drawMixture(context, mixture, outer);
    for (const [name, value] of sitesOf(context, block, u).values) context.values.set(name, value);
    if (each && block.K > 1) weights.push(logAlphaOf(context, mixture));
    outer.push(draw, ...(each ? [component] : []));
  }
  return { outer, components: new Set(blocks.map((block) => axesOf(block).component)), weights };
}

/** Axes of draws that a term varies over, and how many draws those are, components not counted. */
function averagedOver({ order }: Context, { outer, components }: Latents, term: Named) {
  const axes = outer.filter((axis) => term.axes.includes(axis));
  const plain = axes.filter((axis) => !components.has(axis));
  return { axes, count: plain.reduce((product, axis) => product * order.size(axis), 1) };
}

/** The weights of the components that a term varies over. */
function weightsFor({ weights }: Latents, term: Named): Named[] {
  return weights.filter(({ axes }) => term.axes.includes(axes.at(-1) ?? ""));
}

/** A term as an output [data..., last...]: entries first, then values. */
function laidOut(
  { b, order }: Context,
  node: ObservedNode,
  term: Named,
  { shape, last }: { readonly shape: Shape; readonly last: Shape },
): Value {
  const own = ownAxes(b, order, term, [...node.plates]);
  const placed = last.length === 0 ? own : ownLast(b, order, own);
  const dims = b.shapeOf(placed.value);
  const ones = new Array<number>(shape.length + last.length - placed.rank).fill(1);
  const lead = node.plates.length;
  const wide = b.reshape(placed.value, [...dims.slice(0, lead), ...ones, ...dims.slice(lead)]);
  return b.broadcast(wide, [...shape, ...last]);
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
    if (each.kind === "family") return present(families[each.family], each.family).eventRank;
    return each.kind === "mixture" ? each.event.length : rankOf(each.of);
  };
  return rankOf(dist);
}

function minibatchFor({ model, numbers, rowsOf }: Predictable, rows: number | null): Minibatch | null {
  if (rowsOf === null || rows === null) return null;
  const size = rowsIn({ model, numbers }, rowsOf);
  return rows < size ? { plate: rowsOf, feed: inputName.batch(rowsOf), rows, size } : null;
}
