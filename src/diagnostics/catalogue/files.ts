import type { Diagnostic } from "../diagnostic.ts";
import { suggest } from "../suggest.ts";
import { didYouMean, error, list, plural } from "./make.ts";

// Codes PPL640 to PPL659: data that are declared, read from files of arrays, cut and scaled.

/** No place in the model is to blame: `where` is a file, an entry of one, or an option. */
interface Where {
  readonly where: string;
}

const elsewhere = ({ where }: Where, code: Diagnostic["code"], message: string, hint: string | null): Diagnostic => ({
  ...error(code, message, [], hint),
  elsewhere: where,
});

/** A file whose name says IDX, and whose first bytes do not. */
export function notIdx(at: Where & { readonly why: string }): Diagnostic {
  return elsewhere(
    at,
    "PPL640",
    `this is not an IDX file: ${at.why}`,
    "such a file begins with two zero bytes, the kind of its numbers and how many axes they have",
  );
}

/** The header of an IDX file and what follows it disagree. */
export function idxLength(
  at: Where & {
    readonly shape: readonly number[];
    readonly kind: string;
    readonly expected: number;
    readonly found: number;
  },
): Diagnostic {
  const { shape, kind, expected, found } = at;
  const array = shape.length === 0 ? `one ${kind}` : `an array [${shape.join(", ")}] of ${kind}`;
  return elsewhere(
    at,
    "PPL641",
    `the header tells of ${array}, ${plural(expected, "byte")}, and ${found} follow`,
    found < expected
      ? "the file is cut short: fetch it again"
      : "the file is longer than its header says: fetch it again",
  );
}

export function damagedGzip(at: Where & { readonly why: string }): Diagnostic {
  return elsewhere(
    at,
    "PPL642",
    `this gzipped file is damaged: ${at.why}`,
    "fetch it again, or unpack it and name what comes out",
  );
}

/** An entry `{ "file": ... }` with a key that means nothing, or without its file. */
export function declarationKey(
  at: Where & {
    readonly name: string;
    /** Null where `file` is not there. */
    readonly key: string | null;
    readonly known: readonly string[];
  },
): Diagnostic {
  const { name, key, known } = at;
  const message =
    key === null ? `\`${name}\` names no file` : `\`${key}\` is not part of how \`${name}\` is read from a file`;
  const hint = key === null ? 'add `"file": "..."`' : `the keys are ${list(known)}`;
  return elsewhere(at, "PPL643", message, (key !== null && didYouMean(suggest(key, known))) || hint);
}

/** `needs`: "a text", "two lists of two numbers"; `found` as JSON. */
export function declarationValue(
  at: Where & {
    readonly name: string;
    readonly key: string;
    readonly needs: string;
    readonly found: string;
    readonly example: string;
  },
): Diagnostic {
  const { name, key, needs, found, example } = at;
  return elsewhere(
    at,
    "PPL644",
    `\`${key}\` of \`${name}\` is ${needs}, and this is \`${found}\``,
    `write \`${example}\``,
  );
}

export function selectionUnclear(at: Where & { readonly text: string; readonly why: string }): Diagnostic {
  return elsewhere(
    at,
    "PPL645",
    `\`${at.text}\` does not tell what to keep: ${at.why}`,
    "write an index, a range or `:` for each axis, such as `[0..1000, :, 14]`",
  );
}

export function selectionOutside(
  at: Where & {
    readonly name: string;
    readonly text: string;
    readonly shape: readonly number[];
    readonly why: string;
  },
): Diagnostic {
  const { name, text, shape, why } = at;
  const hint =
    shape.length === 0
      ? `\`${name}\` is a single number`
      : `\`${name}\` has shape [${shape.join(", ")}]; indices start at 0, and \`a..b\` ends before \`b\``;
  return elsewhere(at, "PPL646", `\`${text}\` does not fit \`${name}\`: ${why}`, hint);
}

/** A range of one point has no length to divide by. */
export function scaleOfOnePoint(at: Where & { readonly name: string; readonly value: number }): Diagnostic {
  return elsewhere(
    at,
    "PPL647",
    `\`${at.name}\` is scaled from the range ${at.value} to ${at.value}, which has no length`,
    "give two different numbers: what becomes the first and the second number of `to`",
  );
}

/** A file with several names, columns or entries, of which one is wanted. */
export function whichPart(
  at: Where & {
    readonly path: string;
    readonly what: "column" | "name";
    /** What was asked for by name; null where nothing was said. */
    readonly asked: string | null;
    readonly there: readonly string[];
    /** What to write: `"column": "age"`. Null on the command line. */
    readonly key: string | null;
  },
): Diagnostic {
  const { path, what, asked, there, key } = at;
  const message =
    asked === null
      ? `\`${path}\` holds several ${what}s, and it is not told which`
      : `\`${path}\` has no ${what} \`${asked}\``;
  const shown = there.slice(0, 8);
  const more = there.length > shown.length ? `, and ${there.length - shown.length} more` : "";
  const known = there.length === 0 ? "nothing in it has a name" : `there is ${list(shown)}${more}`;
  const close = didYouMean(asked === null ? null : suggest(asked, there));
  return elsewhere(at, "PPL648", message, close ?? (key === null ? known : `write ${key}: ${known}`));
}

/** `--select` or `--scale` with a name that the data do not have. */
export function notAmongData(at: Where & { readonly name: string; readonly there: readonly string[] }): Diagnostic {
  const { name, there } = at;
  const known = there.length === 0 ? "there are no data: give some with `--data`" : `the data hold ${list(there)}`;
  return elsewhere(at, "PPL649", `the data have no \`${name}\``, didYouMean(suggest(name, there)) ?? known);
}

/** What is to be cut or scaled is not a full array of numbers. */
export function notAnArray(at: Where & { readonly name: string; readonly why: string }): Diagnostic {
  return elsewhere(
    at,
    "PPL650",
    `\`${at.name}\` is not an array of numbers: ${at.why}`,
    "only a number, or lists of equal length, can be cut and scaled",
  );
}

/** A file that is one array, where data by name are wanted. */
export function namesNeeded(at: Where & { readonly path: string }): Diagnostic {
  return elsewhere(
    at,
    "PPL651",
    "this file is one array, without a name",
    `write \`--data NAME=${at.path}\`, with the name that the model gives it`,
  );
}

/** Files in turn: an entry of a JSON file that is itself declared. */
export function declaredTwice(
  at: Where & { readonly path: string; readonly name: string; readonly file: string },
): Diagnostic {
  return elsewhere(
    at,
    "PPL652",
    `\`${at.name}\` of \`${at.path}\` is read from another file in turn`,
    `name that file, \`${at.file}\`, here`,
  );
}

/** A file, or a stream, that goes beyond what is read. */
export function tooLarge(
  at: Where & { /** The bound that it goes beyond, as a sentence. */ readonly why: string },
): Diagnostic {
  return elsewhere(
    at,
    "PPL653",
    `this is larger than what is read: ${at.why}`,
    "the bounds stand in docs/data.md: keep large arrays in CSV or IDX files, and leave out what the model does not read",
  );
}
