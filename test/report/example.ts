import type { FitReport } from "../../src/report/report.ts";

/** A report with something in every field. */
export const example: FitReport = {
  model: "eight_schools",
  guide: {
    family: "mixture",
    K: 2,
    component: "full_rank",
    amortized: false,
    separation: {},
    search: null,
  },
  objective: { bound: "siwae", gradient: "pathwise", T: 10, baseline: "none", beta: 1 },
  seed: 0,
  engine: "tfjs-wasm",
  precision: "float32",
  steps: 12600,
  stopped: "finished",
  seconds: { compile: 0.0412, train: 31.24, evaluate: 2.2 },
  bound: { value: -31.512345, standardError: 0.00312, per: "data set" },
  logEvidence: {
    value: -31.4353,
    standardError: 0.0031,
    draws: 100_000,
    perDatum: null,
    bias: 0,
    improper: [],
  },
  kHat: 0.424,
  kHats: null,
  effectiveSampleSize: 3412.4,
  verdict: { trusted: true, sentence: "The answer can be trusted.", suggestion: null },
  summariesFrom: "from importance-weighted draws",
  sites: {
    mu: { mean: 4.3912, sd: 3.312, q05: -1.2, q50: 4.4, q95: 9.81 },
    theta: {
      mean: [6.1, 5.2, 4.3, 5.1, 3.9, 4.2, 6.5, 5.0],
      sd: [5.6, 4.7, 5.3, 4.8, 4.7, 4.8, 5.1, 5.3],
      q05: [-1, -2, -5, -2, -4, -4, -1, -3],
      q50: [5.7, 5.1, 4.4, 5.0, 4.1, 4.3, 6.1, 4.9],
      q95: [16, 13, 12, 13, 11, 12, 15, 14],
    },
  },
  params: { scale: 0.05 },
  components: [
    { block: "global", weight: 0.25, location: { mu: 1.2 } },
    { block: "global", weight: 0.75, location: { mu: 9 } },
  ],
  missing: { y: { missing: 2, entries: 8 } },
  memoryBytes: null,
  profile: null,
  warnings: [{ code: "PPL701", message: "the bound still rose when training ended" }],
};
