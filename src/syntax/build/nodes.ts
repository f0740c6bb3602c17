import type { IToken } from "chevrotain";
import { present } from "../../base/assert.ts";
import { nestedTooDeeply } from "../../diagnostics/catalogue/lexical.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type * as ast from "../ast.ts";
import { spanOfToken } from "../places.ts";

/** Later stages walk trees by recursion, so a tree is never higher than this. */
const highest = 400;

/** What is kept while a tree is built: the mistakes that only show here, and how high each expression stands. */
export interface Build {
  readonly mistakes: Diagnostic[];
  readonly heights: Map<ast.Expr, number>;
}

/** The start of a tree: nothing built, nothing wrong. */
export const newBuild = (): Build => ({ mistakes: [], heights: new Map() });

/** Notes how high the tree stands at `node`, and says so once when that is too high. */
export function over<E extends ast.Expr>(b: Build, node: E, children: readonly ast.Expr[] = []): E {
  let height = 1;
  for (const child of children) height = Math.max(height, 1 + (b.heights.get(child) ?? 1));
  b.heights.set(node, height);
  if (height === highest) b.mistakes.push(nestedTooDeeply({ span: node.span, limit: highest }));
  return node;
}

/** What stands under a name that the grammar puts once into its rule, or first. */
export function one<T>(children: readonly T[] | undefined): T {
  return present(children?.[0], "a part of a syntax node");
}

/** What is made of a part that a rule may leave out; null where it does. */
export function maybe<N, T>(nodes: readonly N[] | undefined, make: (node: N) => T): T | null {
  const node = nodes?.[0];
  return node === undefined ? null : make(node);
}

/** A name where it is written. */
export const ident = (token: IToken): ast.Ident => ({
  kind: "ident",
  span: spanOfToken(token),
  text: token.image,
});
