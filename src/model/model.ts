import type { SourceFile, Span } from "../diagnostics/span.ts";
import type { SupportKind } from "../tensor/support.ts";

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
  /** Whole numbers only. */
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
 * An entry of an array that is being filled: `lag` turns before the one that the current loop fills in this turn, or
 * at a place that was filled before.
 */
export interface ElementExpr extends Typed<"element"> {
  readonly array: string;
  readonly at: { readonly lag: number } | { readonly place: Dim; readonly before: readonly FilledPart[] };
}
/** An array filled entry by entry, from the first to the last. */
export interface FilledExpr extends Typed<"filled"> {
  readonly parts: readonly FilledPart[];
}
/** The next entry, or as many as a loop has turns. */
export type FilledPart =
  | { readonly kind: "entry"; readonly value: Expr }
  | { readonly kind: "loop"; readonly loop: Loop; readonly array: string };
/** A `for` that fills arrays: each turn gives each of them one entry, in the order of the statements. */
export interface Loop {
  /** Its index runs from 0; see Plate. */
  readonly plate: PlateId;
  readonly fills: readonly Fill[];
}
export interface Fill {
  readonly array: string;
  /** The place that the first turn fills. */
  readonly start: Dim;
  /** What was filled before. */
  readonly before: readonly FilledPart[];
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

/**
 * A distribution of single numbers between bounds. `truncate`: given that lower <= X <= upper, and normalised.
 * `censor`: X moved to the nearer bound where it is outside, so that a bound has the probability of what lies beyond.
 */
export interface Between<K extends "truncate" | "censor"> {
  readonly kind: K;
  readonly span: Span;
  readonly of: Dist;
  /** At least one of the two; both belong to the range. */
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly plates: readonly PlateId[];
}

/** A distribution with checked arguments. */
export type Dist =
  | {
      readonly kind: "family";
      readonly span: Span;
      /** A row of `families`. */
      readonly family: string;
      /** By parameter name; an alternative that was not written is absent. */
      readonly args: Readonly<Record<string, Expr>>;
      readonly plates: readonly PlateId[];
    }
  | {
      readonly kind: "mixture";
      readonly span: Span;
      /** Shape [K]. */
      readonly weights: Expr;
      readonly weightsAre: "logits" | "p";
      /**
       * Listed, or one distribution whose arguments carry the components on their leading axis (an argument without
       * that axis, a scalar, is shared).
       */
      readonly components: readonly Dist[] | { readonly along: Dist };
      readonly count: Dim;
      /** Shape of one draw of a component; the site repeats it independently over its remaining leading dimensions. */
      readonly event: readonly Dim[];
      readonly plates: readonly PlateId[];
    }
  | Between<"truncate">
  | Between<"censor">
  | {
      /** 0 with probability p, else a draw of `of`. */
      readonly kind: "zero_inflate";
      readonly span: Span;
      readonly p: Expr;
      readonly of: Dist;
      /** `of` gives whole numbers: it can be 0 too, and the two ways add up. */
      readonly discrete: boolean;
      readonly plates: readonly PlateId[];
    };

/** A declared or inferred type: what values are possible, in what shape (base dimensions last). */
export interface DeclaredType {
  readonly shape: readonly Dim[];
  readonly integer: boolean;
  readonly support: SupportKind;
  /** For intervals; null where open. May depend on other values. */
  readonly lower: Expr | null;
  readonly upper: Expr | null;
}

export interface DataDecl {
  readonly name: string;
  readonly span: Span;
  readonly type: DeclaredType;
  /** `TYPE?`: entries may be missing (see missing.ts). */
  readonly optional: boolean;
}
export interface ConstDecl {
  readonly name: string;
  readonly span: Span;
  readonly value: Expr;
}
export interface ParamDecl {
  readonly name: string;
  readonly span: Span;
  readonly type: DeclaredType;
  /** Starting value: an expression that stretches to the shape, or a distribution to draw it from. */
  readonly init: { readonly kind: "value"; readonly value: Expr } | { readonly kind: "draw"; readonly dist: Dist };
}
/** A layer of a network as it is asked for; src/nn knows what it is. */
export interface LayerCall {
  /** Its name: `dense`, `relu`. */
  readonly layer: string;
  /** All its arguments, in order. */
  readonly args: Readonly<Record<string, number>>;
  /** Null where an option of the command line asks for it. */
  readonly span: Span | null;
}
/** The layers that are written after `by`, all but the last one. */
export type WrittenEncoder =
  /** Hidden layers of these widths; of an activation that is not written, options decide. */
  | { readonly kind: "mlp"; readonly widths: readonly number[]; readonly activation: string | null }
  | { readonly kind: "sequential"; readonly layers: readonly LayerCall[] };
export interface NetDecl {
  readonly name: string;
  readonly span: Span;
  /** What is written behind `=`. */
  readonly written: Span;
  /** Shape of what it reads; it is applied along all axes in front. */
  readonly input: readonly number[];
  readonly output: readonly number[];
  /** They fit one another. */
  readonly layers: readonly LayerCall[];
}
export interface Plate {
  readonly id: PlateId;
  readonly index: string;
  readonly size: Dim;
  /** Enclosing plates, outermost first. */
  readonly within: readonly PlateId[];
  readonly span: Span;
  /**
   * For a `for`: what its index starts from. Given the arrays it fills, the turns of a loop are independent, so that its
   * densities stand in a plate like any other; what it fills is a FilledExpr.
   */
  readonly from: Dim | null;
}

interface Node<K extends string> {
  readonly kind: K;
  readonly span: Span;
  /** The plates it stands in, outermost first. */
  readonly plates: readonly PlateId[];
}
/** `sample`: a latent site. */
export interface LatentNode extends Node<"latent"> {
  readonly name: string;
  /** Where its values lie: the declared type, or the family's support. */
  readonly type: DeclaredType;
  /** Finite or countable values: no pathwise gradient. */
  readonly discrete: boolean;
  /** Null for one that is sampled entry by entry: EntriesNodes say how. */
  readonly dist: Dist | null;
  /** The declared bound is narrower than the family's support: the density is that of the truncated distribution. */
  readonly truncated: boolean;
}
/** `sample x[t] ~ DIST`: the distribution of entries of a latent site, given the entries before them. */
export interface EntriesNode extends Node<"entries"> {
  /** The site. */
  readonly name: string;
  /** The `for` that draws an entry in each of its turns; null for a single entry. */
  readonly turns: PlateId | null;
  /** The first place that is drawn. */
  readonly start: Dim;
  /** `x[t]`, read from the site. */
  readonly value: Expr;
  /** That of an entry: its bounds are the site's. */
  readonly type: DeclaredType;
  readonly dist: Dist;
  readonly truncated: boolean;
}
export interface ObservedNode extends Node<"observed"> {
  /** The left side as written. */
  readonly name: string;
  readonly value: Expr;
  readonly dist: Dist;
}
export interface FactorNode extends Node<"factor"> {
  readonly value: Expr;
}
export interface LetNode extends Node<"let"> {
  readonly name: string;
  readonly value: Expr;
}
export type ModelNode = LatentNode | EntriesNode | ObservedNode | FactorNode | LetNode;

/** `z ~ mixture(K = 20, component = full_rank) given pixels[n] by mlp(128, 128, activation = elu)` */
export interface GuideEntry {
  readonly site: string;
  readonly span: Span;
  readonly family: string;
  readonly K: number | null;
  readonly component: string | null;
  /** Of `low_rank`. */
  readonly rank: number | null;
  readonly amortize: boolean | null;
  /** Data expressions inside the site's plates; empty when not written. */
  readonly given: readonly Expr[];
  readonly network: WrittenEncoder | null;
  /** Whether the network reads its data with mean 0 and standard deviation 1; null: it does. */
  readonly standardise: boolean | null;
}

/** A checked model: every name resolved, every shape and support known up to the sizes. */
export interface Model {
  readonly name: string;
  readonly source: SourceFile;
  /** Size names, in order of first use. */
  readonly sizes: readonly string[];
  readonly consts: readonly ConstDecl[];
  readonly data: readonly DataDecl[];
  readonly params: readonly ParamDecl[];
  readonly nets: readonly NetDecl[];
  readonly plates: readonly Plate[];
  /** In source order, so that every value is defined before it is used. */
  readonly nodes: readonly ModelNode[];
  readonly guide: readonly GuideEntry[];
}
