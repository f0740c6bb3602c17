import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { fusedExecutor } from "../execute/fused/executor.ts";
import { features } from "../execute/fused/wasm/features.ts";
import { referenceExecutor } from "../execute/reference.ts";
import { drawsWholeNumbers } from "../guide/guide.ts";
import {
  compareMoments,
  finiteDifferences,
  gradientMoments,
  near,
  type GradientMoments,
} from "../inference/gradients.ts";
import { initialise } from "../inference/initialise.ts";
import { sidak } from "../numeric/uniformity.ts";
import { bounds } from "../objective/bounds.ts";
import { lowerObjective, planObjective } from "../objective/lower.ts";
import type { Lowered } from "../objective/lowered.ts";
import type { Baseline, EstimatorName } from "../objective/options.ts";
import { parameterAt } from "../objective/where.ts";
import type { Compiled } from "../pipeline.ts";
import { optimise } from "../program/passes/index.ts";
import type { Program } from "../program/program.ts";
import type { EstimatorRow, GradientReport, PlaceReport } from "../report/gradients.ts";
import { sizeOf } from "../tensor/shape.ts";

/** One way to estimate the gradient of the bound. */
export interface Estimator {
  readonly name: string;
  readonly gradient: Program;
  /** The exact derivative of the bound for each draw of the noise: finite differences must agree. */
  readonly pathwise: boolean;
}

export interface CheckGradientsOptions {
  /** Times each gradient is estimated; null for as many as a few seconds allow. */
  readonly repeats: number | null;
  /** The starting parameters, then random ones near. */
  readonly points: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A run of the check is wrong with this probability when nothing is. */
const level = 1e-4;
/** How far the random points are from the start, on the scale of raw parameters. */
const spread = 0.1;

/**
 * Every estimator that is legal for the bound and unbiased, under the names of the command line: `pathwise`, `score`,
 * `score (loo)`, and for bounds that are means of logs `stl`.
 */
export function estimatorsOf(compiled: Compiled): readonly Estimator[] {
  const { graph, bound, options } = compiled;
  const { objective } = options;
  const mean = bounds[objective.bound].overDraws === "mean of logs";
  const all: readonly (readonly [string, EstimatorName, Baseline])[] = [
    ["pathwise", "pathwise", "none"],
    ["score", "score", "none"],
    ["score (loo)", "score", "loo"],
    ...(mean ? [["stl", "stl", "none"] as const] : []),
  ];
  return all.flatMap(([name, estimator, baseline]) => {
    const changed = { ...options, objective: { ...objective, estimator, baseline } };
    const plan = planObjective(graph, bound, changed);
    if (!plan.ok) return [];
    const { guide, minibatches } = plan.value;
    const lowered = lowerObjective(graph, bound, guide, minibatches, changed);
    // differences of one draw's bound do not see what its whole numbers might have been
    const pathwise = estimator === "pathwise" && !guide.blocks.some(drawsWholeNumbers);
    return [{ name, gradient: lowered.gradient(), pathwise }];
  });
}

/** Where programs run in 64 bits. */
export function exactExecutor(): Executor {
  return features().simd ? fusedExecutor("float64") : referenceExecutor;
}

/**
 * Compares the estimators with each other, by the means of many repeats, and the pathwise one with finite differences
 * of the bound.
 *
 * @param compiled  its beta is a number, not fed
 * @param executor  what computes gradients; bounds are always computed in 64 bits
 * @returns         fails when a bound or a gradient is not finite
 */
export async function checkGradients(
  compiled: Compiled,
  executor: Executor,
  options: CheckGradientsOptions,
  estimators: readonly Estimator[] = estimatorsOf(compiled),
): Promise<Outcome<GradientReport>> {
  const { seed, points, signal } = options;
  const exact = exactExecutor();
  const boundProgram = optimise(compiled.objective);
  const cost = Math.max(...estimators.map(({ gradient }) => entriesOf(gradient)), 1);
  const repeats = options.repeats ?? Math.round(within(100, 4e8 / (cost + 2e4), 4000));
  const entries = Math.round(within(8, 1e8 / (entriesOf(boundProgram) + 2e4), 100));
  const start = initialise(compiled, seed);
  const place = (index: number): PlaceReport => placeOf(compiled, index);

  const rows: EstimatorRow[] = [];
  const total = points * estimators.length;
  for (let point = 0; point < points && !signal?.aborted; point++) {
    const parameters = point === 0 ? start : near(start, `${seed}/${point}`, spread);
    let reference: GradientMoments | null = null;
    for (const { name, gradient, pathwise } of estimators) {
      if (signal?.aborted) break;
      const own = `${seed}/${point}/${name}`;
      const moments = await gradientMoments(compiled, gradient, executor, parameters, { repeats, seed: own, ...(signal ? { signal } : {}) }); // prettier-ignore
      if (!moments.ok) return moments;
      if (moments.value.repeats < 2) break;
      const differs = reference ? compareMoments(reference, moments.value, rounding[executor.precision]) : null; // prettier-ignore
      const finite = pathwise
        ? await finiteDifferences(compiled, { gradient, bound: boundProgram }, { gradient: executor, exact }, parameters, { seed: own, entries }) // prettier-ignore
        : null;
      if (finite && !finite.ok) return failed(...finite.errors);
      reference ??= moments.value;
      const P = compiled.parameterCount;
      const { mean, variance } = moments.value;
      rows.push({
        point,
        estimator: name,
        bound: { value: mean[P]!, standardError: Math.sqrt(variance[P]! / moments.value.repeats) },
        sd: Math.sqrt(variance.subarray(0, P).reduce((sum, v) => sum + v, 0) / Math.max(1, P)),
        difference: differs && { ...differs, worst: differs.entry < 0 ? null : place(differs.entry) }, // prettier-ignore
        finite: finite && { ...finite.value, worst: place(finite.value.worst) },
      });
      options.onProgress?.(rows.length, total);
    }
  }
  const compared = rows.filter(({ difference }) => difference !== null).length;
  const suspect = rows.filter(({ difference, finite }) => {
    const differs = difference !== null && sidak(difference.p, compared) < level;
    return differs || finite?.agrees === false;
  });
  const { objective } = compiled.options;
  return ok({
    model: compiled.model.name,
    objective: { bound: objective.bound, T: objective.T },
    seed,
    engine: executor.name,
    precision: executor.precision,
    parameters: compiled.parameterCount,
    repeats,
    points,
    reference: estimators[0]?.name ?? null,
    rows,
    agree: suspect.length === 0,
    disagreeing: suspect.map(({ point, estimator }) => ({ point, estimator })),
  });
}

/** Relative rounding errors of gradients: those of sums of thousands of terms. */
const rounding = { float64: 1e-9, float32: 1e-4 } as const;

function entriesOf({ equations }: Program): number {
  return equations.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function within(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function placeOf(lowered: Compiled & Lowered, index: number): PlaceReport {
  const { slot, entry, name, span } = parameterAt(lowered, index);
  const { text, path } = lowered.source;
  const before = span ? text.slice(0, span.start) : "";
  const line = span ? before.split("\n").length : null;
  return {
    slot,
    entry,
    name,
    line,
    path: span ? path : null,
    statement: line === null ? null : (text.split("\n")[line - 1] ?? "").trim(),
  };
}
