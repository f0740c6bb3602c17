import type { IToken } from "chevrotain";
import type { Mistake } from "../../grammar/parse.ts";
import * as t from "../../grammar/tokens.ts";
import * as say from "../diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/span.ts";
import { suggest } from "../diagnostics/suggest.ts";
import { spanOfToken } from "./places.ts";
import { startsNothing, wantsName } from "./recover.ts";
import { adjacent, closers, closing, isFirstOnLine, isName, next, openBrackets, suspectBrace } from "./scan.ts";

/** A mistake with its surroundings at hand. */
interface Scene {
  readonly tokens: readonly IToken[];
  readonly text: string;
  readonly mistake: Mistake;
  readonly at: number;
  /** Undefined at the end of the text. */
  readonly token: IToken | undefined;
  readonly previous: IToken | undefined;
  readonly rule: string;
  /** The word that the statement begins with. */
  readonly opener: string;
  /** The token as a person would call it. */
  readonly found: string;
  /** The token; or, if it stands on a later line than what is missing, the place right after the token before. */
  readonly here: Span;
}

/** What a person should be told about a mistake. Each part below answers for one kind, or passes it on. */
export function explain(tokens: readonly IToken[], mistake: Mistake, text: string): Diagnostic {
  const { at } = mistake;
  const token = tokens[at];
  const previous = tokens[at - 1];
  const after = previous ? spanOfToken(previous).end : 0;
  const scene: Scene = {
    tokens,
    text,
    mistake,
    at,
    token,
    previous,
    rule: mistake.rules.at(-1) ?? "file",
    opener: tokens[mistake.began]?.image ?? "",
    found: describe(token),
    here:
      token && !(previous && isFirstOnLine(tokens, at, text) && !startsNothing(mistake))
        ? spanOfToken(token)
        : { start: after, end: after },
  };
  return (
    atTheEnd(scene) ??
    betweenStatements(scene) ??
    brackets(scene) ??
    operators(scene) ??
    heads(scene) ??
    types(scene) ??
    names(scene) ??
    general(scene)
  );
}

function atTheEnd({ tokens, token, text, here, mistake }: Scene): Diagnostic | null {
  if (token) return null;
  const open = openBrackets(tokens, tokens.length);
  const innermost = open.at(-1);
  if (!innermost) return null;
  if (innermost.tokenType !== t.LCurly) return unclosed(innermost, here);
  if (!mistake.expected.includes("RCurly")) return null;
  return unclosed(suspectBrace(tokens, text) ?? innermost, here);
}

const unclosed = (opener: IToken, needed: Span): Diagnostic =>
  say.unclosed({
    opener: spanOfToken(opener),
    text: opener.image,
    needed,
    closer: closing(opener),
  });

/** A statement has ended, and this begins no other. */
function betweenStatements(scene: Scene): Diagnostic | null {
  const { tokens, text, mistake, at, token, previous, here: span, found } = scene;
  if (!token || !startsNothing(mistake)) return null;
  if (closers.has(token.tokenType)) return say.strayCloser({ span, text: token.image });
  const block = previous?.tokenType === t.LCurly || previous?.tokenType === t.RCurly;
  const sameLine = previous !== undefined && !block && !isFirstOnLine(tokens, at, text);
  if (sameLine) return operators(scene) ?? leftOver(scene, token, previous);

  if (scene.rule === "guideStatement") return say.notAnEntry({ span, found });
  const following = tokens[next(tokens, at)];
  if (token.tokenType === t.BaseType) return typeFirst(scene, token);
  if (!isName(token)) return say.noStatement({ span, found, suggestion: null });

  const sign = following?.image;
  const arrow = arrowAt(tokens, at + 1);
  if (arrow) return arrow;
  if (sign === "+" && tokens[at + 2]?.tokenType === t.Equal) return increment(scene, token);
  if (say.isForeignStatement(token.image) && sign !== "~" && sign !== "=")
    return say.foreignStatement({ span, word: token.image });
  if (sign === "~" || sign === "=" || sign === ":") return say.missingKeyword({ span, name: token.image, next: sign });
  const words = t.statementKeywords.map((word) => word.name.toLowerCase());
  return say.noStatement({ span, found, suggestion: suggest(token.image, words) });
}

function typeFirst({ tokens, at, here: span }: Scene, token: IToken): Diagnostic {
  const end = tokens[next(tokens, at)];
  const name = end?.tokenType === t.Identifier ? end.image : null;
  return say.typeFirst({ span, type: token.image, name });
}

