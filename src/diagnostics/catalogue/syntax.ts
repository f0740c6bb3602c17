import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error } from "./make.ts";

/** What can be wrong with the text of a model. Call sites pass facts; the wording is here. Codes PPL110 to PPL139. */

const or = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

const statementList =
  "`data`, `const`, `param`, `net`, `fun`, `let`, `sample`, `observe`, `factor`, `plate`, `for` or `guide`";

// ---- something else was expected

export function expected(at: {
  readonly span: Span;
  readonly wanted: readonly string[];
  readonly found: string;
  readonly after: string | null;
}): Diagnostic {
  const after = at.after === null ? "" : ` after \`${at.after}\``;
  return error("PPL110", `expected ${or(at.wanted)}${after}, found ${at.found}`, [
    { span: at.span, text: `expected ${or(at.wanted)} here` },
  ]);
}

export function noStatement(at: {
  readonly span: Span;
  readonly found: string;
  readonly suggestion: string | null;
}): Diagnostic {
  return error(
    "PPL111",
    `no statement begins with ${at.found}`,
    [{ span: at.span, text: "expected a statement here" }],
    at.suggestion === null ? `a statement begins with ${statementList}` : `did you mean \`${at.suggestion}\`?`,
  );
}

/** Words with which statements begin in other languages, and what is written here. */
const elsewhere: { readonly [word: string]: string } = {
  if: "there is no `if`: choose values with `where(condition, a, b)`",
  else: "there is no `else`: choose values with `where(condition, a, b)`",
  while: "there is no `while`: loops are `for t in a..b { ... }`",
  def: "write `fun f(x) = ...`",
  function: "write `fun f(x) = ...`",
  var: "write `let x = ...`",
  val: "write `let x = ...`",
  latent: "write `sample x ~ ...`",
  prior: "write `sample x ~ ...`",
  random: "write `sample x ~ ...`",
  obs: "write `observe x ~ ...`",
  input: "write `data x: real[N]`",
  constant: "write `const x = ...`",
  parameter: "write `param x: real = ...` for a learnable constant, `sample x ~ ...` for a latent",
  parameters: "there are no blocks: write `sample x ~ ...` for each latent",
  transformed: "there are no blocks: write `let x = ...` for each quantity",
  generated: "there are no blocks: write `let x = ...` for each quantity",
  vector: "write `real[N]`, after `data x:` or `sample x:`",
  row_vector: "write `real[N]`, after `data x:` or `sample x:`",
  matrix: "write `real[N, M]`, after `data x:` or `sample x:`",
  target: "to add to the log density write `factor EXPRESSION`",
  print: "there is no `print`: `let x = ...` is recorded in the output",
  import: "a model is one file and imports nothing",
  from: "a model is one file and imports nothing",
};

export const isForeignStatement = (word: string): boolean => Object.hasOwn(elsewhere, word);

export function foreignStatement(at: { readonly span: Span; readonly word: string }): Diagnostic {
  return error(
    "PPL111",
    `no statement begins with \`${at.word}\``,
    [{ span: at.span, text: "expected a statement here" }],
    elsewhere[at.word],
  );
}

export function missingKeyword(at: {
  readonly span: Span;
  readonly name: string;
  readonly next: "~" | "=" | ":";
}): Diagnostic {
  const hint = {
    "~": `write \`sample ${at.name} ~ ...\` for a latent, \`observe ${at.name} ~ ...\` for data`,
    "=": `write \`let ${at.name} = ...\``,
    ":": `write \`data ${at.name}: ...\` for an input, \`sample ${at.name}: ... ~ ...\` for a latent`,
  }[at.next];
  return error(
    "PPL112",
    `this statement about \`${at.name}\` lacks its keyword`,
    [{ span: at.span, text: "expected a keyword before this name" }],
    hint,
  );
}

export function typeFirst(at: {
  readonly span: Span;
  readonly type: string;
  readonly name: string | null;
}): Diagnostic {
  const name = at.name ?? "x";
  return error(
    "PPL113",
    "the type comes after the name",
    [{ span: at.span, text: "no statement begins with a type" }],
    `write \`data ${name}: ${at.type}\` for an input, \`sample ${name}: ${at.type} ~ ...\` for a latent`,
  );
}

export function notAnEntry(at: { readonly span: Span; readonly found: string }): Diagnostic {
  return error(
    "PPL114",
    `${at.found} stands inside \`guide\``,
    [{ span: at.span, text: "expected a site's name, or `}`" }],
    "an entry reads `z ~ mean_field()`; end the guide with `}` before other statements",
  );
}

