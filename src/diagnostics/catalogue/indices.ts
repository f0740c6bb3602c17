import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label, plural } from "./make.ts";
import { shapeLabel, type Part } from "./types.ts";

// Codes PPL306 to PPL311 and PPL331: indices, slices and plates.

export function plateOfOtherSize(at: {
  readonly span: Span;
  readonly index: string;
  readonly plate: Span;
  readonly plateSize: string | number;
  readonly target: string;
  readonly size: string | number;
}): Diagnostic {
  return error(
    "PPL306",
    `\`${at.index}\` does not run over the entries of \`${at.target}\``,
    [
      label(at.span, `\`${at.target}\` has size ${at.size} here`),
      label(at.plate, `\`${at.index}\` runs over ${at.plateSize}`),
    ],
    "two sizes are equal only if they are the same name or the same number",
  );
}

export function tooManyIndices(at: { readonly span: Span; readonly target: Part; readonly found: number }): Diagnostic {
  return error(
    "PPL307",
    `\`${at.target.text}\` has ${plural(at.target.shape.length, "axis", "axes")}, and ${at.found} ${at.found === 1 ? "is" : "are"} indexed`,
    [label(at.span, "indexed here"), shapeLabel(at.target)],
  );
}

export function elementAlready(at: {
  readonly span: Span;
  readonly text: string;
  readonly index: string;
  readonly plate: Span;
}): Diagnostic {
  return error(
    "PPL308",
    `inside its plate \`${at.text}\` is already the element for \`${at.index}\``,
    [label(at.span, "indexed once more"), label(at.plate, "its plate")],
    `write \`${at.text}\``,
  );
}

export function fractionalIndex(at: { readonly span: Span; readonly text: string }): Diagnostic {
  return error(
    "PPL309",
    "an index is a whole number",
    [label(at.span, `\`${at.text}\` is real`)],
    "declare it as `int`, or use `floor`",
  );
}

export function indexOutOfRange(at: {
  readonly span: Span;
  readonly text: string;
  readonly index: string;
  readonly size: string | number;
}): Diagnostic {
  return error(
    "PPL310",
    `there is no entry ${at.index} of \`${at.text}\``,
    [label(at.span, `this axis has size ${at.size}`)],
    typeof at.size === "number" ? `indices start at 0: the last entry is ${at.size - 1}` : "indices start at 0",
  );
}

export function twoGathers(at: { readonly first: Span; readonly second: Span }): Diagnostic {
  return error(
    "PPL311",
    "only one array of indices may stand inside one pair of brackets",
    [label(at.second, "the second array"), label(at.first, "the first array")],
    "index twice, `x[a][b]`, or use a plate",
  );
}

export function misplacedSlice(at: { readonly span: Span; readonly problem: string }): Diagnostic {
  return error("PPL331", at.problem, [label(at.span, "here")]);
}
