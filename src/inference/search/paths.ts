import { inTurns } from "../../base/turns.ts";
import type { Component } from "../../numeric/gaussians.ts";
import type { Minimum } from "../../numeric/lbfgs.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { curvatureOf, hessianAt } from "./curvature.ts";
import type { Target } from "./target.ts";
import { weigh } from "./weigh.ts";

/** Searches that are looked at, points along each, and draws that judge one of them. */
const most = { paths: 6, points: 12, draws: 200 };
/** Where a density hardly curves, its width is unknown: this many of the coordinate's own units. */
const widest = 3;

/**
 * Where a density has no proper maximum (a funnel; one that grows without bound towards the edge of its space), the
 * searches have passed by its mass on their way. Of the Gaussians that its curvature suggests along the way, those with
 * the best bounds: Pathfinder (Zhang et al. 2022), with the true curvature in place of the search's own estimate.
 */
export async function alongPaths(
  target: Target,
  searches: readonly Trail[],
  random: RandomStream,
): Promise<Component[]> {
  const D = target.dimension;
  const every = Math.max(1, Math.ceil(searches.length / most.paths));
  const found: { readonly component: Component; readonly elbo: number }[] = [];
  for (const { path } of searches.filter((_, i) => i % every === 0)) {
    let best: (typeof found)[number] | null = null;
    for (const { point } of spread(path, most.points)) {
      const precision = await hessianAt(target, point);
      const curvature = precision && (await inTurns(curvatureOf(precision, D, widest), target.signal));
      if (!curvature) continue;
      const component: Component = { weight: 1, centre: point, factor: curvature.factor };
      const { elbo } = (await weigh(target, [component], random, most.draws)).fit;
      if (Number.isFinite(elbo) && (best === null || elbo > best.elbo)) best = { component, elbo };
    }
    if (best) found.push(best);
  }
  if (found.length === 0) return [{ weight: 1, ...unit(D) }];
  const top = Math.max(...found.map(({ elbo }) => elbo));
  return found
    .filter(({ elbo }) => elbo > top - 5)
    .map(({ component, elbo }) => ({ ...component, weight: Math.exp(elbo - top) }));
}

/** What a search passed by. */
export type Trail = Pick<Minimum, "path">;

/** The part of a trail that is ever looked at. */
export function thinned({ path }: Trail): Trail {
  return { path: spread(path, most.points) };
}

/** About `count` of the iterates; of as few as that, all. */
function spread(path: Minimum["path"], count: number): Minimum["path"] {
  const finite = path.filter(({ point }) => point.every(Number.isFinite));
  const every = Math.max(1, finite.length / count);
  return Array.from({ length: Math.min(count, finite.length) }, (_, i) => finite[Math.floor(i * every)]!);
}

function unit(D: number): Pick<Component, "centre" | "factor"> {
  const factor = new Float64Array(D * D);
  for (let i = 0; i < D; i++) factor[i * D + i] = 1;
  return { centre: new Float64Array(D), factor };
}
