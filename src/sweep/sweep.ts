import type { Written } from "../options/print.ts";

/** What an axis shows of a cell: a number, a word, or whether. */
export type Scalar = string | number | boolean;

/** Everything that decides one fit. Paths are as the sweep file has them, relative to it. */
export interface Setting {
  readonly model: string;
  readonly data: string | null;
  /** Data that the fit is scored on, or null. */
  readonly test: string | null;
  /** In the texts that the command line takes, by long name. */
  readonly options: Written;
}

/** One fit of a grid. */
export interface Cell {
  /** Where it stands on each axis of its grid. */
  readonly axes: Readonly<Record<string, Scalar>>;
  readonly setting: Setting;
}

/** All combinations of the values of some axes. */
export interface Grid {
  readonly axes: readonly string[];
  /** Seeds vary slowest: a sweep that is stopped early has most settings once, not some of them many times. */
  readonly cells: readonly Cell[];
}

/** Steps into a report: names of fields, and places in lists. */
export type Path = readonly (string | number)[];

/** A picture of one metric against one axis. */
export interface Plot {
  readonly file: string;
  readonly title: string | null;
  readonly y: string;
  readonly x: string;
  /** One line for each of its values; null for a single line. */
  readonly by: string | null;
  /** Only the cells with one of these values on each axis. */
  readonly where: Readonly<Record<string, readonly Scalar[]>>;
  readonly logX: boolean;
  /** Lines to compare with. */
  readonly references: readonly { readonly y: number; readonly label: string }[];
}

/** A sweep file that was read and checked. */
export interface Sweep {
  readonly grids: readonly Grid[];
  /** Where in a report each metric of the file stands, by its name. */
  readonly metrics: Readonly<Record<string, Path>>;
  readonly plots: readonly Plot[];
  /** Where files that data declarations name are; relative to the sweep file. */
  readonly dataFolder: string | null;
}
