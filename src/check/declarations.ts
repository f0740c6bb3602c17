import { alreadyDeclared } from "../diagnostics/catalogue/names.ts";
import { initOutside, needsType } from "../diagnostics/catalogue/supports.ts";
import { initShape, mayNotDepend, missingInit } from "../diagnostics/catalogue/types.ts";
import { families } from "../distributions/index.ts";
import type { ConstStmt, DataStmt, Expr as Ast, NetStmt, ParamStmt } from "../syntax/ast.ts";
import { distPart, distribution, fits } from "./distributions.ts";
import { expression } from "./expressions.ts";
import { sizeOf } from "./sizes.ts";
import { functions } from "../library/index.ts";
import { isImproper, compoundNames } from "../model/probabilities.ts";
import type { DeclaredType, Expr, ParamDecl, ValueType } from "../model/model.ts";
import { netOf } from "./networks.ts";
import { declare, dependence, kindWord, partOf, report, textOf, type Scope } from "./scope.ts";
import { sameDims } from "../model/sizes.ts";
import { baseRank, numberExpr, rangeOf, showType } from "../model/types.ts";
import { distExprs, everyExpr } from "../model/walk.ts";
import { declaredType } from "./types.ts";

/** `data x: real[N, 2]`: what its size names stand for is read off the data. */
export function checkData(s: Scope, stmt: DataStmt): void {
  const { name, span } = stmt;
  const type = declaredType(s, { ...stmt.type, optional: false }, (ast) => expression(s, ast));
  const fixed = boundsOf(type).every((bound) => onlyData(s, bound, `a bound of \`data ${name.text}\``));
  if (!type || !fixed) {
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  if (declare(s, name, { kind: "data", span: name.span, declared: type }))
    s.data.push({ name: name.text, span, type, optional: stmt.type.optional });
}

/** `const sigma = 0.05`; numbers, sizes and other constants only. */
export function checkConst(s: Scope, stmt: ConstStmt): void {
  const { name, span } = stmt;
  const set = Object.hasOwn(s.set, name.text) ? s.set[name.text] : undefined;
  const written = expression(s, stmt.value);
  const value = set === undefined ? written : numberExpr(set, stmt.value.span);
  if (!written || !value || !isConstant(s, name.text, value)) {
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  // What `--set` may change is known by the time of checking, so a constant's own number can be a size.
  const size = set === undefined ? quietSize(s, stmt) : value.type.size;
  const { shape, integer, range } = value.type;
  const type: ValueType = { shape, integer, range, ...(size === undefined ? {} : { size }) };
  if (declare(s, name, { kind: "const", span: name.span, type })) s.consts.push({ name: name.text, span, value });
}

/** The size a constant stands for, if it is one; anything else is no mistake here. */
function quietSize(s: Scope, stmt: ConstStmt): ValueType["size"] {
  return sizeOf({ ...s, diagnostics: [] }, stmt.value) ?? undefined;
}

function isConstant(s: Scope, name: string, value: Expr): boolean {
  for (const part of everyExpr(value)) {
    if (!("name" in part) || part.kind === "const") continue;
    const entry = s.entries.get(part.name);
    if (!entry) continue;
    report(
      s,
      mayNotDepend({
        span: part.span,
        what: `\`const ${name}\``,
        on: part.name,
        is: kindWord(entry),
        declared: entry.span,
        needs: "numbers, sizes and other constants",
        hint: `write \`let ${name} = ...\``,
      }),
    );
    return false;
  }
  return true;
}

/** `param spread: real<0..>[10, 2] = 1` */
export function checkParam(s: Scope, stmt: ParamStmt): void {
  const { name, span } = stmt;
  const type = declaredType(s, stmt.type, (ast) => expression(s, ast));
  const init = stmt.init
    ? paramInit(s, stmt, stmt.init, type)
    : report(s, missingInit({ span: name.span, name: name.text }));
  const fixed = boundsOf(type).every((bound) => onlyData(s, bound, `a bound of \`param ${name.text}\``));
  if (!type || !init || !fixed) {
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  if (declare(s, name, { kind: "param", span: name.span, declared: type }))
    s.params.push({ name: name.text, span, type, init });
}

function boundsOf(type: DeclaredType | null): Expr[] {
  return [type?.lower ?? null, type?.upper ?? null].filter((bound) => bound !== null);
}

function onlyData(s: Scope, expr: Expr, what: string): boolean {
  const random = dependence(s, expr);
  if (!random) return true;
  const { name: on, is, declared } = random;
  report(s, mayNotDepend({ span: expr.span, what, on, is, declared, needs: "constants and data" }));
  return false;
}

type Init = ParamDecl["init"];

function paramInit(s: Scope, stmt: ParamStmt, init: Ast, type: DeclaredType | null): Init | null {
  const name = stmt.name.text;
  const what = `the starting value of \`param ${name}\``;
  if (init.kind === "call" && (Object.hasOwn(families, init.callee.text) || compoundNames.includes(init.callee.text))) {
    // prettier-ignore
    const from = distribution(s, init);
    if (!from || !type) return null;
    if (from.dist.kind !== "family" || isImproper(from.dist)) {
      const hint = "give a number, or a draw from one proper family";
      return report(s, needsType({ name, span: init.span, family: from.name, gives: "no start", hint }));
    }
    if (!distExprs(from.dist).every((arg) => onlyData(s, arg, what))) return null;
    if (!fits(type.shape, from))
      return report(s, initShape({ name, type: stmt.type.span, declared: type.shape, init: distPart(s, from) }));
    return { kind: "draw", dist: from.dist };
  }
  const value = expression(s, init);
  if (!value || !type || !onlyData(s, value, what)) return null;
  // A value of the base shape stretches over leading dimensions: one simplex for all of `simplex[N, K]`.
  const base = type.shape.slice(type.shape.length - baseRank(type.support));
  const shape = value.type.shape;
  const stretches = sameDims(shape, base);
  if (!stretches && !sameDims(shape, type.shape))
    return report(s, initShape({ name, type: stmt.type.span, declared: type.shape, init: partOf(s, value) }));
  const inside = rangeOf(type);
  const { lower, upper } = value.type.range;
  if (type.support === "interval" && (upper <= inside.lower || lower >= inside.upper)) {
    const text = textOf(s, value.span);
    return report(
      s,
      initOutside({
        span: value.span,
        name,
        text,
        bounds: `\`${showType({ ...type, shape: [] }, (e) => textOf(s, e.span))}\``,
      }),
    );
  }
  return { kind: "value", value };
}

/** `net decode = mlp(2, 10)`, `net read = sequential([28, 28], flatten, dense(10))` */
export function checkNet(s: Scope, stmt: NetStmt): void {
  const { name, span } = stmt;
  const network = netOf(s, stmt.value);
  if (Object.hasOwn(functions, name.text)) {
    // A call would mean one of two things; values may share a function's name, since they are not called.
    report(s, alreadyDeclared({ span: name.span, name: name.text, before: null }));
    return;
  }
  if (!network) {
    declare(s, name, { kind: "broken", span: name.span });
    return;
  }
  const net = { name: name.text, span, written: stmt.value.span, ...network };
  if (declare(s, name, { kind: "net", span: name.span, net })) s.nets.push(net);
}
