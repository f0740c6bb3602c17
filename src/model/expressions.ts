import type { Span } from "../diagnostics/span.ts";

/**
 * A size: a number, or a size name read off the data. Sums of the two, such as `N + 1`, are canonical text
 * (see sizes.ts). Two sizes are equal only if they are the same number or the same text.
 */
export type Dim = number | string;

/** What is known of every entry of a value: lower <= entry <= upper (closed, infinities included). */
export interface Range {
  readonly lower: number;
  readonly upper: number;
}

/** The type of an expression as seen from inside its plates: plate axes are not part of the shape. */
export interface ValueType {
  readonly shape: readonly Dim[];
  /** Integer-valued: whole numbers only. */
  readonly integer: boolean;
  readonly range: Range;
  /** The value as a size, where it is one: a whole number, a size name, a const made of them. */
  readonly size?: Dim;
}

/** A name for one `plate` statement, unique in the model; the index name itself unless that is used twice. */
export type PlateId = string;

interface Typed<K extends string> {
  readonly kind: K;
  readonly span: Span;
  readonly type: ValueType;
  /** The plates over which the value varies, outermost first: a subset of the plates it is written in. */
  readonly plates: readonly PlateId[];
}

export interface NumberExpr extends Typed<"number"> {
  readonly value: number;
}
/** A `const`: its value is known when data are bound (`--set` may override it). */
export interface ConstExpr extends Typed<"const"> {
  readonly name: string;
}
export interface DataExpr extends Typed<"data"> {
  readonly name: string;
}
export interface ParamExpr extends Typed<"param"> {
  readonly name: string;
}
/**
 * A latent site or a `let`. Inside the plates that declare it, it is the current element; the declaring plates that
 * are not in `plates` have become leading dimensions of its shape, in order.
 */
export interface LatentExpr extends Typed<"latent"> {
  readonly name: string;
}
export interface LetExpr extends Typed<"let"> {
  readonly name: string;
}
/** The index of a plate, used as a number: 0, 1, ... */
export interface PlateIndexExpr extends Typed<"plate-index"> {
  readonly plate: PlateId;
}
/** A size used as a number. */
export interface SizeExpr extends Typed<"size"> {
  readonly size: Dim;
}
/** A function of the library, operators included (`add`, `less`, ...); see functions.ts. */
export interface CallExpr extends Typed<"call"> {
  readonly fn: string;
  readonly args: readonly Expr[];
}
/** A `net` applied along the last axis. */
export interface NetExpr extends Typed<"net"> {
  readonly net: string;
  readonly arg: Expr;
}
/** One index per leading dimension of the target; the dimensions not indexed stay. */
export type IndexItem =
  | { readonly kind: "at"; readonly at: Expr } // a whole number, or an array of them (gather)
  | { readonly kind: "slice"; readonly from: Dim; readonly length: Dim };
export interface IndexExpr extends Typed<"index"> {
  readonly target: Expr;
  readonly items: readonly IndexItem[];
}
export interface ArrayExpr extends Typed<"array"> {
  readonly elements: readonly Expr[];
}

/** A value with a name of its own inside a `for` or a `fun`: a `let`, or an argument. It may stand in many places. */
export interface LocalExpr extends Typed<"local"> {
  readonly called: string;
  readonly value: Expr;
}
/**
 * An entry of an array that is being filled: `lag` iterations before the one that the current loop fills in this iteration, or
 * at a place that was filled before.
 */
export interface ElementExpr extends Typed<"element"> {
  readonly array: string;
  readonly at: { readonly lag: number } | { readonly place: Dim; readonly before: readonly Segment[] };
}
/** An array filled entry by entry, from the first to the last. */
export interface FilledExpr extends Typed<"filled"> {
  readonly segments: readonly Segment[];
}
/** The next entry, or as many as a loop has iterations. */
export type Segment =
  | { readonly kind: "entry"; readonly value: Expr }
  | { readonly kind: "loop"; readonly loop: Loop; readonly array: string };
/** A `for` that fills arrays: each iteration gives each of them one entry, in the order of the statements. */
export interface Loop {
  /** Its index runs from 0; see Plate. */
  readonly plate: PlateId;
  readonly fills: readonly Fill[];
}
export interface Fill {
  readonly array: string;
  /** The place that the first iteration fills. */
  readonly start: Dim;
  /** What was filled before. */
  readonly before: readonly Segment[];
  readonly value: Expr;
}

export type Expr =
  | NumberExpr
  | ConstExpr
  | DataExpr
  | ParamExpr
  | LatentExpr
  | LetExpr
  | PlateIndexExpr
  | SizeExpr
  | CallExpr
  | NetExpr
  | IndexExpr
  | ArrayExpr
  | LocalExpr
  | ElementExpr
  | FilledExpr;
