import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../diagnostics/span.ts";
import { alreadyDeclared } from "../diagnostics/catalogue/names.ts";
import type { Part } from "../diagnostics/catalogue/types.ts";
import type { Ident } from "../syntax/ast.ts";
import type {
  ConstDecl,
  DataDecl,
  DeclaredType,
  Expr,
  GuideEntry,
  ModelNode,
  NetDecl,
  ParamDecl,
  Plate,
  PlateId,
  ValueType,
} from "./model.ts";
import { everyExpr } from "./walk.ts";

/** What a name means. A `broken` one was declared with a mistake, which was reported; uses of it are silent. */
export type Entry =
  | { readonly kind: "size"; readonly span: Span }
  | { readonly kind: "const"; readonly span: Span; readonly type: ValueType }
  | { readonly kind: "data"; readonly span: Span; readonly declared: DeclaredType }
  | { readonly kind: "param"; readonly span: Span; readonly declared: DeclaredType }
  | {
      readonly kind: "latent" | "let";
      readonly span: Span;
      readonly plates: readonly PlateId[];
      readonly type: ValueType;
      /** For latents; a `let` has only a value. */
      readonly declared: DeclaredType | null;
      /** The latent or param that the value depends on, or null when it follows from the data. */
      readonly dependsOn: Dependence | null;
      /** Rows along the last axis sum to 1. */
      readonly sumsToOne: boolean;
    }
  | { readonly kind: "net"; readonly span: Span; readonly net: NetDecl }
  | { readonly kind: "plate"; readonly span: Span; readonly plate: Plate }
  | { readonly kind: "broken"; readonly span: Span };

/** The first thing in an expression that is not data. */
export interface Dependence {
  readonly name: string;
  readonly is: string;
  readonly declared: Span | null;
}

/** Everything that is known while a file is checked. Filled in source order; lives for one call of `check`. */
export interface Scope {
  readonly source: SourceFile;
  readonly set: Readonly<Record<string, number>>;
  readonly entries: Map<string, Entry>;
  /** Where each name of the file is declared, the ones still to come included. */
  readonly declarations: ReadonlyMap<string, Span>;
  /** Index names of plates that are closed. */
  readonly closed: Map<string, Span>;
  /** The plates around the current statement, outermost first. */
  readonly around: Plate[];
  readonly diagnostics: Diagnostic[];
  /** Named in the types of data, and nowhere declared. */
  readonly sizes: string[];
  readonly consts: ConstDecl[];
  readonly data: DataDecl[];
  readonly params: ParamDecl[];
  readonly nets: NetDecl[];
  readonly plates: Plate[];
  readonly nodes: ModelNode[];
  readonly guide: GuideEntry[];
}

export function report(s: Scope, diagnostic: Diagnostic): null {
  s.diagnostics.push(diagnostic);
  return null;
}

/** Adds a name, unless it has a meaning already: then says so and leaves the first one alone. */
export function declare(s: Scope, name: Ident, entry: Entry): boolean {
  const before = s.entries.get(name.text);
  if (before) {
    report(s, alreadyDeclared({ span: name.span, name: name.text, before: before.span }));
    return false;
  }
  s.entries.set(name.text, entry);
  return true;
}

export function platesHere(s: Scope): PlateId[] {
  return s.around.map((plate) => plate.id);
}

/** The union, in nesting order. */
export function joinPlates(s: Scope, ...sets: readonly (readonly PlateId[])[]): PlateId[] {
  const all = new Set(sets.flat());
  return platesHere(s).filter((id) => all.has(id));
}

/** Source text of a span on one line, shortened. */
export function textOf(s: Scope, span: Span): string {
  const text = s.source.text.slice(span.start, span.end).replaceAll(/\s+/g, " ");
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}

export function partOf(s: Scope, expr: Expr): Part {
  return { span: expr.span, text: textOf(s, expr.span), shape: expr.type.shape };
}

/** Names of this kind, for suggestions. */
export function namesOf(s: Scope, ...kinds: readonly Entry["kind"][]): string[] {
  return [...s.entries].filter(([, entry]) => kinds.includes(entry.kind)).map(([name]) => name); // prettier-ignore
}

/**
 * "write `theta[n]`", when `expr` is an array with one entry for each turn of a plate around it: the likeliest
 * reason why its shape does not fit.
 */
export function indexHint(s: Scope, expr: Expr): string | null {
  const first = expr.type.shape[0];
  const plate = s.around.findLast(
    ({ id, size }) => size === first && !expr.plates.includes(id), // prettier-ignore
  );
  const simple = ["data", "param", "latent", "let", "index"].includes(expr.kind);
  return plate && simple ? `write \`${textOf(s, expr.span)}[${plate.index}]\`` : null;
}

const kindWords: { readonly [K in Entry["kind"]]: string } = {
  size: "a size",
  const: "a constant",
  data: "data",
  param: "a param",
  latent: "a latent",
  let: "a `let`",
  net: "a net",
  plate: "a plate index",
  broken: "something else",
};
export const kindWord = (entry: Entry): string => kindWords[entry.kind];

/** The first latent or param in an expression, through the lets it uses; null when it follows from the data. */
export function dependence(s: Scope, expr: Expr): Dependence | null {
  for (const part of everyExpr(expr)) {
    if (part.kind === "net") {
      const span = s.entries.get(part.net)?.span ?? null;
      return { name: part.net, is: "a net, which is learnt", declared: span };
    }
    if (part.kind !== "latent" && part.kind !== "param" && part.kind !== "let") continue;
    const entry = s.entries.get(part.name);
    if (entry?.kind === "latent") return { name: part.name, is: "a latent", declared: entry.span };
    if (entry?.kind === "param")
      return { name: part.name, is: "a param, which is learnt", declared: entry.span };
    if (entry?.kind === "let" && entry.dependsOn) return entry.dependsOn;
  }
  return null;
}
