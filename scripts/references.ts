import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import { choleskyInPlace, solveLowerInPlace } from "../src/numeric/linalg.ts";
import { lgamma, logNdtr, logSumExp } from "../src/numeric/special.ts";

/**
 * Answers to the models of `models/` that owe nothing to the compiler: closed forms, and numerical integration where
 * one scale parameter is left after everything else has been integrated out by hand. Writes models/NAME/reference.json
 * (`--check` compares instead).
 */

/** What the posterior is, and how that is known. */
export interface Reference {
  readonly method: string;
  /** log p(data), nats, of all data together. */
  readonly logEvidence: number;
  /** Its mean over the data, where the model is a product over them. */
  readonly perDatum?: number;
  /** Posterior mean and standard deviation, entry by entry, by the names that reports use. */
  readonly sites: Readonly<Record<string, Moments>>;
}
export interface Moments {
  readonly mean: number | readonly number[];
  readonly sd: number | readonly number[];
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dataOf = (name: string): unknown => JSON.parse(readFileSync(join(root, "models", name, "data.json"), "utf8"));

export const references: Readonly<Record<string, () => Reference>> = {
  abs_normal: () => absNormal(dataOf("abs_normal") as { x: number[][] }, 0.05),
  coin: () => coin(dataOf("coin") as { y: number[] }),
  eight_schools: () => eightSchools(dataOf("eight_schools") as Schools, ["eta", "theta"]),
  eight_schools_centred: () => eightSchools(dataOf("eight_schools_centred") as Schools, ["theta"]),
  garch: () => garch(dataOf("garch") as Returns),
  linear_regression: () => linearRegression(dataOf("linear_regression") as Regression),
  local_level: () => localLevel(dataOf("local_level") as { y: number[] }),
};

/** Each coordinate of each datum: log p(x) = log 2 N(x; 0, 1 + s^2) Phi(x / (s sqrt(1 + s^2))). */
export function absNormal({ x }: { readonly x: readonly number[][] }, s: number): Reference {
  const total = x.flat().reduce((sum, xi) => {
    const variance = 1 + s ** 2;
    return sum + Math.LN2 + logNormal(xi, 0, variance) + logNdtr(xi / (s * Math.sqrt(variance)));
  }, 0);
  return {
    method: "closed form: p(x) = 2 N(x; 0, 1 + s^2) Phi(x / (s sqrt(1 + s^2))) for each coordinate, s = sigma = 0.05",
    logEvidence: total,
    perDatum: total / x.length,
    sites: {},
  };
}

/** The Kalman filter, and the smoother of Rauch, Tung & Striebel (1965): a random walk from N(0, start^2), seen through noise. */
export function localLevel(
  { y }: { readonly y: readonly number[] },
  { start, drift, noise } = { start: 2, drift: 0.5, noise: 1 },
): Reference {
  let logEvidence = 0;
  const filtered: { readonly mean: number; readonly variance: number }[] = [];
  for (const [t, yt] of y.entries()) {
    const before = filtered[t - 1];
    const prior = before ? before.variance + drift ** 2 : start ** 2;
    const expected = before?.mean ?? 0;
    logEvidence += logNormal(yt, expected, prior + noise ** 2);
    const gain = prior / (prior + noise ** 2);
    filtered.push({ mean: expected + gain * (yt - expected), variance: (1 - gain) * prior });
  }
  const smoothed = [filtered.at(-1)!];
  for (const { mean, variance } of filtered.slice(0, -1).toReversed()) {
    const next = smoothed[0]!;
    const ahead = variance + drift ** 2;
    const gain = variance / ahead;
    smoothed.unshift({
      mean: mean + gain * (next.mean - mean),
      variance: variance + gain ** 2 * (next.variance - ahead),
    });
  }
  const sd = smoothed.map(({ variance }) => Math.sqrt(variance));
  return {
    method: "closed form: the Kalman filter and smoother",
    logEvidence,
    sites: { x: { mean: smoothed.map(({ mean }) => mean), sd } },
  };
}

/** beta(2, 2) meets flips: beta(2 + heads, 2 + tails). */
export function coin({ y }: { readonly y: readonly number[] }): Reference {
  const heads = y.reduce((sum, yi) => sum + yi, 0);
  const [a, b] = [2 + heads, 2 + y.length - heads];
  return {
    method: `closed form: the posterior is beta(${a}, ${b}), the evidence B(${a}, ${b}) / B(2, 2)`,
    logEvidence: logBeta(a, b) - logBeta(2, 2),
    sites: { bias: { mean: a / (a + b), sd: Math.sqrt((a * b) / (a + b + 1)) / (a + b) } },
  };
}

interface Returns {
  readonly y: readonly number[];
  readonly sigma1: number;
}

/**
 * Four parameters, by a product of quadratures: the trapezium rule in mu and log a0, whose densities fall off smoothly
 * on both sides, Gauss-Legendre in a1 and share, which end at 0 and 1.
 */
export function garch({ y, sigma1 }: Returns, nodes = 32): Reference {
  const mean = y.reduce((sum, x) => sum + x, 0) / y.length;
  const spread = Math.sqrt(y.reduce((sum, x) => sum + (x - mean) ** 2, 0) / y.length);
  // eight standard errors of a mean to either side; a0 from a hundredth of the variance to ten times it
  const half = (8 * spread) / Math.sqrt(y.length);
  const locations = evenly(mean - half, mean + half, nodes);
  const scales = evenly(Math.log(spread ** 2 / 300), Math.log(spread ** 2 * 3), nodes);
  const unit = gaussLegendre(nodes);
  const logs = new Float64Array(nodes ** 4);
  const points: number[][] = [];
  let at = 0;
  for (const [mu, wMu] of locations)
    for (const [logA0, wA0] of scales)
      for (const [a1, wA1] of unit)
        for (const [share, wShare] of unit) {
          const [a0, b1] = [Math.exp(logA0), share * (1 - a1)];
          const prior = logNormal(mu, 0, 25) + Math.LN2 + logNormal(a0, 0, 25) + logA0;
          logs[at++] = Math.log(wMu * wA0 * wA1 * wShare) + prior + logReturns(y, sigma1, mu, a0, a1, b1);
          points.push([mu, a0, a1, share, b1]);
        }
  const logEvidence = logSumExp(logs);
  const total = new Float64Array(5);
  const squares = new Float64Array(5);
  points.forEach((point, i) => {
    const weight = Math.exp(logs[i]! - logEvidence);
    point.forEach((x, k) => {
      total[k]! += weight * x;
      squares[k]! += weight * x * x;
    });
  });
  const moments = ["mu", "a0", "a1", "share", "b1"].map((name, k) => {
    return [name, { mean: total[k]!, sd: Math.sqrt(squares[k]! - total[k]! ** 2) }] as const;
  });
  return {
    method: `numerical integration in float64, ${nodes} nodes in each of mu, log a0 (trapezium rule), a1 and share (Gauss-Legendre)`,
    logEvidence,
    sites: Object.fromEntries(moments),
  };
}

/** log p(y) given the parameters; 0.5 log 2 pi for each return. */
function logReturns(y: readonly number[], sigma1: number, mu: number, a0: number, a1: number, b1: number): number {
  let variance = sigma1 ** 2;
  let sum = -0.5 * Math.log(2 * Math.PI) * y.length;
  // variances multiplied up, so that a logarithm is taken every few turns only
  let product = 1;
  for (const x of y) {
    const squared = (x - mu) ** 2;
    sum -= (0.5 * squared) / variance;
    product *= variance;
    if (product > 1e100 || product < 1e-100) {
      sum -= 0.5 * Math.log(product);
      product = 1;
    }
    variance = a0 + a1 * squared + b1 * variance;
  }
  return sum - 0.5 * Math.log(product);
}

/** Points and weights of the trapezium rule for a function that is 0 at both ends. */
function evenly(from: number, to: number, count: number): [number, number][] {
  const h = (to - from) / (count + 1);
  return Array.from({ length: count }, (_, i) => [from + (i + 1) * h, h]);
}

/** Points and weights on (0, 1): roots of a Legendre polynomial by Newton's method (Press et al., section 4.6). */
function gaussLegendre(n: number): [number, number][] {
  return Array.from({ length: n }, (_, i) => {
    let z = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let round = 0; round < 20; round++) {
      let [p, before] = [1, 0];
      for (let k = 0; k < n; k++) [p, before] = [((2 * k + 1) * z * p - k * before) / (k + 1), p];
      slope = (n * (z * p - before)) / (z * z - 1);
      z -= p / slope;
    }
    return [(1 + z) / 2, 1 / ((1 - z * z) * slope * slope)];
  });
}

