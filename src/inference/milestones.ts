import type { FitOptions } from "./fit-options.ts";

/** Chunks end where something is looked at, so that where they end otherwise does not matter. */
export function nextStop(step: number, steps: number, options: FitOptions, flat: number | null): number {
  const { plateau, checkpointEvery } = options;
  const after = (every: number, from = 0): number => from + (Math.floor((step - from) / every) + 1) * every;
  const stops = [steps];
  if (plateau && flat === null) stops.push(after(plateau.window), after(plateau.window, options.beta.steps));
  if (checkpointEvery !== null) stops.push(after(checkpointEvery));
  const averaged = snapshots(steps, options, flat);
  if (averaged) stops.push(step < averaged.from ? averaged.from : after(averaged.every, averaged.from));
  if (plateau && flat !== null) stops.push(flat + settleOf(options));
  return Math.min(...stops.filter((stop) => stop > step));
}

/** The averaged iterates: about 64 of them, `every` steps apart, the first at `from + every`; null for none. */
function snapshots(steps: number, options: FitOptions, flat: number | null): { from: number; every: number } | null {
  const { averageLast } = options;
  const settle = settleOf(options);
  const settling = flat !== null && settle > 0;
  if (!settling && averageLast === 0) return null;
  const from = settling ? flat : Math.round(steps * (1 - averageLast));
  const count = settling ? settle : steps - from;
  return { from, every: Math.max(1, Math.floor(count / 64)) };
}

/** Whether the parameters after that step go into the average. */
export function isSnapshot(step: number, steps: number, options: FitOptions, flat: number | null): boolean {
  const averaged = snapshots(steps, options, flat);
  return averaged !== null && step > averaged.from && (step - averaged.from) % averaged.every === 0;
}

/** Whether a checkpoint is due after that step. */
export function isCheckpoint(step: number, { checkpointEvery }: FitOptions): boolean {
  return checkpointEvery !== null && step % checkpointEvery === 0;
}

/** Steps that are still run after a plateau. */
export function settleOf({ plateau }: FitOptions): number {
  return plateau?.settle ?? 0;
}
