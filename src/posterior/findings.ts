/**
 * What a verdict rests on, as data. A finding has a code, the numbers by which it was found (measured ones and the
 * thresholds that they were held against), and how grave it is. Sentences are made of these facts, in wording.ts.
 */

import type { EndedEarly } from "../inference/ending.ts";

/** What importance weights can tell of: they are those of the guide's own draws, which are nowhere else. */
export interface WeightScope {
  readonly checked: "where the guide has mass";
  readonly unchecked: "elsewhere";
}

/** To be added to the facts of every finding by which weights are relied on. */
export const scope: WeightScope = { checked: "where the guide has mass", unchecked: "elsewhere" };

/** Of one global block, or of one datum: the tail of its weights, and what its draws are worth. */
export interface OneWeighed {
  readonly kHat: number;
  readonly threshold: number;
  /** Draws that k-hat was fitted to. */
  readonly kDraws: number;
  /** (sum w)^2 / sum w^2 over `draws`. */
  readonly effective: number;
  readonly draws: number;
}

/** Of many data. */
export interface ManyWeighed {
  readonly data: number;
  readonly threshold: number;
  readonly kDraws: number;
  readonly draws: number;
  /** Data whose k-hat is above the threshold, or undefined, and whose weights are nearly even: not in doubt. */
  readonly even: number;
  /** The share of effective draws that makes weights nearly even. */
  readonly evenShare: number;
}

/** Of many data of which some are in doubt. */
export interface DataInDoubt extends ManyWeighed {
  /** Data in doubt: `heavy` and `few` together. */
  readonly doubtful: number;
  /** Data whose k-hat is above the threshold, whose weights are not nearly even, and that have enough effective draws. */
  readonly heavy: number;
  /** Data with fewer effective draws than `fewest`. */
  readonly few: number;
  readonly fewest: number;
  /** Among the data in doubt, the one with the largest k-hat: its place (flat, over all blocks), and its numbers. */
  readonly worst: number;
  readonly kHat: number;
  readonly effective: number;
  /** The largest share of doubtful data that a trusted answer may have. */
  readonly tolerated: number;
}

/** The facts of each code. */
export interface FactsOf {
  readonly "density-broken": { readonly broken: number };
  readonly "too-few-draws": { readonly draws: number; readonly fewest: number };
  readonly "equal-weights": WeightScope & {
    readonly data: number;
    readonly kDraws: number;
    readonly draws: number;
    /** The smallest share of effective draws over the data, and the least at which weights count as equal. */
    readonly share: number;
    readonly equalShare: number;
  };
  readonly "equal-tail": WeightScope & {
    readonly share: number;
    readonly effective: number;
    readonly draws: number;
    readonly fewest: number;
  };
  readonly "even-weights": WeightScope & OneWeighed & { readonly share: number; readonly evenShare: number };
  readonly "few-effective": OneWeighed & { readonly fewest: number };
  readonly "k-hat-fine": WeightScope & OneWeighed;
  readonly "k-hat-high": OneWeighed & { readonly evenShare: number };
  readonly "all-data-fine": WeightScope & ManyWeighed & { readonly kHat: number };
  readonly "all-data-fine-or-even": WeightScope & ManyWeighed;
  readonly "few-data-doubtful": WeightScope & DataInDoubt;
  readonly "many-data-doubtful": DataInDoubt;
  readonly "summed-out": { readonly logLikelihood: number };
  readonly "maximum-likelihood": { readonly logLikelihood: number };
  readonly "likelihood-not-finite": { readonly logLikelihood: number };
  readonly "search-incomplete": {
    readonly searches: number;
    /** Starts of each search. */
    readonly starts: number;
    readonly modes: number;
    /** Modes that the last search found and those before it had missed. */
    readonly fresh: number;
  };
  readonly "searches-disagree": {
    /** Log evidence by the last two searches, nats. */
    readonly first: number;
    readonly firstError: number;
    readonly second: number;
    readonly secondError: number;
    /** They may differ by so many nats, and by so many standard errors of their difference on top. */
    readonly nats: number;
    readonly errors: number;
  };
  readonly "flat-posterior": {
    /** How many directions were found. */
    readonly directions: number;
    /** Of one of them: how many entries of latents count in it, what they are called, and their shares. */
    readonly entries: number;
    readonly names: string;
    readonly along: string;
  };
  readonly "search-cut-short": {
    /** Mode searches that were done, with so many starts each, and those that there should have been at least. */
    readonly searches: number;
    readonly starts: number;
    readonly modes: number;
    readonly fewest: number;
  };
  readonly "hurried-judgement": { readonly draws: number; readonly fewest: number };
  readonly "other-beta": { readonly beta: number };
  readonly "ended-early": {
    readonly by: EndedEarly;
    /** What it was doing then. */
    readonly phase: "modes" | "adaptation" | "search" | "training" | "evaluation";
    /** Training steps, done and asked for; 0 where it had not begun. */
    readonly steps: number;
    readonly stepsAsked: number;
    /** Draws that the answer was judged by, and those asked for, for each datum. */
    readonly draws: number;
    readonly asked: number;
  };
}

/** What a finding is called, in every report. */
export type FindingCode = keyof FactsOf;

/**
 * `fine`: the answer passed; `note`: something to know, which decides nothing; `doubt`: it was judged and is not to be
 * trusted; `failure`: it could not be judged at all.
 */
export type FindingSeverity = "fine" | "note" | "doubt" | "failure";

/** How grave each finding is. */
export const severities = {
  "density-broken": "failure",
  "too-few-draws": "failure",
  "equal-weights": "fine",
  "equal-tail": "fine",
  "even-weights": "fine",
  "few-effective": "doubt",
  "k-hat-fine": "fine",
  "k-hat-high": "doubt",
  "all-data-fine": "fine",
  "all-data-fine-or-even": "fine",
  "few-data-doubtful": "fine",
  "many-data-doubtful": "doubt",
  "summed-out": "fine",
  "maximum-likelihood": "fine",
  "likelihood-not-finite": "failure",
  "search-incomplete": "doubt",
  "searches-disagree": "doubt",
  "flat-posterior": "doubt",
  "search-cut-short": "doubt",
  "hurried-judgement": "doubt",
  "other-beta": "note",
  "ended-early": "note",
} as const satisfies Readonly<Record<FindingCode, FindingSeverity>>;

/** One thing that was found: a union, told apart by `code`. */
export type Finding<C extends FindingCode = FindingCode> = {
  readonly [Each in C]: { readonly code: Each; readonly severity: FindingSeverity; readonly facts: FactsOf[Each] };
}[C];

/** A finding of that code; how grave it is follows. */
export function finding<C extends FindingCode>(code: C, facts: FactsOf[C]): Finding<C> {
  return { code, severity: severities[code], facts };
}

/** Whether an answer with this finding may still be trusted. */
export const passes = ({ severity }: Finding): boolean => severity === "fine" || severity === "note";
