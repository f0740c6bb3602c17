import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error } from "./make.ts";

/** What is in the text of a model and not in the language at all. Call sites pass facts. Codes PPL101 to PPL109. */

/** Signs that are written in other places for something that the language has. */
const meant: { readonly [sign: string]: string } = {
  "−": "`-`",
  "–": "`-`",
  "—": "`-`",
  "×": "`*`",
  "·": "`*`",
  "÷": "`/`",
  "≤": "`<=`",
  "≥": "`>=`",
  "≠": "`!=`",
  "∼": "`~`",
  "…": "`..`",
  "→": "`=`",
  "←": "`=`",
  "&": "`&&`",
  "|": "`||`",
  "“": "a plain name",
  "”": "a plain name",
};

export function foreignSign(at: { readonly span: Span; readonly text: string }): Diagnostic {
  const instead = meant[at.text];
  const shown = /^[\0-\x1f\x7f]$/.test(at.text)
    ? `the control character U+${at.text.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`
    : `\`${at.text}\``;
  return error(
    "PPL101",
    `${shown} is not part of the language`,
    [{ span: at.span, text: "this character has no meaning here" }],
    instead === undefined ? "remove it" : `write ${instead}`,
  );
}

export function foreignWord(at: { readonly span: Span; readonly text: string }): Diagnostic {
  return error(
    "PPL102",
    `the name \`${at.text}\` has a letter outside ASCII`,
    [{ span: at.span, text: "names are made of a-z, A-Z, 0-9 and _" }],
    "spell it out, `sigma` for example",
  );
}

export function semicolons(at: { readonly first: Span; readonly count: number }): Diagnostic {
  return error(
    "PPL103",
    "statements do not end with `;`",
    [{ span: at.first, text: at.count > 1 ? `the first of ${at.count} in this file` : "" }],
    at.count > 1 ? "remove them: a statement ends where the next one begins" : "remove it",
  );
}

export function foreignComment(at: { readonly span: Span; readonly opener: string }): Diagnostic {
  return error(
    "PPL104",
    `\`${at.opener}\` does not begin a comment`,
    [{ span: at.span, text: "comments begin with `//` and end with the line" }],
    "write `// ...`",
  );
}

export function foreignText(at: { readonly span: Span; readonly text: string }): Diagnostic {
  const transpose = at.text === "'";
  return error(
    "PPL105",
    transpose ? "`'` is not an operator" : "there are no strings in the language",
    [{ span: at.span, text: transpose ? "a transpose, perhaps" : "quoted here" }],
    transpose ? "write `transpose(A)`" : "write the name without quotes",
  );
}

export function numberOutOfRange(at: { readonly span: Span; readonly text: string }): Diagnostic {
  return error(
    "PPL106",
    `\`${at.text.length > 40 ? `${at.text.slice(0, 37)}...` : at.text}\` is too large for a number`,
    [{ span: at.span, text: "the largest is about 1.8e308" }],
    "work in logarithms, or leave the bound open",
  );
}

export function nestedTooDeeply(at: { readonly span: Span; readonly limit: number }): Diagnostic {
  return error(
    "PPL107",
    "this is nested too deeply",
    [{ span: at.span, text: `more than ${at.limit} levels` }],
    "name the parts with `let`, or put the numbers into a data file",
  );
}
