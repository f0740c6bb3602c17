import type { Diagnostic } from "../diagnostic.ts";
import type { Span } from "../span.ts";
import { error, label, plural } from "./make.ts";

// Codes PPL630 to PPL639: entries of data that are missing.

/** An entry that is not there, in data that do not allow it. `type`: the type as declared. */
export function entryMissing(at: {
  readonly name: string;
  readonly span: Span;
  readonly entry: string;
  readonly type: string;
  /** Missing entries altogether. */
  readonly count: number;
  /** It stands on the left of an `observe`, where it may be missing. */
  readonly observed: boolean;
}): Diagnostic {
  const { name, entry, type, count } = at;
  return error(
    "PPL630",
    `\`${entry}\` is missing${count > 1 ? `, one of ${plural(count, "missing entry", "missing entries")}` : ""}`,
    [label(at.span, "declared with every entry there")],
    at.observed
      ? `declare \`data ${name}: ${type}?\`: what is missing then drops out of the likelihood`
      : "leave out these rows: only what is observed may be missing",
  );
}

/** A missing entry whose value is asked for. */
export function missingNeeded(at: { readonly entry: string; readonly name: string; readonly span: Span }): Diagnostic {
  return error(
    "PPL631",
    `\`${at.entry}\` is missing, and its value is needed`,
    [label(at.span, "used here, not on the left of `observe`")],
    `only what is observed may be missing: leave these rows out, or fill \`${at.name}\` in`,
  );
}

export function missingInPart(at: {
  readonly entry: string;
  readonly family: string;
  readonly observed: Span;
  readonly dist: Span;
}): Diagnostic {
  return error(
    "PPL632",
    `\`${at.entry}\` is missing in part`,
    [
      label(at.dist, `\`${at.family}\` gives whole vectors, and has no density of a part`),
      label(at.observed, "observed here"),
    ],
    "a vector is there or missing as a whole; only `multivariate_normal` allows parts",
  );
}

export function missingNotFollowed(at: {
  readonly span: Span;
  readonly name: string;
  /** What the entries pass through: "`matmul`". */
  readonly through: string;
}): Diagnostic {
  return error(
    "PPL633",
    `what is missing of \`${at.name}\` cannot be told behind ${at.through}`,
    [label(at.span, "on the left of `observe`")],
    `observe entries of \`${at.name}\`, or functions of each entry`,
  );
}

export function onlyDataMissing(at: { readonly span: Span; readonly what: string }): Diagnostic {
  return error("PPL634", `${at.what} is never missing`, [label(at.span, "`?` belongs to data")], "drop the `?`");
}
