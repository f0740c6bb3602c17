/** The generalised Pareto distribution function 1 - (1 + k x / sigma)^(-1/k), x >= 0; k > 0 is a heavy tail. */
export interface ParetoFit {
  readonly k: number;
  readonly sigma: number;
}

/** Fewer exceedances than this say nothing about a tail (Vehtari et al. 2024). */
const FEWEST = 5;
/** Log weights closer than this are equal but for rounding. */
const EQUAL = 1e-10;

/**
 * Fits a generalised Pareto distribution to exceedances: positive numbers in ascending order, at least five.
 *
 * The profile posterior mean of Zhang & Stephens (2009), with k drawn towards 1/2 by a prior worth ten observations
 * (Vehtari et al. 2024, appendix G); the standard error of k for n exceedances is about (1 + k) / sqrt(n).
 */
export function fitPareto(exceedances: Float64Array): ParetoFit {
  const n = exceedances.length;
  const grid = 30 + Math.floor(Math.sqrt(n));
  const quarter = exceedances[Math.floor(n / 4 + 0.5) - 1]!;
  const largest = exceedances[n - 1]!;
  const kOf = (theta: number): number => {
    let total = 0;
    for (const x of exceedances) total += Math.log1p(-theta * x);
    return total / n;
  };
  const thetas = Array.from(
    { length: grid },
    (_, j) => 1 / largest + (1 - Math.sqrt(grid / (j + 0.5))) / (3 * quarter),
  );
  const logLikelihoods = thetas.map((theta) => {
    const k = kOf(theta);
    return n * (Math.log(-theta / k) - k - 1);
  });
  const best = Math.max(...logLikelihoods);
  const weighted = logLikelihoods.map((value, j) => ({ weight: Math.exp(value - best), theta: thetas[j]! }));
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const theta = weighted.reduce((sum, { weight, theta: value }) => sum + (value * weight) / total, 0);
  const k = kOf(theta);
  return { k: (k * n + 0.5 * 10) / (n + 10), sigma: -k / theta };
}

/** The p-quantile of a generalised Pareto distribution. */
export function paretoQuantile(p: number, { k, sigma }: ParetoFit): number {
  const e = -Math.log1p(-p);
  return k === 0 ? sigma * e : (sigma * Math.expm1(k * e)) / k;
}

/**
 * Pareto k-hat of importance weights: below 0.7 their averages can be trusted, above it not.
 *
 * Infinity when the tail cannot be judged: fewer than 25 weights, fewer than five distinct in the tail, or a log
 * weight that is NaN or +Infinity. -Infinity when the weights of the tail are all equal.
 */
export function paretoK(logWeights: ArrayLike<number>): number {
  return paretoSmooth(logWeights).k;
}

/**
 * Pareto-smoothed importance weights: the largest min(S / 5, 3 sqrt(S)) of S weights are replaced by quantiles of
 * the generalised Pareto distribution fitted to them, in their order and never above the largest raw weight.
 *
 * The input is unchanged and not normalised; neither is the result, which keeps its order and scale. Where `k` is
 * not finite (see `paretoK`), the weights come back as they are. Vehtari et al. (2024), algorithm 1.
 */
export function paretoSmooth(logWeights: ArrayLike<number>): {
  readonly logWeights: Float64Array;
  readonly k: number;
} {
  const raw = Float64Array.from(logWeights);
  const size = raw.length;
  const tailSize = Math.ceil(Math.min(0.2 * size, 3 * Math.sqrt(size)));
  const order = Array.from(raw, (log, at) => ({ log, at })).sort((a, b) => a.log - b.log);
  const largest = order.at(-1)?.log ?? NaN;
  const judged = tailSize >= FEWEST && Number.isFinite(largest) && !raw.some(Number.isNaN);
  if (!judged) return { logWeights: raw, k: Infinity };

  const tail = order.slice(size - tailSize);
  const [smallest] = tail;
  const before = order[size - tailSize - 1];
  if (!smallest || !before || largest - smallest.log < EQUAL) return { logWeights: raw, k: -Infinity };

  const cutoff = Math.exp(before.log - largest);
  const exceedances = Float64Array.from(tail, ({ log }) => Math.exp(log - largest) - cutoff);
  const positive = exceedances.filter((x) => x > 0);
  if (positive.length < FEWEST) return { logWeights: raw, k: Infinity };

  const fit = fitPareto(positive);
  if (!Number.isFinite(fit.k)) return { logWeights: raw, k: Infinity };
  const smooth = raw.slice();
  tail.forEach(({ at }, rank) => {
    const weight = cutoff + paretoQuantile((rank + 0.5) / tailSize, fit);
    smooth[at] = largest + Math.min(Math.log(weight), 0);
  });
  return { logWeights: smooth, k: fit.k };
}
