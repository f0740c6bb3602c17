import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error } from "./make.ts";

/** What can be wrong with a written type, or with the head of a plate or a `for`. Codes PPL126 to PPL130. */

/** Names of types elsewhere, and the type here. */
const types: { readonly [word: string]: string } = {
  float: "`real`",
  double: "`real`",
  number: "`real`",
  vector: "`real[N]`",
  row_vector: "`real[N]`",
  matrix: "`real[N, M]`",
  array: "`real[N]`",
  integer: "`int`",
  bool: "`int<0..2>`",
  boolean: "`int<0..2>`",
  cholesky_factor_corr: "`cholesky_corr[K]`",
  covariance: "`cov_matrix[K]`",
};

export function unknownType(at: {
  readonly span: Span;
  readonly found: string;
  readonly word: string;
  readonly suggestion: string | null;
}): Diagnostic {
  const known = Object.hasOwn(types, at.word) ? types[at.word] : undefined;
  const suggestion = at.suggestion === null ? undefined : `did you mean \`${at.suggestion}\`?`;
  return error(
    "PPL126",
    `${at.found} is not a type`,
    [{ span: at.span, text: "expected a type here" }],
    known === undefined
      ? (suggestion ??
          "types are `real`, `int`, `simplex`, `ordered`, `positive_ordered`, `cholesky_corr` and `cov_matrix`")
      : `write ${known}`,
  );
}

export function rangeNeeded(at: { readonly span: Span; readonly index: string }): Diagnostic {
  return error(
    "PPL127",
    "`for` needs a range with two ends",
    [{ span: at.span, text: "expected `..` here" }],
    `write \`for ${at.index} in 0..T { ... }\`, which stops before T`,
  );
}

export function sizeNeeded(at: { readonly span: Span; readonly index: string }): Diagnostic {
  return error(
    "PPL128",
    "`plate` takes a size, not a range",
    [{ span: at.span, text: "a range here" }],
    `write \`plate ${at.index} in N { ... }\`, which counts from 0 to N - 1`,
  );
}

export function bracesNeeded(at: { readonly span: Span; readonly found: string }): Diagnostic {
  return error(
    "PPL129",
    `expected \`{\`, found ${at.found}`,
    [{ span: at.span, text: "the body goes between `{` and `}`" }],
    "write `{ ... }`",
  );
}

export function boundForm(at: { readonly span: Span; readonly found: string }): Diagnostic {
  return error(
    "PPL130",
    `${at.found} does not belong in a bound`,
    [{ span: at.span, text: "a bound reads `<lower..upper>`" }],
    "write `real<0..1>`, or `real<0..>` with one end open",
  );
}
