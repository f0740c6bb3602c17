import { inTurns, type Pausable } from "../../base/turns.ts";
import { balanced, covarianceOf, factorOf, spelledOut, type Component, type Tails } from "../../numeric/gaussians.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { pooled, refit } from "./refit.ts";
import { split } from "./split.ts";
import type { Target } from "./target.ts";
import { weigh, type Fitness, type Weighed } from "./weigh.ts";

/** A mixture that has been fitted to the target by its own importance weights. */
export interface Adapted {
  readonly mixture: readonly Component[];
  /** The same, before the broad parts of its components became components of their own. */
  readonly core: readonly Component[];
  readonly fit: Fitness;
  /** Rounds of drawing and refitting. */
  readonly rounds: number;
  readonly splits: number;
}

export interface AdaptOptions {
  /** Draws in each round. */
  readonly draws: number;
  readonly mostRounds: number;
  readonly mostComponents: number;
}

/** Good enough from the start: nothing is refitted. */
const atOnce = { relativeEss: 0.9, kHat: 0.5 };
/** Good enough after refitting: an effective share at least this, and k-hat at most that. */
const enough = { relativeEss: 0.8, kHat: 0.4 };
/** A round that does not raise the score by this factor has brought nothing; after it, a component is split. */
const progress = 1.15;
/** Rounds in a row, splits included, without a better mixture: the end. */
const patience = 7;
/** Before so many rounds, nothing is concluded from a lack of progress: a poor start takes its time. */
const fewestRounds = 15;
/** Rounds whose draws are refitted to: a mixture of many parts has more numbers than one round can tell. */
const memory = 4;

/**
 * Population Monte Carlo: draws from the mixture, weighs the draws, and refits the mixture to them by one weighted EM
 * step, round after round; this lowers KL(p || q), so that the mixture comes to cover the target. Where that no longer
 * helps and the weights are still uneven, the component with the most uneven ones is split in two along the direction
 * in which its draws are least like a Gaussian's. Cappe et al. (2008).
 *
 * A start that is good enough is left alone. Otherwise each of its components gets heavier tails, for good, and a broader
 * companion to be refitted, and all together one broad component that sees what none of them covers (a defensive
 * mixture, Hesterberg 1995).
 */
export async function adapt(
  target: Target,
  start: readonly Component[],
  random: RandomStream,
  { draws, mostRounds, mostComponents }: AdaptOptions,
  onRound: (best: Adapted, latest: Fitness) => void = () => undefined,
): Promise<Adapted> {
  const { dimension: D, signal } = target;
  let mixture = balanced(start);
  const first = (await weigh(target, mixture, random, draws)).fit;
  let best: Adapted = { mixture, core: mixture, fit: first, rounds: 1, splits: 0 };
  onRound(best, first);
  if (best.fit.relativeEss >= atOnce.relativeEss && best.fit.kHat <= atOnce.kHat) return best;
  const tails = tailsIn(D);
  mixture = await inTurns(withDefence(withCompanions(mixture)), signal);
  let pool: Weighed[] = [];
  let idle = 0;
  let before = 0;
  let splits = 0;
  for (let rounds = 2; rounds <= mostRounds; rounds++) {
    const drawn = await weigh(target, mixture, random, draws, tails);
    const { fit } = drawn;
    const better = score(fit) > score(best.fit) * 1.01;
    best = better ? { mixture: spelledOut(mixture, tails), core: mixture, fit, rounds, splits } : { ...best, rounds };
    onRound(best, fit);
    idle = better ? 0 : idle + 1;
    if (idle >= patience && rounds >= fewestRounds) break;
    if (isEnough(fit)) break;
    const stalled = score(fit) < progress * before;
    before = stalled ? 0 : score(fit);
    // rounds that served far worse than this one tell of places that the mixture has left
    pool = [drawn, ...pool.filter((past) => past.fit.relativeEss > fit.relativeEss / 2)].slice(0, memory);
    const drawnTogether = await inTurns(pooled(pool, mixture, tails), signal);
    const refitted = await inTurns(refit(mixture, drawnTogether, D), signal);
    const splitting = stalled && refitted.length < mostComponents;
    if (splitting) splits++;
    const next = splitting ? await inTurns(split(refitted, mixture, drawn, D, random), signal) : refitted;
    // the defence may itself have been dropped, or have become a component of its own
    const undefended = next.length > 1 && refitted.length === mixture.length ? next.slice(0, -1) : next;
    mixture = await inTurns(withDefence(undefended), signal);
  }
  return best;
}

/** What every component has of breadth beyond its own; a tail that no draw has met cannot be refitted to. */
const heavier: Tails = { share: 0.12, scale: 2.5 };
/** In more dimensions than these, typical draws of anything so much broader lie where nothing is: it is less so. */
const tailDimensions = 5;

function tailsIn(D: number): Tails {
  const { share, scale } = heavier;
  return { share, scale: 1 + (scale - 1) * Math.min(1, Math.sqrt(tailDimensions / D)) };
}

/** Share of a broader companion, and how much broader: their typical draws are some of the narrow one's far ones. */
const companion = { weight: 0.25, scale: 1.5 };

function withCompanions(parts: readonly Component[]): Component[] {
  return parts.flatMap((part) => [
    { ...part, weight: (1 - companion.weight) * part.weight },
    {
      ...part,
      weight: companion.weight * part.weight,
      factor: part.factor.map((x) => companion.scale * x),
    },
  ]);
}

/** As broad as everything together, and broader: what no component covers is at least seen. */
const defence = { weight: 0.05, scale: 1.5 };

function* withDefence(parts: readonly Component[]): Pausable<Component[]> {
  const D = parts[0]!.centre.length;
  const all = balanced(parts);
  const centre = new Float64Array(D);
  for (const { weight, centre: c } of all) c.forEach((x, d) => (centre[d]! += weight * x));
  const covariance = new Float64Array(D * D);
  for (const { weight, centre: c, factor } of all) {
    yield;
    const own = covarianceOf(factor, D);
    for (let i = 0; i < D; i++)
      for (let j = 0; j < D; j++)
        covariance[i * D + j]! += weight * (own[i * D + j]! + (c[i]! - centre[i]!) * (c[j]! - centre[j]!));
  }
  const factor = factorOf(covariance, D);
  if (factor === null) return all;
  return [
    ...all.map((part) => ({ ...part, weight: (1 - defence.weight) * part.weight })),
    { weight: defence.weight, centre, factor: factor.map((x) => defence.scale * x) },
  ];
}

/** Whether a mixture serves so well that refitting it further is not worth its while. */
export function isEnough({ relativeEss, kHat }: Fitness): boolean {
  return relativeEss >= enough.relativeEss && kHat <= enough.kHat;
}

/** What a better proposal has more of: effective draws, counted less where a heavy tail says that they are overrated. */
export function score({ relativeEss, kHat }: Fitness): number {
  return relativeEss * (kHat <= 0.5 ? 1 : Math.max(0.05, 1 - 1.5 * (kHat - 0.5)));
}
