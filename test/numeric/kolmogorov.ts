/**
 * sqrt(n) times the largest distance between the empirical distribution function and `cdf`. Above 2.7 by chance with
 * probability 2 exp(-2 * 2.7^2) = 9e-7 for continuous distributions, less for others.
 */
export function kolmogorovSmirnov(draws: Float64Array, cdf: (x: number) => number): number {
  const sorted = draws.slice().sort();
  let largest = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    largest = Math.max(largest, p - i / sorted.length, (i + 1) / sorted.length - p);
  });
  return Math.sqrt(sorted.length) * largest;
}
