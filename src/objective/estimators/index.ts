import { dreg } from "./dreg.ts";
import { pathwise } from "./pathwise.ts";
import { score } from "./score.ts";
import { stl } from "./stl.ts";
import type { Estimator } from "./estimator.ts";

/** Every way to estimate the gradient of a bound. */
export const estimators = { pathwise, score, stl, dreg } as const satisfies Readonly<Record<string, Estimator>>;

export type EstimatorName = keyof typeof estimators;
export const estimatorNames = Object.keys(estimators) as readonly EstimatorName[];
