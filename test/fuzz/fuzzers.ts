import type { Fuzzer } from "./fuzzer.ts";
import { models } from "./fuzzers/models.ts";
import { calls } from "./fuzzers/calls.ts";
import { names } from "./fuzzers/names.ts";
import { savedRuns } from "./fuzzers/runs.ts";
import * as targets from "./fuzzers/targets.ts";
import { text } from "./fuzzers/text.ts";

/** Every fuzzer, by its name. To add one, write a file beside those and add a row. */
export const fuzzers = { models, text, names, calls, runs: savedRuns, ...targets } as const satisfies Readonly<
  Record<string, Fuzzer>
>;
