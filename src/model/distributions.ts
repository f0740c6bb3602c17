import type { Span } from "../diagnostics/span.ts";
import type { Dim, Expr, PlateId } from "./expressions.ts";

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
