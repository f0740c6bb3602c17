import { passes, type FindingCode, type FactsOf, type Finding } from "./findings.ts";

/** How a finding is put into words. */
export interface Wording<Facts> {
  /** When there is such a finding: for the manual. */
  readonly means: string;
  /** A sentence made of the facts, and of nothing else. */
  readonly sentence: (facts: Facts) => string;
  /** What to try; null where there is nothing to do. */
  readonly advice: ((facts: Facts) => string) | null;
  /** Changes the advice, and is not told of itself. */
  readonly silent?: true;
}

const improve = (): string =>
  "train for more steps, use more components (K) or full_rank ones, or rewrite the model so that its latents depend less on each other";

/** Every finding in words: the only place where a verdict's sentences are made. */
export const wordings: { readonly [C in FindingCode]: Wording<FactsOf[C]> } = {
  "density-broken": {
    means: "A log weight of a draw is NaN or infinite: the density itself could not be computed there.",
    sentence: ({ broken }) => `The density could not be computed at ${broken} of the guide's draws.`,
    advice: () => "look for a term that overflows, and give its latent a bound or a tighter prior",
  },
  "too-few-draws": {
    means: "There are fewer draws than have a tail to fit.",
    sentence: ({ draws }) => `${draws} draws are too few to judge the approximation.`,
    advice: () => "ask for more draws, 1,000 or more",
  },
  "equal-weights": {
    means: "All weights are equal but for rounding, of every datum.",
    sentence: ({ data, checked, unchecked }) =>
      `All importance weights${data === 1 ? "" : ` of ${data} data`} are equal: draws cannot tell the guide from the posterior ${checked}; of the posterior ${unchecked} they say nothing.`,
    advice: null,
  },
  "equal-tail": {
    means: "The largest weights are equal, the others smaller: there is no tail that could be heavy.",
    sentence: ({ share }) =>
      `The largest importance weights are all equal: ${percent(share)} of the draws are effective.`,
    advice: null,
  },
  "even-weights": {
    means: "The effective share of the draws is so large that the tail of the weights does not matter.",
    sentence: ({ share }) => `The importance weights are nearly equal: ${percent(share)} of the draws are effective.`,
    advice: null,
  },
  "few-effective": {
    means: "k-hat is within its threshold, but too few draws are effective.",
    sentence: ({ effective, draws }) =>
      `Only ${Math.round(effective)} of ${draws} importance draws are effective: a few of them carry nearly all the weight.`,
    advice: improve,
  },
  "k-hat-fine": {
    means: "k-hat is within its threshold, and enough draws are effective.",
    sentence: ({ kHat, threshold }) =>
      `The approximation is good enough to correct: Pareto k-hat is ${twoPlaces(kHat)}, at most ${twoPlaces(threshold)}.`,
    advice: null,
  },
  "k-hat-high": {
    means: "k-hat is above its threshold, and the weights are not nearly even.",
    sentence: ({ kHat, threshold }) =>
      `The approximation is poor: Pareto k-hat is ${twoPlaces(kHat)}, above ${twoPlaces(threshold)}, so its summaries cannot be corrected by importance weights.`,
    advice: improve,
  },
  "all-data-fine": {
    means: "k-hat is within its threshold for every datum, and enough draws of each are effective.",
    sentence: ({ data, kHat }) =>
      `The approximation is good enough to correct for all ${data} data: the largest Pareto k-hat is ${twoPlaces(kHat)}.`,
    advice: null,
  },
  "all-data-fine-or-even": {
    means: "No datum is in doubt; where k-hat is above its threshold, the weights are nearly even.",
    sentence: ({ data, threshold }) =>
      `The approximation is good enough to correct for all ${data} data: Pareto k-hat is at most ${twoPlaces(threshold)}, or the importance weights are nearly equal.`,
    advice: null,
  },
  "few-data-doubtful": {
    means: "Some data are in doubt, no more of them than are tolerated.",
    sentence: (facts) => `The approximation is good enough to correct for nearly all data: ${whichData(facts)}.`,
    advice: null,
  },
  "many-data-doubtful": {
    means: "More data are in doubt than are tolerated.",
    sentence: (facts) => `The approximation is poor for many data: ${whichData(facts)}.`,
    advice: improve,
  },
  "summed-out": {
    means: "The model's latents are all summed out: there is no guide to judge.",
    sentence: () => "Every latent is summed out exactly: the bound is the log likelihood.",
    advice: null,
  },
  "maximum-likelihood": {
    means: "The model has no latents: there is no guide to judge.",
    sentence: () =>
      "Maximum likelihood: the model has no latents, so that there is no posterior, and its params are single values.",
    advice: null,
  },
  "likelihood-not-finite": {
    means: "There is no guide to judge, and the log likelihood is not a finite number.",
    sentence: ({ logLikelihood }) =>
      `The log likelihood at the learned params is ${logLikelihood}, not a finite number.`,
    advice: () => "look for a term that overflows, and for data that the model cannot have made",
  },
  "search-incomplete": {
    means: "The last search for modes still found some that those before it had missed (`guide = auto`).",
    sentence: () => "But every search for modes found one that those before it had missed: there may be more.",
    advice: () => "run it again with other seeds, and compare; look for symmetries of the model",
  },
  "searches-disagree": {
    means: "The evidences that independent searches found differ by more than their errors explain (`guide = auto`).",
    sentence: () => "But independent searches disagree on the evidence.",
    advice: () => "run it again with other seeds, and compare",
  },
  "flat-posterior": {
    means:
      "Priors are improper, and there is a direction along which the posterior does not fall however far one goes: it has no finite integral, and nothing can be said of it.",
    sentence: ({ entries, names, along, directions }) => {
      const untold =
        entries === 1
          ? `do not bound ${names}: the posterior does not fall far out along ${along}`
          : `do not tell ${names} apart: the posterior is flat along ${along}`;
      const others = directions > 1 ? `; it is flat along ${directions} directions in all` : "";
      return `The data and the prior ${untold}, and has no finite integral${others}.`;
    },
    advice: ({ entries, names }) =>
      entries === 1
        ? `give ${names} a proper prior, a broad one at least`
        : `give ${names} proper priors, broad ones at least, or leave out what says the same as the others`,
  },
  "search-cut-short": {
    means: "The search for modes was ended before it had been repeated (`guide = auto`).",
    sentence: ({ searches, fewest }) =>
      `But the search for modes was ended early, after ${searches} of at least ${fewest} searches: there may be more modes.`,
    advice: () => "give it more time",
  },
  "hurried-judgement": {
    means: "The fit was ended early, and there was time for too few draws to say yes by.",
    sentence: ({ draws, fewest }) =>
      `But that is by ${draws} draws, and fewer than ${fewest} are too few to trust it by.`,
    advice: () => "let it be judged to the end",
  },
  "ended-early": {
    means: "The fit was interrupted, or its time was up (`--time-limit`): what it had learned is judged.",
    sentence: (facts) => `${enders[facts.by]} it ${whereItStood(facts)}.`,
    advice: ({ by }) =>
      by === "time limit"
        ? "give it more time (--time-limit), or go on from its checkpoint (--resume)"
        : "let it run to its end, or go on from its checkpoint (--resume)",
  },
  "other-beta": {
    silent: true,
    means: "The guide is in doubt, and it was trained at another beta than 1, so not towards the posterior.",
    sentence: ({ beta }) => `It was trained at beta = ${beta}.`,
    advice: ({ beta }) =>
      `train at beta = 1 if the posterior is what you want: at beta = ${beta} prior and likelihood were weighed otherwise, and such a guide is judged by its predictions (--test)`,
  },
};

