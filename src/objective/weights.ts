import { present } from "../base/assert.ts";
import {
  drawEach,
  drawMixture,
  logAlphaOf,
  logComponents,
  logMembers,
  logMixture,
  logOwn,
  logWholeNumbers,
  mixtureOf,
  sitesOf,
  spanOf,
  stopped,
  type Draws,
} from "../guide/draw.ts";
import { axesOf, sitesIn, type Block, type Guide } from "../guide/guide.ts";
import type { Context } from "../joint/context.ts";
import type { SummedOut } from "../joint/enumerate.ts";
import { jointTerms, type JointTerm } from "../joint/joint.ts";
import { overPlates } from "../joint/plates.ts";
import { elementwise, reduceAxes, type Axis, type Named } from "../program/named.ts";
import { bounds, boundValue, learningSignal, signalBelow, type BoundRule, type Weights } from "./bounds.ts";
import { doublyReparameterized, type DoublyBound } from "./dreg.ts";
import type { Baseline, ObjectiveOptions } from "./options.ts";

/** One block's draws and every density at them. Named axes only: outer..., draw, plates..., component. */
export interface Drawn {
  readonly block: Block;
  readonly draws: Draws;
  /** log p(x | z) and log r(z) of the block's own terms, in the model's coordinates. */
  readonly logLikelihood: Named;
  readonly logPrior: Named;
  /** log q in the model's coordinates: the guide's density less log |det J|. */
  readonly logQ: Named;
  /** log |det J| of the block's bijections at the draws. */
  readonly logDet: Named;
  /**
   * log of the density that what is held constant of each draw came from, on the unconstrained scale: of all of it for
   * the score function, else of its whole numbers, if it has any.
   */
  readonly logSampler: Named | null;
  /** log of each component's share of q at the draws, along the member axis; null unless the mode wants it and K > 1. */
  readonly logShare: Named | null;
  /** Null where one component draws, or the mixture. */
  readonly logAlpha: Named | null;
  readonly T: number;
}

/** How draws are taken and which parts stay differentiable. */
export interface Mode {
  readonly draws: BoundRule["draws"];
  /** z is a function of the parameters; false holds every draw constant. */
  readonly reparameterized: boolean;
  /** The parameters inside log q take part in the gradient. */
  readonly liveQ: boolean;
  /** Each component's share of q at the draws is asked for. */
  readonly shares?: boolean;
}

/** Draws from the guide as it is, every density in full: nothing tempered, nothing stratified. */
export const faithful: Mode = { draws: "mixture", reparameterized: true, liveQ: true };

/** What each estimator holds constant. For a mean of logs the score of q inside the log weight averages to 0: left out. */
export function modeOf({ bound, estimator }: ObjectiveOptions): Mode {
  const { draws, overDraws } = bounds[bound];
  const reparameterized = estimator !== "score";
  const liveQ = estimator === "pathwise" || (estimator === "score" && overDraws === "log of mean");
  return { draws, reparameterized, liveQ, shares: estimator === "dreg" };
}

/** Everything drawn, with each density term at the block it belongs to. */
export interface Level {
  readonly global: Drawn | null;
  readonly locals: readonly Drawn[];
  /** Terms that depend on no latent, where there is no global block to carry them. */
  readonly rest: Named | null;
  /** The discrete sites that were summed out, in that order. */
  readonly summedOut: readonly SummedOut[];
}

/**
 * Draws every block, `samples` times (per component), and sorts the density terms by block.
 * `given` supplies a block's points [draws, plates..., D] on the unconstrained scale instead of drawing them;
 * `marginals` asks for the probabilities of discrete sites that are summed out.
 */
export function drawAll(
  context: Context,
  guide: Guide,
  mode: Mode,
  samples: (block: Block) => number,
  given: (block: Block) => Named | null = () => null,
  marginals = false,
): Level {
  const { b } = context;
  const globalBlock = guide.blocks.find((block) => block.plates.length === 0) ?? null;
  const started = guide.blocks.map((block) =>
    drawBlock(
      context,
      block,
      mode,
      block === globalBlock || !globalBlock ? [] : drawAxes(globalBlock, mode),
      given(block),
    ),
  );
  const { terms, summedOut } = jointTerms(context, marginals);
  const owner = (term: JointTerm): Block | null =>
    guide.blocks.find((block) => block.plates.length > 0 && term.value.axes.includes(axesOf(block).draw)) ??
    globalBlock;
  const zero = (): Named => ({ value: b.constant(0), axes: [], rank: 0 });
  const total = (block: Block | null, kind: JointTerm["kind"]): Named =>
    terms
      .filter((term) => owner(term) === block && term.kind === kind)
      .map((term) => overPlates(context, term, block?.plates ?? []))
      .reduce((sum, term) => elementwise(b, context.order, [sum, term], b.add), zero());
  const drawn = started.map((block): Drawn => ({
    ...block,
    T: samples(block.block),
    logLikelihood: total(block.block, "likelihood"),
    logPrior: total(block.block, "prior"),
  }));
  const global = drawn.find(({ block }) => block === globalBlock) ?? null;
  const locals = drawn.filter(({ block }) => block !== globalBlock);
  const rest = globalBlock ? null : total(null, "likelihood");
  return { global, locals, rest, summedOut };
}

