import type { IToken } from "chevrotain";
import { parseTokens } from "../../grammar/parse.ts";
import * as t from "../../grammar/tokens.ts";
import { present } from "../base/assert.ts";
import * as lexical from "../diagnostics/catalogue/lexical.ts";
import { failed, inOrder, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile, Span } from "../diagnostics/span.ts";
import type { Ast, Comment } from "./ast.ts";
import { build } from "./build/build.ts";
import { spanOfToken } from "./places.ts";
import { explain } from "./mistakes/explain.ts";
import { apply, cutAround, extent } from "./recover.ts";
import { deepest } from "./scan.ts";
import { doubt, allRead, soundPart, type Unread } from "./sound.ts";

/** The parser goes down by recursion; brackets are all that can take it deep. */
const deepestBrackets = 64;

/** Nobody reads more than this at once, and each costs one pass over the text. */
const mostMistakes = 100;

/**
 * The tree of one text, or every mistake in it, in the order of their places. Any text has one or the other: nothing is thrown.
 */
export function parse(source: SourceFile): Outcome<Ast> {
  const { mistakes, ast } = read(source);
  const [first, ...rest] = inOrder(mistakes);
  return first ? failed(first, ...rest) : ok(present(ast, "the tree of a text without mistakes"));
}

/** A text as far as it can be read. */
export interface Reading {
  readonly mistakes: readonly Diagnostic[];
  /** The statements that no mistake touches; null when it is not known where statements begin and blocks end. */
  readonly ast: Ast | null;
  readonly unread: Unread;
}

/** Every mistake in a text, and what can be said of the rest. */
export function read(source: SourceFile): Reading {
  const { text } = source;
  const lexed = t.lexer.tokenize(text);
  const foreigners = lexed.groups["foreign"] ?? [];
  const mistakes: Diagnostic[] = foreign(foreigners);
  const unlexed = lexed.errors.map(({ offset, length }) => ({
    start: offset,
    end: offset + length,
  }));
  for (const span of unlexed) mistakes.push(lexical.foreignSign({ span, text: text.slice(span.start, span.end) }));
  for (const token of lexed.tokens.filter((token) => token.tokenType === t.ForeignWord))
    mistakes.push(lexical.foreignWord({ span: spanOfToken(token), text: token.image }));

  const nothing = { mistakes, ast: null, unread: allRead };
  const nesting = deepest(lexed.tokens);
  if (nesting.depth > deepestBrackets && nesting.at !== null) {
    const span = spanOfToken(nesting.at);
    mistakes.push(lexical.nestedTooDeeply({ span, limit: deepestBrackets }));
    return nothing;
  }

  const holes = [...foreigners.filter(leavesHole).map(spanOfToken), ...unlexed];
  const doubts: (Span | null)[] = [...holes];
  let tokens: readonly IToken[] = lexed.tokens;
  for (;;) {
    const parsed = parseTokens(tokens);
    if (parsed.ok) {
      const built = build(parsed.cst);
      doubts.push(...built.mistakes.flatMap(({ labels }) => labels.map(({ span }) => span)));
      const ast: Ast = {
        kind: "file",
        span: { start: 0, end: text.length },
        statements: built.statements,
        comments: (lexed.groups["comments"] ?? []).map((token) => comment(token, text)),
        blankLines: blankLines(text),
      };
      // These two are told once everything parses; until then they only throw doubt on their statements.
      if (mistakes.length === 0) mistakes.push(...built.mistakes);
      if (mistakes.length === 0) return { mistakes, ast, unread: allRead };
      const comments = foreigners.filter((token) => !leavesHole(token)).map(spanOfToken);
      return { mistakes, ...soundPart(ast, doubts, comments, text) };
    }
    const cut = cutAround(tokens, parsed.mistake, text);
    const gone = extent(tokens, cut, text);
    // What follows from a character that was left out is no second mistake.
    if (!holes.some((hole) => gone.start <= hole.start && hole.start <= gone.end))
      mistakes.push(explain(tokens, parsed.mistake, text));
    if (mistakes.length >= mostMistakes) return nothing;
    doubts.push(doubt(tokens, cut, parsed.mistake));
    tokens = apply(tokens, cut);
  }
}

/** Is something missing where this was left out? Not where it was a comment, or ended a statement. */
const leavesHole = ({ tokenType }: IToken): boolean => tokenType === t.ForeignText || tokenType === t.ForeignSign;

function foreign(tokens: readonly IToken[]): Diagnostic[] {
  const semicolons = tokens.filter((token) => token.tokenType === t.Semicolon);
  const [first] = semicolons;
  const once = first ? [lexical.semicolons({ first: spanOfToken(first), count: semicolons.length })] : [];
  const others = tokens.filter((token) => token.tokenType !== t.Semicolon);
  return [...once, ...others.map(foreignToken)];
}

function foreignToken(token: IToken): Diagnostic {
  const { tokenType, image } = token;
  const span = spanOfToken(token);
  if (tokenType === t.HashComment) return lexical.foreignComment({ span, opener: "#" });
  if (tokenType === t.BlockComment) return lexical.foreignComment({ span, opener: "/*" });
  if (tokenType === t.ForeignText) return lexical.foreignText({ span, text: image });
  return lexical.foreignSign({ span, text: image });
}

function comment(token: IToken, text: string): Comment {
  const lineStart = text.lastIndexOf("\n", token.startOffset - 1) + 1;
  return {
    span: spanOfToken(token),
    text: token.image.trimEnd(),
    ownLine: text.slice(lineStart, token.startOffset).trim() === "",
  };
}

/** Where lines with nothing on them begin. */
function blankLines(text: string): readonly number[] {
  const found: number[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "") found.push(offset);
    offset += line.length + 1;
  }
  return found;
}
