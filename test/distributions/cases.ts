import { families } from "../../src/distributions/index.ts";
import type { Family } from "../../src/distributions/family.ts";

/** Arguments as people write them: numbers, vectors, matrices. */
export type Args = Readonly<Record<string, number | readonly number[] | readonly (readonly number[])[]>>;

/** Arguments at which the laws are checked, for every family; a new family must add a row. */
export const argumentsOf: Readonly<Record<string, readonly Args[]>> = {
  normal: [
    { mean: 1.5, sd: 0.4 },
    { mean: -3, sd: 7 },
  ],
  student_t: [
    { df: 12, loc: -1, scale: 2 },
    { df: 40.5, loc: 3, scale: 0.5 },
  ],
  cauchy: [{ loc: 0.5, scale: 2 }],
  laplace: [
    { loc: 0.63, scale: 0.7 },
    { loc: -2.02, scale: 3 },
  ],
  logistic: [{ loc: 1, scale: 0.6 }],
  gumbel: [
    { loc: -0.5, scale: 0.8 },
    { loc: 2, scale: 3 },
  ],
  half_normal: [{ scale: 0.3 }, { scale: 5 }],
  half_cauchy: [{ scale: 3 }],
  half_student_t: [
    { df: 9, scale: 2 },
    { df: 30.5, scale: 0.5 },
  ],
  log_normal: [
    { mean: 0.2, sd: 0.3 },
    { mean: -1, sd: 0.5 },
  ],
  exponential: [{ rate: 0.2 }, { rate: 6 }],
  gamma: [
    { shape: 0.4, rate: 2 },
    { shape: 1, rate: 3 },
    { shape: 7.5, rate: 0.5 },
  ],
  inverse_gamma: [
    { shape: 9, scale: 5 },
    { shape: 12.5, scale: 30 },
  ],
  chi_squared: [{ df: 0.8 }, { df: 7 }],
  beta: [
    { a: 0.6, b: 0.7 },
    { a: 1, b: 1 },
    { a: 5, b: 2.5 },
  ],
  uniform: [{ low: -2, high: 5 }],
  weibull: [
    { shape: 0.8, scale: 2 },
    { shape: 1, scale: 3 },
    { shape: 2.5, scale: 4 },
  ],
  pareto: [
    { min: 0.5, shape: 9 },
    { min: 2, shape: 12 },
  ],
  von_mises: [
    { mean: 0.7, concentration: 2.5 },
    { mean: 4, concentration: 0.3 },
    { mean: -1, concentration: 24 },
    { mean: -1, concentration: 40 },
  ],
  bernoulli: [{ p: 0.3 }, { logits: 1.2 }],
  binomial: [
    { n: 7, p: 0.35 },
    { n: 200, p: 0.04 },
    { n: 90, logits: 0.6 },
  ],
  beta_binomial: [
    { n: 7, a: 0.8, b: 2 },
    { n: 60, a: 5, b: 3 },
  ],
  categorical: [{ p: [0.2, 0.5, 0.3] }, { logits: [1, -1, 0.5, 2] }],
  markov: [
    {
      initial: [0.2, 0.8],
      transition: [
        [0.7, 0.3],
        [0.4, 0.6],
      ],
      steps: 3,
    },
  ],
  multinomial: [
    { n: 9, p: [0.2, 0.5, 0.3] },
    { n: 9, logits: [1, -1, 0.5] },
  ],
  ordered_logistic: [
    { eta: 0.4, cutpoints: [-1, 0.2, 1.5] },
    { eta: -3, cutpoints: [-2] },
  ],
  poisson: [{ rate: 0.7 }, { rate: 60 }, { log_rate: 1.5 }],
  neg_binomial: [
    { mean: 3, dispersion: 2 },
    { mean: 20, dispersion: 50 },
  ],
  geometric: [{ p: 0.4 }, { p: 0.15 }],
  dirichlet: [{ concentration: [0.8, 2.5, 1] }],
  multivariate_normal: [
    {
      mean: [1, -2],
      covariance: [
        [2, 0.6],
        [0.6, 0.5],
      ],
    },
    {
      mean: [1, -2],
      cholesky: [
        [1.5, 0],
        [-0.7, 0.8],
      ],
    },
    {
      mean: [0.5, 3],
      precision: [
        [2, 0.6],
        [0.6, 0.5],
      ],
    },
  ],
  lkj_cholesky: [{ eta: 0.7 }, { eta: 3 }],
  flat: [{}],
};

export interface Case {
  readonly name: string;
  readonly family: Family;
  readonly args: Args;
}

/** One case for each family and row of arguments. */
export const cases: readonly Case[] = Object.entries(families).flatMap(([name, family]) =>
  (argumentsOf[name] ?? []).map((args) => ({
    name: `${name} ${JSON.stringify(args)}`,
    family,
    args,
  })),
);

/** Those that are distributions, and have draws. */
export const properCases = cases.filter(({ family }) => !family.improper);
export const scalarCases = cases.filter(({ family }) => family.eventRank === 0);
export const discreteCases = scalarCases.filter(({ family }) => isDiscrete(family));
export const continuousCases = scalarCases.filter(({ family }) => !isDiscrete(family) && !family.improper);

export function isDiscrete({ support }: Family): boolean {
  return support.kind === "counts" || (support.kind === "interval" && support.integer);
}