/** One finding in a sentence. */
export function sentenceOf<C extends FindingCode>({ code, facts }: Finding<C>): string {
  return wordings[code].sentence(facts);
}

/** What one finding makes worth trying; null for nothing. */
export function adviceOf<C extends FindingCode>({ code, facts }: Finding<C>): string | null {
  return wordings[code].advice?.(facts) ?? null;
}

/** Findings in words: those that passed, up to and with the first that did not. A note gives the advice. */
export function verdictWords(findings: readonly Finding[]): {
  readonly sentence: string;
  readonly suggestion: string | null;
} {
  const spoken = findings.filter(({ code }) => !wordings[code].silent);
  const at = spoken.findIndex((each) => !passes(each));
  const decisive = spoken[at];
  const sentence = (decisive ? spoken.slice(0, at + 1) : spoken).map((each) => sentenceOf(each)).join(" ");
  if (!decisive) return { sentence, suggestion: null };
  const note = findings.find(({ severity }) => severity === "note");
  return { sentence, suggestion: adviceOf(note ?? decisive) };
}

const enders: Readonly<Record<FactsOf["ended-early"]["by"], string>> = {
  interrupted: "An interrupt ended",
  "time limit": "The time limit ended",
};

/** What an early end came in the middle of. */
function whereItStood({ phase, steps, stepsAsked, draws, asked }: FactsOf["ended-early"]): string {
  const judged = draws < asked ? `, and it is judged by ${draws} of ${asked} draws` : "";
  switch (phase) {
    case "modes":
    case "search":
      return `while it searched for modes${judged}`;
    case "adaptation":
      return `while a mixture was adapted to the posterior${judged}`;
    case "training":
      return `${stepsAsked === 0 ? "before training" : `in training, after ${steps} of ${stepsAsked} steps`}${judged}`;
    case "evaluation":
      return `after training, in evaluation: it is judged by ${draws} of ${asked} draws`;
  }
}

/** Which data are in doubt, counted as the rule counts them, and which are above the threshold and are not. */
function whichData(facts: FactsOf["many-data-doubtful"]): string {
  const { data, doubtful, threshold, fewest, kHat, worst, even } = facts;
  const doubted = `for ${doubtful} of ${data} data, Pareto k-hat is above ${twoPlaces(threshold)} or fewer than ${fewest} draws are effective (largest k-hat ${twoPlaces(kHat)}, datum ${worst})`;
  return even === 0
    ? doubted
    : `${doubted}; for ${even} more it is above, but their importance weights are nearly equal`;
}

const twoPlaces = (k: number): string => (Number.isFinite(k) ? k.toFixed(2) : String(k));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