function drawBlock(
  context: Context,
  block: Block,
  mode: Mode,
  outer: readonly Axis[],
  given: Named | null,
): Pick<Drawn, "block" | "draws" | "logQ" | "logDet" | "logSampler" | "logShare" | "logAlpha"> {
  const { b, order } = context;
  const each = drawsEach(block, mode);
  const mixture = mixtureOf(context, block);
  const drawn = (): Draws => (each ? drawEach(context, mixture, outer) : drawMixture(context, mixture, outer));
  const draws = given
    ? { u: given, origin: null }
    : b.from(spanOf(context, block), `draws of ${sitesIn(block)}`, drawn);
  const u = mode.reparameterized ? draws.u : { ...draws.u, value: b.stop(draws.u.value) };
  const { values, logDet, cells } = sitesOf(context, block, u);
  for (const [name, value] of values) context.values.set(name, value);
  return b.from(spanOf(context, block), `entropy of ${sitesIn(block)}`, () => {
    const made =
      cells && draws.origin
        ? { u, origin: { ...draws.origin, logDensity: logOwn(context, mixture, u, cells, draws.origin) } }
        : draws;
    // the noise gives a draw's own density with the right derivative only where both paths of it are live
    const origin = mode.reparameterized && mode.liveQ ? made.origin : null;
    const inQ = mode.liveQ ? mixture : stopped(b, mixture);
    const logQu = logMixture(context, inQ, u, origin, cells);
    const logShare =
      mode.shares && block.K > 1
        ? elementwise(b, order, [logMembers(context, inQ, u, origin, cells), logQu], b.sub)
        : null;
    const logSampler = (): Named | null => {
      if (mode.reparameterized) return cells && each ? logWholeNumbers(context, mixture, u, cells) : null;
      if (each) return logComponents(context, mixture, u, cells, axesOf(block).component);
      return logMixture(context, mixture, u, null, cells);
    };
    const logQ = elementwise(b, order, [logQu, logDet], b.sub);
    const logAlpha = each && block.K > 1 ? logAlphaOf(context, mixture) : null;
    return { block, draws: made, logQ, logDet, logSampler: logSampler(), logShare, logAlpha };
  });
}

/** A single component is its own mixture: no choice is drawn. */
function drawsEach(block: Block, mode: Mode): boolean {
  return mode.draws === "each component" || block.K === 1;
}

/** The axes a block's draws vary along. */
function drawAxes(block: Block, mode: Mode): Axis[] {
  const { draw, component } = axesOf(block);
  return drawsEach(block, mode) ? [draw, component] : [draw];
}

/** log w = log p(x | z) + beta (log r(z) - log q(z)), plus what is already averaged below this level. */
export function logWeights(
  context: Context,
  drawn: Drawn,
  beta: ObjectiveOptions["beta"],
  below: readonly Named[],
): Named {
  const { b, order } = context;
  const { logLikelihood, logPrior, logQ } = drawn;
  const divergence = elementwise(b, order, [logPrior, logQ], b.sub);
  const weighed = weigh(context, divergence, beta);
  return [logLikelihood, ...below].reduce((sum, term) => elementwise(b, order, [sum, term], b.add), weighed);
}

function weigh({ b }: Context, divergence: Named, beta: ObjectiveOptions["beta"]): Named {
  if (beta === 1) return divergence;
  const factor = beta === "feed" ? b.input("beta", [], "feed") : b.constant(beta);
  return { ...divergence, value: b.mul(factor, divergence.value) };
}

/** Sums a local bound over the block's data, scaled up where they are a minibatch. */
export function overData(context: Context, block: Block, term: Named): Named {
  const factor = dataFactor(context, block);
  const total = reduceAxes(term, block.plates, context.b.sum);
  return factor === 1 ? total : { ...total, value: context.b.scale(factor, total.value) };
}

