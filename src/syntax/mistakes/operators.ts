import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import * as say from "../../diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { spanOfToken } from "../places.ts";
import { startsNothing } from "../recover.ts";
import { adjacent, closers, isFirstOnLine } from "../scan.ts";
import { isKeyword, isOf, type Scene } from "./scene.ts";

/** Operators of other languages. */
export function operators({ tokens, at, token, previous, mistake, here: span, text }: Scene): Diagnostic | null {
  if (!token) return null;
  const following = tokens[at + 1];
  const [left, right] =
    token.tokenType === t.Minus && following?.tokenType === t.Greater ? [token, following] : [previous, token];
  const pair = left && adjacent(left, right) ? left.image + right.image : "";
  const both = { start: left?.startOffset ?? 0, end: spanOfToken(right).end };
  if (pair === "**") return say.foreignOperator({ span: both, text: pair, instead: "write `^` for a power" });
  if (pair === "->") return say.foreignOperator({ span: both, text: pair, instead: "write `name = value`" });
  if (pair === ":=") return say.foreignOperator({ span: both, text: pair, instead: "write `=`" });
  const arrow = mistake.expected.includes("Equal") || startsNothing(mistake) ? arrowAt(tokens, at) : null;
  if (arrow) return arrow;
  if (isOf(t.Comparison, token) && chained(tokens, at)) return say.chainedComparison({ span });
  const word = { and: "&&", or: "||", not: "!" }[token.image];
  if (word && token.tokenType === t.Identifier && !isFirstOnLine(tokens, at, text))
    return say.foreignOperator({ span, text: token.image, instead: `write \`${word}\`` });
  return null;
}

/** `<-`, an assignment elsewhere. */
export function arrowAt(tokens: readonly IToken[], at: number): Diagnostic | null {
  const [less, minus] = [tokens[at], tokens[at + 1]];
  if (less?.tokenType !== t.Less || minus?.tokenType !== t.Minus || !adjacent(less, minus)) return null;
  const span = { start: less.startOffset, end: spanOfToken(minus).end };
  return say.foreignOperator({ span, text: "<-", instead: "write `let x = ...`" });
}

/** Does a comparison already stand in this expression? */
function chained(tokens: readonly IToken[], at: number): boolean {
  let depth = 0;
  for (const token of tokens.slice(0, at).toReversed()) {
    const { tokenType } = token;
    if (closers.has(tokenType)) depth++;
    else if ([t.LParen, t.LBracket, t.LCurly].includes(tokenType) && --depth < 0) return false;
    if (depth > 0) continue;
    if (isOf(t.Comparison, token)) return true;
    if (isKeyword(token) || [t.Comma, t.Equal, t.Tilde].includes(tokenType)) return false;
  }
  return false;
}