function increment({ tokens, at }: Scene, token: IToken): Diagnostic {
  const [plus, equal] = [tokens[at + 1]!, tokens[at + 2]!];
  const span = { start: plus.startOffset, end: spanOfToken(equal).end };
  const instead =
    token.image === "target"
      ? "to add to the log density write `factor EXPRESSION`"
      : "a name has one value: write `let y = x + ...`";
  return say.foreignOperator({ span, text: "+=", instead });
}

function leftOver({ tokens, at, here: span, found }: Scene, token: IToken, previous: IToken): Diagnostic {
  const times = previous.tokenType === t.NumberLiteral && adjacent(previous, token);
  const prior = tokens.slice(0, at).findLast((each) => each.tokenType === t.Tilde || isKeyword(each));
  const afterCall = prior?.tokenType === t.Tilde;
  if (times)
    return say.leftOver({
      span,
      found,
      after: previous.image,
      hint: `write \`${previous.image} * ${token.image}\``,
    });
  if (afterCall && isOperator(token))
    return say.leftOver({
      span,
      found,
      after: previous.image,
      hint: "distributions are not added or scaled: name the value with `sample`, then compute with `let`",
    });
  return say.leftOver({ span, found, after: previous.image });
}

function brackets(scene: Scene): Diagnostic | null {
  const { tokens, text, mistake, at, token, previous, here, rule, found } = scene;
  const wantsCloser = ["RParen", "RBracket"].some((name) => mistake.expected.includes(name));
  const open = openBrackets(tokens, at).at(-1);
  if (!token || !open || open.tokenType === t.LCurly) return null;
  const isCloser = closers.has(token.tokenType);
  if (isCloser && previous?.tokenType === t.Comma)
    return say.danglingComma({ span: spanOfToken(token), closer: token.image });
  if (!wantsCloser) return null;
  const closer = closing(open);
  if (isCloser && token.tokenType !== t.RCurly)
    return say.wrongCloser({
      span: spanOfToken(token),
      text: token.image,
      opener: spanOfToken(open),
      openerText: open.image,
      closer,
    });
  const leaves =
    (isKeyword(token) && isFirstOnLine(tokens, at, text)) ||
    [t.RCurly, t.LCurly, t.Tilde].includes(token.tokenType) ||
    (isFirstOnLine(tokens, at, text) && token.tokenType === t.Identifier);
  if (leaves) return unclosed(open, previous ? endOf(previous) : here);
  if (token.tokenType === t.Colon && (rule === "subscript" || rule === "index"))
    return say.colonForRange({ span: here });
  const known = operators(scene);
  if (known) return known;
  return say.expected({
    span: here,
    wanted: rule === "parenthesis" ? [`\`${closer}\``] : ["`,`", `\`${closer}\``],
    found,
    after: previous?.image ?? null,
  });
}

/** Operators of other languages. */
function operators({ tokens, at, token, previous, mistake, here: span, text }: Scene): Diagnostic | null {
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
  if (t.Comparison.categoryMatches!.includes(token.tokenTypeIdx) && chained(tokens, at))
    return say.chainedComparison({ span });
  const word = { and: "&&", or: "||", not: "!" }[token.image];
  if (word && token.tokenType === t.Identifier && !isFirstOnLine(tokens, at, text))
    return say.foreignOperator({ span, text: token.image, instead: `write \`${word}\`` });
  return null;
}

/** `<-`, an assignment elsewhere. */
function arrowAt(tokens: readonly IToken[], at: number): Diagnostic | null {
  const [less, minus] = [tokens[at], tokens[at + 1]];
  if (less?.tokenType !== t.Less || minus?.tokenType !== t.Minus || !adjacent(less, minus)) return null;
  const span = { start: less.startOffset, end: spanOfToken(minus).end };
  return say.foreignOperator({ span, text: "<-", instead: "write `let x = ...`" });
}

/** Does a comparison already stand in this expression? */
function chained(tokens: readonly IToken[], at: number): boolean {
  let depth = 0;
  for (let i = at - 1; i >= 0; i--) {
    const { tokenType, tokenTypeIdx } = tokens[i]!;
    if (closers.has(tokenType)) depth++;
    else if ([t.LParen, t.LBracket, t.LCurly].includes(tokenType) && --depth < 0) return false;
    if (depth > 0) continue;
    if (t.Comparison.categoryMatches!.includes(tokenTypeIdx)) return true;
    if (isKeyword(tokens[i]!) || [t.Comma, t.Equal, t.Tilde].includes(tokenType)) return false;
  }
  return false;
}

