import type { GuideRecord } from "../inference/search/state.ts";
import type { Nested, Summary } from "../posterior/summary.ts";
import type { ProfileRow } from "./profile.ts";
import type { Scores } from "../posterior/score.ts";
import type { Verdict } from "../posterior/verdict.ts";

/** What is known of one site (a latent, or a `let` that depends on one). */
export interface SiteReport extends Summary<Nested> {
  /** Of a discrete site that was summed out: the posterior probability of each of `values`, along a last axis. */
  readonly probabilities?: { readonly values: readonly number[]; readonly of: Nested };
}

/** One component of a block's mixture. */
export interface ComponentReport {
  /** "global", or the plates' names. */
  readonly block: string;
  /** Of a local block: the mean over the data. */
  readonly weight: number;
  /** Where it is, by site; empty for a local block, whose components are elsewhere for each datum. */
  readonly location: Readonly<Record<string, Nested>>;
}

/** Entries of a datum that dropped out of the likelihood. */
export interface MissingReport {
  readonly missing: number;
  readonly entries: number;
}

/** One thing worth knowing about the run, from a Diagnostic or from the run itself. */
export interface Notice {
  readonly code: string | null;
  readonly message: string;
}

/**
 * Everything a fit has to say, in the names of the JSON output. Fields are added within a schema version, never
 * changed.
 */
export interface FitReport {
  readonly model: string;
  readonly guide: {
    readonly family: string;
    readonly K: number;
    readonly component: string;
    /** Local latents are read off their data by a network. */
    readonly amortized: boolean;
    /** For mixtures, by block: the Jensen-Shannon divergence between their components, nats (0: all the same). */
    readonly separation: Readonly<Record<string, number>>;
    /** How it was found, where nobody chose it; null otherwise. */
    readonly search: GuideRecord | null;
  };
  readonly objective: {
    readonly bound: string;
    readonly gradient: string;
    readonly T: number;
    readonly baseline: string;
    readonly beta: number;
  };
  readonly seed: number | string;
  /** "tfjs-wasm", "reference", ... and the numbers it computes with: float32 or float64. */
  readonly engine: string;
  readonly precision: string;
  readonly steps: number;
  /** finished, plateau or interrupted. */
  readonly stopped: string;
  /** Wall clock; null where a run was read back, whose folder holds no times. */
  readonly seconds: {
    readonly compile: number;
    readonly train: number | null;
    readonly evaluate: number;
  } | null;
  /** In nats; `per` is "datum", or "data set" where the bound is that of all data together. */
  readonly bound: {
    readonly value: number;
    readonly standardError: number;
    readonly per: "datum" | "data set";
  };
  /** Importance-sampling estimate of log p(data), in nats; perDatum is value / number of data, and its standard error: null with global latents. */
  readonly logEvidence: {
    readonly value: number;
    readonly standardError: number;
    readonly draws: number;
    readonly perDatum: number | null;
    readonly perDatumStandardError: number | null;
    /** How far `value` is expected to lie below the truth: the log of a mean is biased downwards. */
    readonly bias: number;
    /** Latents whose prior is improper: where there are any, `value` is defined up to a constant only. */
    readonly improper: readonly string[];
  };
  /** Pareto k-hat; for local latents the largest over the data. Null when it is not finite (equal weights, too few draws). */
  readonly kHat: number | null;
  /** For local latents: over the data. */
  readonly kHats: {
    readonly median: number;
    readonly largest: number;
    readonly shareAboveThreshold: number;
    readonly threshold: number;
  } | null;
  /** (sum w)^2 / sum w^2 of the draws; for local latents the median over the data. */
  readonly effectiveSampleSize: number;
  readonly verdict: Verdict;
  /** What the summaries are computed from: importance-weighted draws, or the guide's own. */
  readonly summariesFrom: string;
  readonly sites: Readonly<Record<string, SiteReport>>;
  /** Values of `param`s. */
  readonly params: Readonly<Record<string, Nested>>;
  readonly components: readonly ComponentReport[];
  /** How well a test set was predicted, in how many seconds (null where a run was read back); null without one. */
  readonly test: (Scores & { readonly seconds: number | null }) | null;
  /** Of data with missing entries: how many of how many. */
  readonly missing: Readonly<Record<string, MissingReport>>;
  /** Bytes of a training step at its peak; null where the engine does not plan its memory. */
  readonly memoryBytes: number | null;
  /** Where a step's time goes; null when it was not asked for. */
  readonly profile: readonly ProfileRow[] | null;
  readonly warnings: readonly Notice[];
}
