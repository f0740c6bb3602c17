import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label, warning } from "./make.ts";

// Codes PPL4xx: supports, bounds, and what the arguments of a distribution may be.

interface InDist {
  readonly span: Span;
  readonly text: string;
  readonly of: string;
  readonly argument: string;
  /** "a number above 0" */
  readonly needs: string;
}

export function outsideDomain(at: InDist & { readonly found: string }): Diagnostic {
  return error("PPL401", `\`${at.argument}\` of \`${at.of}\` is ${at.needs}`, [
    label(at.span, at.text === at.found ? `found ${at.found}` : `\`${at.text}\` is ${at.found}`),
  ]);
}

/** An expression whose range says that it may leave the domain for some values of the latents. */
export function mayLeaveDomain(at: InDist & { readonly found: string; readonly hint?: string }): Diagnostic {
  return warning(
    "PPL402",
    `\`${at.argument}\` of \`${at.of}\` is ${at.needs}, and \`${at.text}\` need not be`,
    [label(at.span, `as far as is known, ${at.found}`)],
    at.hint ?? "`exp(x)` and `softplus(x)` are above 0, `sigmoid(x)` is between 0 and 1",
  );
}

/** A latent or a param used directly where its own support does not fit. */
export function latentOutsideDomain(
  at: InDist & { readonly declared: Span | null; readonly found: string; readonly hint: string },
): Diagnostic {
  return error(
    "PPL403",
    `\`${at.argument}\` of \`${at.of}\` is ${at.needs}, and \`${at.text}\` is not confined to that`,
    [label(at.span, `\`${at.text}\` is ${at.found}`), ...(at.declared ? [label(at.declared, "declared here")] : [])],
    at.hint,
  );
}

export function observedOutside(at: {
  readonly span: Span;
  readonly text: string;
  readonly family: string;
  readonly support: string;
  readonly found: string;
}): Diagnostic {
  return error("PPL404", `\`${at.family}\` never produces such a value`, [
    label(at.span, `\`${at.text}\` is ${at.found}, and \`${at.family}\` gives ${at.support}`),
  ]);
}

export function boundTooWide(at: {
  readonly name: string;
  readonly type: Span;
  readonly declared: string;
  readonly dist: Span;
  readonly support: string;
}): Diagnostic {
  return error(
    "PPL405",
    `\`${at.name}\` is not confined to the range that its distribution has`,
    [label(at.type, `declared as ${at.declared}`), label(at.dist, `gives ${at.support}`)],
    "drop the bound: the distribution's own support is used then",
  );
}

export function boundDisjoint(at: {
  readonly name: string;
  readonly type: Span;
  readonly declared: string;
  readonly dist: Span;
  readonly support: string;
}): Diagnostic {
  return error("PPL406", `no value of this distribution satisfies the type of \`${at.name}\``, [
    label(at.type, `declared as ${at.declared}`),
    label(at.dist, `gives ${at.support}`),
  ]);
}

export function cannotTruncate(at: {
  readonly name: string;
  readonly type: Span;
  readonly dist: Span;
  readonly family: string;
  readonly because: string;
}): Diagnostic {
  return error(
    "PPL407",
    `\`${at.family}\` cannot be truncated to the declared bound`,
    [label(at.type, "narrower than the distribution's support"), label(at.dist, at.because)],
    `drop the bound of \`${at.name}\`, or choose a distribution with this support`,
  );
}

export function kindDiffers(at: {
  readonly name: string;
  readonly type: Span;
  readonly declared: string;
  readonly dist: Span;
  readonly gives: string;
  readonly hint: string | null;
}): Diagnostic {
  return error(
    "PPL408",
    `\`${at.name}\` is declared as ${at.declared}, and its distribution gives ${at.gives}`,
    [label(at.type, `declared as ${at.declared}`), label(at.dist, `gives ${at.gives}`)],
    at.hint,
  );
}

export function orderedNeedsDraws(at: {
  readonly name: string;
  readonly type: Span;
  readonly base: string;
  readonly dist: Span;
  readonly problem: string;
  readonly hint: string | null;
}): Diagnostic {
  return error(
    "PPL409",
    `\`${at.base}\` sorts independent draws of one distribution on the ${at.base === "ordered" ? "real line" : "positive numbers"}`,
    [label(at.dist, at.problem), label(at.type, `\`${at.name}\` is declared here`)],
    at.hint,
  );
}

export function emptyBounds(at: {
  readonly span: Span;
  readonly lower: string;
  readonly upper: string;
  readonly integer: boolean;
}): Diagnostic {
  return error(
    "PPL410",
    `no number lies in \`${at.lower}..${at.upper}\``,
    [label(at.span, "an empty range")],
    at.integer ? "ranges are half-open: `int<0..2>` holds 0 and 1" : null,
  );
}

