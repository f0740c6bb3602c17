/** How the mixture's weights stand in a bound: as the guide has learned them, or 1 / K each, in log q too. */
export type BoundWeights = "the guide's" | "uniform";

/** Over draws: the mean of log w, or the log of the mean of w. */
export type OverDraws = "mean of logs" | "log of mean";

/**
 * How a bound on log p(x) averages the matrix of log weights
 *
 *     log w[t, k] = log p(x, z) - log q(z),    z = z[t, k],    q the whole mixture,
 *
 * in nats: T draws (rows) of each of K components (columns), or of the mixture (one column). What a bound must not be
 * cannot be written down: a mean of logs over draws has no average over components inside its logarithm.
 */
export type BoundRule = {
  /** For people: in help and the manual. */
  readonly doc: string;
  readonly source: string;
  readonly weights: BoundWeights;
} & (
  | { readonly draws: "mixture"; readonly overDraws: OverDraws; readonly overComponents: "none" }
  | { readonly draws: "each component"; readonly overDraws: OverDraws; readonly overComponents: "outside" }
  | { readonly draws: "each component"; readonly overDraws: "log of mean"; readonly overComponents: "inside" }
);
