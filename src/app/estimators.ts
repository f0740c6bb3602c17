import { drawsIntegers } from "../guide/guide.ts";
import { lower } from "../lower/lower.ts";
import type { Programs } from "../lower/programs.ts";
import { ruleOf } from "../objective/bounds/index.ts";
import { estimatorNames, estimators } from "../objective/estimators/index.ts";
import type { ObjectiveOptions } from "../objective/options.ts";
import { plan, withGuide } from "../plan/plan.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program } from "../program/program.ts";

/** A bound and its draws per component. */
export type BoundAt = Pick<ObjectiveOptions, "bound" | "T">;

/** One way to estimate the gradient of a bound. */
export interface Estimator {
  readonly objective: BoundAt;
  readonly name: string;
  readonly gradient: Program;
  /** The exact derivative of the bound for each draw of the noise: finite differences must agree. */
  readonly pathwise: boolean;
  /** The bound itself, which is computed in 64 bits. */
  readonly value: Program;
}

/**
 * Every estimator that is legal for the bound and unbiased, under the names of the command line: `pathwise`, `score`,
 * `score (loo)`, and `stl` for bounds that are means of logs, `dreg` for logs of means. The guide is that of the model
 * as it was lowered, whatever the bound.
 */
export function estimatorsOf(
  compiled: Programs,
  objective: BoundAt = compiled.options.objective,
): readonly Estimator[] {
  const { guide, options } = compiled;
  const all = estimatorNames
    .filter((estimator) => estimators[estimator].unbiased(ruleOf(objective.bound)))
    .flatMap((estimator) => estimators[estimator].baselines.map((baseline) => ({ estimator, baseline })));
  // without draws all of them are one
  const different = guide.blocks.length === 0 ? all.slice(0, 1) : all;
  return different.flatMap(({ estimator, baseline }) => {
    const name = baseline === "none" ? estimator : `${estimator} (${baseline})`;
    const { T } = objective;
    const own = { ...options.objective, bound: objective.bound, T, estimator, baseline };
    const changed = { ...options, objective: own };
    const planned = plan(compiled, changed);
    if (!planned.ok) return [];
    const programs = lower(withGuide(planned.value, guide));
    // differences of one draw's bound do not see what its whole numbers might have been
    const pathwise = estimators[estimator].exact && !guide.blocks.some(drawsIntegers);
    const value = optimise(programs.objective());
    return [{ objective: { bound: own.bound, T }, name, gradient: programs.gradient(), pathwise, value }];
  });
}
