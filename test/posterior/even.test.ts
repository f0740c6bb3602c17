import { expect, test } from "vitest";
import { checksOf } from "../../src/posterior/checks.ts";
import { verdictOf } from "../../src/posterior/verdict.ts";

const given = { kDraws: 4000, draws: 10_000, broken: 0 };

test("nearly even weights are trusted whatever the tail of their small differences", () => {
  const verdict = verdictOf({ ...given, kHats: [2.8], effective: [9993] });
  expect(verdict).toMatchObject({
    trusted: true,
    sentence: "The importance weights are nearly equal: 99.9 % of the draws are effective.",
    suggestion: null,
  });
});

test("and only those: at 94 % effective, k-hat decides", () => {
  expect(verdictOf({ ...given, kHats: [2.8], effective: [9400] }).trusted).toBe(false);
  expect(verdictOf({ ...given, kHats: [0.3], effective: [9400] }).trusted).toBe(true);
});

test("of many data, those with even weights do not count against the guide", () => {
  const kHats = Array.from({ length: 20 }, (_, i) => (i < 10 ? 1.5 : 0.1));
  const weighed = (effective: number) => ({ ...given, kHats, effective: kHats.map(() => effective) });
  expect(checksOf(weighed(9990)).doubtful).toBe(0);
  expect(verdictOf(weighed(9990)).trusted).toBe(true);
  expect(checksOf(weighed(5000)).doubtful).toBe(0.5);
  expect(verdictOf(weighed(5000)).trusted).toBe(false);
});

test("a handful of effective draws is not trusted, whatever k-hat says", () => {
  const verdict = verdictOf({ ...given, kHats: [0.56], effective: [13] });
  expect(verdict.trusted).toBe(false);
  expect(verdict.sentence).toMatch(/^Only 13 of 10000 importance draws are effective/);
  expect(verdictOf({ ...given, kHats: [0.56], effective: [130] }).trusted).toBe(true);
});
