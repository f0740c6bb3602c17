import { breathe } from "../base/turns.ts";
import { ok, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { randomStream, seedKey } from "../numeric/random.ts";
import type { Program } from "../program/program.ts";
import type { Plan } from "../plan/plan.ts";
import { permutation } from "./batches.ts";
import { at, batchFeed, boundIn, openGradient } from "./gradients.ts";
import { writeInputs } from "./inputs.ts";
import { inputName } from "../program/names.ts";

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

export interface DifferenceOptions {
  readonly seed: Seed;
  readonly batch?: Seed;
  /** Entries that are compared, at most. */
  readonly entries: number;
  /** Ends it by its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Central differences with steps h and h / 2, extrapolated to h = 0 (Richardson): what the extrapolation changes is the
 * estimate of the error left. `bound` reads the state `all.parameters`, is computed by `exact` in 64 bits, and draws the
 * same noise as `gradient`.
 */
export async function finiteDifferences(
  plan: Plan,
  programs: { readonly gradient: Program; readonly bound: Program },
  executors: { readonly gradient: Executor; readonly exact: Executor },
  parameters: Float64Array,
  { seed, batch = seed, entries, signal }: DifferenceOptions,
): Promise<Outcome<FiniteDifference>> {
  const opened = await openGradient(plan, programs.gradient, executors.gradient, parameters, { seed, batch });
  const found = await opened.at(0).finally(opened.dispose);
  if (!found.ok) return found;
  const gradient = found.value.subarray(0, parameters.length);
  const session = await executors.exact.open(programs.bound, { seed });
  try {
    writeInputs(session, programs.bound, plan.numbers, { [inputName.parameters]: parameters });
    const feed = batchFeed(plan, programs.bound, batch);
    const boundAt = async (entry: number, by: number): Promise<number> => {
      session.write(inputName.parameters, parameters.with(entry, at(parameters, entry) + by));
      await breathe(signal);
      return boundIn(await session.run(0, 1, feed, signal));
    };
    const chosen = chooseEntries(plan, entries, seed);
    return ok(await differences(boundAt, chosen, { parameters, gradient }, tolerances[executors.gradient.precision]));
  } finally {
    session.dispose();
  }
}

/** What is known of one entry: how its derivative differs, beyond what its own error explains. */
interface EntryDifference {
  readonly entry: number;
  readonly excess: number;
  readonly difference: number;
  readonly relativeError: number;
  readonly expectedError: number;
}

async function differences(
  boundAt: (entry: number, by: number) => Promise<number>,
  chosen: readonly number[],
  { parameters, gradient }: { readonly parameters: Float64Array; readonly gradient: Float64Array },
  tolerance: number,
): Promise<FiniteDifference> {
  const typical = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0) / Math.max(1, gradient.length));
  let worst: EntryDifference = { excess: -1, entry: -1, difference: 0, relativeError: 0, expectedError: 0 };
  for (const entry of chosen) {
    const derivative = at(gradient, entry);
    const h = step * Math.max(1, Math.abs(at(parameters, entry)));
    const central = async (by: number): Promise<[number, number]> => {
      const [up, down] = [await boundAt(entry, by), await boundAt(entry, -by)];
      return [(up - down) / (2 * by), Math.abs(up) + Math.abs(down)];
    };
    const [coarse] = await central(h);
    const [fine, size] = await central(h / 2);
    const difference = (4 * fine - coarse) / 3;
    const unit = Math.max(Math.abs(difference), Math.abs(derivative), typical, 1e-300);
    const relativeError = Math.abs(derivative - difference) / unit;
    const expectedError = (Math.abs(difference - fine) + (Number.EPSILON * size) / h) / unit;
    const excess = relativeError / (tolerance + 10 * expectedError);
    if (!(excess <= worst.excess)) worst = { excess, entry, difference, relativeError, expectedError };
  }
  const { excess, entry, ...there } = worst;
  return { entries: chosen.length, worst: entry, gradient: gradient[entry] ?? NaN, ...there, agrees: excess <= 1 };
}

/** A step at which neither the curvature of usual bounds nor 64-bit rounding spoils more than eight digits. */
export const step = 1e-4;

/** Relative errors of a gradient that rounding explains: sums of thousands of terms in 64 and in 32 bits. */
const tolerances = { float64: 1e-6, float32: 1e-2 } as const;

/** All entries when they are few; else one of each learned array and the rest at random. */
function chooseEntries({ paramSpecs, parameterCount }: Plan, most: number, seed: Seed): number[] {
  if (parameterCount <= most) return Array.from({ length: parameterCount }, (_, i) => i);
  const random = randomStream(seedKey(seed, "entries"));
  const chosen = new Set(
    paramSpecs.flatMap(({ offset, size }) => (size === 0 ? [] : [offset + Math.floor(random.uniform() * size)])),
  );
  for (const entry of permutation(random, parameterCount)) {
    if (chosen.size >= most) break;
    chosen.add(entry);
  }
  return [...chosen];
}
