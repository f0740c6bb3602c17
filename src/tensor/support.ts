/**
 * A bound of an interval: a number, open (null), the value of a family's parameter, or the number of entries on the
 * last axis of a parameter, one less (the largest category) or as it is (the largest of the grades between cutpoints).
 */
export type FamilyBound =
  number | null | { readonly parameter: string } | { readonly lastIndexOf: string } | { readonly lengthOf: string };

/** The parameter whose entries a bound counts, and how much less than their number it is. */
export function tableBound(bound: Extract<FamilyBound, { lastIndexOf: string } | { lengthOf: string }>): {
  readonly table: string;
  readonly less: 0 | 1;
} {
  return "lastIndexOf" in bound ? { table: bound.lastIndexOf, less: 1 } : { table: bound.lengthOf, less: 0 };
}

/** The set of values a family can produce. Intervals hold per scalar; the others hold for a whole event. */
export type FamilySupport =
  | {
      readonly kind: "interval";
      readonly lower: FamilyBound;
      readonly upper: FamilyBound;
      /** Whole numbers only. */
      readonly integer: boolean;
    }
  | { readonly kind: "simplex" }
  /** Whole numbers of at least 0 that sum to the parameter `total`. */
  | { readonly kind: "counts"; readonly total: string }
  | { readonly kind: "cholesky_corr" };

/** A set of values with a known bijection from real numbers: what a latent or a param ranges over. */
export type SupportKind = "interval" | "simplex" | "ordered" | "positive_ordered" | "cholesky_corr" | "cov_matrix";

/** What a parameter of a family must satisfy; checked by interval arithmetic and on data. */
export type Domain =
  "real" | "positive" | "nonnegative" | "unit" | "simplex" | "increasing" | "count" | "positive_definite" | "cholesky";

/** In words, for messages: "a number above 0". */
export const domainWords: { readonly [K in Domain]: string } = {
  real: "a real number",
  positive: "a number above 0",
  nonnegative: "a number of at least 0",
  unit: "a number between 0 and 1",
  simplex: "numbers of at least 0 that sum to 1",
  increasing: "numbers each larger than the one before",
  count: "a whole number of at least 0",
  positive_definite: "a symmetric positive definite matrix",
  cholesky: "a lower triangular matrix with a positive diagonal",
};
