import type { Shape } from "../../../tensor/shape.ts";
import type { Target } from "../target.ts";

/** Memory that a loop goes through: an address at its start and a stride in elements for each axis of the loop. */
export interface Access {
  readonly base: number;
  readonly strides: readonly number[];
}

/** An axis of the loop after merging: its size, and each access's stride along it. */
export interface Axis {
  readonly size: number;
  readonly strides: readonly number[];
}

/** How an access moves along the axis of vectors: as many numbers for each entry, or for each pair and within it. */
export type Motion =
  | { readonly kind: "even"; readonly stride: number }
  | { readonly kind: "pairs"; readonly stride: number; readonly within: number };

/** The axis that vectors lie along. Two axes may be one, where the inner has two entries and vectors have four. */
export interface VectorAxis {
  readonly size: number;
  readonly motions: readonly Motion[];
}

/** Axes of size 1 go; neighbours that every access runs through as if they were one become one. */
export function mergedAxes(shape: Shape, accesses: readonly Access[]): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const strides = accesses.map((access) => access.strides[axis]!);
    const last = axes.at(-1);
    const one = last?.strides.every((stride, i) => stride === strides[i]! * size);
    if (last && one) axes[axes.length - 1] = { size: last.size * size, strides };
    else axes.push({ size, strides });
  });
  return axes;
}

/** What it costs to bring a vector in or out, in units of a plain load. */
function moveCost(motion: Motion, lanes: number): number {
  if (motion.kind === "even")
    return motion.stride === 1 ? 1 : motion.stride === 0 ? 0.25 : 1.5 * lanes;
  const { stride, within } = motion;
  if (stride === 0) return within === 1 ? 0.25 : lanes;
  if (stride === 1 && within === 0) return 2;
  return within === 1 ? 2 : 1.5 * lanes;
}

/**
 * Chooses what vectors lie along: what is cheapest to move, and long enough to fill them.
 *
 * @param work  what is done with a vector between loading and storing it, in units of a plain load
 */
export function chooseVectors(
  axes: readonly Axis[],
  { lanes }: Target,
  work: number,
): { readonly vectors: VectorAxis; readonly outer: readonly Axis[] } | null {
  const ways = axes.map((axis) => ({
    vectors: { size: axis.size, motions: axis.strides.map(even) },
    outer: axes.filter((other) => other !== axis),
  }));
  const pair = axes.at(-1);
  if (lanes === 4 && pair?.size === 2)
    for (const axis of axes.slice(0, -1))
      ways.push({
        vectors: {
          size: 2 * axis.size,
          motions: axis.strides.map((stride, i) => paired(stride, pair.strides[i]!)),
        },
        outer: axes.filter((other) => other !== axis && other !== pair),
      });
  const costs = ways.map(({ vectors: { size, motions } }) => {
    const moves = motions.reduce((sum, motion) => sum + moveCost(motion, lanes), 0);
    return ((work + moves) * Math.ceil(size / lanes)) / size;
  });
  return ways[costs.indexOf(Math.min(...costs))] ?? null;
}

const even = (stride: number): Motion => ({ kind: "even", stride });

function paired(stride: number, within: number): Motion {
  return stride === 2 * within ? even(within) : { kind: "pairs", stride, within };
}

/** Whether a motion comes back to where it was: an access that something is gathered in along the axis. */
export function stays(motion: Motion): boolean {
  return motion.stride === 0;
}
