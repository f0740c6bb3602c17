import { present } from "../base/assert.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../diagnostics/span.ts";
import { likely } from "./synonyms.ts";
import { alreadyDeclared } from "../diagnostics/catalogue/names.ts";
import type { Part } from "../diagnostics/catalogue/types.ts";
import type { FunStmt, Ident, SampleStmt } from "../syntax/ast.ts";
import type {
  ConstDecl,
  DataDecl,
  DeclaredType,
  Dim,
  Expr,
  Fill,
  Segment,
  GuideEntry,
  ModelNode,
  NetDecl,
  ParamDecl,
  Plate,
  PlateId,
  ValueType,
} from "../model/model.ts";
import { everyExpr } from "../model/walk.ts";

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
      /** For an array filled entry by entry: where that began. */
      readonly filled?: Span;
    }
  | { readonly kind: "partial-array"; readonly span: Span; readonly array: PartialArray }
  | { readonly kind: "local"; readonly span: Span; readonly value: Expr }
  | { readonly kind: "fun"; readonly span: Span; readonly fun: FunStmt }
  | { readonly kind: "net"; readonly span: Span; readonly net: NetDecl }
  | { readonly kind: "plate"; readonly span: Span; readonly plate: Plate }
  /** Inside a function: what stands outside and changes from draw to draw. */
  | { readonly kind: "captured"; readonly span: Span; readonly fn: string; readonly is: string }
  | { readonly kind: "broken"; readonly span: Span };

/** An array that is being filled. Grows with each assignment, until it is a `let`. */
export interface PartialArray {
  readonly name: string;
  readonly span: Span;
  /** The `let NAME: TYPE`, and its type. */
  readonly statement: Span;
  readonly written: Span;
  readonly type: DeclaredType;
  readonly size: Dim;
  /** The shape of an entry. */
  readonly entry: readonly Dim[];
  readonly plates: readonly PlateId[];
  /** Of one whose entries are sampled, from the first of them on: the type of the whole, with its bounds. */
  site: { readonly type: DeclaredType; readonly dist: Span } | null;
  /** Entries 0..end are there. */
  end: Dim;
  readonly segments: Segment[];
  /** Where: for those who assign again. */
  readonly places: { readonly from: Dim; readonly end: Dim; readonly span: Span }[];
}

/** Entries that a `sample` statement draws: of which array, from which place on. */
export interface Reservation {
  readonly partial: PartialArray;
  readonly place: Dim;
}

/** A `for` that is being checked. */
export interface OpenLoop {
  readonly plate: Plate;
  readonly fills: Fill[];
  readonly filled: Map<string, PartialArray>;
  /** What its `sample` statements draw. */
  readonly drawn: Map<SampleStmt, Reservation>;
  /** Arrays read at a distance from the current iteration, and where first. */
  readonly read: Map<string, Span>;
}

/** The first thing in an expression that is not data. */
export interface Dependence {
  readonly name: string;
  readonly is: string;
  readonly declared: Span | null;
}

/** What names mean, by name. */
export interface Names {
  get(name: string): Entry | undefined;
  has(name: string): boolean;
  set(name: string, entry: Entry): unknown;
  delete(name: string): boolean;
  [Symbol.iterator](): Iterator<[string, Entry]>;
}

/** What was written out of functions so far; shared by all scopes of a file. */
export interface WrittenOut {
  /** By function and arguments: the value, null where there is none, and what is wrong with it. */
  readonly results: Map<string, { readonly value: Expr | null; readonly problems: readonly Diagnostic[] }>;
  /** Calls that stand too deep in others: they are written out first, each on a stack of its own. */
  readonly waiting: FunctionCall[];
  /** Numbers arguments: those of one number have one value. */
  readonly meaning: (expr: Expr) => number;
  /** Expressions that are being checked, one inside the other. */
  depth: number;
  /** Expressions of bodies of functions that were checked. */
  parts: number;
}

/** A function at checked arguments. */
export interface FunctionCall {
  readonly s: Scope;
  readonly fun: FunStmt;
  readonly args: readonly Expr[];
  readonly span: Span;
  readonly key: string;
}

/** Everything that is known while a file is checked. Filled in source order; lives for one call of `check`. */
export interface Scope {
  readonly source: SourceFile;
  readonly set: Readonly<Record<string, number>>;
  readonly entries: Names;
  /** The names outside functions. */
  readonly file: Names;
  /** Where each name of the file is declared, the ones still to come included. */
  readonly declarations: ReadonlyMap<string, Span>;
  /** Index names of plates that are closed. */
  readonly closed: Map<string, Span>;
  /** The plates around the current statement, outermost first. */
  readonly around: Plate[];
  /** The `for` around the current statement, if any: there is never more than one. */
  readonly loops: OpenLoop[];
  /** Functions that are being written out, innermost last. */
  readonly calls: readonly string[];
  readonly written: WrittenOut;
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

/** The head of a plate, or of a `for` over the iterations from `from` on. With a `broken` size, uses of the index are silent. */
export interface PlateHead {
  readonly name: Ident;
  readonly size: Dim;
  readonly from: Dim | null;
  readonly broken: boolean;
}

/** Checks what stands in a plate. */
export function openPlate(s: Scope, { name, size, from, broken }: PlateHead, body: (plate: Plate) => void): void {
  const { text: index, span } = name;
  const plate: Plate = { id: plateId(s, index), index, size, within: platesHere(s), span, from };
  const declared = declare(s, name, broken ? { kind: "broken", span } : { kind: "plate", span, plate });
  s.plates.push(plate);
  s.around.push(plate);
  body(plate);
  s.around.pop();
  if (declared) {
    s.entries.delete(index);
    s.closed.set(index, span);
  }
}

/** The index name, or with a number behind it where that is used before. */
function plateId(s: Scope, index: string): string {
  const taken = (id: string) => s.plates.some((plate) => plate.id === id);
  if (!taken(index)) return index;
  let count = 2;
  while (taken(`${index}_${count}`)) count++;
  return `${index}_${count}`;
}

/** The plate of this id, which has been opened. */
export function plateNamed(s: Scope, id: PlateId): Plate {
  return present(
    s.plates.find((plate) => plate.id === id),
    `the plate ${id}`,
  );
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

/** Mistakes beyond which nobody reads on: from here on no name is guessed at, which takes time for each. */
const mostGuesses = 100;

/** The name that was likely meant; null where none is close. */
export function guess(
  s: Scope,
  name: string,
  known: () => readonly string[],
  synonyms: ReadonlyMap<string, string> = new Map(),
): string | null {
  return s.diagnostics.length < mostGuesses ? likely(name, known(), synonyms) : null;
}

/** Names of this kind, for suggestions. */
export function namesOf(s: Scope, ...kinds: readonly Entry["kind"][]): string[] {
  return [...s.entries].filter(([, entry]) => kinds.includes(entry.kind)).map(([name]) => name);
}

/**
 * "write `theta[n]`", when `expr` is an array with one entry for each element of a plate around it: the likeliest
 * reason why its shape does not fit.
 */
export function indexHint(s: Scope, expr: Expr): string | null {
  const first = expr.type.shape[0];
  const plate = s.around.findLast(({ id, size }) => size === first && !expr.plates.includes(id));
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
  "partial-array": "an array that is being filled",
  local: "a `let`",
  fun: "a function",
  captured: "something else",
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
    if (entry?.kind === "param") return { name: part.name, is: "a param, which is learnt", declared: entry.span };
    if (entry?.kind === "let" && entry.dependsOn) return entry.dependsOn;
  }
  return null;
}
