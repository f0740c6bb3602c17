import type { Dice } from "./models.ts";

/** What went wrong, in words; null when all is well. */
export type Failure = string | null;

/** What was tried, as a person would want to see it, and what went wrong. */
export interface Trial {
  readonly input: string;
  readonly failure: Failure;
}

/** One way of trying to break stratum: a file in `fuzzers/`, and a row of the table in `fuzzers.ts`. */
export interface Fuzzer {
  /** What it should never see happen, as the name of a test. */
  readonly law: string;
  /** How many the ordinary tests try: the first of those that `npm run fuzz` tries. */
  readonly few: number;
  /** How long one may take, seconds; null where what is tried is work. */
  readonly within: number | null;
  /** One trial. The same dice and number give the same trial; what it throws is a failure. */
  readonly attempt: (dice: Dice, number: number) => Trial | Promise<Trial>;
}
