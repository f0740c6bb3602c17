import { describe, expect, test } from "vitest";
import { checkText } from "./checks.ts";
import { failures } from "./corpus.ts";
import { trial } from "./trial.ts";

// the first of what `npm run fuzz` tries, by the thousand
describe("fuzzing", () => {
  test("random models compile, print back, run alike on both evaluators and have the gradients that differences give", async () => {
    for (let number = 0; number < 60; number++) {
      const { failure, text } = await trial("models", 1, number);
      expect(failure, text).toBeNull();
    }
  });

  test("mutated texts get a model or mistakes inside the file, never an internal error", async () => {
    for (let number = 0; number < 400; number++) {
      const { failure, text } = await trial("text", 1, number);
      expect(failure, text).toBeNull();
    }
  });

  test.each(failures)("%s no longer breaks anything", (_, text) => {
    expect(checkText(text, {})).toBeNull();
  });
});
