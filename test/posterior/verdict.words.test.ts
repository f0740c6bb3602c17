import { describe, expect, test } from "vitest";
import { codes, exampleFacts, exampleOf } from "../../scripts/findings.ts";
import { severities, type FindingCode, type FactsOf, type Finding } from "../../src/posterior/findings.ts";
import { adviceOf, sentenceOf, verdictWords, wordings } from "../../src/posterior/wording.ts";

/** What a finding says, and what it makes worth trying. */
const words = (finding: Finding): string => `${sentenceOf(finding)} ${adviceOf(finding) ?? ""}`;

/** Every way in which a sentence may write a fact. */
function spellings(value: unknown): string[] {
  if (typeof value === "string") return value.match(/-?\d+(?:\.\d+)?/g) ?? [];
  if (typeof value !== "number") return [];
  return [String(value), value.toFixed(2), String(Math.round(value)), (100 * value).toFixed(1)];
}

/** Numbers of advice that no run measured. */
const spoken = { "ask for more draws, 1,000 or more": ["1,000"], "beta = 1": ["1"], "at beta = 1 if": ["1"] };

/** Facts that are kept beside a sentence: what it was decided by and does not spell out. */
const silent: Readonly<Record<FindingCode, readonly string[]>> = {
  "density-broken": [],
  "too-few-draws": ["fewest"],
  "equal-weights": ["kDraws", "draws", "share", "equalShare"],
  "equal-tail": ["effective", "draws", "fewest", "checked", "unchecked"],
  "even-weights": ["kHat", "threshold", "kDraws", "effective", "draws", "evenShare", "checked", "unchecked"],
  "few-effective": ["kHat", "threshold", "kDraws", "fewest"],
  "k-hat-fine": ["kDraws", "effective", "draws", "checked", "unchecked"],
  "k-hat-high": ["kDraws", "effective", "draws", "evenShare"],
  "all-data-fine": ["threshold", "kDraws", "draws", "even", "evenShare", "checked", "unchecked"],
  "all-data-fine-or-even": ["kDraws", "draws", "even", "evenShare", "checked", "unchecked"],
  "few-data-doubtful": [
    "kDraws",
    "draws",
    "evenShare",
    "heavy",
    "few",
    "tolerated",
    "effective",
    "checked",
    "unchecked",
  ],
  "many-data-doubtful": ["kDraws", "draws", "evenShare", "heavy", "few", "tolerated", "effective"],
  "summed-out": ["logLikelihood"],
  "maximum-likelihood": ["logLikelihood"],
  "likelihood-not-finite": [],
  "search-incomplete": ["searches", "starts", "modes", "fresh"],
  "searches-disagree": ["first", "firstError", "second", "secondError", "nats", "errors"],
  "flat-posterior": ["entries"],
  "search-cut-short": ["starts", "modes"],
  "hurried-judgement": [],
  "other-beta": [],
  "ended-early": [],
};

/** The finding with one fact changed to another of its kind. */
function changed<C extends FindingCode>(code: C, fact: string): Finding {
  const facts: FactsOf[C] = exampleFacts[code];
  const value = Object.entries(facts).find(([name]) => name === fact)?.[1] as unknown;
  const other = typeof value === "number" ? (Number.isFinite(value) ? 3 * value + 2 : 7) : "somewhere";
  const finding: Finding = exampleOf<FindingCode>(code);
  return { ...finding, facts: { ...facts, [fact]: other } } as Finding;
}

describe.each(codes)("%s", (code) => {
  const finding: Finding = exampleOf<FindingCode>(code);

  test("has no number in its sentence that is not a fact", () => {
    const known = new Set(Object.values(finding.facts).flatMap(spellings));
    const allowed = Object.entries(spoken).flatMap(([text, numbers]) => (words(finding).includes(text) ? numbers : []));
    const numbers = words(finding).match(/-?(?:Infinity|\d[\d,]*(?:\.\d+)?)/g) ?? [];
    expect(numbers.filter((number) => !known.has(number) && !allowed.includes(number))).toEqual([]);
  });

  test("changes its sentence with each fact, but for those that are kept beside it", () => {
    const unsaid = Object.keys(finding.facts).filter((fact) => words(changed(code, fact)) === words(finding));
    expect(unsaid.toSorted()).toEqual(silent[code].toSorted());
  });

  test("offers something to try exactly when the answer is not to be trusted, or a note says what else to do", () =>
    expect(adviceOf(finding) !== null).toBe(severities[code] !== "fine"));
});

test("every code has its words, its severity and an example", () => {
  expect(Object.keys(wordings).toSorted()).toEqual(Object.keys(severities).toSorted());
  expect(codes.toSorted()).toEqual(Object.keys(severities).toSorted());
});

test("findings are spoken up to the first that decides, and a note replaces what to try", () => {
  const [fine, doubt, later, note] = [
    exampleOf("k-hat-fine"),
    exampleOf("search-incomplete"),
    exampleOf("searches-disagree"),
    exampleOf("other-beta"),
  ];
  const spoken = `${sentenceOf(fine)} ${sentenceOf(doubt)}`;
  expect(verdictWords([fine, doubt, later])).toEqual({ sentence: spoken, suggestion: adviceOf(doubt) });
  expect(verdictWords([fine, doubt, note])).toEqual({ sentence: spoken, suggestion: adviceOf(note) });
  expect(verdictWords([fine, note])).toEqual({ sentence: sentenceOf(fine), suggestion: null });
});
