import { present, unreachable } from "../base/assert.ts";
import { needsType } from "../diagnostics/catalogue/supports.ts";
import { insidePlate } from "../diagnostics/catalogue/names.ts";
import { letShape } from "../diagnostics/catalogue/loops.ts";
import type { FactorStmt, LetStmt, ObserveStmt, PlateStmt, SampleStmt, Stmt } from "../syntax/ast.ts";
import { latentSupport, checkObserved } from "./supports.ts";
import { checkConst, checkData, checkNet, checkParam } from "./declarations.ts";
import type { CheckedDist } from "./families.ts";
import { distPart, distribution, drawn, fits } from "./distributions.ts";
import { sumsToOne } from "./domains.ts";
import { expression } from "./expressions.ts";
import { sizeOf } from "./sizes.ts";
import { checkFun } from "./userFunctions.ts";
import { checkGuide } from "./guides.ts";
import { checkFilled, declareArray } from "./partialArrays.ts";
import { checkAssign, checkFor } from "./loops.ts";
import { maskProblem } from "../library/missing.ts";
import type { DeclaredType, Expr } from "../model/model.ts";
import { declare, dependence, indexHint, openPlate, partOf, platesHere, report, textOf, type Scope } from "./scope.ts";
import { isEntry, sampleEntry } from "./sampledEntries.ts";
import { sameDims } from "../model/sizes.ts";
import { valueType } from "../model/types.ts";
import { declaredType } from "./types.ts";
import {
  arrayForEach,
  countedAgain,
  declaredShape,
  factorShape,
  observedNotData,
  observedShape,
} from "../diagnostics/catalogue/sites.ts";

/** Checks one statement and adds what it means to the scope. A name declared with a mistake becomes `broken`. */
export function statement(s: Scope, stmt: Stmt): void {
  const plate = s.around.at(-1);
  const misplaced = outsideOnly[stmt.kind];
  if (plate && misplaced) {
    const { what, hint } = misplaced;
    report(s, insidePlate({ span: stmt.span, what, plate: plate.span, hint }));
    if ("name" in stmt) s.entries.set(stmt.name.text, { kind: "broken", span: stmt.name.span });
    return;
  }
  switch (stmt.kind) {
    case "model":
      return;
    case "data":
      return checkData(s, stmt);
    case "const":
      return checkConst(s, stmt);
    case "param":
      return checkParam(s, stmt);
    case "net":
      return checkNet(s, stmt);
    case "let":
      return checkLet(s, stmt);
    case "sample":
      return checkSample(s, stmt);
    case "observe":
      return checkObserve(s, stmt);
    case "factor":
      return checkFactor(s, stmt);
    case "plate":
      return checkPlate(s, stmt);
    case "guide":
      return checkGuide(s, stmt);
    case "fun":
      return checkFun(s, stmt);
    case "assign":
      return checkAssign(s, stmt);
    case "for":
      return checkFor(s, stmt, (inner) => statement(s, inner));
    default:
      unreachable(stmt, "statement");
  }
}

const global = "values of a plate belong in its names: give it a leading dimension and index it";
const outsideOnly: Readonly<Partial<Record<Stmt["kind"], { what: string; hint: string }>>> = {
  model: { what: "`model`", hint: "it is the first line of the file" },
  data: {
    what: "`data`",
    hint: "declare the whole array outside, `data y: real[N]`, and index it",
  },
  const: { what: "`const`", hint: "move it to the top of the file, or use `let`" },
  param: { what: "`param`", hint: global },
  net: { what: "`net`", hint: "declare it outside and apply it inside" },
  guide: { what: "`guide`", hint: "move it to the end of the file" },
  fun: { what: "`fun`", hint: "move it to the top of the file" },
};

function checkLet(s: Scope, stmt: LetStmt): void {
  const { name, span } = stmt;
  const broken = { kind: "broken", span: name.span } as const;
  if (!stmt.value) return declareArray(s, stmt, present(stmt.type, "the type of an array to be filled"));
  const type = stmt.type && declaredType(s, stmt.type, (ast) => expression(s, ast));
  const value = expression(s, stmt.value);
  if (stmt.type && type && value && !sameDims(type.shape, value.type.shape))
    report(s, letShape({ name: name.text, type: stmt.type.span, declared: type.shape, value: partOf(s, value) }));
  if (!value) {
    declare(s, name, broken);
    return;
  }
  const plates = platesHere(s);
  const declared = declare(s, name, {
    kind: "let",
    span: name.span,
    plates,
    type: withoutSize(value),
    declared: null,
    dependsOn: dependence(s, value),
    sumsToOne: sumsToOne(s, value),
  });
  if (declared) s.nodes.push({ kind: "let", span, plates, name: name.text, value });
}

/** A `let` is a value: `let K = 3` may not be used as a size, which a `const` may. */
function withoutSize({ type: { shape, integer, range } }: Expr): Expr["type"] {
  return { shape, integer, range };
}

