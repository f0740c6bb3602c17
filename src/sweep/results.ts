import { mean, standardDeviation } from "../numeric/statistics.ts";
import type { Plot, Scalar, Setting } from "./sweep.ts";
import { entryOf } from "../base/records.ts";

/** How far a cell has come. A failed one runs again the next time. */
export type State = "waiting" | "running" | "done" | "failed";

/** The machine that a cell ran on: times and memory mean something beside it only. */
export interface Machine {
  readonly cores: number;
  readonly node: string;
  /** "linux x64" */
  readonly platform: string;
}

/** What is known of a cell that ran. */
export interface Ended {
  readonly state: "done" | "failed";
  /** Of the process; null when a signal ended it. */
  readonly exit: number | null;
  /** Whether the fit's own checks trust it; null when it failed. */
  readonly trusted: boolean | null;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** Wall clock of the whole process. */
  readonly seconds: number;
  /** The most memory that the process held; null where it did not tell. */
  readonly peakMemoryBytes: number | null;
  readonly machine: Machine;
  /** What went wrong; null when nothing did. */
  readonly message: string | null;
}

/** One fit as the results show it. */
export interface Row {
  /** Of everything that decides the numbers; names the cell's folder. */
  readonly hash: string;
  readonly axes: Readonly<Record<string, Scalar>>;
  readonly setting: Setting;
  /** The grids that it stands in, counted from 0. */
  readonly grids: readonly number[];
  readonly state: State;
  readonly outcome: Ended | null;
}

/** A metric over the seeds of one setting. */
export interface Spread {
  readonly n: number;
  readonly mean: number;
  /** Between seeds; null of a single one. */
  readonly sd: number | null;
}

/** One line of a table: the cells that differ in their seed alone. */
export interface Line {
  readonly axes: Readonly<Record<string, Scalar>>;
  /** How many cells are in each state. */
  readonly states: Readonly<Record<State, number>>;
  readonly metrics: Readonly<Record<string, Spread | null>>;
  /** Share of the finished fits whose verdict is "trusted"; null before the first. */
  readonly trusted: number | null;
  /** Wall clock per finished cell, minutes. */
  readonly minutes: number | null;
}

/** One table for each grid. */
export interface Table {
  /** Axes that are the same all over the grid. */
  readonly fixed: Readonly<Record<string, Scalar>>;
  /** The others, without the seed. */
  readonly axes: readonly string[];
  readonly lines: readonly Line[];
}

const seed = "seed";

/** Cells that are one: those of the same hash that show the same; the axes of one may be more than those of another. */
export function mergeRows(rows: readonly Row[]): readonly Row[] {
  const merged: Row[] = [];
  const placesOf = new Map<string, number[]>();
  for (const row of rows) {
    const places = placesOf.get(row.hash) ?? [];
    const at = places.find((place) => showsAlike(merged[place], row));
    const twin = at === undefined ? undefined : merged[at];
    if (at === undefined || !twin) placesOf.set(row.hash, [...places, merged.push(row) - 1]);
    else {
      const grids = [...new Set([...twin.grids, ...row.grids])];
      merged[at] = { ...twin, axes: { ...twin.axes, ...row.axes }, grids };
    }
  }
  return merged;
}

/** Where both rows have an axis, they stand at the same value. */
function showsAlike(one: Row | undefined, { axes }: Row): boolean {
  return one !== undefined && Object.entries(axes).every(([name, value]) => (one.axes[name] ?? value) === value);
}

/** The table of one grid: its rows in the order of the file, seeds gathered. */
export function tabulate(axes: readonly string[], rows: readonly Row[], metrics: readonly string[]): Table {
  const differs = (name: string): boolean => new Set(rows.map((row) => String(entryOf(row.axes, name)))).size > 1;
  const shown = axes.filter((name) => name !== seed && differs(name));
  const gathered = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const key = JSON.stringify(shown.map((name) => entryOf(row.axes, name)));
    const others = gathered.get(key);
    if (others) others.push(row);
    else gathered.set(key, [row]);
  }
  const [first] = rows;
  const fixed = axes.filter((name) => name !== seed && !differs(name));
  return {
    fixed: first ? axesOf(first, fixed) : {},
    axes: shown,
    lines: [...gathered.values()].map((cells) => lineOf(cells, shown, metrics)),
  };
}

/** Where a row stands on some axes, in their order. */
function axesOf(row: Row, names: readonly string[]): Readonly<Record<string, Scalar>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = entryOf(row.axes, name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function lineOf(cells: readonly [Row, ...Row[]], axes: readonly string[], metrics: readonly string[]): Line {
  const unique = [...new Map(cells.map((row) => [row.hash, row])).values()];
  const done = unique.flatMap(({ outcome }) => (outcome?.state === "done" ? [outcome] : []));
  const count = (state: State): number => unique.filter((row) => row.state === state).length;
  return {
    axes: axesOf(cells[0], axes),
    states: {
      waiting: count("waiting"),
      running: count("running"),
      done: count("done"),
      failed: count("failed"),
    },
    metrics: Object.fromEntries(
      metrics.map((name) => [name, spread(done.map((outcome) => entryOf(outcome.metrics, name) ?? null))]),
    ),
    trusted: done.length === 0 ? null : mean(done.map(({ trusted }) => Number(trusted === true))),
    minutes: done.length === 0 ? null : mean(done.map(({ seconds }) => seconds)) / 60,
  };
}

function spread(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const sd = known.length > 1 ? standardDeviation(known) : null;
  return { n: known.length, mean: mean(known), sd };
}

/** A point of a plot: one finished cell. */
export interface Point {
  readonly series: string;
  readonly x: number | string;
  readonly y: number;
}

/**
 * The finished cells that a plot shows. A cell whose grid lacks an axis is found by the option of that name; one that
 * has neither does not show.
 */
export function pointsOf({ x, y, by, where }: Plot, rows: readonly Row[]): readonly Point[] {
  const seen = new Set<string>();
  return rows.flatMap((row): readonly Point[] => {
    const at = (name: string): Scalar | undefined =>
      entryOf(row.axes, name) ?? asNumber(entryOf(row.setting.options, name));
    const [here, value] = [at(x), entryOf(row.outcome?.metrics ?? {}, y) ?? null];
    const series = by === null ? y : at(by);
    const fits = Object.entries(where).every(([name, values]) =>
      values.some((one) => String(one) === String(at(name))),
    );
    const usable = here !== undefined && series !== undefined && value !== null;
    if (!fits || !usable || row.outcome?.state !== "done") return [];
    const key = JSON.stringify([row.hash, series, here]);
    if (seen.has(key)) return [];
    seen.add(key);
    const point = typeof here === "boolean" ? String(here) : here;
    return [{ series: String(series), x: point, y: value }];
  });
}

/** Options are texts; those that are numbers are plotted as such. */
function asNumber(text: string | boolean | undefined): Scalar | undefined {
  return typeof text === "string" && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
