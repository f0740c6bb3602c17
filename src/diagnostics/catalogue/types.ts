import type { Diagnostic, Label } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label, plural, shapeWords } from "./make.ts";

// Codes PPL3xx: shapes, sizes, indices, whole numbers, and what may depend on what.

/** Sizes as they are told: numbers, or the names of sizes. */
export type Shape = readonly (number | string)[];

/** An expression as messages speak of it. */
export interface Part {
  readonly span: Span;
  readonly text: string;
  readonly shape: Shape;
}

export const shapeLabel = ({ span, text, shape }: Part): Label =>
  label(span, `\`${text}\` ${shape.length === 0 ? "is a single number" : `has ${shapeWords(shape)}`}`);

/** Two arrays that meet with different shapes. */
export function shapesDiffer(at: {
  readonly what: string;
  readonly a: Part;
  readonly b: Part;
  readonly hint?: string | null;
}): Diagnostic {
  return error(
    "PPL301",
    `${at.what} needs arrays of equal shape`,
    [shapeLabel(at.b), shapeLabel(at.a)],
    at.hint ?? "stretch one on purpose with `rep(x, [dims])`, or index it",
  );
}

/** An argument that a function cannot take. */
export function wrongArgument(at: {
  readonly fn: string;
  readonly span: Span;
  readonly expected: string;
  readonly found: string;
  readonly signature: string;
}): Diagnostic {
  return error(
    "PPL302",
    `\`${at.fn}\` takes ${at.expected} here`,
    [label(at.span, `this is ${at.found}`)],
    `it is written \`${at.signature}\``,
  );
}

export function wrongCount(at: {
  readonly fn: string;
  readonly span: Span;
  readonly found: number;
  readonly signature: string;
}): Diagnostic {
  return error(
    "PPL303",
    `\`${at.fn}\` does not take ${plural(at.found, "argument")}`,
    [label(at.span, `${plural(at.found, "argument")} here`)],
    `it is written \`${at.signature}\``,
  );
}

/** `shape [N, 2]`, or that it is a single number. */
export const shapeOrNumber = (shape: Shape): string =>
  shape.length === 0 ? "shape [] (a single number)" : shapeWords(shape);

export function notASize(at: { readonly span: Span; readonly text: string }): Diagnostic {
  return error("PPL312", `\`${at.text}\` is not a size`, [
    label(at.span, "expected a whole number, a size name, or a sum of them"),
  ]);
}

export function negativeSize(at: { readonly span: Span; readonly size: number }): Diagnostic {
  return error("PPL313", `a size is at least 0, and this is ${at.size}`, [label(at.span, "here")]);
}

export function netInput(at: {
  readonly net: string;
  readonly input: readonly number[];
  readonly declared: Span;
  readonly arg: Part;
}): Diagnostic {
  const [width, ...more] = at.input;
  const flat = width !== undefined && more.length === 0;
  return error("PPL318", `\`${at.net}\` reads ${flat ? plural(width, "number") : shapeWords(at.input)}`, [
    shapeLabel(at.arg),
    label(at.declared, flat ? `its first layer has width ${width}` : "its input is declared here"),
  ]);
}

/** How networks are written. */
const networkForms = {
  mlp: "write `mlp(2, 100, 10, activation = relu)`: input width, hidden widths, output width",
  sequential:
    "write `sequential(2, dense(100), relu, dense(10))`: the shape of the input, `2` or `[28, 28]`, then layers",
  encoder: "write `sequential(dense(100), relu)`: layers alone, since they read the data",
  layer: null,
};
export type NetworkForm = keyof typeof networkForms;

export function netDefinition(at: {
  readonly span: Span;
  readonly problem: string;
  readonly of: NetworkForm;
}): Diagnostic {
  return error("PPL319", at.problem, [label(at.span, "here")], networkForms[at.of]);
}

/** A layer that cannot read what the one before it gives, in its own words. */
export function layerMisfit(at: { readonly span: Span; readonly problem: string }): Diagnostic {
  return error("PPL319", at.problem, [label(at.span, "here")]);
}

export function raggedArray(at: { readonly first: Part; readonly odd: Part }): Diagnostic {
  return error("PPL320", "the entries of an array have equal shapes", [shapeLabel(at.odd), shapeLabel(at.first)]);
}

/** `what`: "`const sigma`"; `needs`: what it may be made of. */
export function mayNotDepend(at: {
  readonly span: Span;
  readonly what: string;
  readonly on: string;
  readonly is: string;
  readonly declared: Span | null;
  readonly needs: string;
  readonly hint?: string;
}): Diagnostic {
  return error(
    "PPL322",
    `${at.what} is made of ${at.needs}, and \`${at.on}\` is ${at.is}`,
    [
      label(at.span, `depends on \`${at.on}\``),
      ...(at.declared ? [label(at.declared, `\`${at.on}\` is declared here`)] : []),
    ],
    at.hint,
  );
}

export function typeDims(at: { readonly span: Span; readonly base: string }): Diagnostic {
  return error("PPL326", `\`${at.base}\` needs a size`, [label(at.span, `write \`${at.base}[K]\``)]);
}

export function boundsOnBase(at: { readonly span: Span; readonly base: string }): Diagnostic {
  return error(
    "PPL327",
    `\`${at.base}\` takes no bounds`,
    [label(at.span, "its support is fixed")],
    "bounds belong to `real` and `int`",
  );
}

export function boundShape(at: Part): Diagnostic {
  return error("PPL328", "a bound is a single number", [shapeLabel(at)]);
}

export function missingInit(at: { readonly span: Span; readonly name: string }): Diagnostic {
  return error(
    "PPL329",
    `\`param ${at.name}\` needs a starting value`,
    [label(at.span, "none is given")],
    "write `= 0` at its end, or `= normal(0, 1)` for a random start",
  );
}

export function guideSetting(at: {
  readonly span: Span;
  readonly problem: string;
  readonly hint?: string;
}): Diagnostic {
  return error("PPL330", at.problem, [label(at.span, "here")], at.hint);
}

export function initShape(at: {
  readonly name: string;
  readonly type: Span;
  readonly declared: Shape;
  readonly init: Part;
}): Diagnostic {
  return error("PPL332", `the starting value of \`${at.name}\` does not fit its type`, [
    shapeLabel(at.init),
    label(at.type, `declared with ${shapeOrNumber(at.declared)}`),
  ]);
}

export function emptyArray(at: { readonly span: Span }): Diagnostic {
  return error(
    "PPL333",
    "an array has at least one entry",
    [label(at.span, "empty")],
    "`zeros([0])` is an empty array",
  );
}

export function namedInFunction(at: {
  readonly span: Span;
  readonly fn: string;
  readonly signature: string;
}): Diagnostic {
  return error(
    "PPL334",
    `the arguments of \`${at.fn}\` have no names`,
    [label(at.span, "named here")],
    `it is written \`${at.signature}\``,
  );
}
