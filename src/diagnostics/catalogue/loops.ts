import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label } from "./make.ts";
import { shapeLabel, type Part } from "./types.ts";

// Codes PPL340 to PPL359: `for`, and arrays that are filled entry by entry. `fun` has its own file, functions.ts.

type Size = number | string;

/** How an array is filled: by `x[t] = ...`, or by `sample x[t] ~ ...`. */
type Means = "assigned" | "sampled";

/** "entry 3", "entries 2..N" (half-open) */
function entries(array: string, from: Size, end: Size): string {
  const one = typeof from === "number" && typeof end === "number" && end === from + 1;
  return one ? `\`${array}[${from}]\`` : `\`${array}[${from}..${end}]\``;
}

export function notFilled(at: {
  readonly span: Span;
  readonly array: string;
  readonly from: Size;
  readonly end: Size;
  readonly sampled: boolean;
}): Diagnostic {
  const { array, from, end } = at;
  const [first, turn] = at.sampled
    ? [`sample ${array}[0] ~ ...`, `sample ${array}[t] ~ ...`]
    : [`${array}[0] = ...`, `${array}[t] = ...`];
  const means = at.sampled ? "sampled" : "assigned";
  return error(
    "PPL340",
    `${entries(array, from, end)} is never ${means}`,
    [label(at.span, `\`${array}\` has ${end} entries`)],
    `each entry is ${means} once: \`${first}\`, then \`for t in 1..${end} { ${turn} }\``,
  );
}

export function assignedTwice(at: {
  readonly span: Span;
  readonly array: string;
  readonly from: Size;
  readonly end: Size;
  readonly before: Span;
  readonly means: Means;
}): Diagnostic {
  return error(
    "PPL341",
    `${entries(at.array, at.from, at.end)} is ${at.means} twice`,
    [label(at.span, `${at.means} again here`), label(at.before, `${at.means} here already`)],
    `each entry is ${at.means} once`,
  );
}

export function skippedEntries(at: {
  readonly span: Span;
  readonly array: string;
  readonly from: Size;
  readonly end: Size;
  readonly declared: Span;
  readonly means: Means;
}): Diagnostic {
  return error(
    "PPL342",
    `${entries(at.array, at.from, at.end)} is not ${at.means} before this`,
    [label(at.span, `fills from ${at.end} on`), label(at.declared, "declared here")],
    `entries are ${at.means} in order, from the first to the last`,
  );
}

export function pastTheEnd(at: {
  readonly span: Span;
  readonly array: string;
  readonly end: Size;
  readonly size: Size;
  readonly declared: Span;
}): Diagnostic {
  return error("PPL343", `\`${at.array}\` has ${at.size} entries, and this fills ${at.end}`, [
    label(at.span, "fills past the end"),
    label(at.declared, "declared here"),
  ]);
}

export function readEarly(at: {
  readonly span: Span;
  readonly array: string;
  readonly text: string;
  readonly because: string;
  readonly declared: Span;
}): Diagnostic {
  return error(
    "PPL344",
    `\`${at.text}\` is read before it is assigned`,
    [label(at.span, at.because), label(at.declared, `\`${at.array}\` is declared here`)],
    "a turn may read what turns before it have assigned, and what it has assigned itself above",
  );
}

export function readWhole(at: { readonly span: Span; readonly array: string; readonly declared: Span }): Diagnostic {
  return error(
    "PPL345",
    `\`${at.array}\` is read before it is filled`,
    [label(at.span, "read here"), label(at.declared, "declared here, without a value")],
    `inside the \`for\` that fills it, its entries are \`${at.array}[t - 1]\` and the like; the whole array is there after it`,
  );
}

export function readIndex(at: {
  readonly span: Span;
  readonly array: string;
  readonly index: string | null;
}): Diagnostic {
  const hint =
    at.index === null
      ? `write a number, as in \`${at.array}[0]\``
      : `write \`${at.array}[${at.index} - 1]\`, or a number`;
  return error(
    "PPL346",
    `an entry of \`${at.array}\` is read at a fixed distance from the one that is filled`,
    [label(at.span, "this is somewhere else in each turn")],
    hint,
  );
}

export function assignedIndex(at: {
  readonly span: Span;
  readonly array: string;
  readonly index: string | null;
}): Diagnostic {
  const where = at.index === null ? `a number, as in \`${at.array}[0]\`` : `\`${at.array}[${at.index}]\``;
  return error(
    "PPL347",
    `\`${at.array}\` is assigned one entry at a time`,
    [label(at.span, "not the place of one entry")],
    `write ${where}; an entry with axes of its own is assigned whole`,
  );
}

