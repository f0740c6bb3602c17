import {
  boundDisjoint,
  boundTooWide,
  cannotTruncate,
  kindDiffers,
  observedOutside,
  orderedNeedsDraws,
} from "../diagnostics/catalogue/supports.ts";
import { observedReal } from "../diagnostics/catalogue/types.ts";
import { typeLater } from "../diagnostics/catalogue/later.ts";
import type { Span } from "../diagnostics/span.ts";
import type { CheckedDist } from "./distributions.ts";
import { rangeWords } from "./expressions.ts";
import type { DeclaredType, Expr } from "./model.ts";
import { exprText } from "./print.ts";
import { report, textOf, type Scope } from "./scope.ts";
import { showType } from "./types.ts";

/** Whether two bounds are surely the same number. */
export function sameBound(a: Expr, b: Expr): boolean {
  const [x, y] = [a.type.range, b.type.range];
  if (x.lower === x.upper && y.lower === y.upper && x.lower === y.lower) return true;
  if (a.type.size !== undefined && a.type.size === b.type.size) return true;
  return exprText(a) === exprText(b);
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
export function latentSupport(
  s: Scope,
  site: Site,
  declared: DeclaredType,
  from: CheckedDist,
): Support | null {
  const { offers } = from;
  const type = site.span;
  const dist = from.dist.span;
  const shown = showType({ ...declared, shape: [] }, (e) => textOf(s, e.span));
  const facts = { name: site.name, type, declared: `\`${shown}\``, dist };
  switch (declared.support) {
    case "interval": {
      if (offers.kind === "simplex") {
        const hint = `declare it as \`simplex[${from.event.join(", ")}]\``;
        return report(s, kindDiffers({ ...facts, gives: offers.words, hint }));
      }
      if (declared.integer === offers.integer) return interval(s, site, declared, from, shown);
      const hint = `declare it as \`${offers.integer ? "int" : "real"}\``;
      return report(s, kindDiffers({ ...facts, gives: offers.words, hint }));
    }
    case "simplex": {
      if (offers.kind === "simplex") return { type: open("simplex"), truncated: false };
      const hint = "draw it from `dirichlet`";
      return report(s, kindDiffers({ ...facts, gives: offers.words, hint }));
    }
    case "ordered":
    case "positive_ordered": {
      const base = declared.support;
      const problem = orderedProblem(from, base);
      if (problem === null) return { type: open(base), truncated: false };
      return report(s, orderedNeedsDraws({ name: site.name, type, base, dist, ...problem }));
    }
    default:
      return report(s, typeLater({ span: type, what: `a latent of type \`${declared.support}\`` }));
  }
}

function open(support: DeclaredType["support"]): Omit<DeclaredType, "shape"> {
  return { support, integer: false, lower: null, upper: null };
}

function orderedProblem(
  { offers, batch, event }: CheckedDist,
  base: "ordered" | "positive_ordered",
): { readonly problem: string; readonly hint: string | null } | null {
  if (offers.kind === "simplex" || event.length > 0)
    return { problem: "this gives whole vectors", hint: null };
  // The log K! that sorting brings holds for draws of one distribution only.
  if (batch.length > 0)
    return { problem: "its arguments differ from entry to entry", hint: "give single numbers" };
  if (offers.integer) return { problem: "this gives whole numbers", hint: null };
  const low = offers.lower?.type.range;
  if (base === "ordered" && !offers.lower && !offers.upper) return null;
  if (base === "positive_ordered" && low?.lower === 0 && low.upper === 0 && !offers.upper)
    return null;
  const hint =
    base === "ordered"
      ? low?.lower === 0 && !offers.upper
        ? "declare it as `positive_ordered`"
        : null
      : "draw from `half_normal`, `exponential` or `gamma`";
  return { problem: `this gives ${offers.words}`, hint };
}

function interval(
  s: Scope,
  site: Site,
  declared: DeclaredType,
  from: CheckedDist,
  shown: string,
): Support | null {
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
  if (below || beyond(declared.lower, offers.upper, 1, integer))
    return report(s, boundDisjoint(at));
  if (lower === "wider" || upper === "wider") return report(s, boundTooWide(at));
  const truncated = lower === "narrower" || upper === "narrower";
  if (truncated && !(from.family?.logCdf && from.family.logSurvival)) {
    const because = from.family
      ? `the distribution function of \`${from.name}\` is not elementary`
      : "a mixture has no bounds of its own";
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
function side(
  declared: Expr | null,
  own: Expr | null,
  sign: 1 | -1,
): "same" | "narrower" | "wider" {
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
  const { range, integer } = value.type;
  const facts = { span: value.span, text: textOf(s, value.span), family: from.name };
  if (offers.integer && !integer) {
    report(s, observedReal({ ...facts, dist: from.dist.span }));
    return false;
  }
  const low = offers.kind === "simplex" ? 0 : (offers.lower?.type.range.lower ?? -Infinity);
  const high = offers.kind === "simplex" ? 1 : (offers.upper?.type.range.upper ?? Infinity);
  if (range.upper >= low && range.lower <= high) return true;
  report(s, observedOutside({ ...facts, support: offers.words, found: rangeWords(range) }));
  return false;
}