interface Schools {
  readonly y: readonly number[];
  readonly se: readonly number[];
}

/** Given tau everything is normal; tau is integrated over numerically. */
export function eightSchools({ y, se }: Schools, perSchool: readonly ("eta" | "theta")[]): Reference {
  const sites = ["mu", "tau", ...perSchool.flatMap((name) => y.map((_, j) => `${name}[${j}]`))];
  const integral = integrate(-25, 12, (logTau) => {
    const tau = Math.exp(logTau);
    // y_j ~ normal(mu, sqrt(se_j^2 + tau^2)) with mu ~ normal(0, 5): the posterior of mu given tau
    const precisions = se.map((s) => 1 / (s ** 2 + tau ** 2));
    const variance = 1 / (1 / 25 + sum(precisions));
    const mean = variance * sum(precisions.map((p, j) => p * y[j]!));
    const logLikelihood =
      sum(precisions.map((p, j) => logNormal(y[j]!, 0, 1 / p))) +
      0.5 * Math.log(variance / 25) +
      (0.5 * mean ** 2) / variance;
    const logPrior = Math.log(2 / (Math.PI * 5)) - Math.log1p((tau / 5) ** 2) + logTau;
    const moments: Record<string, readonly [number, number]> = {
      mu: [mean, variance],
      tau: [tau, 0],
    };
    y.forEach((yj, j) => {
      // given mu too: theta_j shrinks from y_j towards mu, and eta_j = (theta_j - mu) / tau
      const [p, s2] = [precisions[j]!, se[j]! ** 2];
      const [kept, lost] = [tau ** 2 * p, s2 * p];
      moments[`theta[${j}]`] = [kept * yj + lost * mean, kept * s2 + lost ** 2 * variance];
      moments[`eta[${j}]`] = [tau * p * (yj - mean), lost + (tau * p) ** 2 * variance];
    });
    return { log: logLikelihood + logPrior, moments: sites.map((site) => moments[site]!) };
  });
  return {
    method:
      "numerical integration in float64 over log tau (trapezium rule, 4,000 intervals); mu and the schools are normal given tau",
    logEvidence: integral.log,
    sites: named(sites, integral.moments),
  };
}

