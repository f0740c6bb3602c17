import { quantile } from "../../src/numeric/statistics.ts";

/** Microseconds (or what is measured): the middle, and the quarters on either side of it. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly repeats: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const [lower, median, upper] = [0.25, 0.5, 0.75].map((p) => quantile(values, p));
  return { median: median!, lower: lower!, upper: upper!, repeats: values.length };
}

/** Something that can be done `count` times in a row. */
export type Repeated = (count: number) => Promise<void> | void;

export interface Effort {
  /** Milliseconds of one uninterrupted stretch, and how many stretches of each contestant. */
  readonly stretch: number;
  readonly repeats: number;
  /** Milliseconds for everybody's stretches together: where they are long there are fewer of them, three at least. */
  readonly budget: number;
}

/**
 * Times contestants in turns, A B A B ..., so that whatever else the machine does falls on all of them alike. Each is
 * warmed up, and its stretches are as long as `stretch` asks. Microseconds for one, a list for each contestant.
 */
export async function inTurns(
  contestants: readonly Repeated[],
  { stretch, repeats, budget }: Effort,
): Promise<number[][]> {
  const counts: number[] = [];
  let round = 0;
  for (const run of contestants) {
    await run(1);
    const began = performance.now();
    let done = 0;
    for (let count = 1; performance.now() - began < stretch; count *= 2) {
      await run(count);
      done += count;
    }
    const each = (performance.now() - began) / done;
    counts.push(Math.max(1, Math.round(stretch / each)));
    round += each * counts.at(-1)!;
  }
  const rounds = Math.min(repeats, Math.max(3, Math.floor(budget / round)));
  const times = contestants.map((): number[] => []);
  for (let repeat = 0; repeat < rounds; repeat++)
    for (const [i, run] of contestants.entries()) {
      const began = performance.now();
      await run(counts[i]!);
      times[i]!.push(((performance.now() - began) * 1000) / counts[i]!);
    }
  return times;
}
