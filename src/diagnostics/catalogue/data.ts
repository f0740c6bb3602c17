import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { didYouMean, error, label, list, plural, warning } from "./make.ts";

// Codes PPL6xx: data that do not fit the model. Files that cannot be read are in tables.ts and files.ts.

interface Declared {
  readonly name: string;
  /** Where the model declares it. */
  readonly span: Span;
}

/** An entry of the data, in index notation: "y[3, 1]". */
interface Entry extends Declared {
  readonly entry: string;
}

export function missingData(
  at: Declared & { readonly there: readonly string[]; readonly suggestion: string | null },
): Diagnostic {
  const there = at.there.length > 0 ? `the data hold ${list(at.there)}` : "the data are empty";
  return error(
    "PPL601",
    `the data have no \`${at.name}\``,
    [label(at.span, "declared here")],
    at.suggestion === null ? there : `did you mean \`${at.suggestion}\`, which is there?`,
  );
}

export function unusedData(at: { readonly name: string; readonly suggestion: string | null }): Diagnostic {
  // prettier-ignore
  return {
    ...warning("PPL602", `the model does not use \`${at.name}\``, [], didYouMean(at.suggestion)),
    elsewhere: `data \`${at.name}\``,
  };
}

const axesWords = (rank: number): string =>
  rank === 0 ? "a single number" : rank === 1 ? "a list of numbers" : `an array with ${rank} axes`;

export function wrongRank(
  at: Declared & { readonly declared: string; readonly expected: number; readonly found: number },
): Diagnostic {
  return error(
    "PPL603",
    `\`${at.name}\` is ${axesWords(at.expected)}, and the data give ${axesWords(at.found)}`,
    [label(at.span, `declared as \`${at.declared}\``)],
    at.found === 1 && at.expected === 0
      ? "drop the brackets around the number"
      : at.found > at.expected && at.expected > 0
        ? `a part of it can be kept: \`--select '${at.name}=[${[...new Array<string>(at.expected).fill(":"), ...new Array<string>(at.found - at.expected).fill("0")].join(", ")}]'\``
        : null,
  );
}

export function raggedData(at: Entry & { readonly length: number; readonly expected: number }): Diagnostic {
  return error(
    "PPL604",
    `the rows of \`${at.name}\` differ in length`,
    [label(at.span, `\`${at.entry}\` has ${plural(at.length, "entry", "entries")}, the first row ${at.expected}`)],
    "an array is a full rectangle",
  );
}

export function sizesDisagree(at: {
  readonly size: string;
  readonly first: { readonly what: string; readonly value: number; readonly span: Span | null };
  readonly second: { readonly what: string; readonly value: number; readonly span: Span | null };
}): Diagnostic {
  const { size, first, second } = at;
  const places = [second, first].flatMap(({ what, value, span }) =>
    span ? [label(span, `${what} makes \`${size}\` ${value}`)] : [],
  );
  return error(
    "PPL605",
    `\`${size}\` is ${first.value} by ${first.what} and ${second.value} by ${second.what}`,
    places,
    "the same size name means the same number everywhere",
  );
}

export function wrongLength(
  at: Declared & {
    readonly axis: number;
    readonly size: string;
    readonly expected: number | null;
    readonly found: number;
  },
): Diagnostic {
  const expected = at.expected === null || String(at.expected) === at.size ? at.size : `${at.size} = ${at.expected}`;
  return error("PPL606", `axis ${at.axis} of \`${at.name}\` has ${at.found} entries, not ${expected}`, [
    label(at.span, `declared with size ${at.size}`),
  ]);
}

export function notWhole(at: Entry & { readonly value: number }): Diagnostic {
  return error(
    "PPL607",
    `\`${at.entry}\` is ${at.value}, and \`${at.name}\` holds whole numbers`,
    [label(at.span, "declared as `int`")],
    "declare it as `real`, or correct the data",
  );
}

export function outsideBound(
  at: Entry & {
    readonly value: number;
    readonly side: "below" | "above";
    readonly bound: number;
    readonly integer: boolean;
  },
): Diagnostic {
  const limit = at.side === "below" ? "lower" : "upper";
  const halfOpen = at.integer && at.side === "above";
  return error(
    "PPL608",
    `\`${at.entry}\` is ${at.value}, ${at.side} the ${limit} bound ${at.bound}`,
    [label(at.span, "the bound is declared here")],
    halfOpen ? `\`int<lo..hi>\` is half-open: the largest value here is ${at.bound}` : null,
  );
}

