/**
 * `npm run fuzz [-- --count 10000] [-- --seed 1] [-- --kind NAME] [-- --from 0]`: every fuzzer of `fuzzers.ts`, or one
 * of them. Prints each failure with the numbers that repeat it (`--from N --count 1`), and what each took; exit status 1
 * when there is a failure, when a trial takes longer than its fuzzer allows, or when the process has held a gigabyte.
 */
import { parseArgs } from "node:util";
import type { Fuzzer } from "./fuzzer.ts";
import { fuzzers } from "./fuzzers.ts";
import { trial } from "./trial.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    kind: { type: "string" },
  },
});
const [count, seed, from] = [Number(values.count), Number(values.seed), Number(values.from)];
const chosen = Object.entries<Fuzzer>(fuzzers).filter(([name]) => values.kind === undefined || values.kind === name);
if (chosen.length === 0) {
  console.error(`there is no kind \`${values.kind}\`: one of ${Object.keys(fuzzers).join(", ")}`);
  process.exit(1);
}

/** Kilobytes, as the system counts them. */
const mostMemory = 1e6;

let failures = 0;
for (const [name, fuzzer] of chosen) failures += await tryAll(name, fuzzer);
const { maxRSS } = process.resourceUsage();
console.log(`${Math.round(maxRSS / 1000)} MB at most`);
process.exit(failures > 0 || maxRSS > mostMemory ? 1 : 0);

async function tryAll(name: string, fuzzer: Fuzzer): Promise<number> {
  const began = performance.now();
  let bad = 0;
  let longest = 0;
  for (let number = from; number < from + count; number++) {
    const { input, failure, seconds } = await trial(name, fuzzer, seed, number);
    longest = Math.max(longest, seconds);
    const late = fuzzer.within !== null && seconds > fuzzer.within ? `took ${seconds.toFixed(1)} s` : null;
    const wrong = failure ?? late;
    if (wrong === null) continue;
    bad++;
    console.log(`${name} ${number}: ${wrong}\n${indented(input)}\n`);
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${name}: ${count} tried, ${bad} failed, ${seconds.toFixed(0)} s, the longest ${(1000 * longest).toFixed(0)} ms`,
  );
  return bad;
}

function indented(text: string): string {
  return text.replace(/^/gm, "    | ");
}
