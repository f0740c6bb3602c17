import { unravel } from "../tensor/shape.ts";
import type { PredictedSite } from "../posterior/predict.ts";
import { entrySummary, statistics } from "../posterior/summary.ts";
import { against, count, plain } from "./numbers.ts";
import type { LatentSource, Prediction } from "./prediction.ts";
import { scoreSections } from "./scores.ts";
import { table } from "./table.ts";

/** Rows of one site in the table; the report as JSON or CSV has them all. */
const mostRows = 10;
const mostProbabilities = 6;

/** What `stratum predict` prints. Ends with a newline. */
export function predictionText(prediction: Prediction): string {
  const { model, draws, simulated, seed, sources, verdict, sites, checks } = prediction;
  const from = (kind: LatentSource["from"]): string =>
    sources.flatMap((source) => (source.from === kind ? [source.site] : [])).join(", ");
  const words = {
    posterior: "posterior",
    network: "read off the new data by the guide's network",
    guide: "the guide, for the new data",
    prior: "prior, for new elements",
  };
  const origins = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) =>
    from(kind) === "" ? [] : [`${from(kind)}: ${words[kind]}`],
  );
  const sections = [
    sources.length === 0
      ? `${model}  predictive at the learned params, ${count(draws)} draws; seed ${seed}`
      : `${model}  posterior predictive, ${count(draws)} draws; seed ${seed}\n${origins.join("; ")}`,
    ...(verdict.trusted ? [] : [verdict.sentence]),
    ...scoreSections(prediction),
    ...(simulated < draws && prediction.scores.length > 0 && sites.length > 0 ? [fewer(simulated)] : []),
    ...sites.map(siteTable),
    ...(checks.length === 0 ? [] : [checkTable(prediction)]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** What `draws` did not count for. */
function fewer(simulated: number): string {
  return simulated === 0
    ? "no data sets were drawn anew: summaries of classes follow from their probabilities"
    : `${count(simulated)} data sets were drawn anew for the summaries below`;
}

function siteTable(site: PredictedSite): string {
  const { shape, probabilities, categories, observed, sd } = site;
  const shownCategories = probabilities && categories <= mostProbabilities ? categories : 0;
  const head = [
    "datum",
    ...(observed ? ["observed"] : []),
    ...["mean", "sd", "5%", "50%", "95%"],
    ...Array.from({ length: shownCategories }, (_, k) => `P(${k})`),
  ];
  const shown = sd.length <= mostRows ? sd.length : mostRows - 1;
  const rows = Array.from({ length: shown }, (_, at) => {
    const summary = entrySummary(site, at);
    const seen = observed?.[at];
    const chances = probabilities?.subarray(at * categories, at * categories + shownCategories) ?? [];
    return [
      entryName(site.name, shape, at),
      ...(seen === undefined ? [] : [Number.isNaN(seen) ? "missing" : against(seen, summary.sd)]),
      ...statistics.map((what) => against(summary[what], summary.sd)),
      ...Array.from(chances, (chance) => plain(chance, 3)),
    ];
  });
  if (shown < sd.length) rows.push([`… ${count(sd.length - shown)} more`]);
  return table(head, rows);
}

/** `y[3, 1]` */
function entryName(name: string, shape: readonly number[], at: number): string {
  return shape.length === 0 ? name : `${name}[${unravel(shape, at).join(", ")}]`;
}

function checkTable({ checks }: Prediction): string {
  const rows = checks.map(({ site, statistic, observed, mean, sd, p }) => [
    `${statistic}(${site})`,
    against(observed, sd),
    against(mean, sd),
    against(sd, sd),
    p.toFixed(3),
  ]);
  const title = "statistic T";
  const head = [title, "observed", "mean", "sd", "P(T >= observed)"];
  const extreme = checks.filter(({ p }) => p < tail || p > 1 - tail);
  const told =
    extreme.length === 0
      ? "The model draws data like those observed, as far as these statistics see."
      : `Data drawn from the model differ from those observed in ${extreme.map(({ site, statistic }) => `${statistic}(${site})`).join(", ")}.`;
  return `${table(head, rows)}\n${told}`;
}

/** p-values nearer than this to 0 or 1 are worth a sentence. */
const tail = 0.01;

/** A number of a CSV file; an empty cell where there is none. */
const csvNumber = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? "" : String(value);

/**
 * One row for each entry of each datum: site, index, summaries, observed value, probabilities. What is missing is an
 * empty cell.
 */
export function predictionCsv({ sites }: Prediction): string {
  const categories = Math.max(0, ...sites.map((site) => (site.probabilities ? site.categories : 0)));
  const head = ["site", "index", ...statistics, "observed", ...Array.from({ length: categories }, (_, k) => `p${k}`)];
  const lines = sites.flatMap((site) =>
    Array.from(site.mean, (_, at) => {
      const summary = entrySummary(site, at);
      const chances = Array.from(site.probabilities?.subarray(at * site.categories, (at + 1) * site.categories) ?? []);
      return [
        site.name,
        unravel(site.shape, at).join(" "),
        ...[...statistics.map((what) => summary[what]), site.observed?.[at]].map(csvNumber),
        ...Array.from({ length: categories }, (_, k) => csvNumber(chances[k])),
      ].join(",");
    }),
  );
  return `${[head.join(","), ...lines].join("\n")}\n`;
}
