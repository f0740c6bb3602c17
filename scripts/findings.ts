import { equalShare, evenShare, fewestDraws } from "../src/posterior/checks.ts";
import { scope, severities, type FindingCode, type FactsOf, type Finding } from "../src/posterior/findings.ts";
import { adviceOf, sentenceOf, wordings } from "../src/posterior/wording.ts";
import { markdownTable, page } from "./page.ts";

const one = { kHat: 0.31, threshold: 0.7, kDraws: 4000, effective: 4213.5, draws: 10_000 };
const many = { data: 200, threshold: 0.667, kDraws: 1000, draws: 1000, even: 19, evenShare };
const doubted = {
  ...{ doubtful: 7, heavy: 4, few: 3, fewest: 100, tolerated: 0.05 },
  ...{ worst: 192, kHat: 0.88, effective: 57.2 },
};

/** Facts that each finding may have: for the manual, and for the tests of every sentence. */
export const exampleFacts: { readonly [C in FindingCode]: FactsOf[C] } = {
  "density-broken": { broken: 3 },
  "too-few-draws": { draws: 20, fewest: fewestDraws },
  "equal-weights": { data: 40, kDraws: 4000, draws: 10_000, share: 0.9999999, equalShare, ...scope },
  "equal-tail": { share: 0.5013, effective: 5013, draws: 10_000, fewest: 100, ...scope },
  "even-weights": { ...one, kHat: 2.8, effective: 9993, share: 0.9993, evenShare, ...scope },
  "few-effective": { ...one, effective: 13.2, fewest: 100 },
  "k-hat-fine": { ...one, ...scope },
  "k-hat-high": { ...one, kHat: 0.93, evenShare },
  "all-data-fine": { ...many, even: 0, kHat: 0.61, ...scope },
  "all-data-fine-or-even": { ...many, ...scope },
  "few-data-doubtful": { ...many, ...doubted, ...scope },
  "many-data-doubtful": { ...many, ...doubted, doubtful: 14, heavy: 11 },
  "summed-out": { logLikelihood: -123.4 },
  "maximum-likelihood": { logLikelihood: -123.4 },
  "likelihood-not-finite": { logLikelihood: -Infinity },
  "search-incomplete": { searches: 4, starts: 24, modes: 11, fresh: 2 },
  "search-cut-short": { searches: 1, starts: 24, modes: 3, fewest: 2 },
  "hurried-judgement": { draws: 100, fewest: 1000 },
  "ended-early": { by: "time limit", phase: "training", steps: 1200, stepsAsked: 5000, draws: 800, asked: 10_000 },
  "searches-disagree": { first: -31.4, firstError: 0.01, second: -32.9, secondError: 0.02, nats: 0.1, errors: 5 },
  "flat-posterior": {
    directions: 2,
    entries: 2,
    names: "`b[0]` and `b[1]`",
    along: "0.89 b[0] - 0.45 b[1]",
  },
  "other-beta": { beta: 0.05 },
};

/** The example of a code, as a finding. */
export function exampleOf<C extends FindingCode>(code: C): Finding<C> {
  return { code, severity: severities[code], facts: exampleFacts[code] };
}

/** Every code, in the order in which the rules are asked. */
export const codes = Object.keys(exampleFacts) as readonly FindingCode[];

/** The findings that verdicts are made of, from their table. */
export function findingReference(): string {
  const sections = codes.map((code) => {
    const example = exampleOf(code);
    const advice = adviceOf(example);
    const facts = Object.entries(example.facts).map(([name, value]) => [`\`${name}\``, String(value)]);
    return [
      `## ${code}`,
      `*${example.severity}.* ${wordings[code].means}`,
      [`> ${sentenceOf(example)}`, ...(advice === null ? [] : [`>\n> try: ${advice}`])].join("\n"),
      markdownTable(["fact", "in this example"], facts),
    ].join("\n\n");
  });
  return page(
    "Findings of a verdict",
    "A verdict is a list of findings, `verdict.findings` in `--json`, in `summary.json` and in code. Each has a `code`, " +
      "a `severity` and `facts`: the numbers that were measured and the thresholds that they were held against. An answer " +
      "is `trusted` when no finding is a doubt or a failure. The sentence is made of the facts, which the doc comments " +
      "of [FactsOf](api.md#factsof) explain. In `--json` a fact that is not a finite number is `null`.",
    markdownTable(
      ["severity", "means"],
      [
        ["fine", "the answer passed"],
        ["note", "something to know, which decides nothing"],
        ["doubt", "the answer was judged, and is not to be trusted"],
        ["failure", "the answer could not be judged at all"],
      ],
    ),
    ...sections,
  );
}
