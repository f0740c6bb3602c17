import type { Shape } from "../../../tensor/shape.ts";
import type { Target } from "../target.ts";
import { balance, type Team } from "../threads/team.ts";
import type { Local } from "../wasm/assembler.ts";

/** Memory that a loop goes through: an address at its start and a stride in elements for each axis of the loop. */
export interface Access {
  readonly base: number;
  readonly strides: readonly number[];
  /** Bytes to add to the base, for memory whose place changes while the code runs. */
  readonly moving: Local<"i32"> | null;
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
function mergedAxes(shape: Shape, accesses: readonly Access[]): Axis[] {
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
  if (motion.kind === "even") return motion.stride === 1 ? 1 : motion.stride === 0 ? 0.25 : 1.5 * lanes;
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
function chooseVectors(
  axes: readonly Axis[],
  { lanes }: Pick<Target, "lanes">,
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

/** Loops around a loop over vectors. */
export interface Nest {
  /** All axes, as they were before some of them became loops and one of them vectors. */
  readonly merged: readonly Axis[];
  /** Outermost first. */
  readonly outer: readonly Axis[];
  readonly vectors: VectorAxis;
  /** An axis within the vectors: results wait in registers until it is done. */
  readonly gathered: Axis | null;
  /** After the last round of the last outer axis comes one more, of vectors over so many entries; 0 where none does. */
  readonly tail: number;
}

/**
 * The axes of a loop over a space, in the order in which they are nested. Long sums are taken block by block, so that
 * they round less, and so that threads can share the blocks out.
 *
 * @param first  which accesses are of reductions: those from this position on
 * @param work   of the body: see `chooseVectors`
 */
export function nestOf(
  shape: Shape,
  accesses: readonly Access[],
  first: number,
  t: Pick<Target, "lanes">,
  work: number,
): Nest {
  const merged = mergedAxes(shape, accesses);
  const { vectors, outer } = chooseVectors(merged, t, 2 + work) ?? {
    vectors: { size: 1, motions: accesses.map(() => even(0)) },
    outer: [],
  };
  const { size, motions } = vectors;
  const last = outer.at(-1);
  if (last && gathersAlong(last, vectors, first, t))
    return { merged, outer: outer.slice(0, -1), vectors, gathered: last, tail: 0 };
  const summed = motions.slice(first);
  const cut = summed.length > 0 && summed.every(stays) && motions.every(({ kind }) => kind === "even");
  if (!cut || size < 2 * block) return { merged, outer, vectors, gathered: null, tail: 0 };
  const strides = motions.map(({ stride }) => stride * block);
  const blocks = { size: Math.floor(size / block), strides };
  return {
    merged,
    outer: [...outer, blocks],
    vectors: { size: block, motions },
    gathered: null,
    tail: size % block,
  };
}

/** Elements of a long sum that are added up before they meet the rest. */
const block = 4096;

/** Vectors of results that wait in registers at once: enough to hide how long an addition takes. */
export const mostVectors = 4;
/** Rounds whose lines of memory stay in the first cache. */
const mostRounds = 256;

/**
 * Whether all reductions go on along the vectors and stay along an axis: then the axis is the innermost loop, and
 * some neighbouring vectors of results wait in registers until it is done.
 */
function gathersAlong(
  { size, strides }: Axis,
  vectors: VectorAxis,
  first: number,
  { lanes }: Pick<Target, "lanes">,
): boolean {
  const summed = vectors.motions.slice(first);
  const fits = summed.every((motion, r) => {
    const moves = motion.stride !== 0 && !(motion.kind === "pairs" && motion.within === 0);
    return moves && strides[first + r] === 0;
  });
  // a line of memory for each round must stay in the cache until the next vectors
  const few = size <= mostRounds || vectors.size <= lanes * mostVectors;
  return summed.length > 0 && fits && few;
}

/** Rounds of an outer axis, the one for a tail included. */
export function roundsOf({ outer, tail }: Nest, level: number): number {
  return outer[level]!.size + (tail > 0 && level === outer.length - 1 ? 1 : 0);
}

/** How threads divide a nest. */
export interface Division {
  /** The outer axis that is divided; that of vectors when it is as many as there are outer ones. */
  readonly level: number;
  readonly units: number;
  /**
   * Accesses of reductions over the divided axis: each round of the outer loops leaves its own result, and the first
   * thread adds them up afterwards, in the order in which one thread alone would have.
   */
  readonly partial: ReadonlySet<number>;
}

/** Elements along the vectors that threads share out together: a cache line, and what is gathered together. */
export const innerUnit = ({ lanes }: Pick<Target, "lanes">): number => mostVectors * lanes;

/** All entries along the vectors meet in one number. */
const isNumber = (motion: Motion): boolean => motion.kind === "even" && motion.stride === 0;

/** The most results that are left for the first thread to add up. */
const mostPartial = 1 << 14;

/**
 * The axis to divide, the outermost that gives every thread about as much to do; an axis that is summed over only where
 * there is no other. Null where there is none.
 */
export function divisionOf(
  nest: Nest,
  reductions: number,
  t: Pick<Target, "lanes">,
  team: Pick<Team, "threads">,
): Division | null {
  const { outer, vectors, tail } = nest;
  const summedOver = ({ strides }: Axis): number[] =>
    strides.flatMap((stride, a) => (a >= reductions && stride === 0 ? [a] : []));
  const all = outer.reduce((product, _, level) => product * roundsOf(nest, level), 1);
  const candidates = outer.flatMap((axis, level): Division[] => {
    const partial = summedOver(axis);
    // only what a register holds over the inner axis makes one result for each round
    const possible = partial.every((a) => isNumber(vectors.motions[a]!)) && partial.length * all <= mostPartial;
    if (partial.length > 0 && !possible) return [];
    return [{ level, units: roundsOf(nest, level), partial: new Set(partial) }];
  });
  if (tail === 0 && !vectors.motions.slice(reductions).some(stays))
    candidates.push({
      level: outer.length,
      units: Math.ceil(vectors.size / innerUnit(t)),
      partial: new Set(),
    });
  const fair = candidates.filter(({ units }) => units > 1 && balance(units, team) >= fairEnough);
  return fair.find(({ partial }) => partial.size === 0) ?? fair[0] ?? null;
}

const fairEnough = 0.6;
