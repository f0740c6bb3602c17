import { suggest } from "../diagnostics/suggest.ts";
import {
  missingArgument,
  repeatedArgument,
  tooManyArguments,
  unknownArgument,
} from "../diagnostics/catalogue/names.ts";
import {
  combinatorNeedsNumbers,
  emptyBounds,
  noMass,
  notADistribution,
  outsideDomain,
} from "../diagnostics/catalogue/supports.ts";
import { shapesDiffer } from "../diagnostics/catalogue/types.ts";
import type { Call, Expr as Ast } from "../syntax/ast.ts";
import { sameBound } from "./supports.ts";
import type { CheckedDist, Offered } from "./families.ts";
import { checkDomain } from "./domains.ts";
import { expression } from "./expressions.ts";
import { functionNamed } from "../library/index.ts";
import { massProblem } from "../model/probabilities.ts";
import type { Dist, Expr } from "../model/model.ts";
import { joinPlates, partOf, report, textOf, type Scope } from "./scope.ts";
import { sameDims } from "../model/sizes.ts";
import { numberExpr } from "../model/types.ts";

/** What each takes, in order; `of` is the distribution. */
const orders = {
  truncate: ["of", "low", "high"],
  censor: ["of", "low", "high"],
  zero_inflate: ["p", "of"],
} as const;
type Combinator = keyof typeof orders;

/** Is this the name of a distribution that is made of another one? */
export const isCombinator = (name: string): name is Combinator => Object.hasOwn(orders, name);

const takes: { readonly [C in Combinator]: string } = {
  truncate: "a distribution, low, high (one of the two may be left out)",
  censor: "a distribution, low, high (one of the two may be left out)",
  zero_inflate: "p, a distribution",
};

/** A distribution made of another one by its place in `distribution`. Null after a report. */
export function combinator(
  s: Scope,
  call: Call,
  inner: (s: Scope, call: Call) => CheckedDist | null,
): CheckedDist | null {
  const name = call.callee.text as Combinator;
  const given = matched(s, name, call);
  const ast = given?.get("of");
  if (!given || !ast) return null;
  const part = asCall(ast);
  if (!part) {
    given.forEach((value, argument) => argument === "of" || expression(s, value));
    return report(s, notADistribution({ span: ast.span, text: textOf(s, ast.span), of: name }));
  }
  const of = inner(s, part);
  const value = (argument: string): Expr | null | undefined => {
    const written = given.get(argument);
    return written === undefined ? undefined : expression(s, written);
  };
  const [low, high, p] = [value("low"), value("high"), value("p")];
  if (!of || low === null || high === null || p === null) return null;
  if (of.offers.kind !== "interval" || of.event.length > 0) {
    const { kind, words } = of.offers;
    const gives = kind === "interval" ? "arrays" : kind === "any" ? "no probabilities" : words;
    return report(s, combinatorNeedsNumbers({ span: of.dist.span, of: name, inner: of.name, gives }));
  }
  const exprs = [low, high, p].filter((expr) => expr !== undefined);
  const batch = commonBatch(s, name, of, exprs);
  if (!batch) return null;
  const plates = joinPlates(s, of.dist.plates, ...exprs.map((expr) => expr.plates));
  const common = { name, family: null, batch, event: [] };
  const { span } = call;
  if (p !== undefined) {
    if (!checkDomain(s, { of: name, argument: "p", domain: "unit" }, p)) return null;
    const discrete = of.offers.integer;
    const dist: Dist = { kind: "zero_inflate", span, p, of: of.dist, discrete, plates };
    return { ...common, dist, offers: withZero(of.offers, call) };
  }
  const ends = { lower: low ?? null, upper: high ?? null };
  if (!endpointsFit(s, name, call, of, ends)) return null;
  const censored = name === "censor";
  const made = { span, of: of.dist, ...ends, plates };
  const dist: Dist = censored ? { kind: "censor", ...made } : { kind: "truncate", ...made };
  return { ...common, dist, offers: between(s, of.offers, ends, censored) };
}

function asCall(ast: Ast): Call | null {
  if (ast.kind === "paren") return asCall(ast.inner);
  return ast.kind === "call" ? ast : null;
}

