import {
  boundDisjoint,
  boundTooWide,
  boundsMayCross,
  cannotTruncate,
  kindDiffers,
  observedFlat,
  observedOutside,
  orderedNeedsDraws,
} from "../diagnostics/catalogue/supports.ts";
import type { Span } from "../diagnostics/span.ts";
import type { CheckedDist } from "./families.ts";
import { rangeWords } from "./expressions.ts";
import { massProblem } from "../model/probabilities.ts";
import type { DeclaredType, Expr } from "../model/model.ts";
import { meanings } from "../model/meaning.ts";
import { dependence, partOf, report, textOf, type Scope } from "./scope.ts";
import { showType } from "../model/types.ts";
import { observedReal, observedShape } from "../diagnostics/catalogue/sites.ts";

/** Whether two bounds are surely the same number. */
export function sameBound(a: Expr, b: Expr): boolean {
  const [x, y] = [a.type.range, b.type.range];
  if (x.lower === x.upper && y.lower === y.upper && x.lower === y.lower) return true;
  if (a.type.size !== undefined && a.type.size === b.type.size) return true;
  const meaning = meanings();
  return meaning(a) === meaning(b);
}

export interface Support {
  readonly type: Omit<DeclaredType, "shape">;
  readonly truncated: boolean;
}

interface Site {
  readonly name: string;
  /** Where the type is written. */
  readonly span: Span;
}

/**
 * Where a latent lives, from its declared type and what its distribution gives. A bound that is not written is the
 * distribution's own, so that `real` says nothing but a shape. Null after a report.
 */
export function latentSupport(s: Scope, site: Site, declared: DeclaredType, from: CheckedDist): Support | null {
  const { offers } = from;
  const type = site.span;
  const dist = from.dist.span;
  const shown = showType({ ...declared, shape: [] }, (e) => textOf(s, e.span));
  const facts = { name: site.name, type, declared: `\`${shown}\``, dist };
  crossing(s, site, declared);
  const differs = (hint: string | null): null => report(s, kindDiffers({ ...facts, gives: offers.words, hint }));
  if (offers.kind === "any") {
    const { support, integer, lower, upper } = declared;
    if (integer) return differs("declare it as `real`");
    return { type: { support, integer, lower, upper }, truncated: false };
  }
  switch (declared.support) {
    case "interval": {
      if (offers.kind === "simplex") return differs(`declare it as \`simplex[${from.event.join(", ")}]\``);
      if (offers.kind === "cholesky_corr") return differs("declare it as `cholesky_corr[K]`");
      if (offers.kind === "counts") return differs("a vector of counts can be observed only");
      if (declared.integer === offers.integer) return interval(s, site, declared, from, shown);
      return differs(`declare it as \`${offers.integer ? "int" : "real"}\``);
    }
    case "simplex":
      if (offers.kind === "simplex") return { type: open("simplex"), truncated: false };
      return differs("draw it from `dirichlet`");
    case "ordered":
    case "positive_ordered": {
      const base = declared.support;
      const problem = orderedProblem(from, base);
      if (problem === null) return { type: open(base), truncated: halved(from, base) };
      return report(s, orderedNeedsDraws({ name: site.name, type, base, dist, ...problem }));
    }
    case "cholesky_corr":
      if (offers.kind === "cholesky_corr") return { type: open("cholesky_corr"), truncated: false };
      return differs("draw it from `lkj_cholesky`");
    case "cov_matrix":
      return differs("draw it from `flat`, or make it of scales and a `cholesky_corr`");
  }
}

/** Warns where bounds that move with latents are not known to leave anything between them. */
function crossing(s: Scope, { name, span }: Site, { lower, upper }: DeclaredType): void {
  if (!lower || !upper || !(dependence(s, lower) ?? dependence(s, upper))) return;
  if (upper.type.range.lower >= lower.type.range.upper) return;
  report(s, boundsMayCross({ name, span, lower: textOf(s, lower.span), upper: textOf(s, upper.span) }));
}

function open(support: DeclaredType["support"]): Omit<DeclaredType, "shape"> {
  return { support, integer: false, lower: null, upper: null };
}

function orderedProblem(
  { offers, batch, event, dist }: CheckedDist,
  base: "ordered" | "positive_ordered",
): { readonly problem: string; readonly hint: string | null } | null {
  if (offers.kind !== "interval" || event.length > 0) return { problem: "this gives whole vectors", hint: null };
  // The log K! that sorting brings holds for draws of one distribution only.
  if (batch.length > 0) return { problem: "its arguments differ from entry to entry", hint: "give single numbers" };
  if (offers.integer) return { problem: "this gives whole numbers", hint: null };
  const low = offers.lower?.type.range;
  if (base === "ordered" && !offers.lower && !offers.upper) return null;
  if (base === "positive_ordered" && low?.lower === 0 && low.upper === 0 && !offers.upper) return null;
  if (halved({ offers, dist }, base)) return null;
  const hint =
    base === "ordered"
      ? low?.lower === 0 && !offers.upper
        ? "declare it as `positive_ordered`"
        : null
      : "draw from `half_normal`, `exponential` or `gamma`";
  return { problem: `this gives ${offers.words}`, hint };
}