export function notAnArray(at: {
  readonly span: Span;
  readonly name: string;
  readonly declared: Span | null;
  readonly means: Means;
}): Diagnostic {
  return error(
    "PPL348",
    at.means === "assigned" ? `\`${at.name}\` cannot be assigned to` : `entries of \`${at.name}\` cannot be sampled`,
    [label(at.span, `${at.means} here`), ...(at.declared ? [label(at.declared, "its value comes from here")] : [])],
    `an array that is filled is declared by \`let ${at.name}: real[T]\``,
  );
}

export function entryShape(at: {
  readonly value: Part;
  readonly array: string;
  readonly entry: readonly Size[];
  readonly declared: Span;
}): Diagnostic {
  const entry = at.entry.length === 0 ? "a single number" : `an array [${at.entry.join(", ")}]`;
  return error("PPL349", `an entry of \`${at.array}\` is ${entry}`, [
    shapeLabel(at.value),
    label(at.declared, "declared here"),
  ]);
}

export function otherPlates(at: { readonly span: Span; readonly array: string; readonly declared: Span }): Diagnostic {
  return error(
    "PPL350",
    `\`${at.array}\` is filled in the plates in which it is declared`,
    [label(at.span, "filled here"), label(at.declared, "declared here")],
    "declare it beside the `for`",
  );
}

export function notInLoop(at: {
  readonly span: Span;
  readonly what: string;
  readonly loop: Span;
  readonly hint: string;
}): Diagnostic {
  return error(
    "PPL351",
    `${at.what} cannot stand inside a \`for\``,
    [label(at.span, "here"), label(at.loop, "the `for`")],
    at.hint,
  );
}

export function backwardRange(at: { readonly span: Span; readonly from: Size; readonly to: Size }): Diagnostic {
  return error(
    "PPL352",
    `a range ends after it begins, and ${at.from}..${at.to} does not`,
    [label(at.span, "no turns")],
    "ranges are half-open: `for t in 1..T` ends with `T - 1`",
  );
}

export function filledType(at: { readonly span: Span; readonly type: string }): Diagnostic {
  return error(
    "PPL353",
    "an array that is filled is `real`, without bounds",
    [label(at.span, `this is \`${at.type}\``)],
    "its entries are what is assigned to them: bounds belong to the values they come from, or to entries that are sampled",
  );
}

export function mixedFilling(at: {
  readonly span: Span;
  readonly array: string;
  readonly means: Means;
  readonly begun: Span;
}): Diagnostic {
  const other = at.means === "sampled" ? "assigned" : "sampled";
  return error(
    "PPL355",
    `the entries of \`${at.array}\` are all assigned, or all sampled`,
    [label(at.span, `${at.means} here`), label(at.begun, `${other} here`)],
    "make the entries that are sampled an array of their own, and use both where they meet",
  );
}

export function entriesBound(at: {
  readonly span: Span;
  readonly array: string;
  readonly declared: Span;
  /** The first entry's distribution, where it has other bounds; null where these move from entry to entry. */
  readonly first: Span | null;
}): Diagnostic {
  return error(
    "PPL356",
    `the entries of \`${at.array}\` do not all have the same bounds`,
    at.first
      ? [label(at.span, "other bounds"), label(at.first, "those of the first entries")]
      : [label(at.span, "its bounds change from entry to entry"), label(at.declared, "one type for all entries")],
    at.first
      ? `declare them, as in \`let ${at.array}: real<0..>[T]\`: every distribution is then truncated to them`
      : "sample numbers between fixed bounds, and scale them in a `let`",
  );
}

export function sequenceType(at: {
  readonly span: Span;
  readonly array: string;
  readonly gives: string;
  readonly declared: Span;
}): Diagnostic {
  return error(
    "PPL357",
    `the entries of \`${at.array}\` are real numbers`,
    [label(at.span, `this gives ${at.gives}`), label(at.declared, "declared here")],
    "states that follow one another are one site: `sample z ~ markov(initial, transition, T)`",
  );
}

export function letShape(at: {
  readonly name: string;
  readonly type: Span;
  readonly declared: readonly Size[];
  readonly value: Part;
}): Diagnostic {
  return error("PPL354", `\`${at.name}\` does not have its declared shape`, [
    label(at.type, `declared [${at.declared.join(", ")}]`),
    shapeLabel(at.value),
  ]);
}
