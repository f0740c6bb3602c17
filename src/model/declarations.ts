import type { Span } from "../diagnostics/span.ts";
import type { SupportKind } from "../tensor/support.ts";
import type { Dist } from "./distributions.ts";
import type { Dim, Expr } from "./expressions.ts";

/** A declared or inferred type: what values are possible, in what shape (base dimensions last). */
export interface DeclaredType {
  readonly shape: readonly Dim[];
  readonly integer: boolean;
  readonly support: SupportKind;
  /** For intervals; null where open. May depend on other values. */
  readonly lower: Expr | null;
  readonly upper: Expr | null;
}

/** `data x: real[N]` */
export interface DataDecl {
  readonly name: string;
  readonly span: Span;
  readonly type: DeclaredType;
  /** `TYPE?`: entries may be missing (see missing.ts). */
  readonly optional: boolean;
}
/** `const sigma = 0.05` */
export interface ConstDecl {
  readonly name: string;
  readonly span: Span;
  readonly value: Expr;
}
/** `param weight: real[10] = 0` */
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
/** `net decode = mlp(2, 10)` */
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
