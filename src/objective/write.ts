import { present } from "../base/assert.ts";
import { rowsIn } from "../graph/instance.ts";
import { axesOf, type Block } from "../guide/guide.ts";
import type { Context } from "../joint/context.ts";
import type { Axis, Named } from "../program/named.ts";
import { NamedBuilder } from "../program/named-builder.ts";
import type { BlockWeights, Surrogates } from "./estimators/estimator.ts";
import type { Objective } from "./objective.ts";
import type { BlockSample, GuideSample } from "./sample.ts";
import { learningSignal, signalBelow } from "./signal.ts";
import type { Baseline } from "./baselines.ts";
import { inputName } from "../program/names.ts";

/** The bound on log p(data), a scalar, and the scalars whose gradients the estimator takes. */
export interface WrittenObjective {
  readonly bound: Named;
  /** In the parameters of the guide, and in those of the model: one object where they are the same. */
  readonly surrogate: { readonly guide: Named; readonly model: Named };
}

/** A block with its log weights and what its estimator makes of them. */
interface Weighed extends Surrogates {
  readonly sample: BlockSample;
  readonly weights: BlockWeights;
}

/** log w = log p(x | z) + beta (log r(z) - log q(z)), plus what is already averaged below this level. */
export function logWeights(
  n: NamedBuilder,
  { logLikelihood, logPrior, logQ }: BlockSample,
  beta: Objective["beta"],
  below: readonly Named[],
): Named {
  const weighed = weigh(n, n.sub(logPrior, logQ), beta);
  return [logLikelihood, ...below].reduce((sum, term) => n.add(sum, term), weighed);
}

/** beta times a term. */
function weigh(n: NamedBuilder, term: Named, beta: Objective["beta"]): Named {
  if (beta === 1) return term;
  const factor = beta === "feed" ? n.b.input(inputName.beta, [], "feed") : n.b.constant(beta);
  return n.each(term, (value) => n.b.mul(factor, value));
}

/** Sums a local bound over the block's data, scaled up where they are a minibatch. */
export function overData(context: Context, block: Block, term: Named): Named {
  const n = new NamedBuilder(context.b, context.order);
  const factor = dataFactor(context, block);
  const total = n.sum(term, block.plates);
  return factor === 1 ? total : n.scale(factor, total);
}

/** How many data each row of a step stands for. */
function dataFactor(context: Context, { plates }: Block): number {
  return plates.reduce((product, id) => (product * rowsIn(context, id)) / context.order.size(id), 1);
}

/** Draws of a block (of each of its components), given how many its bound has. */
export function drawsFor({ estimator }: Objective, { K }: Block, T: number): number {
  return K > 1 ? T + estimator.extraDraws : T;
}

/** Writes an objective at the draws of every block. */
export function writeObjective(context: Context, guideSample: GuideSample, objective: Objective): WrittenObjective {
  const n = new NamedBuilder(context.b, context.order);
  const locals = guideSample.locals.map((sample) => weighBlock(n, sample, objective, []));
  const sum = (what: "bound" | "guide"): Named =>
    locals
      .map((local) => overData(context, local.sample.block, local[what]))
      .reduce((total, term) => n.add(total, term), guideSample.rest ?? n.number(0));
  const below = sum("bound");
  if (guideSample.global === null) {
    const scores = locals.filter(isScored).map(({ sample, weights }) => {
      const score = scoreOf(n, sample, signalOf(n, weights, objective), [weights.draw, weights.component]);
      return overData(context, sample.block, score);
    });
    const guide = locals.every(isItself) ? below : sum("guide");
    return { bound: below, surrogate: withScores(n, { bound: below, guide }, scores) };
  }
  const global = weighBlock(n, guideSample.global, objective, guideSample.rest || locals.length > 0 ? [below] : []);
  const own = isScored(global) ? [scoreOf(n, global.sample, signalOf(n, global.weights, objective))] : [];
  const scores = locals.filter(isScored).map(({ sample, weights }) => {
    const local = signalOf(n, weights, objective);
    const factor = dataFactor(context, sample.block);
    const baseline = baselineOf(objective, weights.T);
    return scoreOf(n, sample, signalBelow(n, objective.rule, global.weights, { local, factor, baseline }));
  });
  return { bound: global.bound, surrogate: withScores(n, global, [...own, ...scores]) };
}

function weighBlock(
  n: NamedBuilder,
  sample: BlockSample,
  { rule, estimator, beta }: Objective,
  below: readonly Named[],
): Weighed {
  const { logAlpha, logShare, T } = sample;
  const weights = { ...axesOf(sample.block), logW: logWeights(n, sample, beta, below), logAlpha, logShare, T };
  return { sample, weights, ...estimator.surrogates(n, rule, weights, (term) => weigh(n, term, beta)) };
}

/**
 * Integer-valued latents are held constant under every estimator; unless a baseline was chosen, a draw is compared with
 * the others wherever there are some.
 */
function baselineOf({ estimator, baseline }: Objective, T: number): Baseline {
  if (estimator.baseline === "as chosen") return baseline;
  return T > 1 ? "loo" : "none";
}

function signalOf(n: NamedBuilder, weights: BlockWeights, objective: Objective): Named {
  return learningSignal(n, objective.rule, weights, baselineOf(objective, weights.T));
}

/** Draws held constant, each times what it was worth: summed over `axes`. */
function scoreOf(n: NamedBuilder, sample: BlockSample, signal: Named, axes?: readonly Axis[]): Named {
  const sampler = present(sample.logSampler, "the density of the draws");
  const score = n.map([signal, sampler], (s, log) => n.b.mul(n.b.stopGradient(s), log));
  return n.sum(score, axes ?? score.axes);
}

/** The surrogates with the scores of what is held constant. */
function withScores(n: NamedBuilder, { bound, guide }: Surrogates, scores: readonly Named[]) {
  const add = (x: Named, y: Named): Named => n.add(x, y);
  const model = scores.reduce(add, bound);
  return { guide: guide === bound ? model : scores.reduce(add, guide), model };
}

/** Whether anything of a block's draws is held constant. */
function isScored({ sample }: Weighed): boolean {
  return sample.logSampler !== null;
}

/** Whether the bound is its own surrogate. */
function isItself({ bound, guide }: Weighed): boolean {
  return bound === guide;
}