/** How many data each row of a step stands for. */
function dataFactor({ numbers, model, order }: Context, { plates }: Block): number {
  const full = plates.map((id) => numbers.size(model.plates.find((p) => p.id === id)!.size));
  return full.reduce((product, size, i) => (product * size) / order.size(plates[i]!), 1);
}

/** Draws of a block (of each of its components), given how many its bound has. */
export function drawsFor({ estimator }: ObjectiveOptions, { K }: Block, T: number): number {
  return estimator === "dreg" && K > 1 ? T + 1 : T;
}

/** The bound on log p(data), a scalar, and the scalars whose gradients the estimator takes. */
export interface Objective {
  readonly bound: Named;
  /** In the parameters of the guide, and in those of the model. */
  readonly surrogate: { readonly guide: Named; readonly model: Named };
}

export function objectiveOf(context: Context, level: Level, options: ObjectiveOptions): Objective {
  const { b, order } = context;
  const rule = bounds[options.bound];
  // whole numbers are held constant under every estimator; unless it is `score`, whose baseline is chosen, a draw is
  // compared with the others wherever there are some
  const baselineOf = (T: number): Baseline =>
    options.estimator === "score" ? options.baseline : T > 1 ? "loo" : "none";
  const add = (x: Named, y: Named): Named => elementwise(b, order, [x, y], b.add);
  const surrogatesOf = (bound: Named, guide: Named, scores: readonly Named[]) => {
    const model = scores.reduce(add, bound);
    return { guide: options.estimator === "dreg" ? scores.reduce(add, guide) : model, model };
  };
  const zero: Named = { value: b.constant(0), axes: [], rank: 0 };
  const weightsOf = (drawn: Drawn, below: readonly Named[]): Weights => {
    const { draw, component } = axesOf(drawn.block);
    const logW = logWeights(context, drawn, options.beta, below);
    return { logW, logAlpha: drawn.logAlpha, draw, component, T: drawn.T };
  };
  const boundOf = ({ block, logShare }: Drawn, weights: Weights): DoublyBound => {
    if (options.estimator === "dreg") {
      const all = { ...weights, ...axesOf(block), logShare };
      return doublyReparameterized(b, order, rule, all, (term) => weigh(context, term, options.beta));
    }
    const bound = boundValue(b, order, rule, weights);
    return { bound, guide: bound };
  };
  const signalOf = (weights: Weights): Named => learningSignal(b, order, rule, weights, baselineOf(weights.T));
  /** Draws held constant, each times what it was worth: summed over `axes`. */
  const scoreOf = (drawn: Drawn, signal: Named, axes?: readonly Axis[]): Named => {
    const sampler = present(drawn.logSampler, "the density of the draws");
    const score = elementwise(b, order, [signal, sampler], (s, log) => b.mul(b.stop(s), log));
    return reduceAxes(score, axes ?? score.axes, b.sum);
  };

  const locals = level.locals.map((drawn) => {
    const weights = weightsOf(drawn, []);
    return { drawn, weights, ...boundOf(drawn, weights) };
  });
  const sum = (what: "bound" | "guide"): Named =>
    locals.map((local) => overData(context, local.drawn.block, local[what])).reduce(add, level.rest ?? zero);
  const below = sum("bound");
  if (level.global === null) {
    const scores = locals.filter(isScored).map(({ drawn, weights }) => {
      const { draw, component } = weights;
      return overData(context, drawn.block, scoreOf(drawn, signalOf(weights), [draw, component]));
    });
    return { bound: below, surrogate: surrogatesOf(below, sum("guide"), scores) };
  }
  const { global } = level;
  const outer = weightsOf(global, level.rest || locals.length > 0 ? [below] : []);
  const { bound, guide } = boundOf(global, outer);
  const own = isScored({ drawn: global }) ? [scoreOf(global, signalOf(outer))] : [];
  const scores = locals.filter(isScored).map(({ drawn, weights }) => {
    const factor = dataFactor(context, drawn.block);
    const baseline = baselineOf(weights.T);
    const signal = signalBelow(b, order, rule, outer, signalOf(weights), factor, baseline);
    return scoreOf(drawn, signal);
  });
  return { bound, surrogate: surrogatesOf(bound, guide, [...own, ...scores]) };
}

/** Whether anything of a block's draws is held constant. */
function isScored({ drawn }: { readonly drawn: Drawn }): boolean {
  return drawn.logSampler !== null;
}

/** The estimator whose program computes the bound alone: `dreg` draws more for the same bound. */
export function boundEstimator(estimator: ObjectiveOptions["estimator"]): ObjectiveOptions["estimator"] {
  return estimator === "dreg" ? "stl" : estimator;
}