export function notFinite(at: Entry & { readonly value: number }): Diagnostic {
  return error("PPL609", `\`${at.entry}\` is ${at.value}`, [label(at.span, "data are finite numbers")]);
}

/** `found`: "the text \"abc\"", "nothing". */
export function notANumber(at: Entry & { readonly found: string }): Diagnostic {
  return error("PPL610", `\`${at.entry}\` is ${at.found}, not a number`, [label(at.span, "declared here")]);
}

/** Data that cannot be looked at: lists inside lists without end, a getter that throws, a shape that lies. */
export function dataUnreadable(at: Declared & { /** As a sentence. */ readonly why: string }): Diagnostic {
  return error(
    "PPL619",
    `\`${at.name}\` cannot be read: ${at.why}`,
    [label(at.span, "declared here")],
    "give a number, lists of numbers, a typed array, or `{ shape, values }`",
  );
}

export function observedImpossible(at: {
  readonly entry: string;
  readonly value: number;
  readonly family: string;
  /** "a whole number from 0 to 9" */
  readonly support: string;
  readonly observed: Span;
  readonly dist: Span;
}): Diagnostic {
  return error("PPL611", `\`${at.entry}\` is ${at.value}, which \`${at.family}\` never produces`, [
    label(at.dist, `this gives ${at.support}`),
    label(at.observed, "observed here"),
  ]);
}

/** Vectors and matrices with a rule of their own. `rule`: "sums to 1". */
export function breaksRule(
  at: Entry & { readonly base: string; readonly rule: string; readonly found: string },
): Diagnostic {
  return error("PPL612", `\`${at.entry}\` is not a \`${at.base}\``, [
    label(at.span, `a \`${at.base}\` ${at.rule}, and this ${at.found}`),
  ]);
}

export function indexOutside(at: {
  readonly span: Span;
  readonly text: string;
  readonly where: string;
  readonly value: number;
  readonly target: string;
  readonly size: number;
  /** The text is a slice, whose last entry is meant. */
  readonly slice: boolean;
}): Diagnostic {
  return error(
    "PPL613",
    `there is no entry ${at.value} of \`${at.target}\``,
    [
      label(
        at.span,
        `\`${at.text}\` ${at.slice ? "reads entry" : "is"} ${at.value}${at.where}, and this axis has size ${at.size}`,
      ),
    ],
    at.value === at.size && !at.slice
      ? "indices start at 0: subtract 1 from data that count from 1"
      : "indices start at 0",
  );
}

export function argumentImpossible(at: {
  readonly span: Span;
  readonly text: string;
  /** "-1 at n = 3" */
  readonly found: string;
  readonly of: string;
  readonly argument: string;
  readonly needs: string;
}): Diagnostic {
  return error("PPL614", `\`${at.argument}\` of \`${at.of}\` is ${at.needs}`, [
    label(at.span, `\`${at.text}\` is ${at.found}`),
  ]);
}

export function unknownSizeOption(at: {
  readonly name: string;
  readonly known: readonly string[];
  readonly suggestion: string | null;
}): Diagnostic {
  const known = at.known.length > 0 ? `the sizes are ${list(at.known)}` : "this model has no sizes";
  return {
    ...error("PPL615", `no size is called \`${at.name}\``, [], didYouMean(at.suggestion) ?? known),
    elsewhere: `size \`${at.name}\``,
  };
}

export function unresolvedSize(at: Declared & { readonly size: string }): Diagnostic {
  return error("PPL616", `the data do not tell \`${at.size}\``, [label(at.span, `only \`${at.size}\` is named here`)]);
}

export function negativeLength(at: {
  readonly span: Span | null;
  readonly size: string;
  readonly value: number;
}): Diagnostic {
  return error(
    "PPL617",
    `\`${at.size}\` is ${at.value}, and a size is at least 0`,
    at.span ? [label(at.span, "used here")] : [],
  );
}

export function nothingBetween(at: Declared & { readonly lower: number; readonly upper: number }): Diagnostic {
  return error("PPL618", `no value of \`${at.name}\` lies between ${at.lower} and ${at.upper}`, [
    label(at.span, "with these data its bounds are empty"),
  ]);
}
