import type { Scores, SiteScore } from "../posterior/score.ts";
import { count, measured, plain } from "./numbers.ts";
import { table } from "./table.ts";

/** A score of data that are classes: it has the numbers that others lack. */
type ClassScore = SiteScore & {
  readonly [Part in Exclude<keyof SiteScore, "fitted">]: NonNullable<SiteScore[Part]>;
};

const isOfClasses = (score: SiteScore): score is ClassScore => score.bins !== null;

/** How well data were predicted: a table of scores, one of calibration for each site of classes, and what is left out. */
export function scoreSections({ scores, unscored }: Scores): readonly string[] {
  const classes = scores.filter(isOfClasses);
  const numbers = scores.filter((score) => !isOfClasses(score));
  const sections: string[] = [];
  if (classes.length > 0)
    sections.push(
      table(
        ["prediction of", "data", "accuracy", "log loss", "Brier", "ECE", "by chance"],
        classes.map((score) => [
          nameOf(score),
          count(score.count),
          measured(score.accuracy, score.accuracyStandardError),
          measured(-score.logDensity.mean, score.logDensity.standardError),
          plain(score.brier, 4),
          plain(score.ece, 3),
          plain(score.eceByChance, 2),
        ]),
      ),
    );
  if (numbers.length > 0)
    sections.push(
      table(
        ["prediction of", "data", "log density per datum"],
        numbers.map((score) => [
          nameOf(score),
          count(score.count),
          measured(score.logDensity.mean, score.logDensity.standardError),
        ]),
      ),
    );
  sections.push(...classes.map(reliability));
  if (scores.some(({ fitted }) => fitted))
    sections.push("* the run was fitted to these data: they say little of new ones");
  if (unscored.length > 0)
    sections.push(unscored.map(({ site, because }) => `not scored: ${site}, because ${because}`).join("\n"));
  return sections;
}

const nameOf = ({ site, fitted }: SiteScore): string => (fitted ? `${site} *` : site);

/** How often the class that was thought most likely was the true one, by how likely it was thought. */
function reliability({ site, bins }: ClassScore): string {
  const rows = bins.flatMap((bin) =>
    bin.confidence === null || bin.accuracy === null
      ? []
      : [
          [
            `${bin.from.toFixed(3)} to ${bin.to.toFixed(3)}`,
            count(bin.count),
            bin.confidence.toFixed(3),
            bin.accuracy.toFixed(3),
          ],
        ],
  );
  return table([`confidence in ${site}`, "data", "mean confidence", "accuracy"], rows);
}
