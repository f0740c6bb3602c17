import { unlessStopped } from "../base/turns.ts";
import { present } from "../base/assert.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor } from "../execute/executor.ts";
import { finiteDifferences } from "../inference/finite-differences.ts";
import { at, compareMoments, gradientMoments, near, type GradientMoments } from "../inference/gradients.ts";
import { exactExecutor } from "../execute/select.ts";
import { initialise } from "../inference/initialise.ts";
import type { Programs } from "../lower/programs.ts";
import { logitEntries, parameterAt } from "../lower/where.ts";
import { sidak } from "../numeric/uniformity.ts";
import type { Compiled } from "../pipeline.ts";
import type { Program } from "../program/program.ts";
import type { EstimatorRow, GradientReport, PlaceReport } from "../report/gradients.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { BoundAt, Estimator } from "./estimators.ts";
import { estimatorsOf } from "./estimators.ts";

/** What is checked: any programs, with its text. */
export type Checkable = Programs & Pick<Compiled, "source">;

export interface CheckGradientsOptions {
  /** Times each gradient is estimated; null for as many as a few seconds allow. */
  readonly repeats: number | null;
  /** The first parameters, then random ones near. */
  readonly points: number;
  /** The first parameters; those that training would start from when left out. */
  readonly trained?: Float64Array;
  readonly seed: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A run of the check is wrong with this probability when nothing is. */
const level = 1e-4;
/** How far the random points are from the start, on the scale of raw parameters. */
const spread = 0.1;

/**
 * Compares the estimators of each bound with each other, by the means of many repeats, and the pathwise one with finite
 * differences of the bound; and says how noisy each of them is. All see the same minibatch at one point.
 *
 * @param compiled  its beta is a number, not fed
 * @param executor  what computes gradients; bounds are always computed in 64 bits
 * @returns         fails when a bound or a gradient is not finite
 */
export async function checkGradients(
  compiled: Checkable,
  executor: Executor,
  options: CheckGradientsOptions,
  estimators: readonly Estimator[] = estimatorsOf(compiled),
): Promise<Outcome<GradientReport>> {
  const { seed, points, signal } = options;
  const check = {
    compiled,
    executor,
    exact: exactExecutor({ threads: 1 }),
    options,
    groups: groupsOf(compiled),
    ...effort(options, estimators),
  };
  const start = options.trained ?? initialise(compiled, seed);
  const rows: EstimatorRow[] = [];
  const total = points * estimators.length;
  for (let point = 0; point < points && !signal?.aborted; point++) {
    const parameters = point === 0 ? start : near(start, `${seed}/${point}`, spread);
    const references = new Map<string, Reference>();
    for (const estimator of estimators) {
      if (signal?.aborted) break;
      const bound = boundName(estimator.objective);
      const checked = await checkEstimator(check, estimator, { point, parameters }, references.get(bound) ?? null);
      if (!checked.ok) return checked;
      // interrupted before there was a variance
      if (checked.value === null) break;
      const { row, moments } = checked.value;
      if (!references.has(bound)) references.set(bound, { name: estimator.name, moments });
      rows.push(row);
      options.onProgress?.(rows.length, total);
    }
  }
  return ok(gradientReport(check, estimators, rows));
}

/** How often gradients are estimated, and how many of their entries are compared with finite differences. */
function effort(options: CheckGradientsOptions, estimators: readonly Estimator[]) {
  const cost = Math.max(...estimators.map(({ gradient }) => entriesOf(gradient)), 1);
  const values = Math.max(...estimators.map(({ value }) => entriesOf(value)), 1);
  return {
    repeats: options.repeats ?? Math.round(within(100, 4e8 / (cost + 2e4), 4000)),
    entries: Math.round(within(8, 1e8 / (values + 2e4), 100)),
  };
}

/** One run of the check: what stays the same from estimator to estimator. */
interface Check {
  readonly compiled: Checkable;
  readonly executor: Executor;
  readonly exact: Executor;
  readonly options: CheckGradientsOptions;
  readonly groups: readonly Group[];
  readonly repeats: number;
  readonly entries: number;
}

/** The first estimator of a bound, with which the others are compared. */
interface Reference {
  readonly name: string;
  readonly moments: GradientMoments;
}

const boundName = ({ bound, T }: BoundAt): string => `${bound}/${T}`;

/** One estimator at one point; null when it was interrupted. */
async function checkEstimator(
  check: Check,
  estimator: Estimator,
  { point, parameters }: { readonly point: number; readonly parameters: Float64Array },
  reference: Reference | null,
): Promise<Outcome<{ readonly row: EstimatorRow; readonly moments: GradientMoments } | null>> {
  const { compiled, executor, exact, groups, repeats, entries, options } = check;
  const { objective, name, gradient, pathwise, value } = estimator;
  const batch = `${options.seed}/${point}`;
  const seed = `${batch}/${boundName(objective)}/${name}`;
  const moments = await gradientMoments(compiled, gradient, executor, parameters, {
    repeats,
    seed,
    batch,
    groups: groups.map((group) => group.entries),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (!moments.ok) return moments;
  if (moments.value.repeats < 2) return ok(null);
  const programs = { gradient, bound: value };
  const { signal } = options;
  const differ = () =>
    finiteDifferences(compiled, programs, { gradient: executor, exact }, parameters, { seed, batch, entries, signal });
  const finite = pathwise ? await unlessStopped(signal, differ) : null;
  if (pathwise && finite === null) return ok(null);
  if (finite && !finite.ok) return failed(...finite.errors);
  const place = (index: number): PlaceReport => placeOf(compiled, index);
  const row: EstimatorRow = {
    point,
    objective,
    estimator: name,
    ...spreadOf(check, moments.value),
    difference: reference && differenceFrom(reference, moments.value, executor.precision, place),
    finite: finite && { ...finite.value, worst: place(finite.value.worst) },
  };
  return ok({ row, moments: moments.value });
}

/** The bound and how noisy its gradient is. */
function spreadOf(
  { compiled, groups }: Check,
  { mean, variance, repeats, groups: found }: GradientMoments,
): Pick<EstimatorRow, "bound" | "sd" | "variance"> {
  const P = compiled.parameterCount;
  const most = variance.subarray(0, P).reduce((best, v, i) => (v > at(variance, best) ? i : best), 0);
  const [whole, ...parts] = found;
  const overall = present(whole, "all parameters");
  return {
    bound: { value: at(mean, P), standardError: Math.sqrt(at(variance, P) / repeats) },
    sd: Math.sqrt(overall.value),
    variance: {
      mean: overall,
      ...Object.fromEntries(parts.map((part, g) => [groups[g + 1]?.name, part])),
      largest: { value: at(variance, most), place: placeOf(compiled, most) },
    },
  };
}

function differenceFrom(
  reference: Reference,
  moments: GradientMoments,
  precision: Executor["precision"],
  place: (index: number) => PlaceReport,
): EstimatorRow["difference"] {
  const differs = compareMoments(reference.moments, moments, rounding[precision]);
  return { ...differs, reference: reference.name, worst: differs.entry < 0 ? null : place(differs.entry) };
}

function gradientReport(
  { compiled, executor, options, repeats }: Check,
  estimators: readonly Estimator[],
  rows: readonly EstimatorRow[],
): GradientReport {
  const compared = rows.filter(({ difference }) => difference !== null).length;
  const suspect = rows.filter(({ difference, finite }) => {
    const differs = difference !== null && sidak(difference.p, compared) < level;
    return differs || finite?.agrees === false;
  });
  const named = estimators.map(({ objective: { bound, T } }) => [boundName({ bound, T }), { bound, T }] as const);
  const objectives = [...new Map(named).values()];
  const { objective } = compiled.options;
  return {
    model: compiled.model.name,
    objective: objectives[0] ?? { bound: objective.bound, T: objective.T },
    objectives,
    at: options.trained ? "trained" : "start",
    batch: Object.fromEntries(compiled.minibatches.map(({ plate, rows }) => [plate, rows])),
    per: compiled.perData === 1 ? "data set" : "datum",
    seed: options.seed,
    engine: executor.name,
    precision: executor.precision,
    parameters: compiled.parameterCount,
    repeats,
    points: options.points,
    reference: estimators[0]?.name ?? null,
    rows,
    agree: suspect.length === 0,
    disagreeing: suspect.map(({ point, objective, estimator }) => ({ point, objective, estimator })),
  };
}

/** Entries of the gradient that belong together. */
interface Group {
  readonly name: string;
  readonly entries: Uint32Array;
}

/** All parameters, and those of the guide, of its weights, and of the model, where there are any. */
function groupsOf(programs: Programs): readonly Group[] {
  const within = (role: "guide" | "model"): Uint32Array =>
    Uint32Array.from(
      programs.paramSpecs
        .filter((spec) => spec.role === role)
        .flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i)),
    );
  const all = Uint32Array.from({ length: programs.parameterCount }, (_, i) => i);
  const parts = [
    { name: "guide", entries: within("guide") },
    { name: "weights", entries: logitEntries(programs) },
    { name: "model", entries: within("model") },
  ];
  return [{ name: "mean", entries: all }, ...parts.filter(({ entries }) => entries.length > 0)];
}

/** Relative rounding errors of gradients: those of sums of thousands of terms. */
const rounding = { float64: 1e-9, float32: 1e-4 } as const;

function entriesOf({ equations }: Program): number {
  return equations.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function within(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function placeOf(programs: Checkable, index: number): PlaceReport {
  const { parameter, entry, name, span } = parameterAt(programs, index);
  const { text, path } = programs.source;
  const before = span ? text.slice(0, span.start) : "";
  const line = span ? before.split("\n").length : null;
  return {
    slot: parameter,
    entry,
    name,
    line,
    path: span ? path : null,
    statement: line === null ? null : (text.split("\n")[line - 1] ?? "").trim(),
  };
}
