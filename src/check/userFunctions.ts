import { alreadyDeclared, familyAsFunction } from "../diagnostics/catalogue/names.ts";
import { namedInFunction, wrongCount } from "../diagnostics/catalogue/types.ts";
import { label } from "../diagnostics/catalogue/make.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { families } from "../distributions/index.ts";
import type { Call, Expr as Ast, FunStmt, Ident } from "../syntax/ast.ts";
import { local } from "./nodes.ts";
import { functions, operatorNames } from "../library/index.ts";
import type { Expr } from "../model/model.ts";
import { declare, kindWord, report, type Entry, type Scope } from "./scope.ts";
import { nameTaken, recursive, typedLet } from "../diagnostics/catalogue/functions.ts";

export type CheckIn = (s: Scope, ast: Ast) => Expr | null;

/** `fun f(a, b) = EXPR`: its names; shapes are checked at each call, where they are known. */
export function checkFun(s: Scope, stmt: FunStmt): void {
  const { name, params } = stmt;
  const { text, span } = name;
  const broken: Entry = { kind: "broken", span };
  const repeated = params.find((param, i) => params.findIndex((p) => p.text === param.text) < i);
  const isFunction = Object.hasOwn(functions, text) && !operatorNames.has(text);
  if (isFunction) report(s, nameTaken({ span, name: text, is: "a function of the library" }));
  else if (Object.hasOwn(families, text)) report(s, familyAsFunction({ span, name: text }));
  const before = params.find((param) => param.text === repeated?.text);
  if (repeated && before) report(s, alreadyDeclared({ span: repeated.span, name: repeated.text, before: before.span }));
  const own = calls(stmt).find((callee) => callee.text === text);
  if (own) report(s, recursive({ span: own.span, name: text, declared: span }));
  const fine = !isFunction && !Object.hasOwn(families, text) && !repeated && !own;
  declare(s, name, fine ? { kind: "fun", span, fun: stmt } : broken);
}

function calls({ body }: FunStmt): Ident[] {
  const found: Ident[] = [];
  const visit = (ast: Ast): void => {
    switch (ast.kind) {
      case "call":
        found.push(ast.callee);
        return ast.args.forEach(({ value }) => visit(value));
      case "paren":
        return visit(ast.inner);
      case "unary":
        return visit(ast.operand);
      case "binary":
        return [ast.left, ast.right].forEach(visit);
      case "array":
        return ast.elements.forEach(visit);
      case "index":
        visit(ast.target);
        return ast.indices.forEach((item) => item.kind !== "slice" && visit(item));
      default:
    }
  };
  if ("kind" in body) visit(body);
  else {
    body.lets.forEach(({ value }) => value && visit(value));
    visit(body.result);
  }
  return found;
}

/** `f(x, y)`: the function written out at its arguments. */
export function callFun(s: Scope, ast: Call, fun: FunStmt, check: CheckIn): Expr | null {
  const labelled = ast.args.find((arg) => arg.name)?.name;
  const args = ast.args.map((arg) => check(s, arg.value));
  const signature = signatureOf(fun);
  if (labelled) return report(s, namedInFunction({ span: labelled.span, fn: fun.name.text, signature }));
  if (args.length !== fun.params.length)
    return report(s, wrongCount({ fn: fun.name.text, span: ast.span, found: args.length, signature }));
  if (!args.every((arg) => arg !== null)) return null;
  return writeOut(s, fun, args, ast.span, check);
}

export function signatureOf({ name, params }: FunStmt): string {
  return `${name.text}(${params.map((param) => param.text).join(", ")})`;
}

/** The value of a function at checked arguments. What is wrong in it is told with the place of the call. */
export function writeOut(s: Scope, fun: FunStmt, args: readonly Expr[], call: Span, check: CheckIn): Expr | null {
  const name = fun.name.text;
  if (s.calls.includes(name)) return report(s, recursive({ span: call, name, declared: fun.name.span }));
  const entries = new Map<string, Entry>();
  for (const [known, entry] of s.entries) {
    const hidden: Entry = { kind: "captured", span: entry.span, fn: name, is: kindWord(entry) };
    entries.set(known, visible.has(entry.kind) ? entry : hidden);
  }
  const own = new Map<string, Span>();
  const define = (at: Ident, entry: Entry): void => {
    const before = own.get(at.text);
    if (before) report(inside, alreadyDeclared({ span: at.span, name: at.text, before }));
    own.set(at.text, at.span);
    entries.set(at.text, entry);
  };
  const inside: Scope = { ...s, entries, diagnostics: [], loops: [], calls: [...s.calls, name] };
  const { body } = fun;
  const lets = "kind" in body ? [] : body.lets;
  const named = (at: Ident, value: Expr | null): void => {
    const { text, span } = at;
    define(at, value ? { kind: "local", span, value: local(text, value) } : { kind: "broken", span });
  };
  fun.params.forEach((param, i) => named(param, args[i] ?? null));
  for (const { span, name: at, value, type } of lets) {
    if (type) report(inside, typedLet({ span, name: at.text }));
    named(at, value && !type ? check(inside, value) : null);
  }
  const result = check(inside, "kind" in body ? body : body.result);
  for (const diagnostic of inside.diagnostics) reportOnce(s, diagnostic, call);
  return result && { ...local(name, result), span: call };
}

/** What a function may use beside its arguments: what does not change from draw to draw. */
const visible: ReadonlySet<Entry["kind"]> = new Set([
  ...(["size", "const", "data", "param", "net", "fun", "broken"] as const),
]);

/** Once for each mistake, at the first call that shows it. */
function reportOnce(s: Scope, diagnostic: Diagnostic, call: Span): void {
  const [first] = diagnostic.labels;
  const known = s.diagnostics.some(
    (other) => other.code === diagnostic.code && other.labels[0]?.span.start === first?.span.start,
  );
  if (known) return;
  report(s, { ...diagnostic, labels: [...diagnostic.labels, label(call, "in this call")] } as Diagnostic);
}
