import { contours } from "d3-contour";

/** Numbers at the crossings of evenly spaced lines: `values[row * xs.length + column]` at (xs[column], ys[row]). */
export interface Grid {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where a grid's values are at least `threshold`: closed outlines, a hole joined to what is around it by a cut. */
export function regionsAbove({ xs, ys, values }: Grid, threshold: number): Point[][] {
  const within = (at = 0, along: readonly number[]): number => {
    const [first = 0, second = first] = along;
    // values stand in the middle of d3's cells; its outlines go round the whole cells at the edge
    const place = first + (at - 0.5) * (second - first);
    return Math.min(Math.max(place, first), along.at(-1) ?? first);
  };
  const { coordinates } = contours().size([xs.length, ys.length]).contour(Array.from(values), threshold);
  return coordinates.map((polygon) => {
    const rings = polygon.map((ring) => ring.map(([column, row]) => ({ x: within(column, xs), y: within(row, ys) })));
    const [outer = [], ...holes] = rings;
    const start = outer.slice(0, 1);
    return holes.reduce((outline, hole) => [...outline, ...hole, ...start], outer);
  });
}

/** The least density within the smallest region that holds each share of the mass, of unnormalised densities on a grid. */
export function massThresholds(values: ArrayLike<number>, shares: readonly number[]): number[] {
  const falling = Float64Array.from(values).sort().reverse();
  const total = falling.reduce((sum, value) => sum + value, 0);
  return shares.map((share) => {
    let mass = 0;
    for (const value of falling) {
      mass += value;
      if (mass >= share * total) return value;
    }
    return falling.at(-1) ?? 0;
  });
}

/** `count` numbers from one end to the other. */
export function evenly(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}
