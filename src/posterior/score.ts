import {
  brierOf,
  calibrationOf,
  meanOverData,
  shareOf,
  topClass,
  type CalibrationBin,
  type MeanOverData,
} from "../numeric/scores.ts";
import type { PredictiveSite } from "./predictive.ts";

/** An observation that is not predicted, and why. */
export interface Unscored {
  readonly site: string;
  readonly because: string;
}

/** How well data were predicted. */
export interface Scores {
  readonly scores: readonly SiteScore[];
  readonly unscored: readonly Unscored[];
}

/** How well one observation was predicted. */
export interface SiteScore {
  readonly site: string;
  /** Data that are there. */
  readonly count: number;
  /** Draws that each prediction is an average over. */
  readonly draws: number;
  /** The run was fitted to these very data: they say nothing of new ones. */
  readonly fitted: boolean;
  /** Mean log predictive density of a datum, nats; of classes, its negative is the log loss. */
  readonly logDensity: MeanOverData;
  /** Below, null unless the data are classes. The share of data whose most probable class is the true one. */
  readonly accuracy: number | null;
  readonly accuracyStandardError: number | null;
  /** Mean over data of sum_c (p_c - [c is true])^2. */
  readonly brier: number | null;
  /** Expected calibration error of the top class, and the bins that it is made of. */
  readonly ece: number | null;
  /** What is expected of `ece` by chance alone, with so many data and every confidence right. */
  readonly eceByChance: number | null;
  readonly bins: readonly CalibrationBin[] | null;
}

/** The scores of what was observed; null where nothing was. */
export function scoreOf(site: PredictiveSite, fitted = false): SiteScore | null {
  const { name, draws, probabilities, lower, count: classes, logDensity, observed } = site;
  if (!logDensity || !observed) return null;
  const scored = [...observed].flatMap((y, i) => (Number.isNaN(y) ? [] : [{ i, y }]));
  if (scored.length === 0) return null;
  const common = {
    site: name,
    count: scored.length,
    draws,
    fitted,
    logDensity: meanOverData(logDensity.filter((_, i) => !Number.isNaN(observed[i]))),
  };
  if (!probabilities)
    return {
      ...common,
      accuracy: null,
      accuracyStandardError: null,
      brier: null,
      ece: null,
      eceByChance: null,
      bins: null,
    };
  const predicted = scored.map(({ i, y }) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return { row, top: topClass(row), truth: y - lower };
  });
  const hits = predicted.map(({ top, truth }) => Number(top === truth));
  const accuracy = shareOf(hits);
  const brier = meanOverData(predicted.map(({ row, truth }) => brierOf(row, truth)));
  const calibration = calibrationOf(
    predicted.map(({ row, top }) => row[top] ?? NaN),
    hits,
  );
  return {
    ...common,
    accuracy: accuracy.mean,
    accuracyStandardError: accuracy.standardError,
    brier: brier.mean,
    ...calibration,
  };
}
