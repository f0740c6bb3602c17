import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editDistance, suggest } from "../../src/diagnostics/suggest.ts";

const functions = ["exp", "log", "log1p", "sqrt", "square", "sigmoid", "softmax", "logsumexp", "sum"];

describe("suggest", () => {
  test.each([
    ["smaple", ["sample", "param"], "sample"],
    ["obsrve", ["observe", "factor"], "observe"],
    ["sqaure", functions, "square"],
    ["logsumxep", functions, "logsumexp"],
    ["Sqrt", functions, "sqrt"],
    ["som", functions, "sum"],
    ["n", ["N", "x"], "N"],
    ["x", ["y", "z"], null],
    ["frobnicate", functions, null],
    ["", functions, null],
    ["exp", ["exp"], null],
  ])("finds for %s", (name, known, expected) => {
    expect(suggest(name, known)).toBe(expected);
  });

  test("prefers the nearer, then the earlier in the alphabet", () => {
    expect(suggest("sigm", ["sigma", "sigms", "sig"])).toBe("sig");
    expect(suggest("theat", ["thead", "theta"])).toBe("thead");
    expect(suggest("sigmaa", ["sigmoid", "sigma"])).toBe("sigma");
  });
});

describe("editDistance", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 7 });

  test("is symmetric, zero only between equals, and bounded by the lengths", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("counts these edits", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
    expect(editDistance("ab", "ba")).toBe(1);
    // No piece is edited twice, so this is 3 where the unrestricted distance is 2.
    expect(editDistance("ca", "abc")).toBe(3);
  });
});
