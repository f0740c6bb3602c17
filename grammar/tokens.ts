import type { TokenType } from "chevrotain";
import { Lexer, createToken } from "chevrotain";

/**
 * The words and signs of the language. Nothing here knows what they mean.
 *
 * Besides the language itself the lexer knows a few things that are not in it but that people write (`;`, `#` comments,
 * quotes, letters outside ASCII), so that each can be named rather than reported as an unexpected character.
 */

// `x_1`, `N`. Declared first, so that keywords can give way to a longer identifier.
export const Identifier = createToken({
  name: "Identifier",
  label: "name",
  pattern: /[A-Za-z_][A-Za-z0-9_]*/,
});

/** A word with letters outside ASCII: parsed as an identifier, and reported. */
export const ForeignWord = createToken({
  name: "ForeignWord",
  pattern:
    /[A-Za-z0-9_]*[\u00aa-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u3040-\ud7ff][A-Za-z0-9_\u00aa-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u3040-\ud7ff]*/,
  categories: [Identifier],
});

const keyword = (word: string): TokenType =>
  createToken({
    name: word.replace(/^./, (first) => first.toUpperCase()),
    label: `"${word}"`,
    pattern: new RegExp(word),
    longer_alt: [ForeignWord, Identifier],
  });

export const Model = keyword("model");
export const Data = keyword("data");
export const Const = keyword("const");
export const Param = keyword("param");
export const Net = keyword("net");
export const Fun = keyword("fun");
export const Let = keyword("let");
export const Sample = keyword("sample");
export const Observe = keyword("observe");
export const Factor = keyword("factor");
export const Plate = keyword("plate");
export const For = keyword("for");
export const In = keyword("in");
export const Guide = keyword("guide");
export const Given = keyword("given");
export const By = keyword("by");
export const Return = keyword("return");

/** The words that begin a statement, and so the places where the parser can start afresh. */
// prettier-ignore
export const statementKeywords: readonly TokenType[] = [
  Model, Data, Const, Param, Net, Fun, Let, Sample, Observe, Factor, Plate, For, Guide,
];

export const baseTypes = [
  "real",
  "int",
  "simplex",
  "ordered",
  "positive_ordered",
  "cholesky_corr",
  "cov_matrix",
] as const;

export const BaseType = createToken({
  name: "BaseType",
  label: "type",
  pattern: new RegExp(baseTypes.join("|")),
  longer_alt: [ForeignWord, Identifier],
});

export const NumberLiteral = createToken({
  name: "NumberLiteral",
  label: "number",
  // `1.` and `.5` are numbers, but the point of `0..10` belongs to the range.
  pattern: /(?:\d+\.\d+|\d+\.(?!\.)|\.\d+|\d+)(?:[eE][+-]?\d+)?/,
});

// Operators of one strength are one kind, so that a rule can ask for any of them.
const kind = (name: string, label: string): TokenType => createToken({ name, label, pattern: Lexer.NA });

export const Comparison = kind("Comparison", "< <= > >= == !=");
export const Additive = kind("Additive", "+ -");
export const Multiplicative = kind("Multiplicative", "* / % @");
export const Prefix = kind("Prefix", "- !");

const sign = (name: string, text: string, ...categories: TokenType[]): TokenType =>
  createToken({ name, label: `"${text}"`, pattern: text, categories });

export const DotDot = sign("DotDot", "..");
export const OrOr = sign("OrOr", "||");
export const AndAnd = sign("AndAnd", "&&");
export const EqualEqual = sign("EqualEqual", "==", Comparison);
export const NotEqual = sign("NotEqual", "!=", Comparison);
export const LessEqual = sign("LessEqual", "<=", Comparison);
export const GreaterEqual = sign("GreaterEqual", ">=", Comparison);
export const Less = sign("Less", "<", Comparison);
export const Greater = sign("Greater", ">", Comparison);
export const Equal = sign("Equal", "=");
export const Tilde = sign("Tilde", "~");
export const Plus = sign("Plus", "+", Additive);
export const Minus = sign("Minus", "-", Additive, Prefix);
export const Star = sign("Star", "*", Multiplicative);
export const Slash = sign("Slash", "/", Multiplicative);
export const Percent = sign("Percent", "%", Multiplicative);
export const At = sign("At", "@", Multiplicative);
export const Caret = sign("Caret", "^");
export const Not = sign("Not", "!", Prefix);
export const Comma = sign("Comma", ",");
export const Colon = sign("Colon", ":");
export const Question = sign("Question", "?");
export const LParen = sign("LParen", "(");
export const RParen = sign("RParen", ")");
export const LBracket = sign("LBracket", "[");
export const RBracket = sign("RBracket", "]");
export const LCurly = sign("LCurly", "{");
export const RCurly = sign("RCurly", "}");

const Space = createToken({ name: "Space", pattern: /\s+/, group: Lexer.SKIPPED });
const Comment = createToken({ name: "Comment", pattern: /\/\/[^\n\r]*/, group: "comments" });

/** Text that is not part of the language. It is kept out of the parser's sight, and reported. */
const foreign = (name: string, pattern: RegExp): TokenType =>
  createToken({ name, pattern, group: "foreign", line_breaks: name === "BlockComment" });

export const BlockComment = foreign("BlockComment", /\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?/);
export const HashComment = foreign("HashComment", /#[^\n\r]*/);
export const Semicolon = foreign("Semicolon", /;/);
export const ForeignText = foreign("ForeignText", /"[^"\n\r]*"?|'[^'\n\r]*'|'|`/);
// One character, which outside the basic plane is two code units.
export const ForeignSign = foreign(
  "ForeignSign",
  /[\ud800-\udbff][\udc00-\udfff]|[$&|\\.\u0000-\u0008\u000e-\u001f\u007f-\uffff]/,
);

/** Every token, in the order in which the lexer tries them. */
// prettier-ignore
export const tokens: readonly TokenType[] = [
  Space, Comment, BlockComment, HashComment,
  // Types come first: `int` is not the keyword `in` and a letter.
  BaseType,
  Model, Data, Const, Param, Net, Fun, Let, Sample, Observe, Factor, Plate, For, In, Guide, Given, By, Return,
  DotDot, NumberLiteral, ForeignWord, Identifier,
  OrOr, AndAnd, EqualEqual, NotEqual, LessEqual, GreaterEqual, Less, Greater, Equal, Tilde,
  Plus, Minus, Star, Slash, Percent, At, Caret, Not, Comma, Colon, Question,
  LParen, RParen, LBracket, RBracket, LCurly, RCurly,
  Comparison, Additive, Multiplicative, Prefix,
  Semicolon, ForeignText, ForeignSign,
];

/** The words that cannot be names. */
export const reservedWords: readonly string[] = [
  ...[...statementKeywords, In, Given, By, Return].map((token) => token.name.toLowerCase()),
  ...baseTypes,
];

// The definitions are checked by `test/grammar/grammar.test.ts` rather than at every start.
export const lexer = new Lexer([...tokens], { skipValidations: true });