interface Regression {
  readonly x: readonly number[][];
  readonly y: readonly number[];
}

/** Given sigma the coefficients are normal; sigma is integrated over numerically. */
export function linearRegression({ x, y }: Regression): Reference {
  const rows = x.map((row) => [1, ...row]);
  const D = rows[0]!.length;
  const cross = (f: (row: readonly number[], n: number) => number): number => sum(rows.map(f));
  const gram = Array.from({ length: D * D }, (_, at) => cross((row) => row[Math.floor(at / D)]! * row[at % D]!));
  const right = Array.from({ length: D }, (_, i) => cross((row, n) => row[i]! * y[n]!));
  const squares = sum(y.map((yn) => yn ** 2));
  const sites = ["alpha", ...rows[0]!.slice(1).map((_, i) => `beta[${i}]`), "sigma"];
  const integral = integrate(-5, 5, (logSigma) => {
    const sigma = Math.exp(logSigma);
    // precision A = X'X / sigma^2 + I / 25 = L L'; mean A^-1 X'y / sigma^2
    const L = Float64Array.from(gram, (g, at) => g / sigma ** 2 + (at % (D + 1) === 0 ? 1 / 25 : 0));
    if (!choleskyInPlace(L, D)) throw new Error("a precision matrix is positive definite");
    const solve = (b: readonly number[]): number[] => {
      const out = Float64Array.from(b);
      solveLowerInPlace({ entries: L, size: D }, { entries: out, columns: 1 });
      solveLowerInPlace({ entries: L, size: D }, { entries: out, columns: 1 }, true);
      return [...out];
    };
    const mean = solve(right.map((r) => r / sigma ** 2));
    const covariance = mean.map((_, i) => solve(mean.map((__, j) => Number(i === j)))[i]!);
    const logDet = 2 * sum(mean.map((_, i) => Math.log(L[i * (D + 1)]!)));
    const fitted = sum(mean.map((m, i) => (m * right[i]!) / sigma ** 2));
    const logLikelihood =
      -0.5 * y.length * Math.log(2 * Math.PI * sigma ** 2) -
      0.5 * D * Math.log(25) -
      0.5 * logDet -
      0.5 * (squares / sigma ** 2 - fitted);
    const logPrior = Math.LN2 + logNormal(sigma, 0, 4) + logSigma;
    return {
      log: logLikelihood + logPrior,
      moments: [...mean.map((m, i) => [m, covariance[i]!] as const), [sigma, 0] as const],
    };
  });
  return {
    method:
      "numerical integration in float64 over log sigma (trapezium rule, 4,000 intervals); alpha and beta are normal given sigma",
    logEvidence: integral.log,
    sites: named(sites, integral.moments),
  };
}

