import { cover } from "../diagnostics/span.ts";
import { backwardRange, entryShape, notInLoop, readWhole } from "../diagnostics/catalogue/loops.ts";
import type { AssignStmt, ForStmt, LetStmt, Stmt } from "../syntax/ast.ts";
import { expression } from "./expressions.ts";
import { sizeOf } from "./sizes.ts";
import { local } from "./nodes.ts";
import { completeArray, filledBy, fillsNext, placeOf, invalidate } from "./partialArrays.ts";
import type { Fill, Plate } from "../model/model.ts";
import { declare, openPlate, partOf, report, type Entry, type OpenLoop, type Scope } from "./scope.ts";
import { reserveEntries, drawEntries, isEntry } from "./sampledEntries.ts";
import { addDims, sameDims, subtractDims } from "../model/sizes.ts";

/** `sigma[0] = sigma1`, or inside a `for`, `sigma[t] = ...`. */
export function checkAssign(s: Scope, stmt: AssignStmt): void {
  const loop = s.loops.at(-1) ?? null;
  const value = expression(s, stmt.value);
  const partial = filledBy(s, stmt.target, "assigned");
  if (!partial) return;
  const { name, span: declared, entry } = partial;
  const place = placeOf(s, stmt.target, partial, loop);
  if (place === null || !value) {
    invalidate(s, partial);
    return;
  }
  if (!sameDims(value.type.shape, entry))
    report(s, entryShape({ value: partOf(s, value), array: name, entry, declared }));
  if (!fillsNext(s, stmt.target, partial, place, loop)) return;
  if (loop) {
    const fill: Fill = { array: name, start: partial.end, before: [...partial.segments], value };
    loop.fills.push(fill);
    loop.filled.set(name, partial);
    partial.places.push({ from: partial.end, end: addDims(partial.end, loop.plate.size), span: stmt.target.span });
    return;
  }
  partial.segments.push({ kind: "entry", value });
  partial.places.push({ from: partial.end, end: addDims(partial.end, 1), span: stmt.target.span });
  partial.end = addDims(partial.end, 1);
  completeArray(s, partial);
}

/**
 * `for t in 1..T { ... }`. The arrays are filled first; then, with all their entries there, `observe`, `factor`
 * and `sample` statements stand in a plate over the iterations.
 */
export function checkFor(s: Scope, stmt: ForStmt, statement: (stmt: Stmt) => void): void {
  const outer = s.loops.at(-1);
  if (outer) {
    const hint = "an entry may be a vector or a matrix, and `cumsum` and `@` replace many inner loops";
    report(s, notInLoop({ span: stmt.index.span, what: "another `for`", loop: outer.plate.span, hint }));
    return;
  }
  const [from, to] = [sizeOf(s, stmt.from), sizeOf(s, stmt.to)];
  const size = from !== null && to !== null ? subtractDims(to, from) : null;
  const backward = typeof size === "number" && size < 0;
  if (backward && from !== null && to !== null)
    report(s, backwardRange({ span: cover(stmt.from.span, stmt.to.span), from, to }));
  const count = size === null || backward ? 0 : size;
  const told = s.diagnostics.length;
  const head = { name: stmt.index, size: count, from: from ?? 0, broken: size === null || backward };
  openPlate(s, head, (plate) => {
    const loop: OpenLoop = {
      plate,
      fills: [],
      filled: new Map(),
      drawn: new Map(),
      read: new Map(),
    };
    s.loops.push(loop);
    const locals: string[] = [];
    for (const inner of stmt.body) {
      if (inner.kind === "assign") checkAssign(s, inner);
      else if (inner.kind === "let") checkLocal(s, inner, plate, locals);
      else if (isEntry(inner)) reserveEntries(s, inner, loop);
      else if (inner.kind !== "observe" && inner.kind !== "factor") refuse(s, inner, loop);
    }
    s.loops.pop();
    for (const [name, span] of loop.read) {
      const entry = s.entries.get(name);
      if (loop.filled.has(name) || entry?.kind !== "partial-array") continue;
      report(s, readWhole({ span, array: name, declared: entry.span }));
      invalidate(s, entry.array);
    }
    locals.forEach((name) => s.entries.delete(name));
    close(s, loop);
    if (s.diagnostics.length > told) return;
    for (const inner of stmt.body) {
      if (inner.kind === "let") checkLocal(s, inner, plate, locals);
      else if (isEntry(inner)) drawEntries(s, inner, loop.drawn.get(inner) ?? null, plate);
      else if (inner.kind === "observe" || inner.kind === "factor") statement(inner);
    }
    locals.forEach((name) => s.entries.delete(name));
  });
}

function refuse(s: Scope, stmt: Stmt, loop: OpenLoop): void {
  const hints: Readonly<Partial<Record<Stmt["kind"], string>>> = {
    sample:
      "declare an array in front of the `for`, `let x: real[T]`, and sample its entries here, `sample x[t] ~ normal(0, 1)`",
    plate: "put the `for` inside the plate",
    for: "an entry may be a vector or a matrix, and `cumsum` and `@` replace many inner loops",
  };
  const what = stmt.kind === "for" ? "another `for`" : `\`${stmt.kind}\``;
  const hint = hints[stmt.kind] ?? "move it in front of the `for`";
  report(s, notInLoop({ span: stmt.span, what, loop: loop.plate.span, hint }));
  if ("name" in stmt) s.entries.set(stmt.name.text, { kind: "broken", span: stmt.name.span });
}

/** `let` inside a `for`: a name for this iteration. */
function checkLocal(s: Scope, stmt: LetStmt, plate: Plate, locals: string[]): void {
  const { name } = stmt;
  const value = stmt.value && expression(s, stmt.value);
  if (stmt.type) {
    const hint = "declare the array outside";
    report(s, notInLoop({ span: stmt.span, what: "`let` with a type", loop: plate.span, hint }));
  }
  const entry: Entry =
    value && !stmt.type
      ? { kind: "local", span: name.span, value: local(name.text, value) }
      : { kind: "broken", span: name.span };
  if (declare(s, name, entry)) locals.push(name.text);
}

/** The loop is over: its arrays grow by as many entries as it has iterations. */
function close(s: Scope, { plate, fills, filled }: OpenLoop): void {
  const loop = { plate: plate.id, fills };
  s.around.pop();
  for (const [array, partial] of filled) {
    if (!partial.site) partial.segments.push({ kind: "loop", loop, array });
    partial.end = addDims(partial.end, plate.size);
    completeArray(s, partial);
  }
  s.around.push(plate);
}
