import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import * as say from "../../diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/span.ts";
import { spanOfToken } from "../places.ts";
import { closers, closing, isFirstOnLine, openBrackets, suspectBrace } from "../scan.ts";
import { operators } from "./operators.ts";
import { isKeyword, type Scene } from "./scene.ts";

/** The text ends inside brackets. */
export function atTheEnd({ tokens, token, text, here, mistake }: Scene): Diagnostic | null {
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

/** A bracket that is not closed, or not by its own sign. */
export function brackets(scene: Scene): Diagnostic | null {
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

const endOf = (token: IToken): Span => ({
  start: spanOfToken(token).end,
  end: spanOfToken(token).end,
});