export function noBlocks(at: { readonly span: Span; readonly keyword: string }): Diagnostic {
  return error(
    "PPL133",
    `\`${at.keyword}\` is a statement, not a block`,
    [{ span: at.span, text: "expected a name here" }],
    "there are no blocks: give each quantity a statement of its own",
  );
}

export function leftOver(at: {
  readonly span: Span;
  readonly found: string;
  readonly after: string;
  readonly hint?: string;
}): Diagnostic {
  return error(
    "PPL115",
    `${at.found} cannot follow \`${at.after}\``,
    [{ span: at.span, text: "the statement ends before this" }],
    at.hint,
  );
}

export function reserved(at: { readonly span: Span; readonly word: string }): Diagnostic {
  return error(
    "PPL116",
    `\`${at.word}\` is a word of the language and cannot be a name`,
    [{ span: at.span, text: "expected a name here" }],
    `choose another name, \`${at.word}_\` for example`,
  );
}

// ---- brackets

export function unclosed(at: {
  readonly opener: Span;
  readonly text: string;
  readonly needed: Span;
  readonly closer: string;
}): Diagnostic {
  return error(
    "PPL117",
    `\`${at.text}\` is not closed`,
    [
      { span: at.needed, text: `expected \`${at.closer}\` here` },
      { span: at.opener, text: `to close this \`${at.text}\`` },
    ],
    `add \`${at.closer}\``,
  );
}

export function strayCloser(at: { readonly span: Span; readonly text: string }): Diagnostic {
  return error(
    "PPL118",
    `\`${at.text}\` closes nothing`,
    [{ span: at.span, text: "there is no open bracket for this" }],
    "remove it",
  );
}

export function wrongCloser(at: {
  readonly span: Span;
  readonly text: string;
  readonly opener: Span;
  readonly openerText: string;
  readonly closer: string;
}): Diagnostic {
  return error(
    "PPL119",
    `\`${at.text}\` does not close \`${at.openerText}\``,
    [
      { span: at.span, text: `expected \`${at.closer}\` here` },
      { span: at.opener, text: "opened here" },
    ],
    `write \`${at.closer}\``,
  );
}

// ---- signs in the wrong place

export function equalForTilde(at: { readonly span: Span; readonly statement: string }): Diagnostic {
  return error(
    "PPL120",
    `\`${at.statement}\` takes \`~\`, not \`=\``,
    [{ span: at.span, text: "expected `~` here" }],
    `write \`${at.statement} ... ~ ...\`; a quantity that is computed is \`let ... = ...\``,
  );
}

export function tildeForEqual(at: { readonly span: Span; readonly statement: string }): Diagnostic {
  return error(
    "PPL121",
    `\`${at.statement}\` takes \`=\`, not \`~\``,
    [{ span: at.span, text: "expected `=` here" }],
    "a random quantity is declared by `sample ... ~ ...`",
  );
}

export function foreignOperator(at: {
  readonly span: Span;
  readonly text: string;
  readonly instead: string;
}): Diagnostic {
  return error(
    "PPL122",
    `\`${at.text}\` is not an operator of the language`,
    [{ span: at.span, text: "written in other languages" }],
    at.instead,
  );
}

export function chainedComparison(at: { readonly span: Span }): Diagnostic {
  return error(
    "PPL123",
    "comparisons do not chain",
    [{ span: at.span, text: "this would compare 0 or 1 with what follows" }],
    "write `a < b && b < c`",
  );
}

export function callWithoutParentheses(at: {
  readonly span: Span;
  readonly callee: string;
  readonly found: string;
}): Diagnostic {
  return error(
    "PPL124",
    `\`${at.callee}\` lacks its arguments in parentheses`,
    [{ span: at.span, text: `expected \`(\` here, found ${at.found}` }],
    `write \`${at.callee}(...)\``,
  );
}

export function notACall(at: { readonly span: Span; readonly found: string }): Diagnostic {
  return error(
    "PPL125",
    `${at.found} is not a distribution or a network`,
    [{ span: at.span, text: "expected a call, `normal(0, 1)` for example" }],
    "name a family and give its arguments",
  );
}

export function colonForRange(at: { readonly span: Span }): Diagnostic {
  return error(
    "PPL131",
    "a range is written with `..`",
    [{ span: at.span, text: "`:` alone stands for a whole axis" }],
    "write `x[a..b]`, which stops before b",
  );
}

export function danglingComma(at: { readonly span: Span; readonly closer: string }): Diagnostic {
  return error(
    "PPL132",
    `nothing stands between \`,\` and \`${at.closer}\``,
    [{ span: at.span, text: "expected an expression here" }],
    "remove the comma",
  );
}
