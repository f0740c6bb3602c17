import type * as cst from "../../../grammar/cst.ts";
import { InternalError } from "../../base/assert.ts";
import { keysOf } from "../../base/records.ts";
import type * as ast from "../ast.ts";
import { spanOfNode } from "../places.ts";
import { applied, call, entry, expression, expressions } from "./expressions.ts";
import { ident, maybe, one, type Build } from "./nodes.ts";
import { typeExpr } from "./types.ts";

/** The concrete node of each rule that is a statement. */
type Nodes = { readonly [R in keyof Lists]: Lists[R][number] };
type Lists = Required<cst.StatementCstNode["children"]>;
type Rule = keyof Nodes;

/** How each rule is read: a statement that is added to the grammar is missing here until it has a row. */
const readers: { readonly [R in Rule]: (b: Build, node: Nodes[R]) => ast.Stmt } = {
  modelStatement: modelOf,
  dataStatement: dataOf,
  constStatement: constOf,
  paramStatement: paramOf,
  netStatement: netOf,
  funStatement: funOf,
  letStatement: letOf,
  assignStatement: assignOf,
  sampleStatement: sampleOf,
  observeStatement: observeOf,
  factorStatement: factorOf,
  plateStatement: plateOf,
  forStatement: forOf,
  guideStatement: guideOf,
};

/** A statement of any kind. */
export function statement(b: Build, { children }: cst.StatementCstNode): ast.Stmt {
  for (const rule of keysOf(readers)) {
    const built = readAs(b, rule, children[rule]);
    if (built) return built;
  }
  throw new InternalError("a statement of no kind");
}

const readAs = <R extends Rule>(b: Build, rule: R, nodes: readonly Nodes[R][] | undefined): ast.Stmt | null =>
  maybe(nodes, (node) => readers[rule](b, node));

function modelOf(_: Build, node: cst.ModelStatementCstNode): ast.ModelStmt {
  return { kind: "model", span: spanOfNode(node), name: ident(one(node.children.Identifier)) };
}

function dataOf(b: Build, node: cst.DataStatementCstNode): ast.DataStmt {
  const { Identifier, type } = node.children;
  return { kind: "data", span: spanOfNode(node), name: ident(one(Identifier)), type: typeExpr(b, one(type)) };
}

function constOf(b: Build, node: cst.ConstStatementCstNode): ast.ConstStmt {
  const { Identifier, expression: value } = node.children;
  return { kind: "const", span: spanOfNode(node), name: ident(one(Identifier)), value: expression(b, one(value)) };
}

function paramOf(b: Build, node: cst.ParamStatementCstNode): ast.ParamStmt {
  return {
    kind: "param",
    span: spanOfNode(node),
    name: ident(one(node.children.Identifier)),
    type: typeExpr(b, one(node.children.type)),
    init: maybe(node.children.expression, (value) => expression(b, value)),
  };
}

function netOf(b: Build, node: cst.NetStatementCstNode): ast.NetStmt {
  const { Identifier, call: value } = node.children;
  return { kind: "net", span: spanOfNode(node), name: ident(one(Identifier)), value: call(b, one(value)) };
}

function funOf(b: Build, node: cst.FunStatementCstNode): ast.FunStmt {
  const { Identifier, parameters, expression: value, funBody } = node.children;
  return {
    kind: "fun",
    span: spanOfNode(node),
    name: ident(one(Identifier)),
    params: (one(parameters).children.Identifier ?? []).map(ident),
    body: maybe(funBody, (body) => blockOf(b, body)) ?? expression(b, one(value)),
  };
}

/** `{ let ...; return EXPR }` */
const blockOf = (b: Build, { children: c }: cst.FunBodyCstNode) => ({
  lets: (c.letStatement ?? []).map((each) => letOf(b, each)),
  result: expression(b, one(c.expression)),
});

function letOf(b: Build, node: cst.LetStatementCstNode): ast.LetStmt {
  return {
    kind: "let",
    span: spanOfNode(node),
    name: ident(one(node.children.Identifier)),
    type: maybe(node.children.type, (type) => typeExpr(b, type)),
    value: maybe(node.children.expression, (value) => expression(b, value)),
  };
}

function assignOf(b: Build, node: cst.AssignStatementCstNode): ast.AssignStmt {
  const { Identifier, subscript, expression: value } = node.children;
  const target = entry(b, one(Identifier), one(subscript));
  return { kind: "assign", span: spanOfNode(node), target, value: expression(b, one(value)) };
}

function sampleOf(b: Build, node: cst.SampleStatementCstNode): ast.SampleStmt {
  const name = one(node.children.Identifier);
  return {
    kind: "sample",
    span: spanOfNode(node),
    name: ident(name),
    target: maybe(node.children.subscript, (at) => entry(b, name, at)),
    type: maybe(node.children.type, (type) => typeExpr(b, type)),
    from: call(b, one(node.children.call)),
  };
}

function observeOf(b: Build, node: cst.ObserveStatementCstNode): ast.ObserveStmt {
  const { expression: value, call: from } = node.children;
  return { kind: "observe", span: spanOfNode(node), value: expression(b, one(value)), from: call(b, one(from)) };
}

function factorOf(b: Build, node: cst.FactorStatementCstNode): ast.FactorStmt {
  return { kind: "factor", span: spanOfNode(node), value: expression(b, one(node.children.expression)) };
}

function plateOf(b: Build, node: cst.PlateStatementCstNode): ast.PlateStmt {
  return {
    kind: "plate",
    span: spanOfNode(node),
    index: ident(one(node.children.Identifier)),
    size: expression(b, one(node.children.expression)),
    body: body(b, one(node.children.block)),
  };
}

function forOf(b: Build, node: cst.ForStatementCstNode): ast.ForStmt {
  const { Identifier, expression: ends, block } = node.children;
  return {
    kind: "for",
    span: spanOfNode(node),
    index: ident(one(Identifier)),
    from: expression(b, one(ends)),
    to: expression(b, one(ends.slice(1))),
    body: body(b, one(block)),
  };
}

const body = (b: Build, { children }: cst.BlockCstNode): readonly ast.Stmt[] =>
  (children.statement ?? []).map((each) => statement(b, each));

function guideOf(b: Build, node: cst.GuideStatementCstNode): ast.GuideStmt {
  const entries = (node.children.guideEntry ?? []).map((each) => guideEntry(b, each));
  return { kind: "guide", span: spanOfNode(node), entries };
}

function guideEntry(b: Build, node: cst.GuideEntryCstNode): ast.GuideEntry {
  const { Identifier, arguments: args, expression: given, call: by } = node.children;
  const family = ident(one(Identifier.slice(1)));
  return {
    kind: "guide-entry",
    span: spanOfNode(node),
    site: ident(one(Identifier)),
    family: maybe(args, (each) => applied(b, family, each)) ?? family,
    given: expressions(b, given),
    by: maybe(by, (network) => call(b, network)),
  };
}
