import type { Outcome } from "../diagnostics/diagnostic.ts";
import type { RawArray } from "./arrays.ts";
import type { Input } from "./open.ts";

/** Data by name, as a file has them. */
export type Raw = Record<string, unknown>;

/** What a data file holds. */
export type Content =
  /** Data by name, some of them perhaps declared to be in other files. */
  | { readonly kind: "named"; readonly data: Raw }
  | { readonly kind: "columns"; readonly columns: Columns }
  /** One array without a name. */
  | { readonly kind: "array"; readonly array: RawArray };

/** Columns of numbers: those that were wanted; others of the same file may hold anything. */
export interface Columns {
  readonly names: readonly string[];
  readonly all: () => Outcome<Readonly<Record<string, RawArray>>>;
  /** One column, or a matrix of several; null where one of them is not there. */
  readonly some: (wanted: string | readonly string[]) => Outcome<RawArray | null>;
}

/** Names of the columns that may be asked for, beside the only one where there is no other; null: all of them. */
export type Wanted = ReadonlySet<string> | null;

/** A kind of data file. */
export interface Format {
  /** How its files end, as people know it. */
  readonly ending: string;
  /** All the ways in which they end. */
  readonly endings: RegExp;
  /** Reads bytes that are unpacked already, within the bounds of bounds.ts. Only a table asks what is wanted of it. */
  readonly read: (input: Input, path: string, wanted: Wanted) => Promise<Outcome<Content>>;
}
