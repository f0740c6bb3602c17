import { tableBound, type FamilyBound } from "../tensor/support.ts";
import type { Family, Plain } from "./family.ts";
import { givenName, SIMPLEX_TOLERANCE } from "./support.ts";

/** Plain arguments by name; of a group of alternatives, only the one that was given. */
export type PlainArguments = Readonly<Record<string, Plain>>;

/**
 * Whether one number can come from the family with these arguments: for vectors, as one of its entries.
 * Agrees with `maskedLogDensity` being above -Infinity, except where a density is 0 inside its support.
 */
export function supportPredicate(family: Family, args: PlainArguments): (x: number) => boolean {
  const { support } = family;
  if (support.kind === "simplex") return (x) => x >= 0 && x <= 1 + SIMPLEX_TOLERANCE;
  if (support.kind === "counts") return (x) => x >= 0 && Number.isInteger(x);
  if (support.kind === "cholesky_corr") return (x) => x >= -1 && x <= 1;
  const { lower, upper } = plainBounds(family, args);
  const { integer } = support;
  return (x) =>
    Number.isFinite(x) &&
    (lower === null || x >= lower) &&
    (upper === null || x <= upper) &&
    (!integer || Number.isInteger(x));
}

/** Whether a whole event, one number or the entries of a vector or matrix, can come from the family with these arguments. */
export function insideSupport(family: Family, args: PlainArguments, event: ArrayLike<number>): boolean {
  const entries = Array.from(event);
  if (!entries.every(supportPredicate(family, args))) return false;
  const sum = entries.reduce((total, x) => total + x, 0);
  switch (family.support.kind) {
    case "interval":
      return true;
    case "simplex":
      return Math.abs(sum - 1) <= SIMPLEX_TOLERANCE;
    case "counts":
      return sum === args[family.support.total];
    case "cholesky_corr":
      return isCorrelationFactor(entries);
  }
}

/** Lower triangular, with a positive diagonal and rows of length 1. */
function isCorrelationFactor(entries: readonly number[]): boolean {
  const size = Math.sqrt(entries.length);
  return Array.from({ length: size }, (_, i) => entries.slice(i * size, (i + 1) * size)).every(
    (row, i) =>
      (row[i] ?? 0) > 0 &&
      row.slice(i + 1).every((x) => x === 0) &&
      Math.abs(Math.hypot(...row) - 1) <= SIMPLEX_TOLERANCE,
  );
}

/** What `family` produces, in words for messages: "a whole number from 0 to `n`". */
export function supportWords(family: Family): string {
  const { support } = family;
  if (support.kind === "simplex") return "numbers of at least 0 that sum to 1";
  if (support.kind === "counts") return `whole numbers of at least 0 that sum to \`${support.total}\``;
  if (support.kind === "cholesky_corr") return "the Cholesky factor of a correlation matrix";
  if (support.integer && family.eventRank === 1 && support.lower !== null && support.upper !== null)
    return `whole numbers from ${boundWords(support.lower)} to ${boundWords(support.upper)}`;
  const kind = support.integer ? "whole number" : family.eventRank === 1 ? "vector of real numbers" : "number";
  const { lower, upper } = support;
  if (lower !== null && upper !== null) return `a ${kind} from ${boundWords(lower)} to ${boundWords(upper)}`;
  if (lower !== null) return `a ${kind} of at least ${boundWords(lower)}`;
  if (upper !== null) return `a ${kind} of at most ${boundWords(upper)}`;
  return kind === "number" ? "a real number" : `a ${kind}`;
}

/** The ends of the family's interval with these arguments, null where it has none. */
export function plainBounds(
  family: Family,
  args: PlainArguments,
): { readonly lower: number | null; readonly upper: number | null } {
  const { support } = family;
  if (support.kind !== "interval") return { lower: null, upper: null };
  return {
    lower: plainBound(family, support.lower, args),
    upper: plainBound(family, support.upper, args),
  };
}

function plainBound(family: Family, bound: FamilyBound, args: PlainArguments): number | null {
  if (bound === null || typeof bound === "number") return bound;
  if ("parameter" in bound) return args[bound.parameter] as number;
  const { table, less } = tableBound(bound);
  return (args[givenName(family, table, args)] as Float64Array).length - less;
}

function boundWords(bound: Exclude<FamilyBound, null>): string {
  if (typeof bound === "number") return Math.abs(bound) === Math.PI ? `${bound < 0 ? "-" : ""}pi` : String(bound);
  if ("parameter" in bound) return `\`${bound.parameter}\``;
  const { table, less } = tableBound(bound);
  return `the number of entries of \`${table}\`${less ? " less one" : ""}`;
}
