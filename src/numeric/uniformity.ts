import { lgamma } from "./special.ts";

/**
 * The regularised upper incomplete gamma function Q(a, x), a > 0, x >= 0: its series below a + 1, Lentz's continued
 * fraction above (Press et al. 2007, section 6.2). Relative error below 1e-12 for a up to 1,000.
 */
export function upperGamma(a: number, x: number): number {
  if (!(x > 0)) return x === 0 ? 1 : NaN;
  if (x === Infinity) return 0;
  const scale = Math.exp(a * Math.log(x) - x - lgamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let n = 1; term > total * 1e-17; n++) total += term *= x / (a + n);
    return 1 - scale * total;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 100_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return scale * fraction;
}

/** P(X >= x) of a chi-squared variable. */
export function chiSquaredTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2);
}

/** How far ranks are from uniform on 0, ..., L. */
export interface Uniformity {
  /** Ranks in each of the bins, which are equally wide. */
  readonly bins: readonly number[];
  /** Pearson's statistic over the bins, and its p-value by the chi-squared distribution. */
  readonly chiSquared: number;
  readonly pChiSquared: number;
  /** Largest distance between the ranks' distribution function and the uniform one. */
  readonly deviation: number;
  /** The Dvoretzky-Kiefer-Wolfowitz bound on the probability of such a distance, 2 exp(-2 n d^2) (Massart 1990). */
  readonly pDeviation: number;
}

/** Ranks expected in a bin: fewer, and Pearson's statistic is no longer chi-squared. */
const expected = 5;
const mostBins = 20;

/** The most bins that divide L + 1 ranks evenly and leave enough of the `count` ranks for each; 1 when there are few. */
export function binsFor(count: number, L: number): number {
  const most = Math.min(mostBins, Math.floor(count / expected), L + 1);
  for (let bins = most; bins > 1; bins--) if ((L + 1) % bins === 0) return bins;
  return 1;
}

/** Tests that ranks, whole numbers from 0 to L, are uniform (Talts et al. 2018, section 4). */
export function rankUniformity(ranks: ArrayLike<number>, L: number): Uniformity {
  const n = ranks.length;
  const count = binsFor(n, L);
  const bins = new Array<number>(count).fill(0);
  const at = new Float64Array(L + 1);
  for (let i = 0; i < n; i++) {
    const rank = ranks[i]!;
    bins[Math.floor((rank * count) / (L + 1))]!++;
    at[rank]!++;
  }
  const chiSquared = bins.reduce((sum, found) => sum + (found - n / count) ** 2 / (n / count), 0);
  let below = 0;
  let deviation = 0;
  at.forEach((found, rank) => {
    below += found / n;
    deviation = Math.max(deviation, Math.abs(below - (rank + 1) / (L + 1)));
  });
  return {
    bins,
    chiSquared,
    pChiSquared: count > 1 ? chiSquaredTail(chiSquared, count - 1) : 1,
    deviation,
    pDeviation: Math.min(1, 2 * Math.exp(-2 * n * deviation ** 2)),
  };
}

/** Half of the width of a band that holds a whole distribution function of n draws with probability 1 - level. */
export function bandWidth(n: number, level: number): number {
  return Math.sqrt(Math.log(2 / level) / (2 * n));
}

/** P(the smallest of `count` independent p-values is at most p): Sidak's correction, exact also for tiny p. */
export function sidak(p: number, count: number): number {
  return p >= 1 ? 1 : -Math.expm1(count * Math.log1p(-p));
}
