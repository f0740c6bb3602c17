import { present } from "../base/assert.ts";
import {
  assignedIndex,
  assignedTwice,
  filledType,
  mixedFilling,
  notAnArray,
  notFilled,
  otherPlates,
  pastTheEnd,
  skippedEntries,
} from "../diagnostics/catalogue/loops.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Index, LetStmt, TypeExpr } from "../syntax/ast.ts";
import { affine } from "../model/affine.ts";
import { expression } from "./expressions.ts";
import { sizeOf } from "./sizes.ts";
import { filledExpr } from "./nodes.ts";
import type { DeclaredType, Dim } from "../model/model.ts";
import {
  declare,
  dependence,
  platesHere,
  report,
  textOf,
  type PartialArray,
  type OpenLoop,
  type Scope,
} from "./scope.ts";
import { addDims, sameDims, subtractDims } from "../model/sizes.ts";
import { leadingSize, showType, valueType } from "../model/types.ts";
import { declaredType } from "./types.ts";

/** `let sigma: real[T]`: an array to be filled, in order, by what follows: assignments, or `sample` of its entries. */
export function declareArray(s: Scope, stmt: LetStmt, writtenType: TypeExpr): void {
  const { name } = stmt;
  const { span: written } = writtenType;
  const type = declaredType(s, writtenType, (ast) => expression(s, ast));
  const real = type?.support === "interval" && !type.integer && type.shape.length > 0;
  if (!type || !real) {
    if (type) report(s, filledType({ span: written, type: shown(s, type) }));
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  const [size, ...entry] = type.shape as readonly [Dim, ...Dim[]];
  const partial: PartialArray = {
    name: name.text,
    span: name.span,
    statement: stmt.span,
    written,
    type,
    size,
    entry,
    plates: platesHere(s),
    site: null,
    end: 0,
    segments: [],
    places: [],
  };
  declare(s, name, { kind: "partial-array", span: name.span, array: partial });
  completeArray(s, partial);
}

const shown = (s: Scope, type: DeclaredType): string => showType(type, (e) => textOf(s, e.span));

/** What fills an entry: `x[t] = ...`, or `sample x[t] ~ ...`. */
export type Means = "assigned" | "sampled";

/** The array that a statement fills, where it may: all of its entries are assigned, or all of them are sampled. */
export function filledBy(s: Scope, target: Index, means: Means): PartialArray | null {
  const { target: name } = target;
  if (name.kind !== "name") return null;
  const entry = s.entries.get(name.text);
  if (entry?.kind === "broken") return null;
  if ((entry?.kind === "let" || entry?.kind === "latent") && entry.filled)
    return report(
      s,
      assignedTwice({
        span: target.span,
        array: name.text,
        from: 0,
        end: leadingSize(entry.type),
        before: entry.filled,
        means,
      }),
    );
  if (entry?.kind !== "partial-array")
    return report(s, notAnArray({ span: name.span, name: name.text, declared: entry?.span ?? null, means }));
  const partial = entry.array;
  const here = s.around.filter(({ from }) => from === null).map(({ id }) => id);
  if (!sameDims(here, partial.plates)) {
    invalidate(s, partial);
    return report(s, otherPlates({ span: target.span, array: name.text, declared: partial.span }));
  }
  const begun = partial.places[0];
  if (begun && (partial.site !== null) !== (means === "sampled")) {
    invalidate(s, partial);
    return report(s, mixedFilling({ span: target.span, array: name.text, means, begun: begun.span }));
  }
  const { lower, upper } = partial.type;
  if (means === "sampled" || (!lower && !upper)) return partial;
  invalidate(s, partial);
  return report(s, filledType({ span: partial.written, type: shown(s, partial.type) }));
}

/** The first place that an assignment fills: a size, in a loop that of its first iteration. */
export function placeOf(s: Scope, target: Index, { name: array }: PartialArray, loop: OpenLoop | null): Dim | null {
  const [item] = target.indices;
  const index = loop?.plate.index ?? null;
  if (target.indices.length !== 1 || !item || item.kind === "slice")
    return report(s, assignedIndex({ span: target.span, array, index }));
  if (!loop) {
    const place = sizeOf({ ...s, diagnostics: [] }, item);
    return place ?? report(s, assignedIndex({ span: item.span, array, index }));
  }
  const at = expression(s, item);
  if (!at) return null;
  const found = affine(at);
  if (found?.plate !== loop.plate.id) return report(s, assignedIndex({ span: item.span, array, index }));
  return found.offset;
}

/** Each entry once, from the first to the last: says what is left out, met again or too much. */
export function fillsNext(
  s: Scope,
  { span }: Index,
  partial: PartialArray,
  place: Dim,
  loop: OpenLoop | null,
): boolean {
  const { name: array, size, span: declared, end } = partial;
  const means = partial.site ? "sampled" : "assigned";
  const last = addDims(place, loop ? loop.plate.size : 1);
  const again = loop?.filled.has(array) === true;
  const gap = subtractDims(place, end);
  const refuse = (why: Diagnostic): false => {
    report(s, why);
    return invalidate(s, partial);
  };
  if (again || (typeof gap === "number" && gap < 0)) {
    const before = partial.places.find(({ end: e }) => !isAtLeast(place, e)) ?? partial.places[0];
    const until = addDims(place, again ? loop.plate.size : 1);
    return refuse(
      assignedTwice({
        span,
        array,
        from: place,
        end: until,
        before: present(before, "what was filled before").span,
        means,
      }),
    );
  }
  if (gap !== 0) return refuse(skippedEntries({ span, array, from: end, end: place, declared, means }));
  const over = subtractDims(size, last);
  if (typeof over !== "number" || over >= 0) return true;
  return refuse(pastTheEnd({ span, array, end: last, size, declared }));
}

/** What follows from a mistake in filling an array is not told. */
export function invalidate(s: Scope, { name, span }: PartialArray): false {
  s.entries.set(name, { kind: "broken", span });
  return false;
}

const isAtLeast = (a: Dim, b: Dim): boolean => {
  const difference = subtractDims(a, b);
  return typeof difference === "number" && difference >= 0;
};

/** An array whose last entry is there is a `let` like any other, or a latent. */
export function completeArray(s: Scope, partial: PartialArray): void {
  const { name, span, statement, size, entry, end, segments } = partial;
  if (end !== size || s.entries.get(name)?.kind !== "partial-array") return;
  if (partial.site) {
    const { type } = partial.site;
    const dependsOn = { name, is: "a latent", declared: span };
    s.entries.set(name, {
      kind: "latent",
      span,
      plates: partial.plates,
      type: valueType(type),
      declared: type,
      dependsOn,
      sumsToOne: false,
      filled: partial.places[0]?.span ?? span,
    });
    return;
  }
  const value = filledExpr(s, partial.places.at(-1)?.span ?? span, [size, ...entry], segments);
  const plates = platesHere(s);
  const dependsOn = dependence(s, value) ?? { name, is: "filled entry by entry", declared: span };
  const { type } = value;
  s.entries.set(name, {
    kind: "let",
    span,
    plates,
    type,
    declared: null,
    dependsOn,
    sumsToOne: false,
    filled: partial.places[0]?.span ?? span,
  });
  s.nodes.push({ kind: "let", span: statement, plates, name, value });
}

/** Arrays that were declared and never filled to the end. */
export function checkFilled(s: Scope): void {
  for (const [name, entry] of s.entries)
    if (entry.kind === "partial-array") {
      const { statement, type, end, size, site } = entry.array;
      report(
        s,
        notFilled({
          span: statement,
          array: name,
          from: end,
          end: size,
          sampled: site !== null || type.lower !== null || type.upper !== null,
        }),
      );
      s.entries.set(name, { kind: "broken", span: entry.span });
    }
}
