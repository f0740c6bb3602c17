/** Points of a plane (or of a line, whose `ys` is [0]): rows of `ys`, in each of them all of `xs`. */
export interface Places {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
}

/** A density over them, 1 where it is highest. */
export interface GriddedDensity extends Places {
  readonly values: Float64Array;
}

/** Along each coordinate, from where to where. */
export type Box = readonly (readonly [number, number])[];

const coarse = { line: 401, plane: 81 };
const fine = { line: 401, plane: 121 };
/** Below exp(-10) of the highest density nothing is to be seen. */
const faintest = -10;

/**
 * A density over one or two coordinates that is known up to a factor, on a grid that holds all of it that can be seen:
 * found on a wide grid around `reach`, then computed on a fine one over what was found and over `shown`.
 * `logDensity` takes points one after another, [points][D], and may say NaN or -Infinity outside the support.
 */
export async function gridded(
  logDensity: (points: Float64Array, count: number) => Promise<Float64Array>,
  reach: Box,
  shown: Box,
): Promise<GriddedDensity> {
  const on = async (places: Places): Promise<Float64Array> => {
    const points = pointsOf(places, reach.length);
    const logs = await logDensity(points, places.xs.length * places.ys.length);
    return logs.map((log) => (Number.isNaN(log) ? -Infinity : log));
  };
  const kind = reach.length === 1 ? "line" : "plane";
  const wide = placesIn(widened(reach, 0.15), coarse[kind]);
  const found = seen(wide, await on(wide), reach.length);
  const box = found.map(([low, high], at): [number, number] => [
    Math.min(low, shown[at]?.[0] ?? low),
    Math.max(high, shown[at]?.[1] ?? high),
  ]);
  const places = placesIn(widened(box, 0.08), fine[kind]);
  const logs = await on(places);
  const most = highest(logs);
  return { ...places, values: logs.map((log) => Math.exp(log - most)) };
}

/** A grid of `count` lines along each coordinate. */
export function placesIn(box: Box, count: number): Places {
  const along = ([from, to]: readonly [number, number]): number[] =>
    Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
  const [x = [0, 1] as const, y] = box;
  return { xs: along(x), ys: y ? along(y) : [0] };
}

/** The points of a grid, [ys][xs][D]. */
export function pointsOf({ xs, ys }: Places, D: number): Float64Array {
  return Float64Array.from(ys.flatMap((y) => xs.flatMap((x) => (D === 1 ? [x] : [x, y]))));
}

/** The box of some points [points][D], but for a share of them at each end. */
export function boxOf(rows: readonly (readonly number[])[], D: number, left = 0): Box {
  return Array.from({ length: D }, (_, at): [number, number] => {
    const sorted = rows.map((row) => row[at]!).sort((p, q) => p - q);
    const out = Math.floor(sorted.length * left);
    return [sorted[out] ?? 0, sorted[sorted.length - 1 - out] ?? 1];
  });
}

export function widened(box: Box, share: number): Box {
  return box.map(([low, high]) => {
    const margin = share * (high - low || Math.abs(high) || 1);
    return [low - margin, high + margin];
  });
}

/** Where a density can be seen, with a line of the grid around it. */
function seen({ xs, ys }: Places, logs: Float64Array, D: number): Box {
  const most = highest(logs);
  const bright = Array.from(logs.keys()).filter((at) => logs[at]! > most + faintest);
  const around = (along: readonly number[], places: readonly number[]): [number, number] => {
    const low = places.reduce((least, place) => Math.min(least, place), along.length - 1);
    const high = places.reduce((greatest, place) => Math.max(greatest, place), 0);
    return [along[Math.max(0, low - 1)]!, along[Math.min(along.length - 1, high + 1)]!];
  };
  const x = around(
    xs,
    bright.map((at) => at % xs.length),
  );
  return D === 1
    ? [x]
    : [
        x,
        around(
          ys,
          bright.map((at) => Math.floor(at / xs.length)),
        ),
      ];
}

function highest(logs: Float64Array): number {
  return logs.reduce((most, log) => Math.max(most, log), -Infinity);
}
