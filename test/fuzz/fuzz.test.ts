import { describe, expect, test } from "vitest";
import { checkText } from "./checks.ts";
import { failures } from "./corpus.ts";
import type { Fuzzer } from "./fuzzer.ts";
import { fuzzers } from "./fuzzers.ts";
import { trial } from "./trial.ts";

// the first of what `npm run fuzz` tries, by the thousand
describe("fuzzing", () => {
  const rows = Object.entries<Fuzzer>(fuzzers).map(([name, fuzzer]) => ({ name, law: fuzzer.law, fuzzer }));

  test.each(rows)("$name: $law", async ({ name, fuzzer }) => {
    for (let number = 0; number < fuzzer.few; number++) {
      const { failure, input } = await trial(name, fuzzer, 1, number);
      expect(failure, input).toBeNull();
    }
  });

  test.each(failures)("%s no longer breaks anything", (_, text) => {
    expect(checkText(text, {})).toBeNull();
  });
});