function matched(s: Scope, of: Combinator, call: Call): Map<string, Ast> | null {
  const order: readonly string[] = orders[of];
  const named = order.filter((argument) => argument !== "of");
  const given = new Map<string, Ast>();
  let place = 0;
  for (const arg of call.args) {
    const argument = arg.name?.text ?? order[place++];
    if (argument === undefined) {
      const found = call.args.filter(({ name }) => !name).length;
      return report(s, tooManyArguments({ span: arg.span, of, most: order.length, found, takes: takes[of] }));
    }
    if (arg.name && !named.includes(argument)) {
      const { span, text: name } = arg.name;
      return report(s, unknownArgument({ span, name, suggestion: suggest(name, named), of, known: named }));
    }
    if (given.has(argument)) return report(s, repeatedArgument({ span: arg.span, name: argument, of }));
    given.set(argument, arg.value);
  }
  const missing = !given.has("of")
    ? "a distribution"
    : of === "zero_inflate"
      ? !given.has("p") && "p"
      : !given.has("low") && !given.has("high") && "low or high";
  return missing ? report(s, missingArgument({ span: call.span, name: missing, of, takes: takes[of] })) : given;
}

/** Bounds and probabilities are single numbers, or have the shape of the distribution's arguments. */
function commonBatch(s: Scope, of: string, inner: CheckedDist, exprs: readonly Expr[]) {
  const { batch, dist } = inner;
  const first = { span: dist.span, text: textOf(s, dist.span), shape: batch };
  const parts = [first, ...exprs.map((expr) => partOf(s, expr))].filter(({ shape }) => shape.length > 0);
  const [head, ...rest] = parts;
  if (!head) return [];
  const odd = rest.find(({ shape }) => !sameDims(shape, head.shape));
  return odd ? report(s, shapesDiffer({ what: `\`${of}\``, a: head, b: odd })) : head.shape;
}

interface Endpoints {
  readonly lower: Expr | null;
  readonly upper: Expr | null;
}

function endpointsFit(s: Scope, name: Combinator, call: Call, of: CheckedDist, ends: Endpoints): boolean {
  const { lower, upper } = ends;
  const { offers } = of;
  for (const [argument, end] of [
    ["low", lower],
    ["high", upper],
  ] as const)
    // prettier-ignore
    if (end && offers.integer && !end.type.integer) {
      const facts = { span: end.span, text: textOf(s, end.span), of: name, argument };
      report(s, outsideDomain({ ...facts, needs: "a whole number, as the draws are", found: "real" }));
      return false;
    }
  const least = Math.max(...[lower, offers.lower].map((end) => end?.type.range.lower ?? -Infinity));
  const most = Math.min(...[upper, offers.upper].map((end) => end?.type.range.upper ?? Infinity));
  if (offers.integer ? least > most : least >= most) {
    const shown = (end: Expr | null): string => (end ? textOf(s, end.span) : "");
    report(
      s,
      emptyBounds({
        span: call.span,
        lower: shown(lower ?? offers.lower),
        upper: shown(upper ?? offers.upper),
        integer: false,
      }),
    );
    return false;
  }
  const because = massProblem(of.dist, [lower, upper]);
  if (because === null) return true;
  report(s, noMass({ span: call.span, of: name, dist: of.dist.span, because }));
  return false;
}

function between(s: Scope, offers: Offered, { lower, upper }: Endpoints, censored: boolean): Offered {
  return {
    ...offers,
    lower: inner(s, offers.lower, lower, "max"),
    upper: inner(s, offers.upper, upper, "min"),
    mixed: censored,
    words: `${offers.words}, ${censored ? "censored" : "truncated"}`,
  };
}

/** The narrower of two bounds, as far as that is known; else the call that finds it. */
function inner(s: Scope, a: Expr | null, b: Expr | null, fn: "max" | "min"): Expr | null {
  if (!a || !b || sameBound(a, b)) return b ?? a;
  const [x, y] = [a.type.range, b.type.range];
  if (fn === "max" ? x.lower >= y.upper : x.upper <= y.lower) return a;
  if (fn === "max" ? y.lower >= x.upper : y.upper <= x.lower) return b;
  const type = functionNamed(fn).type([a.type, b.type]);
  if ("misfit" in type) return b;
  return { kind: "call", span: b.span, plates: joinPlates(s, a.plates, b.plates), type, fn, args: [a, b] };
}

function withZero(offers: Offered, { span }: Call): Offered {
  const zero = numberExpr(0, span);
  const { lower, upper, integer } = offers;
  return {
    ...offers,
    lower: lower && lower.type.range.lower > 0 ? zero : lower,
    upper: upper && upper.type.range.upper < 0 ? zero : upper,
    mixed: offers.mixed === true || !integer,
    words: `0, or ${offers.words}`,
  };
}
