import type { IToken, TokenType } from "chevrotain";
import * as t from "../../grammar/tokens.ts";
import { present } from "../base/assert.ts";
import { spanOfToken } from "./places.ts";

/** Small questions about a row of tokens, for those who must make sense of a text that does not parse. */

export const closers: ReadonlyMap<TokenType, string> = new Map([
  [t.RParen, ")"],
  [t.RBracket, "]"],
  [t.RCurly, "}"],
]);

const closerOf: ReadonlyMap<TokenType, TokenType> = new Map([
  [t.LParen, t.RParen],
  [t.LBracket, t.RBracket],
  [t.LCurly, t.RCurly],
]);

const signs: ReadonlyMap<TokenType, string> = new Map([
  [t.LParen, ")"],
  [t.LBracket, "]"],
  [t.LCurly, "}"],
]);

/** The sign that closes what an opening bracket opens. */
export const closing = (opener: IToken): string => present(signs.get(opener.tokenType), `what closes ${opener.image}`);

/** The tokens from a place on, each behind its place. */
export function* tokensFrom(tokens: readonly IToken[], start: number): Iterable<readonly [number, IToken]> {
  for (let i = start; ; i++) {
    const token = tokens[i];
    if (token === undefined) return;
    yield [i, token];
  }
}

export const isName = (token: IToken | undefined): boolean =>
  token?.tokenType === t.Identifier || token?.tokenType === t.ForeignWord;

/** Does only white space (or a comment) stand between the line's start and token `i`? */
export function isFirstOnLine(tokens: readonly IToken[], i: number, text: string): boolean {
  const token = tokens[i];
  const before = tokens[i - 1];
  if (token === undefined || before === undefined) return true;
  return text.slice(spanOfToken(before).end, token.startOffset).includes("\n");
}

/** Do the tokens touch? */
export const adjacent = (a?: IToken, b?: IToken): boolean =>
  a !== undefined && b !== undefined && spanOfToken(a).end === b.startOffset;

/** The place after the name at `i` and its subscripts: `sigma[t] = ...`. */
export function next(tokens: readonly IToken[], i: number): number {
  let depth = 0;
  for (const [j, { tokenType }] of tokensFrom(tokens, i + 1)) {
    const outside = depth === 0 && tokenType !== t.LBracket;
    if (outside || t.statementKeywords.includes(tokenType)) return j;
    if (tokenType === t.LBracket) depth++;
    if (tokenType === t.RBracket) depth--;
  }
  return tokens.length;
}

/** The brackets that are open before token `at`, outermost first. Braces close what was left open inside them. */
export function openBrackets(tokens: readonly IToken[], at: number): readonly IToken[] {
  const open: IToken[] = [];
  for (const token of tokens.slice(0, at)) {
    if (closerOf.has(token.tokenType)) open.push(token);
    else if (closers.has(token.tokenType)) {
      while (open.length > 0 && token.tokenType === t.RCurly && open.at(-1)?.tokenType !== t.LCurly) open.pop();
      const top = open.at(-1);
      if (top !== undefined && closerOf.get(top.tokenType) === token.tokenType) open.pop();
    }
  }
  return open;
}

/**
 * The brace most likely to lack its partner when the text ends too early: the first whose block holds a statement, or
 * ends at a brace, further left than the line that opened it. Null when the layout gives no clue.
 */
export function suspectBrace(tokens: readonly IToken[], text: string): IToken | null {
  const open: { readonly brace: IToken; readonly indent: number }[] = [];
  const indentOf = (offset: number) => {
    const line = text.slice(text.lastIndexOf("\n", offset - 1) + 1);
    return line.length - line.trimStart().length;
  };
  for (const [i, token] of tokens.entries()) {
    const top = open.at(-1);
    const first = isFirstOnLine(tokens, i, text);
    const indent = indentOf(token.startOffset);
    if (token.tokenType === t.RCurly) {
      if (top && first && indent < top.indent) return top.brace;
      open.pop();
    } else if (top && first && indent <= top.indent && t.statementKeywords.includes(token.tokenType)) return top.brace;
    if (token.tokenType === t.LCurly) open.push({ brace: token, indent });
  }
  return null;
}

/** The deepest nesting of brackets and where it is reached. */
export function deepest(tokens: readonly IToken[]): { depth: number; at: IToken | null } {
  let depth = 0;
  let most = { depth: 0, at: null as IToken | null };
  for (const token of tokens) {
    if (closerOf.has(token.tokenType)) depth++;
    if (closers.has(token.tokenType)) depth = Math.max(0, depth - 1);
    if (depth > most.depth) most = { depth, at: token };
  }
  return most;
}