export function initOutside(at: {
  readonly span: Span;
  readonly name: string;
  readonly text: string;
  readonly bounds: string;
}): Diagnostic {
  return error(
    "PPL411",
    `the starting value of \`${at.name}\` lies on or outside its bounds`,
    [label(at.span, `\`${at.text}\` is not strictly inside ${at.bounds}`)],
    "start somewhere inside",
  );
}

export function mayNotSumToOne(at: {
  readonly span: Span;
  readonly text: string;
  readonly of: string;
  readonly argument: string;
}): Diagnostic {
  return warning(
    "PPL412",
    `\`${at.argument}\` of \`${at.of}\` sums to 1, and nothing says that \`${at.text}\` does`,
    [label(at.span, "not known to sum to 1")],
    "use `softmax(...)`, a `simplex` or `dirichlet` latent, or the argument `logits`",
  );
}

export function mixtureSupports(at: {
  readonly first: Span;
  readonly odd: Span;
  readonly a: string;
  readonly b: string;
}): Diagnostic {
  return error("PPL413", "the components of a mixture have one support", [
    label(at.odd, `gives ${at.b}`),
    label(at.first, `gives ${at.a}`),
  ]);
}

/** A word where a distribution that is changed by another one should be. */
export function notADistribution(at: { readonly span: Span; readonly text: string; readonly of: string }): Diagnostic {
  return error(
    "PPL414",
    `\`${at.of}\` changes a distribution, and \`${at.text}\` is not one`,
    [label(at.span, "a distribution is expected here")],
    at.of === "zero_inflate" ? "write `zero_inflate(p, poisson(3))`" : `write \`${at.of}(normal(0, 1), low, high)\``,
  );
}

/** Vectors, matrices and improper densities cannot be truncated, censored or inflated. */
export function combinatorNeedsNumbers(at: {
  readonly span: Span;
  readonly of: string;
  readonly inner: string;
  readonly gives: string;
}): Diagnostic {
  return error("PPL415", `\`${at.of}\` changes a distribution of single numbers`, [
    label(at.span, `\`${at.inner}\` gives ${at.gives}`),
  ]);
}

/** A probability that is needed and cannot be computed. */
export function noMass(at: {
  readonly span: Span;
  readonly of: string;
  readonly dist: Span;
  readonly because: string;
}): Diagnostic {
  return error("PPL416", `\`${at.of}\` needs probabilities that cannot be computed`, [
    label(at.dist, at.because),
    label(at.span, "needed here"),
  ]);
}

/** Values with probabilities of their own among real numbers have no density that a guide could follow. */
export function mixedLatent(at: {
  readonly name: string;
  readonly span: Span;
  readonly dist: Span;
  readonly family: string;
}): Diagnostic {
  return error(
    "PPL417",
    `\`${at.name}\` would have a probability at single values and a density elsewhere`,
    [label(at.dist, `\`${at.family}\` puts probability on single values`)],
    `\`${at.family}\` is for \`observe\`; draw the value before it is changed instead`,
  );
}

/** A latent whose type its distribution does not tell, or for which there is none. */
export function needsType(at: {
  readonly name: string;
  readonly span: Span;
  readonly family: string;
  readonly gives: string;
  readonly hint: string;
}): Diagnostic {
  return error(
    "PPL418",
    `\`${at.name}\` cannot be drawn from \`${at.family}\` like this`,
    [label(at.span, `gives ${at.gives}`)],
    at.hint,
  );
}

export function observedFlat(at: { readonly span: Span; readonly dist: Span }): Diagnostic {
  return error("PPL419", "`flat` is a prior, not a distribution of data", [
    label(at.dist, "says nothing about the data"),
    label(at.span, "observed here"),
  ]);
}

/** The model's own constant is then arbitrary: two such models cannot be compared by their evidence. */
export function improperPrior(at: { readonly name: string; readonly dist: Span }): Diagnostic {
  return warning(
    "PPL420",
    `the prior of \`${at.name}\` is improper: the evidence is defined up to a constant`,
    [label(at.dist, "a density of 1 everywhere, which has no finite integral")],
    "compare evidences between models with the same improper priors only",
  );
}

export function mayNotIncrease(at: {
  readonly span: Span;
  readonly text: string;
  readonly of: string;
  readonly argument: string;
}): Diagnostic {
  return warning(
    "PPL421",
    `\`${at.argument}\` of \`${at.of}\` increases, and nothing says that \`${at.text}\` does`,
    [label(at.span, "not known to increase")],
    "declare it as `ordered[K]`",
  );
}

/** Bounds that move with latents, and may leave nothing between them for some of their values. */
export function boundsMayCross(at: {
  readonly name: string;
  readonly span: Span;
  readonly lower: string;
  readonly upper: string;
}): Diagnostic {
  return warning(
    "PPL422",
    `the bounds of \`${at.name}\` move, and nothing says that they do not cross`,
    [label(at.span, `\`${at.upper}\` may be below \`${at.lower}\`, as far as is known`)],
    "the density is not a number where they cross: bound the latents that they are made of",
  );
}
