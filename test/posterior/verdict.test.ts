import { describe, expect, test } from "vitest";
import { checksOf, judge, kThreshold } from "../../src/posterior/checks.ts";
import { verdictAfter, verdictAtBeta, verdictOf, verdictWithoutGuide } from "../../src/posterior/verdict.ts";

const weighed = (kHats: number[], kDraws = 1000, broken = 0, effective = 500) => ({
  ...{ kHats, effective: kHats.map(() => effective), kDraws },
  ...{ draws: kDraws, broken },
});
const judged = (...given: Parameters<typeof weighed>) => verdictOf(weighed(...given));
const copies = (count: number, value: number) => Array<number>(count).fill(value);

test("the threshold grows with the number of draws up to 0.7", () => {
  expect(kThreshold(100)).toBe(0.5);
  expect(kThreshold(1000)).toBeCloseTo(2 / 3, 15);
  // 1 - 1 / log10 S reaches 0.7 at S = 10^(10/3) = 2154
  expect(kThreshold(2154)).toBeLessThan(0.7);
  expect(kThreshold(2155)).toBe(0.7);
});

test("one k-hat is trusted up to the threshold", () => {
  expect(judged([0.3])).toMatchObject({
    trusted: true,
    sentence: "The approximation is good enough to correct: Pareto k-hat is 0.30, at most 0.67.",
    suggestion: null,
    findings: [{ code: "k-hat-fine", severity: "fine", facts: { kHat: 0.3, threshold: kThreshold(1000) } }],
  });
  expect(judged([0.69]).trusted).toBe(false);
  expect(judged([0.69], 4000).trusted).toBe(true);
  expect(judged([0.9]).sentence).toContain("Pareto k-hat is 0.90, above 0.67");
  expect(judged([0.9]).suggestion).toContain("more components");
  expect(judged([Infinity]).trusted).toBe(false);
  expect(judged([NaN]).trusted).toBe(false);
});

describe("equal weights", () => {
  test("say nothing of where the guide has no mass, and the sentence does not either", () => {
    const { trusted, sentence, findings } = judged([-Infinity], 1000, 0, 1000);
    expect(trusted).toBe(true);
    expect(sentence).toBe(
      "All importance weights are equal: draws cannot tell the guide from the posterior where the guide has mass; of the posterior elsewhere they say nothing.",
    );
    expect(findings).toMatchObject([
      { code: "equal-weights", facts: { checked: "where the guide has mass", unchecked: "elsewhere", share: 1 } },
    ]);
  });

  test("of every datum are told as those of one", () => {
    const { trusted, sentence } = judged(copies(40, -Infinity), 1000, 0, 1000);
    expect(trusted).toBe(true);
    expect(sentence).toMatch(/^All importance weights of 40 data are equal: /);
    expect(sentence).not.toContain("Infinity");
  });

  test("in the tail alone are not called equal: half the draws may have no weight at all", () => {
    expect(judged([-Infinity]).sentence).toBe(
      "The largest importance weights are all equal: 50.0 % of the draws are effective.",
    );
    expect(judged([-Infinity], 1000, 0, 960).sentence).toBe(
      "The importance weights are nearly equal: 96.0 % of the draws are effective.",
    );
  });

  test("among those that k-hat saw are no help when hardly any of all draws count", () =>
    expect(judged([-Infinity], 1000, 0, 3)).toMatchObject({ trusted: false, findings: [{ code: "few-effective" }] }));
});

describe("of many data", () => {
  const many = (bad: number) => [...copies(100 - bad, 0.2), ...copies(bad, 1.1)];

  test("one in twenty may be in doubt, and the sentence counts them", () => {
    expect(judged(many(0)).trusted).toBe(true);
    expect(judged(many(5)).trusted).toBe(true);
    expect(judged(many(5)).sentence).toContain("for 5 of 100 data, Pareto k-hat is above");
    expect(judged(many(6)).trusted).toBe(false);
    expect(judged(many(6)).suggestion).not.toBe(null);
  });

  test("those that nearly even weights excuse are counted apart, and none of them is the worst", () => {
    // 20 of 200 are above the threshold, 19 of them with nearly even weights, the largest k-hat among those
    const kHats = [...copies(19, 3), 0.9, ...copies(180, 0.1)];
    const effective = [...copies(19, 990), ...copies(181, 500)];
    const verdict = verdictOf({ kHats, effective, kDraws: 1000, draws: 1000, broken: 0 });
    expect(verdict).toMatchObject({
      trusted: true,
      sentence:
        "The approximation is good enough to correct for nearly all data: for 1 of 200 data, Pareto k-hat is above 0.67 or fewer than 100 draws are effective (largest k-hat 0.90, datum 19); for 19 more it is above, but their importance weights are nearly equal.",
      findings: [
        { code: "few-data-doubtful", facts: { doubtful: 1, heavy: 1, few: 0, even: 19, worst: 19, kHat: 0.9 } },
      ],
    });
  });

  test("one that is in doubt for want of effective draws is the worst, whatever others' k-hat", () => {
    const kHats = [2, 0.2, 0.1];
    const verdict = verdictOf({ kHats, effective: [999, 20, 500], kDraws: 1000, draws: 1000, broken: 0 });
    expect(verdict.sentence).toContain("for 1 of 3 data");
    expect(verdict.sentence).toContain("(largest k-hat 0.20, datum 1)");
    expect(verdict.findings).toMatchObject([{ code: "many-data-doubtful", facts: { few: 1, heavy: 0, even: 1 } }]);
  });

  test("the sentence, the share and the judgement count the same data", () => {
    for (let seed = 1; seed < 50; seed++) {
      const kHats = Array.from({ length: 30 }, (_, i) => ((i * 37 * seed) % 101) / 80);
      const effective = Array.from({ length: 30 }, (_, i) => ((i * 53 * seed) % 997) + 3);
      const given = { kHats, effective, kDraws: 1000, draws: 1000, broken: 0 };
      const counted = judge(given).filter(({ standing }) => standing === "heavy" || standing === "few").length;
      expect(checksOf(given).doubtful).toBe(counted / 30);
      expect(verdictOf(given).sentence).toContain(counted === 0 ? "all 30 data" : `for ${counted} of 30 data`);
    }
  });
});

