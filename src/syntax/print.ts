import { unreachable } from "../base/assert.ts";
import type * as ast from "./ast.ts";

export type AnyNode =
  ast.Ast | ast.Stmt | ast.Expr | ast.TypeExpr | ast.Slice | ast.Argument | ast.GuideEntry | ast.Ident;

/**
 * Any node as an s-expression, without places and comments. Statements of a file, block or guide stand on lines of
 * their own, indented by two; everything else is one line. Two trees print alike only if they are alike.
 */
export function sexpr(node: AnyNode): string {
  switch (node.kind) {
    case "file":
      return `(file${body(node.statements)})`;
    case "ident":
    case "name":
    case "number":
      return node.text;
    case "array":
      return list("array", node.elements.map(sexpr));
    case "unary":
      return list(node.op === "-" ? "neg" : "not", [sexpr(node.operand)]);
    case "binary":
      return list(node.op, [sexpr(node.left), sexpr(node.right)]);
    case "argument":
      return node.name ? `(= ${node.name.text} ${sexpr(node.value)})` : sexpr(node.value);
    case "call":
      return list("call", [node.callee.text, ...node.args.map(sexpr)]);
    case "slice":
      return list("..", [optional(node.from), optional(node.to)]);
    case "index":
      return list("index", [sexpr(node.target), ...node.indices.map(sexpr)]);
    case "paren":
      return list("paren", [sexpr(node.inner)]);
    case "type":
      return typeExpr(node);
    case "model":
      return list("model", [node.name.text]);
    case "data":
      return list("data", [node.name.text, sexpr(node.type)]);
    case "const":
    case "net":
      return list(node.kind, [node.name.text, sexpr(node.value)]);
    case "param":
      return list("param", [node.name.text, sexpr(node.type), ...some(node.init)]);
    case "fun":
      return fun(node);
    case "let":
      return list("let", [node.name.text, ...some(node.type), ...some(node.value)]);
    case "assign":
      return list("assign", [sexpr(node.target), sexpr(node.value)]);
    case "sample":
      return list("sample", [node.target ? sexpr(node.target) : node.name.text, ...some(node.type), sexpr(node.from)]);
    case "observe":
      return list("observe", [sexpr(node.value), sexpr(node.from)]);
    case "factor":
      return list("factor", [sexpr(node.value)]);
    case "plate":
      return `(plate ${node.index.text} ${sexpr(node.size)}${body(node.body)})`;
    case "for":
      return `(for ${node.index.text} ${sexpr(node.from)} ${sexpr(node.to)}${body(node.body)})`;
    case "guide":
      return `(guide${body(node.entries)})`;
    case "guide-entry":
      return guideEntry(node);
    default:
      return unreachable(node, "sexpr");
  }
}

const list = (head: string, items: readonly string[]): string => `(${[head, ...items].join(" ")})`;

const some = (node: AnyNode | null): readonly string[] => (node ? [sexpr(node)] : []);

const optional = (node: ast.Expr | null): string => (node ? sexpr(node) : "_");

const body = (nodes: readonly AnyNode[]): string =>
  nodes.map((node) => `\n  ${sexpr(node).replaceAll("\n", "\n  ")}`).join("");

function typeExpr({ base, bounds, dims, optional: missing }: ast.TypeExpr): string {
  const parts = [
    ...(bounds ? [list("bounds", [optional(bounds.lower), optional(bounds.upper)])] : []),
    ...(dims.length > 0 ? [list("dims", dims.map(sexpr))] : []),
    ...(missing ? ["?"] : []),
  ];
  return parts.length > 0 ? list("type", [base, ...parts]) : base;
}

function guideEntry(node: ast.GuideEntry): string {
  const given = node.given.length > 0 ? [list("given", node.given.map(sexpr))] : [];
  const by = node.by ? [list("by", [sexpr(node.by)])] : [];
  return list("~", [node.site.text, sexpr(node.family), ...given, ...by]);
}

function fun({ name, params, body: value }: ast.FunStmt): string {
  const head = `(fun ${name.text} (${params.map((param) => param.text).join(" ")})`;
  if ("kind" in value) return `${head} ${sexpr(value)})`;
  const result = `\n  (return ${sexpr(value.result)})`;
  return `${head}${body(value.lets)}${result})`;
}
