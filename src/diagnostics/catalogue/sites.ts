import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label, shapeWords } from "./make.ts";
import type { Part, Shape } from "./types.ts";
import { shapeLabel, shapeOrNumber } from "./types.ts";

/** Shapes of distributions, and of what is sampled from them or observed: codes among the PPL3xx of `types.ts`. */

export function observedShape(at: {
  readonly value: Part;
  readonly dist: Part;
  readonly hint: string | null;
}): Diagnostic {
  return error(
    "PPL304",
    `\`${at.value.text}\` is observed with the wrong shape`,
    [
      label(at.value.span, `these data have ${shapeOrNumber(at.value.shape)}`),
      label(at.dist.span, `this distribution has ${shapeOrNumber(at.dist.shape)}`),
    ],
    at.hint ?? "an observation is never stretched: the two shapes must be the same",
  );
}

export function countedAgain(at: {
  readonly span: Span;
  readonly text: string;
  readonly plate: Span;
  readonly index: string;
  readonly size: string | number;
}): Diagnostic {
  return error(
    "PPL305",
    `\`${at.text}\` would be observed ${at.size} times`,
    [label(at.span, `the same for every \`${at.index}\``), label(at.plate, `repeated over \`${at.index}\``)],
    `write \`${at.text}[${at.index}]\` for the entry that belongs to \`${at.index}\`, or observe it outside the plate`,
  );
}

export function declaredShape(at: {
  readonly name: string;
  readonly type: Span;
  readonly declared: Shape;
  readonly dist: Part;
}): Diagnostic {
  return error(
    "PPL314",
    `\`${at.name}\` is declared with one shape and drawn with another`,
    [
      label(at.type, `declared with ${shapeOrNumber(at.declared)}`),
      label(at.dist.span, `this distribution has ${shapeOrNumber(at.dist.shape)}`),
    ],
    "a single number as an argument stretches to the declared shape; an array must have it",
  );
}

/** A latent without a type whose arguments were likely to be indexed by the plate it stands in. */
export function arrayForEach(at: {
  readonly name: string;
  readonly span: Span;
  readonly index: string;
  readonly plate: Span;
  readonly shape: Shape;
  readonly hint: string;
}): Diagnostic {
  const { name, index, shape, hint } = at;
  return error(
    "PPL336",
    `\`${name}\` would have ${shapeWords(shape)} for each \`${index}\``,
    [label(at.span, `\`${name}\` is drawn here`), label(at.plate, `once for each \`${index}\``)],
    `${hint}; if an array is meant, declare it, \`${name}: real[${shape.join(", ")}]\``,
  );
}

export function factorShape(at: Part): Diagnostic {
  return error(
    "PPL315",
    "`factor` adds a single number to the log density",
    [shapeLabel(at)],
    `write \`factor sum(${at.text})\``,
  );
}

export function parameterRank(at: {
  readonly of: string;
  readonly name: string;
  readonly value: Part;
  readonly expected: string;
}): Diagnostic {
  return error(
    "PPL316",
    `\`${at.name}\` of \`${at.of}\` is ${at.expected}`,
    [shapeLabel(at.value)],
    at.value.shape.length === 0 ? `\`rep(${at.value.text}, [K])\` makes an array of K of them` : null,
  );
}

export function parameterSizes(at: { readonly of: string; readonly a: Part; readonly b: Part }): Diagnostic {
  return error("PPL317", `the arguments of \`${at.of}\` disagree on its size`, [shapeLabel(at.b), shapeLabel(at.a)]);
}

export function observedReal(at: {
  readonly span: Span;
  readonly text: string;
  readonly family: string;
  readonly dist: Span;
}): Diagnostic {
  return error(
    "PPL321",
    `\`${at.family}\` produces whole numbers, and \`${at.text}\` is real`,
    [label(at.span, "these data are real"), label(at.dist, "this is discrete")],
    `declare the data as \`int\``,
  );
}

export function observedNotData(at: {
  readonly span: Span;
  readonly text: string;
  readonly on: string;
  readonly is: string;
  readonly declared: Span | null;
}): Diagnostic {
  return error(
    "PPL323",
    `\`${at.text}\` cannot be observed: ${at.text === at.on ? "it" : `\`${at.on}\``} is ${at.is}`,
    [
      label(at.span, "only data can be observed"),
      ...(at.declared ? [label(at.declared, `\`${at.on}\` is not known: it is declared here`)] : []),
    ],
    "the density of a transformed latent would need a Jacobian; to add a term of your own, use `factor`",
  );
}

export function mixtureWeights(at: { readonly span: Span; readonly problem: string }): Diagnostic {
  return error(
    "PPL324",
    at.problem,
    [label(at.span, "in this mixture")],
    "write `mixture(logits = w, normal(a, 1), normal(b, 1))`, or `mixture(logits = w, normal(m, 1))` with the components along the first axis of `m`",
  );
}

export function mixtureCount(at: {
  readonly weights: Part;
  readonly span: Span;
  readonly found: string | number;
}): Diagnostic {
  return error("PPL325", "a mixture has as many weights as components", [
    label(at.weights.span, `${shapeWords(at.weights.shape)} of weights`),
    label(at.span, `${at.found} components here`),
  ]);
}
