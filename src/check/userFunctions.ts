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
import {
  declare,
  kindWord,
  platesHere,
  report,
  type Entry,
  type FunctionCall,
  type Names,
  type Scope,
} from "./scope.ts";
import { nameTaken, recursive, typedLet, writtenTooLong } from "../diagnostics/catalogue/functions.ts";

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

/** Expressions that stand inside one another while functions are written out: calls further in wait their turn. */
const deepest = 200;
/** Expressions of bodies, over all calls of a file: what is told by name alone may come to any number. */
const mostParts = 200_000;

/**
 * The value of a function at checked arguments: written out once for the same ones. What is wrong in it is told with
 * the place of the call.
 */
export function writeOut(s: Scope, fun: FunStmt, args: readonly Expr[], span: Span, check: CheckIn): Expr | null {
  const { written } = s;
  const name = fun.name.text;
  if (s.calls.includes(name)) return report(s, recursive({ span, name, declared: fun.name.span }));
  const key = [name, ...args.map(written.meaning), ...platesHere(s)].join(" ");
  const call: FunctionCall = { s, fun, args, span, key };
  if (!written.results.has(key)) {
    if (s.calls.length === 0) settle(call, check);
    else if (written.depth <= deepest) attempt(call, check);
    else written.waiting.push(call);
  }
  const result = written.results.get(key);
  for (const problem of result?.problems ?? []) reportOnce(s, problem, span);
  return result?.value ? { ...local(name, result.value), span } : null;
}

/** Writes out a call that stands outside functions, and those inside it that have to wait, innermost first. */
function settle(first: FunctionCall, check: CheckIn): void {
  const { waiting, results } = first.s.written;
  const open = [first];
  for (let call = open.at(-1); call; call = open.at(-1)) {
    if (!results.has(call.key)) attempt(call, check);
    if (waiting.length === 0) open.pop();
    else open.push(...waiting.splice(0));
  }
}

/** Writes out a call; without a result when a call inside it has to wait. */
function attempt({ s, fun, args, span, key }: FunctionCall, check: CheckIn): void {
  const { written, file } = s;
  const name = fun.name.text;
  if (written.parts > mostParts) {
    const problems = written.parts < Infinity ? [writtenTooLong({ span, name, limit: mostParts })] : [];
    written.parts = Infinity;
    written.results.set(key, { value: null, problems });
    return;
  }
  const waiting = written.waiting.length;
  const inside: Scope = {
    ...s,
    entries: namesInside(file, name),
    diagnostics: [],
    loops: [],
    calls: [...s.calls, name],
  };
  const value = bodyAt(inside, fun, args, check);
  if (written.waiting.length > waiting) return;
  written.results.set(key, { value, problems: inside.diagnostics });
}

/** The body of a function whose parameters have these values. */
function bodyAt(s: Scope, { params, body }: FunStmt, args: readonly Expr[], check: CheckIn): Expr | null {
  const own = new Map<string, Span>();
  const named = (at: Ident, value: Expr | null): void => {
    const { text, span } = at;
    const before = own.get(text);
    if (before) report(s, alreadyDeclared({ span, name: text, before }));
    own.set(text, span);
    s.entries.set(text, value ? { kind: "local", span, value: local(text, value) } : { kind: "broken", span });
  };
  params.forEach((param, i) => named(param, args[i] ?? null));
  if ("kind" in body) return check(s, body);
  for (const { span, name: at, value, type } of body.lets) {
    if (type) report(s, typedLet({ span, name: at.text }));
    named(at, value && !type ? check(s, value) : null);
  }
  return check(s, body.result);
}

/** The names of a function's own, over those of the file: of these it may use what does not change from draw to draw. */
function namesInside(file: Names, fn: string): Names {
  const own = new Map<string, Entry>();
  const outside = (entry: Entry | undefined): Entry | undefined =>
    !entry || visible.has(entry.kind) ? entry : { kind: "captured", span: entry.span, fn, is: kindWord(entry) };
  return {
    get: (name) => own.get(name) ?? outside(file.get(name)),
    has: (name) => own.has(name) || file.has(name),
    set: (name, entry) => own.set(name, entry),
    delete: (name) => own.delete(name),
    *[Symbol.iterator]() {
      for (const [name, entry] of file) if (!own.has(name)) yield [name, outside(entry) ?? entry];
      yield* own;
    },
  };
}

/** What a function may use beside its arguments: what does not change from draw to draw. */
const visible: ReadonlySet<Entry["kind"]> = new Set([
  ...(["size", "const", "data", "param", "net", "fun", "broken"] as const),
]);

/** As many places as a message shows: the mistake, and some of the calls that lead to it. */
const mostPlaces = 6;

/** Once for each mistake, at the first call that shows it. */
function reportOnce(s: Scope, diagnostic: Diagnostic, call: Span): void {
  const [first] = diagnostic.labels;
  const known = s.diagnostics.some(
    (other) => other.code === diagnostic.code && other.labels[0]?.span.start === first?.span.start,
  );
  if (known) return;
  const labels = [...diagnostic.labels.slice(0, mostPlaces - 1), label(call, "in this call")];
  report(s, { ...diagnostic, labels });
}
