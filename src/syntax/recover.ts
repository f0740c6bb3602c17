import type { IToken, TokenType } from "chevrotain";
import type { Mistake } from "../../grammar/parse.ts";
import * as t from "../../grammar/tokens.ts";
import type { Span } from "../diagnostics/span.ts";
import { spanOfToken } from "./places.ts";
import { adjacent, closers, isFirstOnLine, isName, next, tokensFrom } from "./scan.ts";

/** Tokens `from` (inclusive) to `to` (exclusive), and any others at `also`, are left out. */
export interface Cut {
  readonly from: number;
  readonly to: number;
  readonly also: readonly number[];
}

/**
 * What to leave out of the text, so that the rest can be parsed as if the mistake were not there.
 *
 * That is the statement that went wrong, from its first word up to where the next statement surely begins. If only
 * the head of a block went wrong its statements stay, without the braces; a whole block goes when its statements
 * would make no sense outside it. Every cut is at least one token long.
 */
export function cutAround(tokens: readonly IToken[], mistake: Mistake, text: string): Cut {
  const { at } = mistake;
  const none = { from: at, to: at + 1, also: [] };
  const token = tokens[at];
  if (token === undefined) {
    // Outside every block the statement that does not end is all there is to lose.
    const outside = mistake.began >= 0 && braces(tokens.slice(0, mistake.began)) === 0;
    return { from: outside ? mistake.began : 0, to: tokens.length, also: [] };
  }

  const between = startsNothing(mistake);
  if (mistake.rules.includes("funBody") && !mistake.rules.includes("letStatement")) return cutFunction(tokens, at);
  if (between && closers.has(token.tokenType)) return none;

  const from = between || mistake.began < 0 ? at : mistake.began;
  const opener = tokens[from]?.tokenType;
  const keepsBody = opener === t.Plate || opener === t.For || isHeadOfLoop(tokens, from);
  let depth = 0;
  for (const [i, { tokenType }] of tokensFrom(tokens, from)) {
    if (i > from && i >= at && beginsStatement(tokens, i, depth, mistake, text)) {
      const also = needsBrace(mistake) ? surplusBrace(tokens, i) : [];
      return { from, to: i, also };
    }
    if (tokenType === t.RCurly && i >= at) return i === from ? none : { from, to: i, also: [] };
    if (tokenType === t.LCurly) {
      const close = matching(tokens, i);
      if (keepsBody && i >= at) return { from, to: i + 1, also: close < tokens.length ? [close] : [] };
      if (i >= at) return { from, to: Math.min(close + 1, tokens.length), also: [] };
      continue;
    }
    if (tokenType === t.LParen || tokenType === t.LBracket) depth++;
    if (tokenType === t.RParen || tokenType === t.RBracket) depth--;
  }
  return { from, to: tokens.length, also: [] };
}

/** Braces opened and not closed. */
export function braces(tokens: readonly IToken[]): number {
  const count = (kind: TokenType): number => tokens.filter(({ tokenType }) => tokenType === kind).length;
  return count(t.LCurly) - count(t.RCurly);
}

/** Is this a mistake between statements, rather than inside one? */
export function startsNothing({ expected, rules }: Mistake): boolean {
  const rule = rules.at(-1);
  if (rule === "file" || expected.includes("Statement")) return true;
  return expected.includes("RCurly") && (rule === "block" || rule === "guideStatement");
}

const needsBrace = ({ expected }: Mistake): boolean => expected.includes("LCurly");

/** `plte n in N {`: some word, a name, `in`. */
const isHeadOfLoop = (tokens: readonly IToken[], from: number): boolean =>
  isName(tokens[from + 1]) && tokens[from + 2]?.tokenType === t.In;

/** Does a statement surely begin at `i`? A keyword may be a misplaced name, and a name must look like one. */
function beginsStatement(tokens: readonly IToken[], i: number, depth: number, mistake: Mistake, text: string): boolean {
  const token = tokens[i];
  if (token === undefined) return false;
  const fresh = isFirstOnLine(tokens, i, text);
  if (token.tokenType === t.Return) return i >= mistake.at && mistake.rules.includes("funBody");
  if (t.statementKeywords.includes(token.tokenType)) return fresh || i > mistake.at || !wantsName(mistake);
  if (!fresh || depth > 0 || i === mistake.at) return false;
  const after = tokens[next(tokens, i)];
  if (token.tokenType === t.BaseType) return isName(after);
  if (!isName(token) || after === undefined) return false;
  // `mu ~`, `mu =`, `mu:`, and two names in a row, the first of them a misspelt keyword: no expression goes on like that.
  return isName(after) || [t.Tilde, t.Equal, t.Colon].includes(after.tokenType) || isAssignment(tokens, i);
}

/** Would a name have fitted? Then a keyword on the same line was meant as one. */
export const wantsName = ({ expected }: Mistake): boolean => expected.includes("Identifier");

/** `x <- 1`, `x += 1`: statements elsewhere. */
function isAssignment(tokens: readonly IToken[], i: number): boolean {
  const signs = tokens.slice(i + 1, i + 3);
  return adjacent(signs[0], signs[1]) && ["<-", "+="].includes(signs.map(({ image }) => image).join(""));
}

function cutFunction(tokens: readonly IToken[], at: number): Cut {
  const fun = tokens.slice(0, at + 1).findLastIndex(({ tokenType }) => tokenType === t.Fun);
  const from = Math.max(0, fun);
  const brace = tokens.findIndex(({ tokenType }, i) => i >= from && tokenType === t.LCurly);
  const to = brace < 0 ? tokens.length : Math.min(matching(tokens, brace) + 1, tokens.length);
  return { from, to, also: [] };
}

/** The place of the bracket that closes the one at `opener`; the number of tokens when none does. */
function matching(tokens: readonly IToken[], opener: number): number {
  let depth = 0;
  for (const [i, { tokenType }] of tokensFrom(tokens, opener)) {
    if (tokenType === t.LCurly) depth++;
    if (tokenType === t.RCurly && --depth === 0) return i;
  }
  return tokens.length;
}

/** The brace that is one too many once the `{` that should have stood before `from` is missing. */
function surplusBrace(tokens: readonly IToken[], from: number): readonly number[] {
  if (braces(tokens) >= 0) return [];
  let depth = 0;
  for (const [i, { tokenType }] of tokensFrom(tokens, from)) {
    if (tokenType === t.LCurly) depth++;
    if (tokenType === t.RCurly && depth-- === 0) return [i];
  }
  return [];
}

export function apply(tokens: readonly IToken[], cut: Cut): readonly IToken[] {
  return tokens.filter((_, i) => (i < cut.from || i >= cut.to) && !cut.also.includes(i));
}

/** The text that a cut takes away, from the end of the token before it. */
export function extent(tokens: readonly IToken[], cut: Cut, text: string): Span {
  const before = tokens[cut.from - 1];
  const after = tokens[cut.to];
  return {
    start: before ? spanOfToken(before).end : 0,
    end: after ? after.startOffset : text.length,
  };
}
