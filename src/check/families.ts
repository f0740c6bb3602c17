import { suggest } from "../diagnostics/suggest.ts";
import { list } from "../diagnostics/catalogue/make.ts";
import {
  bothAlternatives,
  functionAsFamily,
  missingArgument,
  repeatedArgument,
  tooManyArguments,
  unknownArgument,
  unknownFamily,
} from "../diagnostics/catalogue/names.ts";
import { shapesDiffer, wrongArgument } from "../diagnostics/catalogue/types.ts";
import type { Span } from "../diagnostics/span.ts";
import { supportWords } from "../distributions/check.ts";
import { parameterNamed, type Family, type Parameter } from "../distributions/family.ts";
import { families, familyNamed } from "../distributions/index.ts";
import { givenName } from "../distributions/support.ts";
import type { Argument, Call } from "../syntax/ast.ts";
import { tableBound, type FamilyBound } from "../tensor/support.ts";
import { checkDomain } from "./domains.ts";
import { expression } from "./expressions.ts";
import { functions, operatorNames } from "../library/index.ts";
import { familySynonyms } from "./synonyms.ts";
import { compoundNames } from "../model/probabilities.ts";
import type { Dim, Dist, Expr } from "../model/model.ts";
import { guess, indexHint, joinPlates, partOf, report, type Scope } from "./scope.ts";
import { sameDims, subtractDims } from "../model/sizes.ts";
import { numberExpr, sizeExpr } from "../model/types.ts";
import { mixtureCount, parameterRank, parameterSizes } from "../diagnostics/catalogue/sites.ts";

/** The values a distribution produces, in terms of its arguments. */
export interface Offered {
  /** `any`: whatever type is declared (`flat`). */
  readonly kind: "interval" | "simplex" | "counts" | "cholesky_corr" | "any";
  readonly integer: boolean;
  /** Some single values have a probability of their own among real numbers: to be observed, not drawn. */
  readonly mixed?: boolean;
  readonly lower: Expr | null;
  readonly upper: Expr | null;
  readonly words: string;
}

export interface CheckedDist {
  readonly dist: Dist;
  /** Common shape of the arguments less their own axes; empty when one draw's arguments are given. */
  readonly batch: readonly Dim[];
  /** Shape of one draw. A mixture's may have any rank. */
  readonly event: readonly Dim[];
  readonly offers: Offered;
  /** Name for messages. */
  readonly name: string;
  /** Null for mixtures. */
  readonly family: Family | null;
}

/** A family's row, or null after a report. */
export function familyOf(s: Scope, call: Call): Family | null {
  const { text: name, span } = call.callee;
  if (Object.hasOwn(families, name)) return familyNamed(name);
  if (Object.hasOwn(functions, name) && !operatorNames.has(name)) return report(s, functionAsFamily({ span, name }));
  const known = [...Object.keys(families), ...compoundNames];
  const suggestion = guess(s, name, () => known, familySynonyms);
  return report(s, unknownFamily({ span, name, suggestion, known }));
}

/** That many components, which the arguments carry on their leading axis. */
export interface Along {
  readonly count: Dim;
  readonly weights: Expr;
}

/**
 * A call of a family with checked arguments. With `along`, the arguments carry that many components on their leading
 * axis, and `batch` and `event` are those of one component.
 */
export function familyDist(s: Scope, call: Call, along: Along | null = null): CheckedDist | null {
  const family = familyOf(s, call);
  if (!family) {
    call.args.forEach((arg) => arg.value.kind !== "call" && expression(s, arg.value));
    return null;
  }
  const args = matched(s, family, call);
  const shapes = args && shapesOf(s, family, args, along);
  if (!args || !shapes) return null;
  if (along && !shapes.carries)
    return report(s, mixtureCount({ weights: partOf(s, along.weights), span: call.span, found: 1 }));
  const size = drawSize(s, family, args, shapes);
  if (size === null) return null;
  const plates = joinPlates(s, ...Object.values(args).map((arg) => arg.plates));
  return {
    dist: { kind: "family", span: call.span, family: family.name, args, plates },
    batch: shapes.shaped?.batch ?? [],
    event: family.eventRank === 1 && size !== undefined ? [size] : [],
    offers: offered(family, args, call.span),
    name: family.name,
    family,
  };
}

type Arguments = Readonly<Record<string, Expr>>;

/** What the shapes of the arguments say together. */
interface Shapes {
  /** The first vector or matrix that is one argument. */
  readonly own: Expr | null;
  /** The first argument with axes in front of its own, those of components left out. */
  readonly shaped: { readonly expr: Expr; readonly batch: readonly Dim[] } | null;
  /** Some argument differs from component to component. */
  readonly carries: boolean;
}

