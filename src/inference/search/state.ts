import type { Component } from "../../numeric/gaussians.ts";
import type { Adapted } from "./adapt.ts";
import type { Mode } from "./modes.ts";
import type { Trail } from "./paths.ts";

/** What the mode searches found together. */
export interface Found {
  readonly modes: readonly Mode[];
  readonly searches: SearchRecord["searches"];
  /** The ways of all of them, as much of each as is ever looked at. */
  readonly ends: readonly Trail[];
  readonly diverged: number;
}

/**
 * How far a search has come, between two of its parts: what it need not do again. Like the search, a function of model,
 * data and seed.
 */
export interface SearchState {
  readonly found: Found;
  /** No more modes are searched for. */
  readonly settled: boolean;
  /** What adaptations start from; null before it was worked out. */
  readonly start: readonly Component[] | null;
  readonly runs: readonly Adapted[];
  /** Nothing is left to do. */
  readonly finished: boolean;
  readonly evaluations: number;
}

export const nothingFound: SearchState = {
  found: { modes: [], searches: [], ends: [], diverged: 0 },
  settled: false,
  start: null,
  runs: [],
  finished: false,
  evaluations: 0,
};

/** What a search found, and how sure it can be. */
export interface SearchRecord {
  /** Starts of each mode search. */
  readonly starts: number;
  /** For each mode search in turn: the modes it found, and how many of them no search before it had found. */
  readonly searches: readonly { readonly modes: number; readonly fresh: number }[];
  /** Distinct modes that matter; 0 where the density has no proper maximum. */
  readonly modes: number;
  /** Starts that led to no proper maximum. */
  readonly astray: number;
  /** The last search still found a mode that those before it had missed: there may be more. */
  readonly incomplete: boolean;
  /** The mixtures that independent adaptations ended at. */
  readonly restarts: readonly {
    readonly components: number;
    readonly rounds: number;
    readonly kHat: number;
    readonly share: number;
    readonly evidence: number;
    readonly standardError: number;
  }[];
  /** Their evidences differ by more than their standard errors explain. */
  readonly disagree: boolean;
  /** Evaluations of the log joint density. */
  readonly evaluations: number;
  /** In the middle of what it was ended early; absent where it was not. */
  readonly ended?: "modes" | "adaptation";
}

/** A search, and whether training the guide that it found made it better; if not, it was left as it was found. */
export interface GuideRecord extends SearchRecord {
  readonly polished: boolean;
}

/**
 * Starts of one mode search. A mode whose basin holds a share b of the starts is missed by both of two searches with
 * probability (1 - b)^48: 2e-3 for b = 1/8.
 */
export const starts = 24;
/** Mode searches, at most. */
export const mostSearches = 4;

/** What there is to say of a search. */
export function recordOf(
  { modes, searches, diverged }: Found,
  runs: readonly Adapted[],
  evaluations: number,
): SearchRecord {
  const last = searches.at(-1)?.fresh ?? 0;
  return {
    starts,
    searches,
    modes: modes.length,
    astray: diverged,
    incomplete: searches.length === mostSearches && last > 0,
    restarts: runs.map(({ mixture, rounds, fit }) => ({
      components: mixture.length,
      rounds,
      kHat: fit.kHat,
      share: fit.relativeEss,
      evidence: fit.evidence.value,
      standardError: fit.evidence.standardError,
    })),
    disagree: disagree(runs.slice(-2)),
    evaluations,
  };
}
/** Differences in evidence that no summary would show, in nats, and that standard errors allow. */
export const tolerated = { nats: 0.1, errors: 5 };

/** Whether the last adaptations found different evidences. */
export function disagree(runs: readonly Adapted[]): boolean {
  const [a, b] = runs.map(({ fit }) => fit.evidence);
  if (!a || !b) return false;
  const error = Math.hypot(a.standardError, b.standardError);
  return !(Math.abs(a.value - b.value) <= tolerated.nats + tolerated.errors * error);
}
