import type { Outcome } from "../diagnostics/diagnostic.ts";
import type { RawArray } from "./arrays.ts";

/** Data by name, as a file has them. */
export type Raw = Record<string, unknown>;

/** What a data file holds. */
export type Content =
  /** Data by name, some of them perhaps declared to be in other files. */
  | { readonly kind: "named"; readonly data: Raw }
  | { readonly kind: "columns"; readonly columns: Columns }
  /** One array without a name. */
  | { readonly kind: "array"; readonly array: RawArray };

/** Columns of numbers, read when they are asked for: others of the same file may hold anything. */
export interface Columns {
  readonly names: readonly string[];
  readonly all: () => Outcome<Raw>;
  /** One column, or a matrix of several; null where one of them is not there. */
  readonly some: (wanted: string | readonly string[]) => Outcome<unknown>;
}

/** A kind of data file. */
export interface Format {
  /** How its files end, as people know it. */
  readonly ending: string;
  /** All the ways in which they end. */
  readonly endings: RegExp;
  readonly read: (bytes: Uint8Array, path: string) => Outcome<Content>;
}

/** The text of a file, without a mark of its byte order. */
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).replace(/^\uFEFF/, "");
