import { entriesBound, sequenceType } from "../diagnostics/catalogue/loops.ts";
import type { Index, SampleStmt, Stmt } from "../syntax/ast.ts";
import { latentSupport, sameBound, type Support } from "./supports.ts";
import { expression } from "./expressions.ts";
import { completeArray, filledBy, fillsNext, placeOf, invalidate } from "./partialArrays.ts";
import type { CheckedDist } from "./families.ts";
import { distPart, distribution, drawn, fits } from "./distributions.ts";
import type { DeclaredType, Expr, Plate } from "../model/model.ts";
import { platesHere, report, textOf, type Reservation, type PartialArray, type OpenLoop, type Scope } from "./scope.ts";
import { addDims } from "../model/sizes.ts";
import { everyExpr } from "../model/walk.ts";
import { declaredShape } from "../diagnostics/catalogue/sites.ts";

/** `sample x[t] ~ normal(x[t - 1], 1)` */
export type EntrySample = SampleStmt & { readonly target: Index };

export const isEntry = (stmt: Stmt): stmt is EntrySample => stmt.kind === "sample" && stmt.target !== null;

/** `sample x[0] ~ normal(0, 1)`, outside a `for`. */
export function sampleEntry(s: Scope, stmt: EntrySample): void {
  const reservation = reserveEntries(s, stmt, null);
  if (reservation) drawEntries(s, stmt, reservation, null);
}

/**
 * Which entries a `sample` statement draws, each once and in order. In a `for` the distribution is looked at here as the
 * iteration sees it, so that nothing is read before it is there; what it becomes is checked by `drawEntries`, when the arrays
 * that the loop fills have all their entries.
 */
export function reserveEntries(s: Scope, stmt: EntrySample, loop: OpenLoop | null): Reservation | null {
  const aside: Scope = { ...s, diagnostics: [] };
  const from = distribution(aside, stmt.from);
  const errors = aside.diagnostics.filter(({ severity }) => severity === "error");
  const partial = filledBy(s, stmt.target, "sampled");
  s.diagnostics.push(...errors);
  if (!partial) return null;
  const place = placeOf(s, stmt.target, partial, loop);
  const support = place !== null && from && errors.length === 0 ? supportOf(s, partial, from, loop) : null;
  if (place === null || !support) {
    invalidate(s, partial);
    return null;
  }
  begin(s, partial, support, stmt);
  if (!fillsNext(s, stmt.target, partial, place, loop)) return null;
  const { span } = stmt.target;
  const end = addDims(partial.end, loop ? loop.plate.size : 1);
  partial.places.push({ from: partial.end, end, span });
  const reservation = { partial, place };
  if (loop) {
    loop.filled.set(partial.name, partial);
    loop.drawn.set(stmt, reservation);
    return reservation;
  }
  partial.end = end;
  completeArray(s, partial);
  return reservation;
}

/** The first entries of an array make it a site. */
function begin(s: Scope, partial: PartialArray, support: Support, stmt: EntrySample): void {
  if (partial.site) return;
  const { name, plates, statement, size, entry } = partial;
  const type: DeclaredType = { ...support.type, shape: [size, ...entry] };
  partial.site = { type, dist: stmt.from.span };
  s.nodes.push({ kind: "latent", span: statement, plates, name, type, discrete: false, dist: null, truncated: false });
}

/** Where entries lie: the same for all of them, so that one bijection serves the whole. */
function supportOf(s: Scope, partial: PartialArray, from: CheckedDist, loop: OpenLoop | null): Support | null {
  const { name, site, type, written, span: declared } = partial;
  const dist = from.dist.span;
  const interval = from.offers.kind === "interval" || from.offers.kind === "any";
  if (!interval || from.offers.integer)
    return report(s, sequenceType({ span: dist, array: name, gives: from.offers.words, declared }));
  const entry = { name, span: written };
  // bounds that may cross are told once
  const aside: Scope = site ? { ...s, diagnostics: [] } : s;
  const support = latentSupport(aside, entry, { ...type, shape: partial.entry }, from);
  if (!support) {
    if (site) s.diagnostics.push(...aside.diagnostics);
    return null;
  }
  const { lower, upper } = support.type;
  const facts = { span: dist, array: name, declared: written };
  const moves = [lower, upper].some((end) => end !== null && movesWith(end, name, loop));
  if (moves) return report(s, entriesBound({ ...facts, first: null }));
  const same = (a: Expr | null, b: Expr | null): boolean => (a && b ? sameBound(a, b) : a === b);
  if (!site || (same(site.type.lower, lower) && same(site.type.upper, upper))) return support;
  return report(s, entriesBound({ ...facts, first: site.dist }));
}

/** Whether a bound depends on the iteration, or on entries. */
function movesWith(bound: Expr, array: string, loop: OpenLoop | null): boolean {
  if (loop && bound.plates.includes(loop.plate.id)) return true;
  return [...everyExpr(bound)].some(
    (part) => part.kind === "element" || (part.kind === "latent" && part.name === array),
  );
}

/** The distribution of reserved entries, as one density over the iterations. */
export function drawEntries(s: Scope, stmt: EntrySample, reservation: Reservation | null, loop: Plate | null): void {
  // what became of a mistake that was told further up
  if (!reservation) return;
  const { partial, place } = reservation;
  const from = drawn(s, stmt);
  const value = expression(s, stmt.target);
  if (!from || !value) return;
  const { entry, written, type } = partial;
  const name = textOf(s, stmt.target.span);
  if (!fits(entry, from)) {
    report(s, declaredShape({ name, type: written, declared: entry, dist: distPart(s, from) }));
    return;
  }
  const aside: Scope = { ...s, diagnostics: [] };
  const support = latentSupport(aside, { name, span: written }, { ...type, shape: entry }, from);
  if (!support) return;
  s.nodes.push({
    kind: "entries",
    span: stmt.span,
    plates: platesHere(s),
    name: partial.name,
    loop: loop?.id ?? null,
    start: place,
    value,
    type: { ...support.type, shape: entry },
    dist: from.dist,
    truncated: support.truncated,
  });
}
