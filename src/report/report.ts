/** A number, or an array of them nested as the site is shaped. */
export type Nested = number | readonly Nested[];

/** What is known of one site (a latent, or a `let` that depends on one). */
export interface SiteReport {
  readonly mean: Nested;
  readonly sd: Nested;
  readonly q05: Nested;
  readonly q50: Nested;
  readonly q95: Nested;
}

/** One component of a global mixture guide: its weight and where it is, by site. */
export interface ComponentReport {
  readonly weight: number;
  readonly location: Readonly<Record<string, Nested>>;
}

/** A plain-words judgement of the answer. */
export interface Verdict {
  readonly trusted: boolean;
  readonly sentence: string;
  readonly suggestion: string | null;
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
  readonly seconds: { readonly compile: number; readonly train: number; readonly evaluate: number };
  /** In nats; `per` is "datum", or "data set" where the bound is that of all data together. */
  readonly bound: {
    readonly value: number;
    readonly standardError: number;
    readonly per: "datum" | "data set";
  };
  /** Importance-sampling estimate of log p(data), in nats; perDatum is value / number of data, null when there is one. */
  readonly logEvidence: {
    readonly value: number;
    readonly standardError: number;
    readonly draws: number;
    readonly perDatum: number | null;
  };
  /** Pareto k-hat; for local latents the largest over the data. Null when too few draws say it. */
  readonly kHat: number | null;
  /** For local latents: over the data. */
  readonly kHats: {
    readonly median: number;
    readonly largest: number;
    readonly shareAboveThreshold: number;
    readonly threshold: number;
  } | null;
  readonly effectiveSampleSize: number;
  readonly verdict: Verdict;
  /** What the summaries are computed from: importance-weighted draws, or the guide's own. */
  readonly summariesFrom: string;
  readonly sites: Readonly<Record<string, SiteReport>>;
  /** Values of `param`s. */
  readonly params: Readonly<Record<string, Nested>>;
  /** Of the global mixture; empty when all latents are local. */
  readonly components: readonly ComponentReport[];
  readonly warnings: readonly Notice[];
}