interface Slice {
  /** log of the integrand. */
  readonly log: number;
  /** Means and variances given the coordinate. */
  readonly moments: readonly (readonly [number, number])[];
}

/**
 * Log of the integral over one coordinate, and means and standard deviations over all of it. The trapezium rule: its
 * error falls faster than any power of the step for a smooth integrand that vanishes at both ends.
 */
export function integrate(
  from: number,
  to: number,
  slice: (at: number) => Slice,
  intervals = 4000,
): { readonly log: number; readonly moments: readonly (readonly [number, number])[] } {
  const step = (to - from) / intervals;
  const slices = Array.from({ length: intervals + 1 }, (_, i) => slice(from + i * step));
  const total = logSumExp(slices.map(({ log }) => log));
  const average = (f: (slice: Slice) => number): number => sum(slices.map((one) => Math.exp(one.log - total) * f(one)));
  const moments = slices[0]!.moments.map((_, i) => {
    const mean = average((one) => one.moments[i]![0]);
    const variance = average(({ moments: m }) => m[i]![1] + (m[i]![0] - mean) ** 2);
    return [mean, Math.sqrt(variance)] as const;
  });
  return { log: total + Math.log(step), moments };
}

/** `theta[0]`, `theta[1]`, ... gathered into the arrays of `theta`. */
function named(sites: readonly string[], moments: readonly (readonly [number, number])[]): Record<string, Moments> {
  const out: Record<string, { mean: number | number[]; sd: number | number[] }> = {};
  sites.forEach((site, i) => {
    const [mean, sd] = moments[i]!;
    const [name, index] = site.split("[");
    if (index === undefined) out[site] = { mean, sd };
    else {
      const array = (out[name!] ??= { mean: [], sd: [] });
      (array.mean as number[]).push(mean);
      (array.sd as number[]).push(sd);
    }
  });
  return out;
}

function logNormal(x: number, mean: number, variance: number): number {
  return -0.5 * (Math.log(2 * Math.PI * variance) + (x - mean) ** 2 / variance);
}

function logBeta(a: number, b: number): number {
  return lgamma(a) + lgamma(b) - lgamma(a + b);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Nine digits: more than any fit can be compared with, fewer than rounding disturbs. */
export async function referenceText(reference: Reference): Promise<string> {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(9)) : value;
  const options = await resolveConfig(referenceFile("coin"));
  return format(JSON.stringify(reference, short, 2), { ...options, parser: "json" });
}

export function referenceFile(name: string): string {
  return join(root, "models", name, "reference.json");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, compute] of Object.entries(references)) {
    const text = await referenceText(compute());
    if (!process.argv.includes("--check")) writeFileSync(referenceFile(name), text);
    else if (readFileSync(referenceFile(name), "utf8") !== text) {
      console.log(`stale: models/${name}/reference.json; run \`tsx scripts/references.ts\``);
      process.exitCode = 1;
    }
  }
}
