import { unreachable } from "../base/assert.ts";
import type * as ast from "./ast.ts";

/**
 * The text of a tree in the one canonical layout: two spaces a level, one statement a line, at most one empty line
 * between two, comments where they were. A comment inside a statement moves to its end; a second one, above it.
 *
 * `parse(format(a))` is `a` but for places, parentheses that a tree built by hand needs being added; formatting twice
 * changes nothing.
 */
export function format(file: ast.Ast): string {
  const lines: string[] = [];
  const comments = [...file.comments];
  const blanks = [...file.blankLines];
  let lastOffset = 0;
  /** The number of lines when a file or block was last opened: no empty line comes first in one. */
  let opened = 0;

  /** An empty line first, if there was one in the text between the last thing written and `offset`. */
  function space(offset: number): void {
    const blank = blanks.some((at) => at >= lastOffset && at < offset);
    if (blank && lines.length > opened) lines.push("");
    lastOffset = offset;
  }

  /** Takes the comments that begin before `offset` and satisfy `wanted`. */
  function take(offset: number, wanted: (comment: ast.Comment) => boolean): readonly ast.Comment[] {
    const taken = comments.filter((comment) => comment.span.start < offset && wanted(comment));
    for (const comment of taken) comments.splice(comments.indexOf(comment), 1);
    return taken;
  }

  function ownLines(offset: number, indent: string): void {
    for (const comment of take(offset, () => true)) {
      space(comment.span.start);
      lines.push(indent + comment.text);
      lastOffset = comment.span.end;
    }
  }

  /** One line, with a comment that was in it or behind it at its end. `until` is where the next thing begins. */
  function line(text: string, span: { start: number; end: number }, until: number, indent: string): void {
    ownLines(span.start, indent);
    const inside = take(span.end, () => true);
    const behind = take(until, (comment) => !comment.ownLine);
    const all = [...inside, ...behind];
    space(span.start);
    for (const comment of all.slice(0, -1)) lines.push(indent + comment.text);
    const last = all.at(-1);
    lines.push(indent + text + (last ? `  ${last.text}` : ""));
    lastOffset = Math.max(span.end, last?.span.end ?? 0);
  }

  function block(
    head: string,
    node: { span: { start: number; end: number } },
    items: readonly { span: { start: number; end: number } }[],
    until: number,
    indent: string,
    inner: (index: number, until: number, indent: string) => void,
  ): void {
    const { start, end } = node.span;
    const first = items[0]?.span.start ?? end;
    const empty = items.length === 0 && !comments.some(({ span }) => span.start >= start && span.start < end);
    if (empty) return line(`${head} {}`, node.span, until, indent);
    ownLines(start, indent);
    const beside = take(first, (comment) => !comment.ownLine);
    space(start);
    for (const comment of beside.slice(0, -1)) lines.push(indent + comment.text);
    const last = beside.at(-1);
    lines.push(`${indent}${head} {${last ? `  ${last.text}` : ""}`);
    lastOffset = last?.span.end ?? start;
    opened = lines.length;
    items.forEach((_, i) => inner(i, items[i + 1]?.span.start ?? end - 1, `${indent}  `));
    ownLines(end - 1, `${indent}  `);
    lastOffset = end - 1;
    line("}", { start: end - 1, end }, until, indent);
  }

  function statement(node: ast.Stmt, until: number, indent: string): void {
    const statements = (body: readonly ast.Stmt[]) => (i: number, end: number, deeper: string) =>
      statement(body[i]!, end, deeper);
    switch (node.kind) {
      case "plate": {
        const head = `plate ${node.index.text} in ${expr(node.size)}`;
        return block(head, node, node.body, until, indent, statements(node.body));
      }
      case "for": {
        const head = `for ${node.index.text} in ${expr(node.from)}..${expr(node.to)}`;
        return block(head, node, node.body, until, indent, statements(node.body));
      }
      case "guide":
        return block("guide", node, node.entries, until, indent, (i, end, deeper) => {
          const entry = node.entries[i]!;
          line(guideEntry(entry), entry.span, end, deeper);
        });
      case "fun": {
        const head = `fun ${node.name.text}(${node.params.map((param) => param.text).join(", ")})`;
        const { body } = node;
        if ("kind" in body) return line(`${head} = ${expr(body)}`, node.span, until, indent);
        return block(head, node, [...body.lets, body.result], until, indent, (i, end, deeper) => {
          const item = body.lets[i];
          if (item) statement(item, end, deeper);
          else line(`return ${expr(body.result)}`, body.result.span, end, deeper);
        });
      }
      default:
        return line(simple(node), node.span, until, indent);
    }
  }

  file.statements.forEach((node, i) => {
    statement(node, file.statements[i + 1]?.span.start ?? Infinity, "");
  });
  ownLines(Infinity, "");
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
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
