import type { IToken } from "chevrotain";
import * as t from "../../../grammar/tokens.ts";
import * as say from "../../diagnostics/catalogue/syntax.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { cover, type Span } from "../../diagnostics/span.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { spanOfToken } from "../places.ts";
import { startsNothing } from "../recover.ts";
import { adjacent, closers, isFirstOnLine, isName, next } from "../scan.ts";
import { arrowAt, operators } from "./operators.ts";
import { isKeyword, isOf, type Scene } from "./scene.ts";

/** A statement has ended, and this begins no other. */
export function betweenStatements(scene: Scene): Diagnostic | null {
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
  const equal = tokens[at + 2];
  if (following && sign === "+" && equal?.tokenType === t.Equal)
    return increment(token, cover(spanOfToken(following), spanOfToken(equal)));
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

function increment(token: IToken, span: Span): Diagnostic {
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

const isOperator = (token: IToken): boolean =>
  [t.Additive, t.Multiplicative, t.Comparison].some((category) => isOf(category, token));
