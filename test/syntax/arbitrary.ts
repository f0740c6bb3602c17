import fc from "fast-check";
import type * as ast from "../../src/syntax/ast.ts";

/** Trees that nobody typed: any shape the AST allows, with no parentheses but those that `format` must add. */

const span = { start: 0, end: 0 };
const name = fc.constantFrom("x", "mu", "N", "sigma_1", "_a", "iffy", "real_", "T");
export const ident = name.map((text): ast.Ident => ({ kind: "ident", span, text }));

const number: fc.Arbitrary<ast.Num> = fc.constantFrom("0", "1", "28", "0.05", "1e-3", "2.5E+7").map((text) => ({
  kind: "number",
  span,
  value: Number(text),
  integer: /^\d+$/.test(text),
  text,
}));

const unaryOps: readonly ast.UnaryOp[] = ["-", "!"];
// prettier-ignore
const binaryOps: readonly ast.BinaryOp[] = [
  "+", "-", "*", "/", "^", "@", "%", "<", "<=", ">", ">=", "==", "!=", "&&", "||",
];

const { expr, call } = fc.letrec<{
  expr: ast.Expr;
  call: ast.Call;
  slice: ast.Slice;
  index: ast.Index;
}>((tie) => ({
  call: fc.record({
    kind: fc.constant("call" as const),
    span: fc.constant(span),
    callee: ident,
    args: fc.array(
      fc.record({
        kind: fc.constant("argument" as const),
        span: fc.constant(span),
        name: fc.option(ident),
        value: tie("expr"),
      }),
      { maxLength: 3 },
    ),
  }),
  slice: fc.record({
    kind: fc.constant("slice" as const),
    span: fc.constant(span),
    from: fc.option(tie("expr")),
    to: fc.option(tie("expr")),
  }),
  index: fc.record({
    kind: fc.constant("index" as const),
    span: fc.constant(span),
    target: tie("expr"),
    indices: fc.array(fc.oneof(tie("expr"), tie("slice")), { minLength: 1, maxLength: 3 }),
  }),
  expr: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    name.map((text): ast.Expr => ({ kind: "name", span, text })),
    number,
    fc.record({
      kind: fc.constant("unary" as const),
      span: fc.constant(span),
      op: fc.constantFrom(...unaryOps),
      operand: tie("expr"),
    }),
    fc.record({
      kind: fc.constant("binary" as const),
      span: fc.constant(span),
      op: fc.constantFrom(...binaryOps),
      left: tie("expr"),
      right: tie("expr"),
    }),
    fc.record({
      kind: fc.constant("array" as const),
      span: fc.constant(span),
      elements: fc.array(tie("expr"), { maxLength: 3 }),
    }),
    tie("call"),
    tie("index"),
  ),
}));

const type: fc.Arbitrary<ast.TypeExpr> = fc.record({
  kind: fc.constant("type" as const),
  span: fc.constant(span),
  base: fc.constantFrom<ast.BaseType>("real", "int", "simplex", "positive_ordered", "cov_matrix"),
  bounds: fc.option(fc.record({ lower: fc.option(expr), upper: fc.option(expr) })),
  dims: fc.array(expr, { maxLength: 2 }),
  optional: fc.boolean(),
});

const entry: fc.Arbitrary<ast.GuideEntry> = fc.record({
  kind: fc.constant("guide-entry" as const),
  span: fc.constant(span),
  site: ident,
  family: fc.oneof<[fc.Arbitrary<ast.Call>, fc.Arbitrary<ast.Ident>]>(call, ident),
  given: fc.array(expr, { maxLength: 2 }),
  by: fc.option(call),
});

const letStmt: fc.Arbitrary<ast.LetStmt> = fc
  .record({
    kind: fc.constant("let" as const),
    span: fc.constant(span),
    name: ident,
    type: fc.option(type),
    value: fc.option(expr),
  })
  .filter((each) => each.type !== null || each.value !== null);

const at = { span: fc.constant(span) };

const { stmt } = fc.letrec<{ stmt: ast.Stmt }>((tie) => {
  const body = fc.array(tie("stmt"), { maxLength: 3 });
  return {
    stmt: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      letStmt,
      fc.record({ kind: fc.constant("model" as const), ...at, name: ident }),
      fc.record({ kind: fc.constant("data" as const), ...at, name: ident, type }),
      fc.record({ kind: fc.constant("const" as const), ...at, name: ident, value: expr }),
      fc.record({
        kind: fc.constant("param" as const),
        ...at,
        name: ident,
        type,
        init: fc.option(expr),
      }),
      fc.record({ kind: fc.constant("net" as const), ...at, name: ident, value: call }),
      fc.record({
        kind: fc.constant("fun" as const),
        ...at,
        name: ident,
        params: fc.array(ident, { maxLength: 3 }),
        body: fc.oneof(expr, fc.record({ lets: fc.array(letStmt, { maxLength: 2 }), result: expr })),
      }),
      fc.record({
        kind: fc.constant("assign" as const),
        ...at,
        target: fc.record({
          kind: fc.constant("index" as const),
          ...at,
          target: name.map((text): ast.Expr => ({ kind: "name", span, text })),
          indices: fc.array(expr, { minLength: 1, maxLength: 2 }),
        }),
        value: expr,
      }),
      fc.record({
        kind: fc.constant("sample" as const),
        ...at,
        name: ident,
        target: fc.constant(null),
        type: fc.option(type),
        from: call,
      }),
      fc.tuple(name, fc.array(expr, { minLength: 1, maxLength: 2 }), call).map(([text, indices, from]) => ({
        kind: "sample" as const,
        span,
        name: { kind: "ident" as const, span, text },
        target: {
          kind: "index" as const,
          span,
          target: { kind: "name" as const, span, text },
          indices,
        },
        type: null,
        from,
      })),
      fc.record({ kind: fc.constant("observe" as const), ...at, value: expr, from: call }),
      fc.record({ kind: fc.constant("factor" as const), ...at, value: expr }),
      fc.record({ kind: fc.constant("plate" as const), ...at, index: ident, size: expr, body }),
      fc.record({
        kind: fc.constant("for" as const),
        ...at,
        index: ident,
        from: expr,
        to: expr,
        body,
      }),
      fc.record({
        kind: fc.constant("guide" as const),
        ...at,
        entries: fc.array(entry, { maxLength: 2 }),
      }),
    ),
  };
});

export { expr };

export const file: fc.Arbitrary<ast.Ast> = fc.array(stmt, { maxLength: 5 }).map((statements) => ({
  kind: "file",
  span,
  statements,
  comments: [],
  blankLines: [],
}));

/** The tree without places and parentheses: what two texts that mean the same have in common. */
export function bare(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== "object" || node === null) return node;
  const fields = node as Record<string, unknown>;
  if (fields["kind"] === "paren") return bare(fields["inner"]);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => key !== "span" && key !== "blankLines" && key !== "ownLine")
      .map(([key, value]) => [key, bare(value)]),
  );
}