/** Null after a report; every argument is looked at. */
function shapesOf(s: Scope, family: Family, args: Arguments, along: Along | null): Shapes | null {
  const of = family.name;
  let fine = true;
  let own: Expr | null = null;
  let shaped: Shapes["shaped"] = null;
  let carries = false;
  for (const [name, expr] of Object.entries(args)) {
    const parameter = parameterNamed(family, name);
    fine = checkDomain(s, { of, argument: name, domain: parameter.domain }, expr) && fine;
    const leading = leadingAxes(parameter, expr);
    if (!leading) {
      report(s, parameterRank({ of, name, value: partOf(s, expr), expected: rankWords(parameter) }));
      fine = false;
      continue;
    }
    if (parameter.rank > 0) {
      if (own && own.type.shape.at(-1) !== expr.type.shape.at(-1)) {
        report(s, parameterSizes({ of, a: partOf(s, own), b: partOf(s, expr) }));
        fine = false;
      }
      own ??= expr;
    }
    const [first, ...rest] = leading;
    if (along && first !== undefined && first !== along.count) {
      report(s, mixtureCount({ weights: partOf(s, along.weights), span: expr.span, found: first }));
      fine = false;
      continue;
    }
    carries ||= along !== null && first !== undefined;
    const batch = along ? rest : leading;
    if (batch.length === 0) continue;
    if (shaped && !sameDims(shaped.batch, batch)) {
      const hint = indexHint(s, expr) ?? indexHint(s, shaped.expr);
      report(s, shapesDiffer({ what: `\`${of}\``, a: partOf(s, shaped.expr), b: partOf(s, expr), hint }));
      fine = false;
    }
    shaped ??= { expr, batch };
  }
  return fine ? { own, shaped, carries } : null;
}

/** The axes in front of those of one argument; null where it has not enough of its own, or they are not square. */
function leadingAxes({ rank }: Parameter, { type: { shape } }: Expr): readonly Dim[] | null {
  const square = rank < 2 || shape.at(-1) === shape.at(-2);
  return shape.length < rank || !square ? null : shape.slice(0, shape.length - rank);
}

/** The length of one draw, undefined for single numbers; null after a report. */
function drawSize(s: Scope, family: Family, args: Arguments, { own }: Shapes): Dim | undefined | null {
  const length = family.eventSize === undefined ? undefined : args[family.eventSize];
  if (!length) return own?.type.shape.at(-1);
  if (length.type.size !== undefined) return length.type.size;
  const signature = `${family.name}(${takes(family)})`;
  const at = { fn: family.name, span: length.span };
  return report(s, wrongArgument({ ...at, expected: "a size", found: "a value", signature }));
}

function rankWords({ rank }: Parameter): string {
  return rank === 2 ? "a square matrix" : rank === 1 ? "a vector" : "a single number";
}

/** "mean, sd" or "n, p or logits". */
function takes(family: Family): string {
  const rest = family.alternatives.flatMap((group) => group.slice(1));
  return Object.keys(family.parameters)
    .filter((name) => !rest.includes(name))
    .map((name) => family.alternatives.find((group) => group[0] === name) ?? [name])
    .map((group) => list(group, "or"))
    .join(", ");
}

/** Arguments by name, all checked as expressions; null after a report. */
function matched(s: Scope, family: Family, call: Call): Record<string, Expr> | null {
  const names = Object.keys(family.parameters);
  const rest = family.alternatives.flatMap((group) => group.slice(1));
  const inOrder = names.filter((name) => !rest.includes(name));
  const of = family.name;
  const args: Record<string, Expr> = {};
  const given = new Map<string, Argument>();
  let fine = true;
  let place = 0;
  for (const arg of call.args) {
    const value = expression(s, arg.value);
    fine &&= value !== null;
    let name: string;
    if (arg.name) {
      name = arg.name.text;
      const { span } = arg.name;
      if (!names.includes(name)) {
        report(s, unknownArgument({ span, name, suggestion: suggest(name, names), of, known: names }));
        return null;
      }
    } else {
      const next = inOrder[place++];
      if (next === undefined) {
        const found = call.args.filter((a) => !a.name).length;
        report(s, tooManyArguments({ span: arg.span, of, most: inOrder.length, found, takes: takes(family) }));
        return null;
      }
      name = next;
    }
    if (given.has(name)) {
      report(s, repeatedArgument({ span: arg.span, name, of }));
      return null;
    }
    given.set(name, arg);
    if (value) args[name] = value;
  }
  for (const name of inOrder) {
    const group = family.alternatives.find((g) => g[0] === name) ?? [name];
    const written = group.flatMap((option) => given.get(option) ?? []);
    if (written.length === 0) {
      report(s, missingArgument({ span: call.span, name: list(group, "or"), of, takes: takes(family) }));
      fine = false;
    }
    const [, second] = written;
    if (second) {
      const both = group.filter((option) => given.has(option));
      report(s, bothAlternatives({ span: second.span, of, given: both }));
      fine = false;
    }
  }
  return fine ? args : null;
}

function offered(family: Family, args: Readonly<Record<string, Expr>>, span: Span): Offered {
  const { support } = family;
  const words = supportWords(family);
  const open = { integer: false, lower: null, upper: null, words };
  if (family.improper) return { ...open, kind: "any" };
  if (support.kind !== "interval") return { ...open, kind: support.kind, integer: support.kind === "counts" };
  const bound = (b: FamilyBound): Expr | null => {
    if (b === null) return null;
    if (typeof b === "number") return numberExpr(b, span);
    if ("parameter" in b) return args[b.parameter] ?? null;
    const { table, less } = tableBound(b);
    const size = args[givenName(family, table, args)]?.type.shape.at(-1);
    return size === undefined ? null : sizeExpr(subtractDims(size, less), span);
  };
  const { integer } = support;
  return { kind: "interval", integer, lower: bound(support.lower), upper: bound(support.upper), words };
}
