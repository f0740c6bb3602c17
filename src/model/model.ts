import type { SourceFile, Span } from "../diagnostics/span.ts";
import type { ConstDecl, DataDecl, DeclaredType, NetDecl, ParamDecl, WrittenEncoder } from "./declarations.ts";
import type { Dist } from "./distributions.ts";
import type { Dim, Expr, PlateId } from "./expressions.ts";

/** A checked model, with all that it is made of: what stages from here on speak of. */
export type * from "./declarations.ts";
export type * from "./distributions.ts";
export type * from "./expressions.ts";

/** A repetition whose elements are independent given what stands outside it. */
export interface Plate {
  readonly id: PlateId;
  readonly index: string;
  readonly size: Dim;
  /** Enclosing plates, outermost first. */
  readonly within: readonly PlateId[];
  readonly span: Span;
  /**
   * For a `for`: what its index starts from. Given the arrays it fills, the iterations of a loop are independent, so that its
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
  /** The `for` that draws an entry in each of its iterations; null for a single entry. */
  readonly loop: PlateId | null;
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
