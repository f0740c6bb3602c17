import { inTurns } from "../../base/turns.ts";
import { whitened, type Component } from "../../numeric/gaussians.ts";
import { defaultLbfgsOptions, minimiseAll, type Minimum } from "../../numeric/lbfgs.ts";
import type { RandomStream } from "../../numeric/random.ts";
import { curvatureOf, hessianAt, laplaceEvidence, newtonStep, type Curvature } from "./curvature.ts";
import type { Target } from "./target.ts";

/** A local maximum of the density on the unconstrained scale, and the Gaussian that touches it there. */
export interface Mode {
  readonly point: Float64Array;
  /** log p(x, z) + log |det J| there, nats. */
  readonly value: number;
  /** Lower Cholesky factor of the inverse of minus the Hessian. */
  readonly factor: Float64Array;
  /** Laplace's estimate of the mode's share of the evidence, nats. */
  readonly evidence: number;
  /** Starts that led here. */
  readonly starts: number;
}

export interface ModeSearch {
  /** Best evidence first; negligible ones left out. */
  readonly modes: readonly Mode[];
  readonly starts: number;
  /** Searches that ended at no proper maximum: the density has none there, or is unbounded. */
  readonly diverged: readonly Minimum[];
  /** Every search that could begin. */
  readonly ends: readonly Minimum[];
}

/** Standard deviations of starting points on the unconstrained scale, in turn: nothing says what a model's scale is. */
const scales = [1, 2, 0.5, 4];
/** A start where the density is not finite is drawn again, nearer to 0, at most this often. */
const redraws = 20;
/** Mode searches end at the same mode when they are this close, in units of its curvature: root mean square per coordinate. */
const sameMode = 0.5;
/** Modes with less than e^-9 of the largest one's evidence cannot be seen in any summary. */
const negligible = 9;
const polish = { iterations: 30, decrement: 1e-7 };

/** Dispersed starting points at which the density and its gradient are finite; the first is the origin. */
async function startingPoints(target: Target, random: RandomStream, count: number): Promise<Float64Array[]> {
  const draw = (i: number, round: number): Float64Array =>
    Float64Array.from({ length: target.dimension }, () =>
      i === 0 && round === 0 ? 0 : scales[i % scales.length]! * 0.7 ** round * random.normal(),
    );
  const points = Array.from({ length: count }, (_, i) => draw(i, 0));
  let missing = points.map((_, i) => i);
  for (let round = 1; round <= redraws && missing.length > 0; round++) {
    const found = await target.descend(missing.map((i) => points[i]!));
    missing = missing.filter((_, n) => !Number.isFinite(found[n]!.value) || !found[n]!.gradient.every(Number.isFinite));
    for (const i of missing) points[i] = draw(i, round);
  }
  return points;
}

/**
 * L-BFGS from many starts, then Newton steps with the true curvature; what ends at the same place is one mode.
 *
 * @param onEnd  told of the modes so far and of the starts that are done with, whenever one more is
 */
export async function findModes(
  target: Target,
  random: RandomStream,
  starts: number,
  onEnd: (modes: readonly Mode[], done: number) => void = () => undefined,
): Promise<ModeSearch> {
  const from = await startingPoints(target, random, starts);
  const ends = await minimiseAll(from, target.descend, defaultLbfgsOptions);
  const modes: Mode[] = [];
  const diverged: Minimum[] = [];
  const sorted = ends.filter(({ stopped }) => stopped !== "start").sort((a, b) => a.value - b.value);
  for (const [nth, end] of sorted.entries()) {
    onEnd(modes, starts - sorted.length + nth);
    const known = modes.findIndex((mode) => distance(mode, end.point) < sameMode);
    if (known >= 0) {
      modes[known] = { ...modes[known]!, starts: modes[known]!.starts + 1 };
      continue;
    }
    const mode = await refined(target, end);
    if (mode === null) {
      diverged.push(end);
      continue;
    }
    const same = modes.findIndex((other) => distance(other, mode.point) < sameMode);
    if (same < 0) modes.push(mode);
    else modes[same] = { ...modes[same]!, starts: modes[same]!.starts + 1 };
  }
  const best = Math.max(...modes.map(({ evidence }) => evidence));
  const kept = modes.filter(({ evidence }) => evidence > best - negligible).sort((a, b) => b.evidence - a.evidence);
  return { modes: kept, starts, diverged, ends: sorted };
}

/** Root mean square of a point's whitened coordinates. */
export function distance(mode: Pick<Mode, "point" | "factor">, point: Float64Array): number {
  const z = whitened({ weight: 1, centre: mode.point, factor: mode.factor }, point);
  return Math.sqrt(z.reduce((sum, x) => sum + x * x, 0) / z.length);
}

/** Newton's method with halved steps from where a search ended; null where it finds no proper maximum. */
async function refined(target: Target, end: Minimum): Promise<Mode | null> {
  const D = target.dimension;
  let { point, value, gradient }: Pick<Minimum, "point" | "value" | "gradient"> = end;
  let curvature: Curvature | null = null;
  for (let iteration = 0; iteration < polish.iterations; iteration++) {
    const precision = await hessianAt(target, point);
    curvature = precision && (await inTurns(curvatureOf(precision, D), target.signal));
    if (curvature === null) return null;
    const step = newtonStep(curvature.factor, gradient);
    const decrement = step.reduce((sum, s, i) => sum + s * gradient[i]!, 0);
    if (decrement < polish.decrement) break;
    const tries = Array.from({ length: 12 }, (_, n) => point.map((x, i) => x - 2 ** -n * step[i]!));
    const found = await target.descend(tries);
    const better = found.findIndex((at) => at.value < value - 1e-13 * Math.abs(value));
    if (better < 0) break;
    point = tries[better]!;
    ({ value, gradient } = found[better]!);
  }
  if (curvature === null || !curvature.proper) return null;
  const step = newtonStep(curvature.factor, gradient);
  // far from flat: the search ran into something that is no maximum
  if (step.reduce((sum, s, i) => sum + s * gradient[i]!, 0) > 0.01) return null;
  const { factor } = curvature;
  return { point, value: -value, factor, evidence: laplaceEvidence(-value, factor, D), starts: 1 };
}

/** The mixture that a list of modes suggests: each weighed by its evidence. */
export function componentsOf(modes: readonly Mode[]): Component[] {
  const best = Math.max(...modes.map(({ evidence }) => evidence));
  const total = modes.reduce((sum, { evidence }) => sum + Math.exp(evidence - best), 0);
  return modes.map(({ point, factor, evidence }) => ({
    weight: Math.exp(evidence - best) / total,
    centre: point,
    factor,
  }));
}
