import { mean, variance } from "../numeric/statistics.ts";

/** When a run has stopped getting anywhere. */
export interface Plateau {
  /** Steps that are averaged before they are compared. */
  readonly window: number;
  /** Stop after this many windows in a row that are no better than the last one that was. */
  readonly patience: number;
  /** Steps that are still run then, their parameters averaged; left out: none. */
  readonly settle?: number;
}

/** A window is better when its mean is higher by this many standard errors of the difference. */
const clearly = 2;

/** Whether the bounds of the steps so far end in a plateau, or have come to one before. */
export function hasPlateaued(bounds: Float64Array, plateau: Plateau, from = 0): boolean {
  return firstPlateau(bounds, plateau, from) !== null;
}

/**
 * The number of steps after which the bounds first had come to a plateau, or null; a pure function of them, so that a
 * resumed run stops where an uninterrupted one does. Windows start at step `from`; an unfinished last one is left out.
 */
export function firstPlateau(bounds: Float64Array, { window, patience }: Plateau, from = 0): number | null {
  let best: { readonly mean: number; readonly error: number } | null = null;
  let idle = 0;
  for (let start = from; start + window <= bounds.length; start += window) {
    const part = bounds.subarray(start, start + window);
    const here = { mean: mean(part), error: window > 1 ? variance(part) / window : 0 };
    if (best === null || here.mean - best.mean > clearly * Math.sqrt(here.error + best.error)) {
      best = here;
      idle = 0;
    } else if (++idle >= patience) return start + window;
  }
  return null;
}
