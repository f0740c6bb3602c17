/** Where the values of one coordinate lie: nothing beyond is drawn. */
export interface Extent {
  /** Infinite where it is open; null where there is a bound that is not known: the draws end before it. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** Whole numbers only. */
  readonly integer: boolean;
}

export const anywhere: Extent = { lower: -Infinity, upper: Infinity, integer: false };

/** Most bars of whole numbers that stand one by one. */
const mostBars = 60;
const bins = 50;

/** Along an axis, from where to where, and how wide the bins of a histogram are. */
export interface Span {
  readonly ends: readonly [number, number];
  readonly bin: number;
}

/**
 * The part of an axis that shows draws, all but a few of the outermost, and no place where none can be. Each whole
 * number has the half before it and the half after it.
 */
export function spanOf(draws: readonly number[], grid: readonly number[], extent: Extent): Span {
  const sorted = draws.filter(Number.isFinite).toSorted((p, q) => p - q);
  const [least = 0, most = least] = [sorted[0], sorted.at(-1)];
  const low = sorted[Math.floor(sorted.length * 0.005)] ?? 0;
  const high = sorted[Math.ceil(sorted.length * 0.995) - 1] ?? 1;
  if (extent.integer) return wholeSpan(low, high);
  const margin = 0.06 * (high - low || Math.abs(low) || 1);
  const from = Math.max(grid[0] ?? low - margin, extent.lower ?? least);
  const to = Math.min(grid.at(-1) ?? high + margin, extent.upper ?? most);
  // all draws at an end that is not known to be one
  const ends: readonly [number, number] = from < to ? [from, to] : [from - margin, from + margin];
  return { ends, bin: (ends[1] - ends[0]) / bins };
}

function wholeSpan(low: number, high: number): Span {
  const count = high - low + 1;
  const bin = Math.max(1, Math.ceil(count / mostBars));
  const from = low - 0.5;
  return { ends: [from, from + bin * Math.ceil(count / bin)], bin };
}
