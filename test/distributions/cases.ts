import { families } from "../../src/distributions/index.ts";
import type { Family } from "../../src/distributions/family.ts";

/** Arguments as people write them: numbers, vectors, matrices. */
export type Args = Readonly<
  Record<string, number | readonly number[] | readonly (readonly number[])[]>
>;

/** Arguments at which the laws are checked, for every family; a new family must add a row. */
export const argumentsOf: Readonly<Record<string, readonly Args[]>> = {
  normal: [
    { mean: 1.5, sd: 0.4 },
    { mean: -3, sd: 7 },
  ],
  half_normal: [{ scale: 0.3 }, { scale: 5 }],
  student_t: [
    { df: 12, loc: -1, scale: 2 },
    { df: 40.5, loc: 3, scale: 0.5 },
  ],
  cauchy: [{ loc: 0.5, scale: 2 }],
  half_cauchy: [{ scale: 3 }],
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
  beta: [
    { a: 0.6, b: 0.7 },
    { a: 1, b: 1 },
    { a: 5, b: 2.5 },
  ],
  uniform: [{ low: -2, high: 5 }],
  bernoulli: [{ p: 0.3 }, { logits: 1.2 }],
  binomial: [
    { n: 7, p: 0.35 },
    { n: 200, p: 0.04 },
    { n: 90, logits: 0.6 },
  ],
  poisson: [{ rate: 0.7 }, { rate: 60 }, { log_rate: 1.5 }],
  categorical: [{ p: [0.2, 0.5, 0.3] }, { logits: [1, -1, 0.5, 2] }],
  dirichlet: [{ concentration: [0.8, 2.5, 1] }],
  multivariate_normal: [
    { mean: [1, -2], covariance: [[2, 0.6], [0.6, 0.5]] }, // prettier-ignore
    { mean: [1, -2], cholesky: [[1.5, 0], [-0.7, 0.8]] }, // prettier-ignore
    { mean: [0.5, 3], precision: [[2, 0.6], [0.6, 0.5]] }, // prettier-ignore
  ],
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

export const scalarCases = cases.filter(({ family }) => family.eventRank === 0);
export const discreteCases = scalarCases.filter(({ family }) => isDiscrete(family));
export const continuousCases = scalarCases.filter(({ family }) => !isDiscrete(family));

export function isDiscrete({ support }: Family): boolean {
  return support.kind === "interval" && support.integer;
}
