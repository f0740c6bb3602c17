import { breathe } from "../base/turns.ts";
import { present } from "../base/assert.ts";
import { failed, ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Feed, Seed, Trace } from "../execute/executor.ts";
import { randomStream, seedKey } from "../numeric/random.ts";
import { erfc } from "../numeric/special.ts";
import { standardDeviation } from "../numeric/statistics.ts";
import { sidak } from "../numeric/uniformity.ts";
import type { Plan } from "../plan/plan.ts";
import type { Program } from "../program/program.ts";
import { batchRows } from "./batches.ts";
import { diagnose } from "./diagnose.ts";
import { feedOf, inputsAt, writeInputs, type State } from "./inputs.ts";
import { outputName } from "../program/names.ts";

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

/** A gradient program (outputs `bound` and `gradient.PARAMETER`), opened at fixed parameters. */
interface Opened {
  readonly at: (step: number) => Promise<Outcome<Float64Array>>;
  readonly dispose: () => void;
}

/** Of the noise, and of the minibatch. */
interface Seeds {
  readonly seed: Seed;
  readonly batch: Seed;
}

/** Opens a gradient program at fixed parameters and one minibatch. */
export async function openGradient(
  plan: Plan,
  program: Program,
  executor: Executor,
  parameters: Float64Array,
  { seed, batch }: Seeds,
): Promise<Opened> {
  const { paramSpecs, numbers } = plan;
  const state: State = Object.fromEntries(
    paramSpecs.map(({ name, offset, size }) => [name, parameters.subarray(offset, offset + size)]),
  );
  const feed = batchFeed(plan, program, batch);
  const session = await executor.open(program, { seed });
  writeInputs(session, program, numbers, state);
  const there = paramSpecs.filter(({ name }) =>
    program.outputs.some((output) => output.name === outputName("gradient", name)),
  );
  const at = async (step: number): Promise<Outcome<Float64Array>> => {
    const trace = await session.run(step, 1, feed);
    const values = new Float64Array(parameters.length + 1);
    const bound = boundIn(trace);
    values[parameters.length] = bound;
    for (const { name, offset } of there) values.set(await session.read(outputName("gradient", name)), offset);
    const value = values.find((each) => !Number.isFinite(each));
    if (value === undefined) return ok(values);
    const inputs = inputsAt(program, { numbers, state, seed }, step, feed);
    const output = Number.isFinite(bound) ? "gradient_norm" : "bound";
    return failed(diagnose(program, inputs, { step, output, value, executor: executor.name }));
  };
  return { at, dispose: () => session.dispose() };
}

/** One minibatch, the same at every step. */
export function batchFeed({ minibatches }: Plan, program: Program, seed: Seed): Feed | undefined {
  const fixed = minibatches.map((m) => {
    const rows = batchRows(seed, m)(0);
    return [m.feed, () => rows] as const;
  });
  return feedOf(program, Object.fromEntries(fixed));
}

/** The bound of the one step that was run. */
export function boundIn(trace: Trace): number {
  const [bound] = present(trace["bound"], "traced bound");
  return present(bound, "a step");
}

/** Estimates a gradient `repeats` times, each with noise of its own, at one minibatch. */
export async function gradientMoments(
  plan: Plan,
  program: Program,
  executor: Executor,
  parameters: Float64Array,
  { repeats, seed, batch = seed, groups = [], signal }: MomentOptions,
): Promise<Outcome<GradientMoments>> {
  const size = parameters.length + 1;
  const all = momentsOf(size);
  const inBlock = momentsOf(size);
  const found = groups.map((group) => ({ group, blockVariances: [] as number[] }));
  const perBlock = Math.floor(repeats / blocks);
  const opened = await openGradient(plan, program, executor, parameters, { seed, batch });
  let done = 0;
  try {
    while (done < repeats && !signal?.aborted) {
      const values = await opened.at(done);
      if (!values.ok) return values;
      done++;
      accumulate(all, values.value, done);
      if (perBlock >= 2 && groups.length > 0 && done <= perBlock * blocks) {
        const nth = ((done - 1) % perBlock) + 1;
        accumulate(inBlock, values.value, nth);
        if (nth === perBlock)
          for (const { group, blockVariances } of found)
            blockVariances.push(meanOf(group, inBlock.squares) / (nth - 1));
      }
      await breathe();
    }
  } finally {
    opened.dispose();
  }
  const { mean, squares } = all;
  return ok({
    repeats: done,
    mean,
    groups: found.map(({ group, blockVariances }) => ({
      value: meanOf(group, squares) / (done - 1),
      standardError: blockVariances.length < blocks ? null : standardDeviation(blockVariances) / Math.sqrt(blocks),
    })),
    variance: squares.map((sum) => sum / (done - 1)),
    largest: largestShares(all),
  });
}

/** Running moments of each entry. */
interface Moments {
  readonly mean: Float64Array;
  /** Sums of squared deviations from the mean. */
  readonly squares: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
}

function momentsOf(size: number): Moments {
  const filled = (value: number): Float64Array => new Float64Array(size).fill(value);
  return { mean: filled(0), squares: filled(0), least: filled(Infinity), most: filled(-Infinity) };
}

/** Takes the nth value; the first begins anew. */
function accumulate({ mean, squares, least, most }: Moments, values: Float64Array, nth: number): void {
  if (nth === 1) for (const sum of [mean, squares]) sum.fill(0);
  values.forEach((value, i) => {
    const step = value - mean[i]!;
    mean[i]! += step / nth;
    squares[i]! += step * (value - mean[i]!);
    if (value < least[i]!) least[i] = value;
    if (value > most[i]!) most[i] = value;
  });
}

function largestShares({ mean, squares, least, most }: Moments): Float64Array {
  return squares.map((sum, i) => (sum === 0 ? 0 : Math.max(mean[i]! - least[i]!, most[i]! - mean[i]!) ** 2 / sum));
}

function meanOf(group: Uint32Array, values: Float64Array): number {
  return group.reduce((sum, i) => sum + values[i]!, 0) / Math.max(1, group.length);
}

/** One entry of a gradient. */
export function at(values: Float64Array, index: number): number {
  return present(values[index], "an entry");
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
    const theirs = at(other.mean, i);
    if (at(one.largest, i) > carried(one.repeats) || at(other.largest, i) > carried(other.repeats)) {
      leftOut++;
      return;
    }
    compared++;
    const rounding = precision * Math.max(Math.abs(mean), scale);
    const difference = Math.abs(theirs - mean);
    if (difference <= rounding) return;
    const variance = at(one.variance, i) / one.repeats + at(other.variance, i) / other.repeats;
    const found = (theirs - mean) / Math.sqrt(variance + rounding ** 2);
    if (Math.abs(found) > Math.abs(z)) [z, entry] = [found, i];
  });
  const p = sidak(erfc(Math.abs(z) * Math.SQRT1_2), Math.max(1, compared));
  return { z, entry, p, compared, leftOut };
}

/** A point near another: every entry moved by a normal number of this standard deviation. */
export function near(parameters: Float64Array, seed: Seed, sd: number): Float64Array {
  const random = randomStream(seedKey(seed, "near"));
  return parameters.map((value) => value + sd * random.normal());
}
