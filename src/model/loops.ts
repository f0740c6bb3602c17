import {
  assignedIndex,
  assignedTwice,
  backwardRange,
  entryShape,
  filledType,
  notAnArray,
  notFilled,
  notInLoop,
  otherPlates,
  pastTheEnd,
  readWhole,
  skippedEntries,
} from "../diagnostics/catalogue/loops.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { AssignStmt, ForStmt, LetStmt, Stmt } from "../syntax/ast.ts";
import { affine } from "./affine.ts";
import { expression } from "./expressions.ts";
import { sizeOf } from "./extents.ts";
import { filledExpr, local } from "./filled.ts";
import type { Dim, Fill } from "./model.ts";
import {
  declare,
  dependence,
  openPlate,
  partOf,
  platesHere,
  report,
  textOf,
  type Entry,
  type Filling,
  type OpenLoop,
  type Scope,
} from "./scope.ts";
import { addDims, sameDims, subtractDims } from "./sizes.ts";
import { declaredType, showType } from "./types.ts";

/** `let sigma: real[T]`: an array to be filled, in order, by what follows. */
export function declareArray(s: Scope, stmt: LetStmt): void {
  const { name } = stmt;
  const type = declaredType(s, stmt.type!, (ast) => expression(s, ast));
  const plain =
    type?.support === "interval" && !type.integer && !type.lower && !type.upper && type.shape.length > 0; // prettier-ignore
  if (!type || !plain) {
    if (type) report(s, filledType({ span: stmt.type!.span, type: showType(type, (e) => textOf(s, e.span)) })); // prettier-ignore
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  const [size, ...entry] = type.shape as readonly [Dim, ...Dim[]];
  const filling: Filling = { name: name.text, span: name.span, statement: stmt.span, size, entry, plates: platesHere(s), end: 0, parts: [], places: [] }; // prettier-ignore
  declare(s, name, { kind: "filling", span: name.span, filling });
  complete(s, filling);
}

/** `sigma[0] = sigma1`, or inside a `for`, `sigma[t] = ...`. */
export function checkAssign(s: Scope, stmt: AssignStmt): void {
  const loop = s.loops.at(-1) ?? null;
  const value = expression(s, stmt.value);
  const filling = assigned(s, stmt);
  if (!filling) return;
  const { name, span: declared, entry } = filling;
  const place = placeOf(s, stmt, filling, loop);
  if (place === null || !value) {
    spoil(s, filling);
    return;
  }
  if (!sameDims(value.type.shape, entry))
    report(s, entryShape({ value: partOf(s, value), array: name, entry, declared }));
  if (!inOrder(s, stmt, filling, place, loop)) return;
  if (loop) {
    const fill: Fill = { array: name, start: filling.end, before: [...filling.parts], value };
    loop.fills.push(fill);
    loop.filled.set(name, filling);
    filling.places.push({ from: filling.end, end: addDims(filling.end, loop.plate.size), span: stmt.target.span }); // prettier-ignore
    return;
  }
  filling.parts.push({ kind: "entry", value });
  filling.places.push({ from: filling.end, end: addDims(filling.end, 1), span: stmt.target.span });
  filling.end = addDims(filling.end, 1);
  complete(s, filling);
}

/** The array that an assignment fills, where it may. */
function assigned(s: Scope, { target }: AssignStmt): Filling | null {
  const { target: name } = target;
  if (name.kind !== "name") return null;
  const entry = s.entries.get(name.text);
  if (entry?.kind === "broken") return null;
  if (entry?.kind === "let" && entry.filled)
    return report(s, assignedTwice({ span: target.span, array: name.text, from: 0, end: entry.type.shape[0]!, before: entry.filled })); // prettier-ignore
  if (entry?.kind !== "filling")
    return report(s, notAnArray({ span: name.span, name: name.text, declared: entry?.span ?? null })); // prettier-ignore
  const { filling } = entry;
  const here = s.around.filter(({ from }) => from === null).map(({ id }) => id);
  if (sameDims(here, filling.plates)) return filling;
  spoil(s, filling);
  return report(s, otherPlates({ span: target.span, array: name.text, declared: filling.span }));
}

/** The first place that an assignment fills: a size, counted in a loop at its first turn. */
function placeOf(
  s: Scope,
  { target }: AssignStmt,
  { name: array }: Filling,
  loop: OpenLoop | null,
): Dim | null {
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
  if (found?.plate !== loop.plate.id)
    return report(s, assignedIndex({ span: item.span, array, index }));
  return found.offset;
}

/** Each entry once, from the first to the last: says what is left out, met again or too much. */
function inOrder(
  s: Scope,
  { target }: AssignStmt,
  filling: Filling,
  place: Dim,
  loop: OpenLoop | null,
): boolean {
  const { name: array, size, span: declared, end } = filling;
  const { span } = target;
  const last = addDims(place, loop ? loop.plate.size : 1);
  const again = loop?.filled.has(array) === true;
  const gap = subtractDims(place, end);
  const refuse = (why: Diagnostic): false => {
    report(s, why);
    return spoil(s, filling);
  };
  if (again || (typeof gap === "number" && gap < 0)) {
    const before = filling.places.find(({ end: e }) => !isAtLeast(place, e)) ?? filling.places[0]!; // prettier-ignore
    const until = addDims(place, again ? loop.plate.size : 1);
    return refuse(assignedTwice({ span, array, from: place, end: until, before: before.span }));
  }
  if (gap !== 0) return refuse(skippedEntries({ span, array, from: end, end: place, declared }));
  const over = subtractDims(size, last);
  if (typeof over !== "number" || over >= 0) return true;
  return refuse(pastTheEnd({ span, array, end: last, size, declared }));
}

/** What follows from a mistake in filling an array is not told. */
function spoil(s: Scope, { name, span }: Filling): false {
  s.entries.set(name, { kind: "broken", span });
  return false;
}

const isAtLeast = (a: Dim, b: Dim): boolean => {
  const difference = subtractDims(a, b);
  return typeof difference === "number" && difference >= 0;
};

/**
 * `for t in 1..T { ... }`. The arrays are filled first; then, with all their entries there, `observe` and `factor`
 * statements stand in a plate over the turns.
 */
export function checkFor(s: Scope, stmt: ForStmt, statement: (stmt: Stmt) => void): void {
  const outer = s.loops.at(-1);
  if (outer) {
    const hint = "an entry may be a vector or a matrix, and `cumsum` and `@` replace many inner loops"; // prettier-ignore
    report(s, notInLoop({ span: stmt.index.span, what: "another `for`", loop: outer.plate.span, hint })); // prettier-ignore
    return;
  }
  const [from, to] = [sizeOf(s, stmt.from), sizeOf(s, stmt.to)];
  const size = from !== null && to !== null ? subtractDims(to, from) : null;
  const backward = typeof size === "number" && size < 0;
  if (backward) report(s, backwardRange({ span: { start: stmt.from.span.start, end: stmt.to.span.end }, from: from!, to: to! })); // prettier-ignore
  const count = size === null || backward ? 0 : size;
  const told = s.diagnostics.length;
  openPlate(s, stmt.index, count, from ?? 0, size === null || backward, (plate) => {
    const loop: OpenLoop = { plate, fills: [], filled: new Map(), read: new Map() };
    s.loops.push(loop);
    const locals: string[] = [];
    for (const inner of stmt.body) {
      if (inner.kind === "assign") checkAssign(s, inner);
      else if (inner.kind === "let") checkLocal(s, inner, locals);
      else if (inner.kind !== "observe" && inner.kind !== "factor") refuse(s, inner, loop);
    }
    s.loops.pop();
    for (const [name, span] of loop.read) {
      const entry = s.entries.get(name);
      if (loop.filled.has(name) || entry?.kind !== "filling") continue;
      report(s, readWhole({ span, array: name, declared: entry.span }));
      spoil(s, entry.filling);
    }
    locals.forEach((name) => s.entries.delete(name));
    close(s, loop);
    if (s.diagnostics.length > told) return;
    for (const inner of stmt.body) {
      if (inner.kind === "let") checkLocal(s, inner, locals);
      else if (inner.kind === "observe" || inner.kind === "factor") statement(inner);
    }
    locals.forEach((name) => s.entries.delete(name));
  });
}

function refuse(s: Scope, stmt: Stmt, loop: OpenLoop): void {
  const hints: Readonly<Partial<Record<Stmt["kind"], string>>> = {
    sample: "draw all of them before, `sample eta: real[T] ~ normal(0, 1)`, and use `eta[t]` here",
    plate: "put the `for` inside the plate",
    for: "an entry may be a vector or a matrix, and `cumsum` and `@` replace many inner loops",
  };
  const what = stmt.kind === "for" ? "another `for`" : `\`${stmt.kind}\``;
  const hint = hints[stmt.kind] ?? "move it in front of the `for`";
  report(s, notInLoop({ span: stmt.span, what, loop: loop.plate.span, hint }));
  if ("name" in stmt) s.entries.set(stmt.name.text, { kind: "broken", span: stmt.name.span });
}

/** `let` inside a `for`: a name for this turn. */
function checkLocal(s: Scope, stmt: LetStmt, locals: string[]): void {
  const { name } = stmt;
  const value = stmt.value && expression(s, stmt.value);
  if (stmt.type) {
    const hint = "declare the array outside";
    report(s, notInLoop({ span: stmt.span, what: "`let` with a type", loop: s.around.at(-1)!.span, hint })); // prettier-ignore
  }
  const entry: Entry =
    value && !stmt.type
      ? { kind: "local", span: name.span, value: local(name.text, value) }
      : { kind: "broken", span: name.span };
  if (declare(s, name, entry)) locals.push(name.text);
}

/** The loop is over: its arrays grow by as many entries as it has turns. */
function close(s: Scope, { plate, fills, filled }: OpenLoop): void {
  const loop = { plate: plate.id, fills };
  s.around.pop();
  for (const [array, filling] of filled) {
    filling.parts.push({ kind: "loop", loop, array });
    filling.end = addDims(filling.end, plate.size);
    complete(s, filling);
  }
  s.around.push(plate);
}

/** An array whose last entry is assigned is a `let` like any other. */
function complete(s: Scope, filling: Filling): void {
  const { name, span, statement, size, entry, end, parts } = filling;
  if (end !== size || s.entries.get(name)?.kind !== "filling") return;
  const value = filledExpr(s, filling.places.at(-1)?.span ?? span, [size, ...entry], parts);
  const plates = platesHere(s);
  const dependsOn = dependence(s, value) ?? { name, is: "filled entry by entry", declared: span };
  const { type } = value;
  s.entries.set(name, { kind: "let", span, plates, type, declared: null, dependsOn, sumsToOne: false, filled: filling.places[0]?.span ?? span }); // prettier-ignore
  s.nodes.push({ kind: "let", span: statement, plates, name, value });
}

/** Arrays that were declared and never filled to the end. */
export function checkFilled(s: Scope): void {
  for (const [name, entry] of s.entries)
    if (entry.kind === "filling") {
      const { statement, end, size } = entry.filling;
      report(s, notFilled({ span: statement, array: name, from: end, end: size }));
      s.entries.set(name, { kind: "broken", span: entry.span });
    }
}
