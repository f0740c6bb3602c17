import type { TokenType } from "chevrotain";
import * as t from "../grammar/tokens.ts";

/**
 * The editor grammar, from the tokens of the lexer: what every editor that reads TextMate grammars colours by. It knows
 * words and signs, not meaning; calls are told by the parenthesis behind a name.
 */
export function textmateGrammar(): string {
  const name = source(t.Identifier);
  const words = (some: readonly TokenType[]): string => `\\b(?:${some.map(source).join("|")})\\b`;
  const notStatements = t.tokens.filter((token) => isKeyword(token) && !t.statementKeywords.includes(token));
  const declaring = t.statementKeywords.filter((token) => ![t.Observe, t.Factor, t.Guide].includes(token));
  const match = (scope: string, match: string) => ({ name: `${scope}.ppl`, match });
  const captures = (...scopes: readonly string[]) =>
    Object.fromEntries(scopes.map((scope, i) => [String(i + 1), { name: `${scope}.ppl` }]));
  const grammar = {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    name: "stratum model",
    scopeName: "source.ppl",
    fileTypes: ["ppl"],
    patterns: [
      match("comment.line.double-slash", "//[^\\n\\r]*"),
      match("invalid.illegal", source(t.HashComment)),
      match("storage.type", `\\b(?:${t.baseTypes.join("|")})\\b`),
      {
        match: `(${words(declaring)})\\s+(?!${words(t.tokens.filter(isKeyword))})(${name})`,
        captures: captures("keyword.control", "entity.name.variable"),
      },
      match("keyword.control", words(t.statementKeywords)),
      match("keyword.other", words(notStatements)),
      match("constant.numeric", source(t.NumberLiteral)),
      { match: `(${name})\\s*(?=\\()`, captures: captures("entity.name.function") },
      { match: `(${name})\\s*(?==(?!=))`, captures: captures("variable.parameter") },
      match("variable.other", name),
      match("keyword.operator", longestFirst(t.tokens.filter(isOperator))),
      match("punctuation.separator", longestFirst([t.Comma, t.Colon])),
      match("punctuation.bracket", longestFirst([t.LParen, t.RParen, t.LBracket, t.RBracket, t.LCurly, t.RCurly])),
      match("invalid.illegal", `${source(t.Semicolon)}|${source(t.ForeignText)}`),
    ],
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

/** The scope under which each kind of token is coloured; names have several. */
export function scopeOf(token: TokenType): string {
  if (token === t.Identifier) return "(?:variable|entity)";
  if (token === t.NumberLiteral) return "constant.numeric";
  if (token === t.BaseType) return "storage.type";
  if (t.statementKeywords.includes(token)) return "keyword.control";
  if (isKeyword(token)) return "keyword.other";
  if (isOperator(token)) return "keyword.operator";
  return "punctuation";
}

const isKeyword = ({ name, PATTERN }: TokenType): boolean =>
  PATTERN instanceof RegExp && PATTERN.source === name.toLowerCase();

const punctuation = /^[,:()[\]{}]$/;
const isOperator = ({ PATTERN }: TokenType): boolean => typeof PATTERN === "string" && !punctuation.test(PATTERN);

const source = ({ PATTERN }: TokenType): string => (PATTERN as RegExp).source;

function longestFirst(some: readonly TokenType[]): string {
  const signs = some.map(({ PATTERN }) => PATTERN as string);
  return signs
    .toSorted((a, b) => b.length - a.length || a.localeCompare(b))
    .map((sign) => sign.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&"))
    .join("|");
}
