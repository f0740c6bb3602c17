import { randomStream, seedKey } from "../../src/numeric/random.ts";
import type { Fuzzer, Trial } from "./fuzzer.ts";
import { diceOf } from "./models.ts";

/** A trial, and how long it took: time of the processor, so that a machine that is busy elsewhere does not count. */
export type Timed = Trial & { readonly seconds: number };

/** One numbered trial of a seed. The same numbers give the same trial. */
export async function trial(name: string, fuzzer: Fuzzer, seed: number, number: number): Promise<Timed> {
  const dice = diceOf(randomStream(seedKey(seed, `fuzz.${name}.${number}`)));
  const began = process.cpuUsage();
  const result = await attempt(fuzzer, dice, number);
  const { user, system } = process.cpuUsage(began);
  return { ...result, seconds: (user + system) / 1e6 };
}

async function attempt(fuzzer: Fuzzer, dice: ReturnType<typeof diceOf>, number: number): Promise<Trial> {
  try {
    return await fuzzer.attempt(dice, number);
  } catch (error) {
    return { input: "", failure: `threw ${error instanceof Error ? error.stack : String(error)}` };
  }
}
