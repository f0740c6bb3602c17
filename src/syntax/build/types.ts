import type * as cst from "../../../grammar/cst.ts";
import type * as ast from "../ast.ts";
import { spanOfNode } from "../places.ts";
import { expressions, sum } from "./expressions.ts";
import { maybe, one, type Build } from "./nodes.ts";

/** `real<0..>[N, 2]?` */
export function typeExpr(b: Build, node: cst.TypeCstNode): ast.TypeExpr {
  const { BaseType, bounds, dimensions, Question } = node.children;
  return {
    kind: "type",
    span: spanOfNode(node),
    base: one(BaseType).image as ast.BaseType,
    bounds: maybe(bounds, ({ children: { lower, upper } }) => ({
      lower: maybe(lower, (end) => sum(b, end)),
      upper: maybe(upper, (end) => sum(b, end)),
    })),
    dims: expressions(b, dimensions?.[0]?.children.expression),
    optional: Question !== undefined,
  };
}
