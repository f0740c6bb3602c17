import { present } from "../base/assert.ts";
import {
  latentOutsideDomain,
  mayLeaveDomain,
  mayNotIncrease,
  mayNotSumToOne,
  outsideDomain,
} from "../diagnostics/catalogue/supports.ts";
import type { Domain } from "../tensor/support.ts";
import { domainWords } from "../tensor/support.ts";
import { rangeWords } from "./expressions.ts";
import { anyReal, nonnegative, unit } from "../model/ranges.ts";
import type { Expr, Range } from "../model/model.ts";
import { dependence, report, textOf, type Scope } from "./scope.ts";

/** Entries of a value in this domain lie in this range (for `positive` without its lower end). */
export const domainRanges: { readonly [D in Domain]: Range } = {
  real: anyReal,
  positive: nonnegative,
  nonnegative,
  unit,
  simplex: unit,
  increasing: anyReal,
  count: nonnegative,
  positive_definite: anyReal,
  cholesky: anyReal,
};

/**
 * Compares what is known of an argument with what the family needs. False when it is refused.
 *
 * Surely outside is an error. For the rest it depends on what the argument is made of:
 * - data and constants alone: nothing is said here, the numbers themselves are checked when data are bound;
 * - a latent or param used as it is: an error, since part of its own support is outside and the remedy is one word in
 *   its declaration;
 * - computed from latents: a warning, since ranges forget how values hang together (`a - b` with b below a).
 */
export function checkDomain(
  s: Scope,
  at: { readonly of: string; readonly argument: string; readonly domain: Domain },
  expr: Expr,
): boolean {
  const { of, argument, domain } = at;
  const allowed = domainRanges[domain];
  const { range, integer } = expr.type;
  const facts = { span: expr.span, text: textOf(s, expr.span), of, argument, needs: domainWords[domain] };
  const found = rangeWords(range);
  if (domain === "count" && !integer) {
    report(s, outsideDomain({ ...facts, found: "real" }));
    return false;
  }
  const surely =
    range.upper < allowed.lower || range.lower > allowed.upper || (domain === "positive" && range.upper <= 0);
  if (surely) {
    report(s, outsideDomain({ ...facts, found }));
    return false;
  }
  const dependsOn = dependence(s, expr);
  if (!dependsOn) return true;
  if (range.lower < allowed.lower || range.upper > allowed.upper) {
    const site = siteOf(expr);
    if (site === null) {
      report(s, mayLeaveDomain({ ...facts, found }));
      return true;
    }
    const declared = s.entries.get(site)?.span ?? null;
    report(s, latentOutsideDomain({ ...facts, declared, found, hint: hintFor(domain, site) }));
    return false;
  }
  if (domain === "simplex" && !sumsToOne(s, expr))
    report(s, mayNotSumToOne({ span: expr.span, text: facts.text, of, argument }));
  if (domain === "increasing" && !increases(s, expr))
    report(s, mayNotIncrease({ span: expr.span, text: facts.text, of, argument }));
  return true;
}

function hintFor(domain: Domain, site: string): string {
  switch (domain) {
    case "unit":
      return `declare \`${site}\` with a support between 0 and 1, \`beta(1, 1)\` say, or give \`logits\``;
    case "simplex":
      return `use \`softmax(${site})\`, or give it as \`logits\``;
    default:
      return `declare \`${site}: real<0..>\`, draw it from \`half_normal\`, or use \`exp(${site})\``;
  }
}

/** The latent or param that an expression is an entry of, or null when it is computed. */
function siteOf(expr: Expr): string | null {
  if (expr.kind === "index") return siteOf(expr.target);
  return expr.kind === "latent" || expr.kind === "param" ? expr.name : null;
}

/** Whether the entries along the last axis are known to increase, by their declaration. */
function increases(s: Scope, expr: Expr): boolean {
  if (expr.kind === "index") return expr.items.length < expr.target.type.shape.length && increases(s, expr.target);
  if (expr.kind !== "data" && expr.kind !== "param" && expr.kind !== "latent") return false;
  const entry = s.entries.get(expr.name);
  const declared = entry && "declared" in entry ? entry.declared : null;
  return declared?.support === "ordered" || declared?.support === "positive_ordered";
}

/** Whether the entries along the last axis are known to sum to 1. */
export function sumsToOne(s: Scope, expr: Expr): boolean {
  switch (expr.kind) {
    case "data":
    case "param":
    case "latent":
    case "let": {
      const entry = s.entries.get(expr.name);
      if (entry?.kind === "data" || entry?.kind === "param") return entry.declared.support === "simplex";
      return (entry?.kind === "latent" || entry?.kind === "let") && entry.sumsToOne;
    }
    case "call":
      return expr.fn === "softmax" || (expr.fn === "rep" && sumsToOne(s, present(expr.args[0], "what is repeated")));
    case "index":
      return expr.items.length < expr.target.type.shape.length && sumsToOne(s, expr.target);
    case "array": {
      if (expr.type.shape.length > 1) return expr.elements.every((row) => sumsToOne(s, row));
      const total = expr.elements.reduce((sum, { type }) => sum + type.range.lower, 0);
      const known = expr.elements.every(({ type }) => type.range.lower === type.range.upper);
      // Decimal fractions such as 1/3 written with six digits still count.
      return known && Math.abs(total - 1) <= 1e-5;
    }
    default:
      return false;
  }
}
