import type { Seed } from "../execute/executor.ts";
import type { Predicted } from "../posterior/predict.ts";
import type { Scores } from "../posterior/score.ts";
import { nest, nestSummary, type Nested, type Summary } from "../posterior/summary.ts";
import type { Verdict } from "../posterior/verdict.ts";

/** Where the draws of a latent come from. */
export interface LatentSource {
  readonly site: string;
  /**
   * `posterior`: the saved draws, importance weights corrected where k-hat allows; `network`: the guide's network read
   * the new data; `guide`: that too, jointly with latents outside plates, without weights; `prior`: nothing is known
   * of new elements but the latents that they depend on.
   */
  readonly from: "posterior" | "network" | "guide" | "prior";
}

/** What a fit says of data: how well it predicts those that are given, and what others it would expect. */
export interface Prediction extends Predicted, Scores {
  /** Draws of the latents that predictions are averaged over. */
  readonly draws: number;
  /** Data sets drawn anew: fewer than `draws`, or none, where that would cost much more than the scores. */
  readonly simulated: number;
  readonly model: string;
  readonly seed: Seed;
  readonly sources: readonly LatentSource[];
  /** Of the posterior that the draws come from. */
  readonly verdict: Verdict;
}

/** One observed datum, in the names of the JSON output. */
export interface PredictedReport extends Summary<Nested> {
  /** The probability of 0, 1, ... in a list for each entry; absent unless the datum is a small whole number. */
  readonly probabilities?: Nested;
  /** Null in JSON, and NaN in memory, where an entry is missing. */
  readonly observed?: Nested;
}

/** The object that `stratum predict --json` prints. */
export interface PredictionReport extends Omit<Prediction, "sites"> {
  readonly sites: Readonly<Record<string, PredictedReport>>;
}

export function predictionReport(prediction: Prediction): PredictionReport {
  const sites = prediction.sites.map((site): [string, PredictedReport] => {
    const { name, shape, probabilities, categories, observed } = site;
    return [
      name,
      {
        ...nestSummary(shape, site),
        ...(probabilities ? { probabilities: nest([...shape, categories], probabilities) } : {}),
        ...(observed ? { observed: nest(shape, observed) } : {}),
      },
    ];
  });
  return { ...prediction, sites: Object.fromEntries(sites) };
}