/** What stands between the keyword and the value. */
function heads({ tokens, mistake, token, previous, here: span, rule, opener, found }: Scene): Diagnostic | null {
  const wants = (name: string) => mistake.expected.includes(name);
  const index = tokens[mistake.began + 1]?.image ?? "t";
  const sign = token?.tokenType;
  const first = tokens[mistake.began];
  if (rule === "assignStatement" && first && (sign === t.Tilde || sign === t.Colon)) {
    const next = sign === t.Tilde ? "~" : ":";
    return say.missingKeyword({ span: spanOfToken(first), name: first.image, next });
  }
  if (wants("Tilde") && sign === t.Equal && rule !== "guideEntry")
    return say.equalForTilde({ span, statement: opener });
  if (wants("Equal") && sign === t.Tilde) return say.tildeForEqual({ span, statement: opener });
  if (rule === "forStatement" && (wants("DotDot") || (wants("In") && sign === t.Equal)))
    return say.rangeNeeded({ span, index });
  if (rule === "forStatement" && previous?.tokenType === t.DotDot && sign === t.LCurly)
    return say.rangeNeeded({ span, index });
  if (rule === "block" && wants("LCurly"))
    return opener === "plate" && sign === t.DotDot
      ? say.sizeNeeded({ span, index })
      : say.bracesNeeded({ span, found });
  if (rule === "arguments" && wants("LParen") && previous?.tokenType === t.Identifier)
    return say.callWithoutParentheses({ span, callee: previous.image, found });
  if (rule === "call" && wants("Identifier")) {
    if (token && span.start === token.startOffset && !isKeyword(token)) return say.notACall({ span, found });
    const wanted = previous?.tokenType === t.Tilde ? "a distribution" : "a network";
    return say.expected({ span, wanted: [wanted], found, after: previous?.image ?? null });
  }
  if (wants("Identifier") && sign === t.LCurly && previous === first && first)
    return say.noBlocks({ span, keyword: first.image });
  return null;
}

function types({ mistake, token, previous, here: span, rule, found }: Scene): Diagnostic | null {
  if (rule === "bounds") {
    if (!token || token.tokenType === t.LCurly) return null;
    const name = previous?.tokenType === t.Identifier && token.tokenType === t.Equal;
    return say.boundForm({
      span: name ? { start: previous.startOffset, end: span.end } : span,
      found: name ? `\`${previous.image} =\`` : found,
    });
  }
  const later = token?.startOffset !== span.start;
  if (!mistake.expected.includes("BaseType") || !token || later) return null;
  const suggestion = suggest(token.image, t.baseTypes);
  return say.unknownType({ span, found, word: token.image, suggestion });
}

function names({ tokens, at, text, mistake, token, here: span }: Scene): Diagnostic | null {
  if (!token || !wantsName(mistake) || !isKeyword(token)) return null;
  const newStatement = isFirstOnLine(tokens, at, text) && [...t.statementKeywords, t.Return].includes(token.tokenType);
  return newStatement ? null : say.reserved({ span, word: token.image });
}

function general({ mistake, here: span, found, previous }: Scene): Diagnostic {
  const after = previous?.image ?? null;
  return say.expected({ span, wanted: inWords(mistake.expected), found, after });
}

// ---- words

const isKeyword = (token: IToken): boolean => t.reservedWords.includes(token.image);

const isOperator = ({ tokenTypeIdx }: IToken): boolean =>
  [t.Additive, t.Multiplicative, t.Comparison].some((kind) => kind.categoryMatches!.includes(tokenTypeIdx));

const endOf = (token: IToken): Span => ({
  start: spanOfToken(token).end,
  end: spanOfToken(token).end,
});

function describe(token: IToken | undefined): string {
  if (!token) return "the end of the file";
  const { image } = token;
  return `\`${image.length > 40 ? `${image.slice(0, 37)}...` : image}\``;
}

const plainWords: { readonly [name: string]: string } = {
  Identifier: "a name",
  BaseType: "a type",
  Statement: "a statement",
  NumberLiteral: "a number",
};

function inWords(expected: readonly string[]): readonly string[] {
  if (expected.includes("NumberLiteral") && expected.includes("Identifier"))
    return ["an expression", ...(expected.includes("Colon") ? ["`:`"] : [])];
  return expected.map((name) => {
    const label = t.tokens.find((token) => token.name === name)?.LABEL ?? name;
    return plainWords[name] ?? label.replaceAll('"', "`");
  });
}