test("too few draws, and draws without a density, are never trusted", () => {
  expect(judged([Infinity], 20).sentence).toBe("20 draws are too few to judge the approximation.");
  expect(judged([0.1], 1000, 3).sentence).toContain("at 3 of the guide's draws");
  expect(judged([0.1], 1000, 3).trusted).toBe(false);
});

test("checks keep the largest, the median, the share above and who it was", () => {
  const { kHat, effectiveSampleSize } = checksOf({
    kHats: [0.1, 0.9, -Infinity, 0.2],
    effective: [300, 100, 200, 1000],
    kDraws: 1000,
    draws: 5000,
    broken: 0,
  });
  expect(kHat).toMatchObject({ largest: 0.9, shareAbove: 0.25, worst: 1, data: 4, draws: 1000 });
  expect(kHat.median).toBeCloseTo(0.15, 15);
  expect(effectiveSampleSize).toEqual({ smallest: 100, median: 250, draws: 5000 });
  // Interpolating between infinities would give NaN
  expect(
    checksOf({ kHats: [-Infinity, -Infinity], effective: [1, 1], kDraws: 50, draws: 50, broken: 0 }).kHat.median,
  ).toBe(-Infinity);
});

test("a likelihood that is not finite is told as what it is", () => {
  expect(verdictWithoutGuide(-3, "none")).toMatchObject({ trusted: true, findings: [{ code: "maximum-likelihood" }] });
  expect(verdictWithoutGuide(-3, "summed out").sentence).toMatch(/^Every latent is summed out exactly/);
  expect(verdictWithoutGuide(-Infinity, "none")).toMatchObject({
    trusted: false,
    sentence: "The log likelihood at the learned params is -Infinity, not a finite number.",
  });
});

describe("searches for modes", () => {
  const restart = (evidence: number) => ({
    ...{ components: 2, rounds: 3, kHat: 0.2, share: 0.8 },
    ...{ evidence, standardError: 0.01 },
  });
  const search = {
    ...{ disagree: false, incomplete: false, starts: 24, modes: 11 },
    searches: [{ modes: 9, fresh: 9 }, ...Array.from({ length: 3 }, () => ({ modes: 4, fresh: 2 }))],
    restarts: [restart(-3), restart(-4), restart(-5)],
  };
  const fine = judged([0.3]);

  test("that agree change nothing", () => expect(verdictAfter(fine, search)).toBe(fine));

  test("that still found new modes leave a doubt, and so do those that disagree", () => {
    const incomplete = verdictAfter(fine, { ...search, incomplete: true });
    expect(incomplete).toMatchObject({
      trusted: false,
      sentence: `${fine.sentence} But every search for modes found one that those before it had missed: there may be more.`,
      suggestion: "run it again with other seeds, and compare; look for symmetries of the model",
    });
    expect(incomplete.findings[1]?.facts).toEqual({ searches: 4, starts: 24, modes: 11, fresh: 2 });
    const disagreeing = verdictAfter(fine, { ...search, disagree: true });
    expect(disagreeing.sentence).toBe(`${fine.sentence} But independent searches disagree on the evidence.`);
    expect(disagreeing.findings[1]?.facts).toMatchObject({ first: -4, second: -5, nats: 0.1, errors: 5 });
  });

  test("with both faults are told of by the first, and both are among the findings", () => {
    const both = verdictAfter(fine, { ...search, incomplete: true, disagree: true });
    expect(both.sentence).toBe(verdictAfter(fine, { ...search, incomplete: true }).sentence);
    expect(both.findings.map(({ code }) => code)).toEqual(["k-hat-fine", "search-incomplete", "searches-disagree"]);
  });
});

test("a guide that was trained at another beta is not told to train longer", () => {
  const poor = judged([0.9]);
  expect(verdictAtBeta(poor, 1)).toBe(poor);
  expect(verdictAtBeta(poor, 0.05)).toMatchObject({ trusted: false, sentence: poor.sentence });
  expect(verdictAtBeta(poor, 0.05).suggestion).toContain("train at beta = 1");
  expect(verdictAtBeta(poor, 0.05).suggestion).toContain("at beta = 0.05");
  expect(verdictAtBeta(judged([0.3]), 0.05).suggestion).toBe(null);
  // a density that overflows does so at any beta
  const broken = judged([0.1], 1000, 3);
  expect(verdictAtBeta(broken, 0.05)).toBe(broken);
});
