import { endsOf } from "../spec.ts";
import { regionsAbove, type Point } from "../regions.ts";
import { colourOf, type LatentPlotOptions } from "./data.ts";
import type { Word } from "./words.ts";

/** A place of the plane, the probability of a class there, and by how much it is likelier than the likeliest other. */
interface Cell extends Point {
  readonly p: number;
  readonly lead: number;
}

/** A class over the plane. */
export interface ClassGrid {
  readonly label: number;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Row-major: [ys][xs]. */
  readonly cells: readonly Cell[];
}

/** The probabilities of a plot, class by class. */
export function classesOf({ xs, ys, probabilities, classes }: LatentPlotOptions): readonly ClassGrid[] {
  const places = ys.flatMap((y) => xs.map((x) => ({ x, y })));
  const shares = places.map((_, at) =>
    Array.from({ length: classes }, (_, label) => probabilities[at * classes + label] ?? 0),
  );
  return Array.from({ length: classes }, (_, label) => {
    const cells = places.map((place, at) => ({ ...place, ...standing(shares[at] ?? [], label) }));
    return { label, xs, ys, cells };
  });
}

/** The probability of a class among all, and its lead over the largest of the others. */
function standing(all: readonly number[], label: number): { readonly p: number; readonly lead: number } {
  const p = all[label] ?? 0;
  const best = all.reduce((most, other, at) => (at === label ? most : Math.max(most, other)), 0);
  return { p, lead: p - best };
}

/** Where a class is the likeliest, and its probability at least `level`. */
export function surest({ xs, ys, cells }: ClassGrid, level: number): Point[][] {
  return regionsAbove({ xs, ys, values: cells.map(({ p, lead }) => Math.min(lead, p - level)) }, 0);
}

/** A class bears its number where it is surest: near the middle of that, and away from the names of data. */
export function classPlaces(classes: readonly ClassGrid[], taken: readonly Point[]): readonly Word[] {
  return classes.flatMap(({ label, xs, ys, cells }) => {
    const own = cells.filter(({ lead }) => lead >= 0);
    if (own.length < cells.length / smallest) return [];
    const [left, right] = endsOf(xs);
    const [low, high] = endsOf(ys);
    const isFree = ({ x, y }: Point): boolean =>
      taken.every((at) => Math.abs(x - at.x) > 0.15 * (right - left) || Math.abs(y - at.y) > 0.06 * (high - low));
    const most = own.reduce((max, { p }) => Math.max(max, p), 0);
    const [surest, sure] = [own.filter(({ p }) => p >= 0.95 * most), own.filter(({ p }) => p >= 0.6 * most)];
    const spots = [surest.filter(isFree), sure.filter(isFree), surest].find((some) => some.length > 0) ?? [];
    return central(spots).map(({ x, y }) => ({ x, y, text: String(label), colour: colourOf(label) }));
  });
}

/** A class that is the likeliest in a smaller part of the plane than one in so many bears no number. */
const smallest = 500;

/** The one of some places that is nearest to their middle; none of none. */
function central(spots: readonly Point[]): readonly Point[] {
  const [first] = spots;
  if (!first) return [];
  const middle = { x: average(spots.map(({ x }) => x)), y: average(spots.map(({ y }) => y)) };
  const away = ({ x, y }: Point): number => (x - middle.x) ** 2 + (y - middle.y) ** 2;
  return [spots.reduce((best, at) => (away(at) < away(best) ? at : best), first)];
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