/** Draws from the whole line that are declared positive: each comes from the truncated distribution. */
function halved({ offers, dist }: Pick<CheckedDist, "offers" | "dist">, base: "ordered" | "positive_ordered"): boolean {
  const whole = offers.kind === "interval" && !offers.lower && !offers.upper;
  return base === "positive_ordered" && whole && massProblem(dist, []) === null;
}

function interval(s: Scope, site: Site, declared: DeclaredType, from: CheckedDist, shown: string): Support | null {
  const { offers } = from;
  const at = {
    name: site.name,
    type: site.span,
    declared: `\`${shown}\``,
    dist: from.dist.span,
    support: offers.words,
  };
  const lower = side(declared.lower, offers.lower, 1);
  const upper = side(declared.upper, offers.upper, -1);
  const { integer } = declared;
  const below = beyond(declared.upper, offers.lower, -1, integer);
  if (below || beyond(declared.lower, offers.upper, 1, integer)) return report(s, boundDisjoint(at));
  if (lower === "wider" || upper === "wider") return report(s, boundTooWide(at));
  const truncated = lower === "narrower" || upper === "narrower";
  // whole numbers between two ends are gone through one by one: their probabilities are added up
  const countable =
    integer && [lower, upper].every((end, at) => end === "narrower" || (at === 0 ? offers.lower : offers.upper));
  const bounds = [lower === "narrower" ? declared.lower : null, upper === "narrower" ? declared.upper : null];
  const because = truncated && !countable ? massProblem(from.dist, bounds) : null;
  if (because !== null) {
    const facts = { name: site.name, type: site.span, dist: from.dist.span, family: from.name };
    return report(s, cannotTruncate({ ...facts, because }));
  }
  const type = {
    support: "interval" as const,
    integer,
    lower: lower === "same" ? offers.lower : declared.lower,
    upper: upper === "same" ? offers.upper : declared.upper,
  };
  return { type, truncated };
}

/** How a declared bound compares with the family's; `sign` 1 for lower bounds, -1 for upper ones. */
function side(declared: Expr | null, own: Expr | null, sign: 1 | -1): "same" | "narrower" | "wider" {
  // prettier-ignore
  if (!declared || (own && sameBound(declared, own))) return "same";
  if (!own) return "narrower";
  const [d, o] = [declared.type.range, own.type.range];
  // A bound that moves must be inside for every value that the two may take: a density is right or refused.
  const inside = sign === 1 ? d.lower >= o.upper : d.upper <= o.lower;
  return inside ? "narrower" : "wider";
}

/** Whether a declared bound lies surely at or past the family's opposite one. */
function beyond(declared: Expr | null, own: Expr | null, sign: 1 | -1, integer: boolean): boolean {
  if (!declared || !own) return false;
  const [d, o] = [declared.type.range, own.type.range];
  const past = sign === 1 ? d.lower - o.upper : o.lower - d.upper;
  return integer ? past > 0 : past >= 0;
}

/** Compares what is known of observed data with what the distribution gives. */
export function checkObserved(s: Scope, value: Expr, from: CheckedDist): boolean {
  const { offers } = from;
  const { range, integer, shape } = value.type;
  if (offers.kind === "any") {
    report(s, observedFlat({ span: value.span, dist: from.dist.span }));
    return false;
  }
  const square = shape.length >= 2 && shape.at(-1) === shape.at(-2);
  if (offers.kind === "cholesky_corr" && !square) {
    const part = { span: from.dist.span, text: textOf(s, from.dist.span), shape: ["K", "K"] };
    report(s, observedShape({ value: partOf(s, value), dist: part, hint: null }));
    return false;
  }
  const facts = { span: value.span, text: textOf(s, value.span), family: from.name };
  if (offers.integer && !integer) {
    report(s, observedReal({ ...facts, dist: from.dist.span }));
    return false;
  }
  const low = offers.kind === "simplex" || offers.kind === "counts" ? 0 : (offers.lower?.type.range.lower ?? -Infinity);
  const high = offers.kind === "simplex" ? 1 : (offers.upper?.type.range.upper ?? Infinity);
  if (range.upper >= low && range.lower <= high) return true;
  report(s, observedOutside({ ...facts, support: offers.words, found: rangeWords(range) }));
  return false;
}
