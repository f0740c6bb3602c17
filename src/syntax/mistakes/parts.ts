import * as t from "../../../grammar/tokens.ts";
import * as heading from "../../diagnostics/catalogue/heads.ts";
import * as say from "../../diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { spanOfToken } from "../places.ts";
import { wantsName } from "../recover.ts";
import { isFirstOnLine } from "../scan.ts";
import { isKeyword, type Scene } from "./scene.ts";

/** What stands between the keyword and the value. */
export function heads({ tokens, mistake, token, previous, here: span, rule, opener, found }: Scene): Diagnostic | null {
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
    return heading.rangeNeeded({ span, index });
  if (rule === "forStatement" && previous?.tokenType === t.DotDot && sign === t.LCurly)
    return heading.rangeNeeded({ span, index });
  if (rule === "block" && wants("LCurly"))
    return opener === "plate" && sign === t.DotDot
      ? heading.sizeNeeded({ span, index })
      : heading.bracesNeeded({ span, found });
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

/** What stands in a type. */
export function types({ mistake, token, previous, here: span, rule, found }: Scene): Diagnostic | null {
  if (rule === "bounds") {
    if (!token || token.tokenType === t.LCurly) return null;
    const name = previous?.tokenType === t.Identifier && token.tokenType === t.Equal;
    return heading.boundForm({
      span: name ? { start: previous.startOffset, end: span.end } : span,
      found: name ? `\`${previous.image} =\`` : found,
    });
  }
  const later = token?.startOffset !== span.start;
  if (!mistake.expected.includes("BaseType") || !token || later) return null;
  const suggestion = suggest(token.image, t.baseTypes);
  return heading.unknownType({ span, found, word: token.image, suggestion });
}

/** A word of the language where a name is wanted. */
export function names({ tokens, at, text, mistake, token, here: span }: Scene): Diagnostic | null {
  if (!token || !wantsName(mistake) || !isKeyword(token)) return null;
  const newStatement = isFirstOnLine(tokens, at, text) && [...t.statementKeywords, t.Return].includes(token.tokenType);
  return newStatement ? null : say.reserved({ span, word: token.image });
}
