import type { IToken } from "chevrotain";
import type * as cst from "../../../grammar/cst.ts";
import { zip } from "../../base/arrays.ts";
import { numberOutOfRange } from "../../diagnostics/catalogue/lexical.ts";
import { cover } from "../../diagnostics/span.ts";
import type * as ast from "../ast.ts";
import { spanOfNode, spanOfToken } from "../places.ts";
import { ident, maybe, one, over, type Build } from "./nodes.ts";

/** Operands that stand side by side, the operators between them taken from the left. */
function leftToRight(b: Build, operands: readonly ast.Expr[], operators: readonly IToken[] = []): ast.Expr {
  return zip(operators, operands.slice(1)).reduce((left, [operator, right]) => {
    const op = operator.image as ast.BinaryOp;
    return over(b, { kind: "binary", span: cover(left.span, right.span), op, left, right }, [left, right]);
  }, one(operands));
}

/** Any expression: the loosest operator, `||`, first. */
export function expression(b: Build, { children: c }: cst.ExpressionCstNode): ast.Expr {
  const operands = c.conjunction.map((node) => conjunction(b, node));
  return leftToRight(b, operands, c.operator);
}

/** Any number of expressions, none if the part of the rule is left out. */
export const expressions = (b: Build, nodes: readonly cst.ExpressionCstNode[] = []): readonly ast.Expr[] =>
  nodes.map((node) => expression(b, node));

function conjunction(b: Build, { children: c }: cst.ConjunctionCstNode): ast.Expr {
  const operands = c.comparison.map((node) => comparison(b, node));
  return leftToRight(b, operands, c.operator);
}

function comparison(b: Build, { children: c }: cst.ComparisonCstNode): ast.Expr {
  const operands = c.sum.map((node) => sum(b, node));
  return leftToRight(b, operands, c.operator);
}

/** An expression without a comparison, as it may stand between `<` and `>` in a type. */
export function sum(b: Build, { children: c }: cst.SumCstNode): ast.Expr {
  const operands = c.product.map((node) => product(b, node));
  return leftToRight(b, operands, c.operator);
}

function product(b: Build, { children: c }: cst.ProductCstNode): ast.Expr {
  const operands = c.unary.map((node) => unary(b, node));
  return leftToRight(b, operands, c.operator);
}

function unary(b: Build, { children: c }: cst.UnaryCstNode): ast.Expr {
  return prefixed(b, c.Prefix, raised(b, postfix(b, one(c.postfix)), c.power ?? []));
}

/** Powers bind to the right: a^-b^c is a^(-(b^c)). */
function raised(b: Build, base: ast.Expr, powers: readonly cst.PowerCstNode[]): ast.Expr {
  let last = base;
  const links = powers.map(({ children: c }) => {
    const left = last;
    last = postfix(b, one(c.postfix));
    return { left, prefix: c.Prefix };
  });
  return links.reduceRight((right, { left, prefix }) => {
    const exponent = prefixed(b, prefix, right);
    const span = cover(left.span, exponent.span);
    return over(b, { kind: "binary", span, op: "^", left, right: exponent }, [left, exponent]);
  }, last);
}

function prefixed(b: Build, operators: readonly IToken[] = [], operand: ast.Expr): ast.Expr {
  return operators.reduceRight<ast.Expr>((inner, operator) => {
    const span = cover(spanOfToken(operator), inner.span);
    return over(b, { kind: "unary", span, op: operator.image as ast.UnaryOp, operand: inner }, [inner]);
  }, operand);
}

function postfix(b: Build, { children: c }: cst.PostfixCstNode): ast.Expr {
  const subscripts = c.subscript ?? [];
  return subscripts.reduce<ast.Expr>((target, node) => subscripted(b, target, node), primary(b, one(c.primary)));
}

/** `x[t]`, where a statement begins with a name and not with an expression. */
export function entry(b: Build, name: IToken, subscript: cst.SubscriptCstNode): ast.Index {
  const target = over(b, { kind: "name", span: spanOfToken(name), text: name.image });
  return subscripted(b, target, subscript);
}

function subscripted(b: Build, target: ast.Expr, node: cst.SubscriptCstNode): ast.Index {
  const indices = node.children.index.map((each) => index(b, each));
  const span = cover(target.span, spanOfNode(node));
  const within = indices.flatMap((each) =>
    each.kind === "slice" ? [each.from, each.to].filter((end) => end !== null) : [each],
  );
  return over(b, { kind: "index", span, target, indices }, [target, ...within]);
}

function index(b: Build, node: cst.IndexCstNode): ast.Expr | ast.Slice {
  const { Colon, DotDot, from, to } = node.children;
  const span = spanOfNode(node);
  if (Colon) return { kind: "slice", span, from: null, to: null };
  if (!DotDot) return expression(b, one(from));
  const end = (nodes: readonly cst.ExpressionCstNode[] | undefined) => maybe(nodes, (each) => expression(b, each));
  return { kind: "slice", span, from: end(from), to: end(to) };
}

function primary(b: Build, node: cst.PrimaryCstNode): ast.Expr {
  const { Identifier, arguments: args, NumberLiteral, array, parenthesis } = node.children;
  const span = spanOfNode(node);
  if (NumberLiteral) return number(b, one(NumberLiteral));
  if (array) {
    const elements = expressions(b, one(array).children.expression);
    return over(b, { kind: "array", span, elements }, elements);
  }
  if (parenthesis) {
    const inner = expression(b, one(one(parenthesis).children.expression));
    return over(b, { kind: "paren", span, inner }, [inner]);
  }
  const name = ident(one(Identifier));
  return args ? applied(b, name, one(args)) : over(b, { kind: "name", span, text: name.text });
}

function number(b: Build, token: IToken): ast.Num {
  const span = spanOfToken(token);
  const value = Number(token.image);
  const integer = /^\d+$/.test(token.image);
  if (!Number.isFinite(value)) b.mistakes.push(numberOutOfRange({ span, text: token.image }));
  // `1.` and `.5` get their zero, so that `0.5..1.0` can be written without spaces.
  const text = token.image.replace(/^\./, "0.").replace(/\.(?!\d)/, ".0");
  return over(b, { kind: "number", span, value, integer, text });
}

/** A distribution, a net or the network of a guide: a name and its arguments. */
export const call = (b: Build, { children: c }: cst.CallCstNode): ast.Call =>
  applied(b, ident(one(c.Identifier)), one(c.arguments));

/** A name applied to the arguments behind it. */
export function applied(b: Build, callee: ast.Ident, node: cst.ArgumentsCstNode): ast.Call {
  const args = (node.children.argument ?? []).map((each) => argument(b, each));
  const span = cover(callee.span, spanOfNode(node));
  return over(
    b,
    { kind: "call", span, callee, args },
    args.map((each) => each.value),
  );
}

const argument = (b: Build, node: cst.ArgumentCstNode): ast.Argument => ({
  kind: "argument",
  span: spanOfNode(node),
  name: maybe(node.children.Identifier, ident),
  value: expression(b, one(node.children.expression)),
});
