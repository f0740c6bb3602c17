import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Feed, Seed, Session } from "../execute/executor.ts";
import { randomStream, seedKey } from "../numeric/random.ts";
import { erfc } from "../numeric/special.ts";
import { standardDeviation } from "../numeric/statistics.ts";
import { sidak } from "../numeric/uniformity.ts";
import type { Plan } from "../plan/plan.ts";
import type { Program } from "../program/program.ts";
import { batchRows, permutation } from "./batches.ts";
import { diagnose } from "./diagnose.ts";
import { feedOf, inputsAt, writeInputs, type State } from "./inputs.ts";

/** What estimating a gradient needs to know of a lowered model. */
export type Differentiable = Plan;

/** Moments of an estimated gradient over independent repeats; the bound itself is the last entry. */
export interface GradientMoments {
  readonly repeats: number;
  /** [P + 1] */
  readonly mean: Float64Array;
  /** Variances of one repeat, [P + 1]. */
  readonly variance: Float64Array;
  /** Share of the sum of squared deviations that is due to the repeat farthest from the mean, [P + 1]. */
  readonly largest: Float64Array;
  /** For each group of entries that was asked for: the mean of their variances. */
  readonly groups: readonly MeanVariance[];
}

/** The mean of the variances of some entries of a gradient, and its standard error over blocks of repeats. */
export interface MeanVariance {
  readonly value: number;
  /** Null where there are too few repeats for blocks. */
  readonly standardError: number | null;
}

export interface MomentOptions {
  readonly repeats: number;
  /** Of the noise. */
  readonly seed: Seed;
  /** Of the minibatch, which is the same in every repeat; the noise's own when left out. */
  readonly batch?: Seed;
  readonly groups?: readonly Uint32Array[];
  readonly signal?: AbortSignal;
}

/** Blocks of repeats whose variances are compared for a standard error. */
const blocks = 20;

/** A gradient program (outputs `bound` and `gradient.SLOT`), opened at fixed parameters. */
interface Opened {
  readonly at: (step: number) => Promise<Outcome<Float64Array>>;
  readonly dispose: () => void;
}

async function openGradient(
  lowered: Differentiable,
  program: Program,
  executor: Executor,
  parameters: Float64Array,
  seed: Seed,
  batch: Seed,
): Promise<Opened> {
  const { slots, numbers } = lowered;
  const state: State = Object.fromEntries(
    slots.map(({ name, offset, size }) => [name, parameters.subarray(offset, offset + size)]),
  );
  const feed = batchFeed(lowered, program, batch);
  const session = await executor.open(program, { seed });
  writeInputs(session, program, numbers, state);
  const there = slots.filter(({ name }) => program.outputs.some((output) => output.name === `gradient.${name}`));
  const at = async (step: number): Promise<Outcome<Float64Array>> => {
    const trace = await session.run(step, 1, feed);
    const values = new Float64Array(parameters.length + 1);
    values[parameters.length] = trace["bound"]![0]!;
    for (const { name, offset } of there) values.set(await session.read(`gradient.${name}`), offset);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return ok(values);
    const inputs = inputsAt(program, { numbers, state, seed }, step, feed);
    const output = Number.isFinite(values[parameters.length]) ? "gradient_norm" : "bound";
    return failed(diagnose(program, inputs, { step, output, value: values[bad]!, executor: executor.name }));
  };
  return { at, dispose: () => session.dispose() };
}

/** One minibatch, the same at every step. */
function batchFeed({ minibatches }: Differentiable, program: Program, seed: Seed): Feed | undefined {
  const fixed = minibatches.map((m) => {
    const rows = batchRows(seed, m)(0);
    return [m.feed, () => rows] as const;
  });
  return feedOf(program, Object.fromEntries(fixed));
}

