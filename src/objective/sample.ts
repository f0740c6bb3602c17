import { logComponents, logMembers, logMixture, logOwn, logWholeNumbers } from "../guide/density.ts";
import { drawEach, drawMixture, type Draws } from "../guide/draw.ts";
import { axesOf, sitesIn, type Block, type Guide } from "../guide/guide.ts";
import { logAlphaOf, mixtureOf, spanOf, stopped } from "../guide/mixture.ts";
import { sitesOf } from "../guide/sites.ts";
import type { Context } from "../joint/context.ts";
import type { SummedOut } from "../joint/enumerate.ts";
import { jointTerms, type JointTerm } from "../joint/joint.ts";
import { overPlates } from "../joint/plates.ts";
import type { Axis, Named } from "../program/named.ts";
import type { BoundRule } from "./bounds/bound.ts";
import type { Objective } from "./objective.ts";

/** One block's draws and every density at them. Named axes only: outer..., draw, plates..., component. */
export interface BlockSample {
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

/** What an objective asks of the draws. For a mean of logs the score of q inside log w averages to 0: it is left out. */
export function modeOf({ rule, estimator }: Objective): Mode {
  const { reparameterized, liveQ, shares } = estimator;
  const live = liveQ === "always" || (liveQ === "in logs of means" && rule.overDraws === "log of mean");
  return { draws: rule.draws, reparameterized, liveQ: live, shares };
}

/** Everything drawn, with each density term at the block it belongs to. */
export interface GuideSample {
  readonly global: BlockSample | null;
  readonly locals: readonly BlockSample[];
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
): GuideSample {
  const { n } = context;
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
  const total = (block: Block | null, kind: JointTerm["kind"]): Named => {
    const own = terms.filter((term) => owner(term) === block && term.kind === kind);
    const summed = own.map((term) => overPlates(context, term, block?.plates ?? []));
    return n.add(n.number(0), ...summed);
  };
  const drawn = started.map((block): BlockSample => ({
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
): Pick<BlockSample, "block" | "draws" | "logQ" | "logDet" | "logSampler" | "logShare" | "logAlpha"> {
  const { b, n } = context;
  const each = drawsEach(block, mode);
  const mixture = mixtureOf(context, block);
  const drawn = (): Draws => (each ? drawEach(context, mixture, outer) : drawMixture(context, mixture, outer));
  const draws = given
    ? { u: given, origin: null }
    : b.from(spanOf(context, block), `draws of ${sitesIn(block)}`, drawn);
  const u = mode.reparameterized ? draws.u : n.stopGradient(draws.u);
  const { values, logDet, bins } = sitesOf(context, block, u);
  for (const [name, value] of values) context.values.set(name, value);
  return b.from(spanOf(context, block), `entropy of ${sitesIn(block)}`, () => {
    const made =
      bins && draws.origin
        ? { u, origin: { ...draws.origin, logDensity: logOwn(context, mixture, u, bins, draws.origin) } }
        : draws;
    // the noise gives a draw's own density with the right derivative only where both paths of it are live
    const origin = mode.reparameterized && mode.liveQ ? made.origin : null;
    const inQ = mode.liveQ ? mixture : stopped(b, mixture);
    const logQu = logMixture(context, inQ, u, origin, bins);
    const logShare = mode.shares && block.K > 1 ? n.sub(logMembers(context, inQ, u, origin, bins), logQu) : null;
    const logSampler = (): Named | null => {
      if (mode.reparameterized) return bins && each ? logWholeNumbers(context, mixture, u, bins) : null;
      if (each) return logComponents(context, mixture, u, bins, axesOf(block).component);
      return logMixture(context, mixture, u, null, bins);
    };
    const logQ = n.sub(logQu, logDet);
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