function checkSample(s: Scope, stmt: SampleStmt): void {
  const { name, span } = stmt;
  if (isEntry(stmt)) return sampleEntry(s, stmt);
  const type = stmt.type && declaredType(s, stmt.type, (ast) => expression(s, ast));
  const from = drawn(s, stmt);
  const site =
    from &&
    (stmt.type
      ? type && declaredSite(s, { name: name.text, span: stmt.type.span }, type, from)
      : inferred(s, stmt, from));
  if (!from || !site) {
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  const plates = platesHere(s);
  const declared = declare(s, name, {
    kind: "latent",
    span: name.span,
    plates,
    type: valueType(site.type),
    declared: site.type,
    dependsOn: { name: name.text, is: "a latent", declared: name.span },
    sumsToOne: site.type.support === "simplex",
  });
  if (!declared) return;
  const { integer } = site.type;
  s.nodes.push({ kind: "latent", span, plates, name: name.text, ...site, discrete: integer, dist: from.dist });
}

interface Site {
  readonly type: DeclaredType;
  readonly truncated: boolean;
}

function inferred(s: Scope, stmt: SampleStmt, from: CheckedDist): Site | null {
  const { batch, event, offers } = from;
  const facts = { name: stmt.name.text, span: from.dist.span, family: from.name, gives: offers.words };
  if (offers.kind === "cholesky_corr")
    return report(s, needsType({ ...facts, hint: `say its size: \`${stmt.name.text}: cholesky_corr[K]\`` }));
  if (offers.kind === "counts")
    return report(s, needsType({ ...facts, hint: "a vector of counts can be observed only" }));
  const hint = batch.length > 0 ? argumentHint(s, from) : null;
  const plate = s.around.findLast(({ size }) => size === batch[0]);
  if (hint !== null && plate) {
    const { name } = stmt;
    const { index, span } = plate;
    return report(
      s,
      arrayForEach({ name: name.text, span: name.span, index, plate: span, shape: [...batch, ...event], hint }),
    );
  }
  const { kind, integer, lower, upper } = offers;
  const support = kind === "any" ? "interval" : kind;
  const type = { shape: [...batch, ...event], integer, support, lower, upper };
  return { type, truncated: false };
}

/** Of a site of this name, whose type is written at `span`. */
type Written = Parameters<typeof latentSupport>[1];

function declaredSite(s: Scope, written: Written, type: DeclaredType, from: CheckedDist): Site | null {
  // The kind comes first: a wrong kind explains a wrong shape.
  const support = latentSupport(s, written, type, from);
  if (!support) return null;
  if (!fits(type.shape, from))
    return report(
      s,
      declaredShape({ name: written.name, type: written.span, declared: type.shape, dist: distPart(s, from) }),
    );
  return { type: { ...support.type, shape: type.shape }, truncated: support.truncated };
}

function checkObserve(s: Scope, stmt: ObserveStmt): void {
  const value = expression(s, stmt.value);
  const from = distribution(s, stmt.from);
  if (!value) return;
  const text = textOf(s, value.span);
  const random = dependence(s, value);
  if (random) {
    const { name, is, declared } = random;
    report(s, observedNotData({ span: value.span, text, on: name, is, declared }));
    return;
  }
  const missed = s.around.find(({ id }) => !value.plates.includes(id));
  if (missed) {
    const { span, index, size } = missed;
    report(s, countedAgain({ span: value.span, text, plate: span, index, size }));
    return;
  }
  if (!from) return;
  if (!fits(value.type.shape, from)) {
    const hint = argumentHint(s, from);
    report(s, observedShape({ value: partOf(s, value), dist: distPart(s, from), hint }));
    return;
  }
  if (!checkObserved(s, value, from)) return;
  const problem = maskProblem(s, value);
  if (problem) {
    report(s, problem);
    return;
  }
  const plates = platesHere(s);
  s.nodes.push({ kind: "observed", span: stmt.span, plates, name: text, value, dist: from.dist });
}

/** An argument that was likely meant to be indexed by a plate around. */
function argumentHint(s: Scope, { dist }: CheckedDist): string | null {
  if (dist.kind !== "family") return null;
  const hints = Object.values(dist.args).map((arg) => indexHint(s, arg));
  return hints.find((hint) => hint !== null) ?? null;
}

function checkFactor(s: Scope, stmt: FactorStmt): void {
  const value = expression(s, stmt.value);
  if (!value) return;
  if (value.type.shape.length > 0) {
    report(s, factorShape(partOf(s, value)));
    return;
  }
  s.nodes.push({ kind: "factor", span: stmt.span, plates: platesHere(s), value });
}

function checkPlate(s: Scope, stmt: PlateStmt): void {
  const size = sizeOf(s, stmt.size);
  // With an unknown size the body is still checked, for its own mistakes; the model is refused in any case.
  openPlate(s, { name: stmt.index, size: size ?? 0, from: null, broken: size === null }, () => {
    for (const inner of stmt.body) statement(s, inner);
    checkFilled(s);
  });
}