/** Estimates a gradient `repeats` times, each with noise of its own, at one minibatch. */
export async function gradientMoments(
  lowered: Differentiable,
  program: Program,
  executor: Executor,
  parameters: Float64Array,
  { repeats, seed, batch = seed, groups = [], signal }: MomentOptions,
): Promise<Outcome<GradientMoments>> {
  const size = parameters.length + 1;
  const [mean, squares] = [new Float64Array(size), new Float64Array(size)];
  const least = new Float64Array(size).fill(Infinity);
  const most = new Float64Array(size).fill(-Infinity);
  const opened = await openGradient(lowered, program, executor, parameters, seed, batch);
  const perBlock = Math.floor(repeats / blocks);
  const inBlock = [new Float64Array(size), new Float64Array(size)] as const;
  const found: number[][] = groups.map(() => []);
  let done = 0;
  try {
    while (done < repeats && !signal?.aborted) {
      const values = await opened.at(done);
      if (!values.ok) return values;
      done++;
      accumulate([mean, squares], values.value, done);
      values.value.forEach((value, i) => {
        if (value < least[i]!) least[i] = value;
        if (value > most[i]!) most[i] = value;
      });
      if (perBlock >= 2 && groups.length > 0 && done <= perBlock * blocks) {
        const nth = ((done - 1) % perBlock) + 1;
        accumulate(inBlock, values.value, nth);
        if (nth === perBlock) groups.forEach((group, g) => found[g]!.push(meanOf(group, inBlock[1]) / (nth - 1)));
      }
      if ((done & 63) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  } finally {
    opened.dispose();
  }
  return ok({
    repeats: done,
    mean,
    groups: groups.map((group, g) => ({
      value: meanOf(group, squares) / (done - 1),
      standardError: found[g]!.length < blocks ? null : standardDeviation(found[g]!) / Math.sqrt(blocks),
    })),
    variance: squares.map((sum) => sum / (done - 1)),
    largest: squares.map((sum, i) => (sum === 0 ? 0 : Math.max(mean[i]! - least[i]!, most[i]! - mean[i]!) ** 2 / sum)),
  });
}

/** Takes the nth value into a running mean and sum of squared deviations; the first begins anew. */
function accumulate([mean, squares]: readonly [Float64Array, Float64Array], values: Float64Array, nth: number): void {
  if (nth === 1) {
    mean.fill(0);
    squares.fill(0);
  }
  values.forEach((value, i) => {
    const step = value - mean[i]!;
    mean[i]! += step / nth;
    squares[i]! += step * (value - mean[i]!);
  });
}

function meanOf(group: Uint32Array, values: Float64Array): number {
  return group.reduce((sum, i) => sum + values[i]!, 0) / Math.max(1, group.length);
}

/** How two estimates of one gradient differ. */
export interface Difference {
  /** Difference of the means over its standard error, where that is largest. */
  readonly z: number;
  /** Where: an index into the parameters, or P for the bound; -1 when nothing was compared. */
  readonly entry: number;
  /** The probability of so large a |z| in any of the entries, were there no difference (Sidak's correction). */
  readonly p: number;
  readonly compared: number;
  /** Entries left out, since a few repeats carry their variance: the mean of those is no normal variable. */
  readonly leftOut: number;
}

/** A single repeat with this share of the variance makes a mean too uncertain to be compared (few repeats: more). */
const carried = (repeats: number): number => Math.max(0.15, 20 / repeats);

/** Compares the means of two estimators. `precision` is the relative size of rounding errors in a gradient. */
export function compareMoments(one: GradientMoments, other: GradientMoments, precision: number): Difference {
  const scale = one.mean.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let [z, entry, compared, leftOut] = [0, -1, 0, 0];
  one.mean.forEach((mean, i) => {
    if (one.largest[i]! > carried(one.repeats) || other.largest[i]! > carried(other.repeats)) {
      leftOut++;
      return;
    }
    compared++;
    const rounding = precision * Math.max(Math.abs(mean), scale);
    const difference = Math.abs(other.mean[i]! - mean);
    if (difference <= rounding) return;
    const variance = one.variance[i]! / one.repeats + other.variance[i]! / other.repeats;
    const found = (other.mean[i]! - mean) / Math.sqrt(variance + rounding ** 2);
    if (Math.abs(found) > Math.abs(z)) [z, entry] = [found, i];
  });
  const p = sidak(erfc(Math.abs(z) * Math.SQRT1_2), Math.max(1, compared));
  return { z, entry, p, compared, leftOut };
}

/** How a gradient differs from finite differences of the bound, for the same noise. */
export interface FiniteDifference {
  /** Entries compared. */
  readonly entries: number;
  /** The entry that differs most, beyond what its own error explains, and the two derivatives there. */
  readonly worst: number;
  readonly gradient: number;
  readonly difference: number;
  /** |gradient - difference| there over the larger of them, or of a typical derivative when both are small. */
  readonly relativeError: number;
  /** Estimated error of the finite difference there, in the same unit. */
  readonly expectedError: number;
  readonly agrees: boolean;
}

/**
 * Central differences with steps h and h / 2, extrapolated to h = 0 (Richardson): what the extrapolation changes is the
 * estimate of the error left. `bound` reads the state `parameters`, is computed by `exact` in 64 bits, and draws the
 * same noise as `gradient`.
 */
export async function finiteDifferences(
  lowered: Differentiable,
  programs: { readonly gradient: Program; readonly bound: Program },
  executors: { readonly gradient: Executor; readonly exact: Executor },
  parameters: Float64Array,
  { seed, batch = seed, entries }: { readonly seed: Seed; readonly batch?: Seed; readonly entries: number },
): Promise<Outcome<FiniteDifference>> {
  const opened = await openGradient(lowered, programs.gradient, executors.gradient, parameters, seed, batch);
  const found = await opened.at(0).finally(opened.dispose);
  if (!found.ok) return found;
  const gradient = found.value.subarray(0, parameters.length);
  const session = await executors.exact.open(programs.bound, { seed });
  try {
    writeInputs(session, programs.bound, lowered.numbers, { parameters });
    const feed = batchFeed(lowered, programs.bound, batch);
    return ok(
      await differences(session, feed, lowered, parameters, gradient, {
        seed,
        entries,
        precision: executors.gradient.precision,
      }),
    );
  } finally {
    session.dispose();
  }
}

async function differences(
  session: Session,
  feed: Feed | undefined,
  lowered: Differentiable,
  parameters: Float64Array,
  gradient: Float64Array,
  options: { readonly seed: Seed; readonly entries: number; readonly precision: Executor["precision"] },
): Promise<FiniteDifference> {
  const boundAt = async (entry: number, by: number): Promise<number> => {
    session.write("parameters", parameters.with(entry, parameters[entry]! + by));
    return (await session.run(0, 1, feed))["bound"]![0]!;
  };
  const typical = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / Math.max(1, gradient.length));
  const chosen = chooseEntries(lowered, options.entries, options.seed);
  let worst = { excess: -1, entry: -1, difference: 0, relativeError: 0, expectedError: 0 };
  for (const entry of chosen) {
    const h = step * Math.max(1, Math.abs(parameters[entry]!));
    const central = async (by: number): Promise<[number, number]> => {
      const [up, down] = [await boundAt(entry, by), await boundAt(entry, -by)];
      return [(up - down) / (2 * by), Math.abs(up) + Math.abs(down)];
    };
    const [coarse] = await central(h);
    const [fine, size] = await central(h / 2);
    const difference = (4 * fine - coarse) / 3;
    const unit = Math.max(Math.abs(difference), Math.abs(gradient[entry]!), typical, 1e-300);
    const relativeError = Math.abs(gradient[entry]! - difference) / unit;
    const expectedError = (Math.abs(difference - fine) + (Number.EPSILON * size) / h) / unit;
    const excess = relativeError / (tolerances[options.precision] + 10 * expectedError);
    if (!(excess <= worst.excess)) worst = { excess, entry, difference, relativeError, expectedError };
  }
  const { excess, entry, difference, relativeError, expectedError } = worst;
  return {
    entries: chosen.length,
    worst: entry,
    gradient: gradient[entry] ?? NaN,
    difference,
    relativeError,
    expectedError,
    agrees: excess <= 1,
  };
}

/** A step at which neither the curvature of usual bounds nor 64-bit rounding spoils more than eight digits. */
const step = 1e-4;
/** Relative errors of a gradient that rounding explains: sums of thousands of terms in 64 and in 32 bits. */
const tolerances = { float64: 1e-6, float32: 1e-2 } as const;

/** All entries when they are few; else one of each slot and the rest at random. */
function chooseEntries({ slots, parameterCount }: Differentiable, most: number, seed: Seed): number[] {
  if (parameterCount <= most) return Array.from({ length: parameterCount }, (_, i) => i);
  const random = randomStream(seedKey(seed, "entries"));
  const chosen = new Set(
    slots.flatMap(({ offset, size }) => (size === 0 ? [] : [offset + Math.floor(random.uniform() * size)])),
  );
  for (const entry of permutation(random, parameterCount)) {
    if (chosen.size >= most) break;
    chosen.add(entry);
  }
  return [...chosen];
}

/** A point near another: every entry moved by a normal number of this standard deviation. */
export function near(parameters: Float64Array, seed: Seed, sd: number): Float64Array {
  const random = randomStream(seedKey(seed, "near"));
  return parameters.map((value) => value + sd * random.normal());
}
