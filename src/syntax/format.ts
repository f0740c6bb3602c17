import { unreachable } from "../base/assert.ts";
import type { Span } from "../diagnostics/span.ts";
import type * as ast from "./ast.ts";
import { block, line, newPage, ownLines, type Item, type Page, type Place } from "./layout.ts";

/**
 * The text of a tree in the one canonical layout: two spaces a level, one statement a line, at most one empty line
 * between two, comments where they were. A comment inside a statement moves to its end; a second one, above it.
 *
 * `parse(format(a))` is `a` but for places, parentheses that a tree built by hand needs being added; formatting twice
 * changes nothing.
 */
export function format(file: ast.Ast): string {
  const page = newPage(file.comments, file.blankLines);
  file.statements.forEach((node, i) => {
    const until = file.statements[i + 1]?.span.start ?? Infinity;
    statement(page, node, { span: node.span, until, indent: "" });
  });
  ownLines(page, Infinity, "");
  return page.lines.length === 0 ? "" : `${page.lines.join("\n")}\n`;
}

function statement(page: Page, node: ast.Stmt, place: Place): void {
  switch (node.kind) {
    case "plate":
      return block(page, `plate ${node.index.text} in ${expr(node.size)}`, statements(page, node.body), place);
    case "for": {
      const head = `for ${node.index.text} in ${expr(node.from)}..${expr(node.to)}`;
      return block(page, head, statements(page, node.body), place);
    }
    case "guide":
      return block(
        page,
        "guide",
        node.entries.map((entry) => lineItem(page, entry.span, guideEntry(entry))),
        place,
      );
    case "fun":
      return fun(page, node, place);
    default:
      return line(page, simple(node), place);
  }
}

const statements = (page: Page, body: readonly ast.Stmt[]): readonly Item[] =>
  body.map((node) => ({ span: node.span, write: (place) => statement(page, node, place) }));

const lineItem = (page: Page, span: Span, text: string): Item => ({
  span,
  write: (place) => line(page, text, place),
});

function fun(page: Page, { name, params, body }: ast.FunStmt, place: Place): void {
  const head = `fun ${name.text}(${params.map((param) => param.text).join(", ")})`;
  if ("kind" in body) return line(page, `${head} = ${expr(body)}`, place);
  const result = lineItem(page, body.result.span, `return ${expr(body.result)}`);
  return block(page, head, [...statements(page, body.lets), result], place);
}

type SimpleStmt = Exclude<ast.Stmt, ast.PlateStmt | ast.ForStmt | ast.GuideStmt | ast.FunStmt>;

function simple(node: SimpleStmt): string {
  switch (node.kind) {
    case "model":
      return `model ${node.name.text}`;
    case "data":
      return `data ${node.name.text}: ${typeExpr(node.type)}`;
    case "const":
    case "net":
      return `${node.kind} ${node.name.text} = ${expr(node.value)}`;
    case "param":
      return `param ${node.name.text}${typed(node.type)}${equals(node.init)}`;
    case "let":
      return `let ${node.name.text}${typed(node.type)}${equals(node.value)}`;
    case "assign":
      return `${expr(node.target)} = ${expr(node.value)}`;
    case "sample":
      return `sample ${node.target ? expr(node.target) : node.name.text}${typed(node.type)} ~ ${expr(node.from)}`;
    case "observe":
      return `observe ${expr(node.value)} ~ ${expr(node.from)}`;
    case "factor":
      return `factor ${expr(node.value)}`;
    default:
      return unreachable(node, "format");
  }
}

const typed = (type: ast.TypeExpr | null): string => (type ? `: ${typeExpr(type)}` : "");
const equals = (value: ast.Expr | null): string => (value ? ` = ${expr(value)}` : "");

function guideEntry({ site, family, given, by }: ast.GuideEntry): string {
  const name = family.kind === "ident" ? family.text : expr(family);
  const from = given.length > 0 ? ` given ${given.map(expr).join(", ")}` : "";
  return `${site.text} ~ ${name}${from}${by ? ` by ${expr(by)}` : ""}`;
}

function typeExpr({ base, bounds, dims, optional }: ast.TypeExpr): string {
  // A comparison in a bound would take its `>` for its own, so it gets parentheses.
  const end = (side: ast.Expr | null) => (side ? operand(side, strength.sum) : "");
  const limits = bounds ? `<${end(bounds.lower)}..${end(bounds.upper)}>` : "";
  const shape = dims.length > 0 ? `[${dims.map(expr).join(", ")}]` : "";
  return `${base}${limits}${shape}${optional ? "?" : ""}`;
}

// ---- expressions

const strength = {
  or: 1,
  and: 2,
  comparison: 3,
  sum: 4,
  product: 5,
  unary: 6,
  power: 7,
  postfix: 8,
};

const strengthOf: { readonly [op in ast.BinaryOp]: number } = {
  "||": strength.or,
  "&&": strength.and,
  "<": strength.comparison,
  "<=": strength.comparison,
  ">": strength.comparison,
  ">=": strength.comparison,
  "==": strength.comparison,
  "!=": strength.comparison,
  "+": strength.sum,
  "-": strength.sum,
  "*": strength.product,
  "/": strength.product,
  "%": strength.product,
  "@": strength.product,
  "^": strength.power,
};

function binding(node: ast.Expr): number {
  if (node.kind === "binary") return strengthOf[node.op];
  return node.kind === "unary" ? strength.unary : strength.postfix;
}

/** The text of `node` where something at least as strong as `least` is needed. */
const operand = (node: ast.Expr, least: number): string => (binding(node) >= least ? expr(node) : `(${expr(node)})`);

/** One expression on one line, with parentheses where they are written and where the tree needs them. */
export function expr(node: ast.Expr): string {
  switch (node.kind) {
    case "name":
    case "number":
      return node.text;
    case "array":
      return `[${node.elements.map(expr).join(", ")}]`;
    case "unary":
      return `${node.op}${operand(node.operand, strength.unary)}`;
    case "binary":
      return binary(node);
    case "call":
      return `${node.callee.text}(${node.args.map(argument).join(", ")})`;
    case "index":
      return `${operand(node.target, strength.postfix)}[${node.indices.map(index).join(", ")}]`;
    case "paren":
      return `(${expr(node.inner)})`;
    default:
      return unreachable(node, "format");
  }
}

function binary({ op, left, right }: ast.Binary): string {
  const own = strengthOf[op];
  if (op === "^") return `${operand(left, strength.postfix)}^${operand(right, strength.unary)}`;
  const alone = own === strength.comparison ? own + 1 : own;
  return `${operand(left, alone)} ${op} ${operand(right, own + 1)}`;
}

const argument = ({ name, value }: ast.Argument): string => (name ? `${name.text} = ${expr(value)}` : expr(value));

function index(node: ast.Expr | ast.Slice): string {
  if (node.kind !== "slice") return expr(node);
  if (node.from === null && node.to === null) return ":";
  return `${node.from ? expr(node.from) : ""}..${node.to ? expr(node.to) : ""}`;
}
