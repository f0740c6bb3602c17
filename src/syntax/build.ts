import type { CstNode, IToken } from "chevrotain";
import type * as cst from "../../grammar/cst.ts";
import { InternalError, present } from "../base/assert.ts";
import { nestedTooDeeply, numberOutOfRange } from "../diagnostics/catalogue/lexical.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { cover, type Span } from "../diagnostics/span.ts";
import type * as ast from "./ast.ts";

/** Later stages walk trees by recursion, so a tree is never higher than this. */
const highest = 400;

export interface Built {
  readonly statements: readonly ast.Stmt[];
  readonly mistakes: readonly Diagnostic[];
}

/**
 * The tree of meaning from the tree of tokens. The two mistakes that only show here are a number that float64 cannot
 * hold and an expression too high to walk.
 */
export function build(file: cst.FileCstNode): Built {
  const mistakes: Diagnostic[] = [];
  const heights = new Map<ast.Expr, number>();

  /** Notes how high the tree stands at `node`, and says so once when that is too high. */
  function over<E extends ast.Expr>(node: E, ...children: readonly ast.Expr[]): E {
    let height = 1;
    for (const child of children) height = Math.max(height, 1 + (heights.get(child) ?? 1));
    heights.set(node, height);
    if (height === highest) mistakes.push(nestedTooDeeply({ span: node.span, limit: highest }));
    return node;
  }

  function statement({ children: c }: cst.StatementCstNode): ast.Stmt {
    if (c.modelStatement) return modelOf(c.modelStatement[0]!);
    if (c.dataStatement) return dataOf(c.dataStatement[0]!);
    if (c.constStatement) return constOf(c.constStatement[0]!);
    if (c.paramStatement) return paramOf(c.paramStatement[0]!);
    if (c.netStatement) return netOf(c.netStatement[0]!);
    if (c.funStatement) return funOf(c.funStatement[0]!);
    if (c.letStatement) return letOf(c.letStatement[0]!);
    if (c.assignStatement) return assignOf(c.assignStatement[0]!);
    if (c.sampleStatement) return sampleOf(c.sampleStatement[0]!);
    if (c.observeStatement) return observeOf(c.observeStatement[0]!);
    if (c.factorStatement) return factorOf(c.factorStatement[0]!);
    if (c.plateStatement) return plateOf(c.plateStatement[0]!);
    if (c.forStatement) return forOf(c.forStatement[0]!);
    if (c.guideStatement) return guideOf(c.guideStatement[0]!);
    throw new InternalError("a statement of no kind");
  }

  const modelOf = (node: cst.ModelStatementCstNode): ast.ModelStmt => ({
    kind: "model",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
  });

  const dataOf = (node: cst.DataStatementCstNode): ast.DataStmt => ({
    kind: "data",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
    type: type(node.children.type[0]!),
  });

  const constOf = (node: cst.ConstStatementCstNode): ast.ConstStmt => ({
    kind: "const",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
    value: expression(node.children.expression[0]!),
  });

  const paramOf = (node: cst.ParamStatementCstNode): ast.ParamStmt => ({
    kind: "param",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
    type: type(node.children.type[0]!),
    init: maybe(node.children.expression, expression),
  });

  const netOf = (node: cst.NetStatementCstNode): ast.NetStmt => ({
    kind: "net",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
    value: call(node.children.call[0]!),
  });

  function funOf(node: cst.FunStatementCstNode): ast.FunStmt {
    const { Identifier, parameters, expression: value, funBody } = node.children;
    const body = funBody?.[0]?.children;
    return {
      kind: "fun",
      span: spanOf(node),
      name: ident(Identifier[0]),
      params: (parameters[0]!.children.Identifier ?? []).map(ident),
      body: body
        ? {
            lets: (body.letStatement ?? []).map(letOf),
            result: expression(body.expression[0]!),
          }
        : expression(present(value?.[0], "the body of a function")),
    };
  }

  const letOf = (node: cst.LetStatementCstNode): ast.LetStmt => ({
    kind: "let",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
    type: maybe(node.children.type, type),
    value: maybe(node.children.expression, expression),
  });

  function assignOf(node: cst.AssignStatementCstNode): ast.AssignStmt {
    const target = entryOf(node.children.Identifier[0]!, node.children.subscript[0]!);
    const value = expression(node.children.expression[0]!);
    return { kind: "assign", span: spanOf(node), target, value };
  }

  /** `x[t]`, where a statement begins with a name and not with an expression */
  const entryOf = (name: IToken, subscript: cst.SubscriptCstNode): ast.Index =>
    subscripted(over({ kind: "name", span: spanOfToken(name), text: name.image }), subscript);

  const sampleOf = (node: cst.SampleStatementCstNode): ast.SampleStmt => ({
    kind: "sample",
    span: spanOf(node),
    name: ident(node.children.Identifier[0]),
    target: maybe(node.children.subscript, (at) => entryOf(node.children.Identifier[0]!, at)),
    type: maybe(node.children.type, type),
    from: call(node.children.call[0]!),
  });

  const observeOf = (node: cst.ObserveStatementCstNode): ast.ObserveStmt => ({
    kind: "observe",
    span: spanOf(node),
    value: expression(node.children.expression[0]!),
    from: call(node.children.call[0]!),
  });

  const factorOf = (node: cst.FactorStatementCstNode): ast.FactorStmt => ({
    kind: "factor",
    span: spanOf(node),
    value: expression(node.children.expression[0]!),
  });

  const plateOf = (node: cst.PlateStatementCstNode): ast.PlateStmt => ({
    kind: "plate",
    span: spanOf(node),
    index: ident(node.children.Identifier[0]),
    size: expression(node.children.expression[0]!),
    body: block(node.children.block[0]!),
  });

  const forOf = (node: cst.ForStatementCstNode): ast.ForStmt => ({
    kind: "for",
    span: spanOf(node),
    index: ident(node.children.Identifier[0]),
    from: expression(node.children.expression[0]!),
    to: expression(node.children.expression[1]!),
    body: block(node.children.block[0]!),
  });

  const block = (node: cst.BlockCstNode): readonly ast.Stmt[] => (node.children.statement ?? []).map(statement);

  const guideOf = (node: cst.GuideStatementCstNode): ast.GuideStmt => ({
    kind: "guide",
    span: spanOf(node),
    entries: (node.children.guideEntry ?? []).map(guideEntry),
  });

  function guideEntry(node: cst.GuideEntryCstNode): ast.GuideEntry {
    const [site, name] = node.children.Identifier.map(ident);
    const family = present(name, "the family of a guide entry");
    const args = node.children.arguments?.[0];
    return {
      kind: "guide-entry",
      span: spanOf(node),
      site: present(site, "the site of a guide entry"),
      family: args ? applied(family, args) : family,
      given: (node.children.expression ?? []).map(expression),
      by: maybe(node.children.call, call),
    };
  }

  // ---- types

  function type(node: cst.TypeCstNode): ast.TypeExpr {
    const { BaseType, bounds, dimensions, Question } = node.children;
    const ends = bounds?.[0]?.children;
    return {
      kind: "type",
      span: spanOf(node),
      base: BaseType[0]!.image as ast.BaseType,
      bounds: ends ? { lower: maybe(ends.lower, sum), upper: maybe(ends.upper, sum) } : null,
      dims: (dimensions?.[0]?.children.expression ?? []).map(expression),
      optional: Question !== undefined,
    };
  }

  // ---- expressions

  function leftToRight(operands: readonly ast.Expr[], operators: readonly IToken[] | undefined): ast.Expr {
    return operands.reduce((left, right, i) => {
      const op = operators![i - 1]!.image as ast.BinaryOp;
      return over({ kind: "binary", span: cover(left.span, right.span), op, left, right }, left, right);
    });
  }

  const expression = ({ children: c }: cst.ExpressionCstNode): ast.Expr =>
    leftToRight(c.conjunction.map(conjunction), c.operator);

  const conjunction = ({ children: c }: cst.ConjunctionCstNode): ast.Expr =>
    leftToRight(c.comparison.map(comparison), c.operator);

  const comparison = ({ children: c }: cst.ComparisonCstNode): ast.Expr => leftToRight(c.sum.map(sum), c.operator);

  const sum = ({ children: c }: cst.SumCstNode): ast.Expr => leftToRight(c.product.map(product), c.operator);

  const product = ({ children: c }: cst.ProductCstNode): ast.Expr => leftToRight(c.unary.map(unary), c.operator);

  function unary({ children: c }: cst.UnaryCstNode): ast.Expr {
    const powers = c.power ?? [];
    const bases = [c.postfix[0]!, ...powers.map((power) => power.children.postfix[0]!)].map(postfix);
    // Powers bind to the right: a^-b^c is a^(-(b^c)).
    let right = bases.at(-1)!;
    for (let i = powers.length - 1; i >= 0; i--) {
      const exponent = prefixed(powers[i]!.children.Prefix, right);
      const left = bases[i]!;
      const span = cover(left.span, exponent.span);
      right = over({ kind: "binary", span, op: "^", left, right: exponent }, left, exponent);
    }
    return prefixed(c.Prefix, right);
  }

  const prefixed = (operators: readonly IToken[] | undefined, operand: ast.Expr): ast.Expr =>
    (operators ?? []).reduceRight<ast.Expr>((inner, operator) => {
      const span = cover(spanOfToken(operator), inner.span);
      const op = operator.image as ast.UnaryOp;
      return over({ kind: "unary", span, op, operand: inner }, inner);
    }, operand);

  const postfix = ({ children: c }: cst.PostfixCstNode): ast.Expr =>
    (c.subscript ?? []).reduce<ast.Expr>(subscripted, primary(c.primary[0]!));

  function subscripted(target: ast.Expr, node: cst.SubscriptCstNode): ast.Index {
    const indices = node.children.index.map(index);
    const span = cover(target.span, spanOf(node));
    const within = indices.flatMap((each) =>
      each.kind === "slice" ? [each.from, each.to].filter((end) => end !== null) : [each],
    );
    return over({ kind: "index", span, target, indices }, target, ...within);
  }

  function index(node: cst.IndexCstNode): ast.Expr | ast.Slice {
    const { Colon, DotDot, from, to } = node.children;
    if (from && !DotDot) return expression(from[0]!);
    if (Colon) return { kind: "slice", span: spanOf(node), from: null, to: null };
    const [lower, upper] = [maybe(from, expression), maybe(to, expression)];
    return { kind: "slice", span: spanOf(node), from: lower, to: upper };
  }

  function primary(node: cst.PrimaryCstNode): ast.Expr {
    const { Identifier, arguments: args, NumberLiteral, array, parenthesis } = node.children;
    const span = spanOf(node);
    if (NumberLiteral) return number(NumberLiteral[0]!);
    if (array) {
      const elements = (array[0]!.children.expression ?? []).map(expression);
      return over({ kind: "array", span, elements }, ...elements);
    }
    if (parenthesis) {
      const inner = expression(parenthesis[0]!.children.expression[0]!);
      return over({ kind: "paren", span, inner }, inner);
    }
    const name = ident(Identifier?.[0]);
    return args ? applied(name, args[0]!) : over({ kind: "name", span, text: name.text });
  }

  function number(token: IToken): ast.Num {
    const span = spanOfToken(token);
    const value = Number(token.image);
    const integer = /^\d+$/.test(token.image);
    if (!Number.isFinite(value)) mistakes.push(numberOutOfRange({ span, text: token.image }));
    // `1.` and `.5` get their zero, so that `0.5..1.0` can be written without spaces.
    const text = token.image.replace(/^\./, "0.").replace(/\.(?!\d)/, ".0");
    return over({ kind: "number", span, value, integer, text });
  }

  const call = (node: cst.CallCstNode): ast.Call =>
    applied(ident(node.children.Identifier[0]), node.children.arguments[0]!);

  function applied(callee: ast.Ident, node: cst.ArgumentsCstNode): ast.Call {
    const args = (node.children.argument ?? []).map(argument);
    const span = cover(callee.span, spanOf(node));
    return over({ kind: "call", span, callee, args }, ...args.map((each) => each.value));
  }

  const argument = (node: cst.ArgumentCstNode): ast.Argument => ({
    kind: "argument",
    span: spanOf(node),
    name: maybe(node.children.Identifier, ident),
    value: expression(node.children.expression[0]!),
  });

  return { statements: (file.children.statement ?? []).map(statement), mistakes };
}

function ident(token: IToken | undefined): ast.Ident {
  const { image } = present(token, "an identifier");
  return { kind: "ident", span: spanOfToken(token!), text: image };
}

function maybe<N, T>(nodes: readonly N[] | undefined, make: (node: N) => T): T | null {
  const node = nodes?.[0];
  return node === undefined ? null : make(node);
}

/** Chevrotain's end offsets name the last character; spans end after it. */
export const spanOfToken = (token: IToken): Span => ({
  start: token.startOffset,
  end: token.startOffset + token.image.length,
});

function spanOf(node: CstNode): Span {
  const { startOffset, endOffset } = present(node.location, "the place of a syntax node");
  return { start: startOffset, end: present(endOffset, "the end of a syntax node") + 1 };
}
