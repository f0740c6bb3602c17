import type { Seed } from "../execute/executor.ts";
import type { Predicted, PredictedSite } from "../posterior/predict.ts";
import { nest, type Nested } from "../posterior/summary.ts";
import type { Verdict } from "../posterior/verdict.ts";
import { against, count, plain } from "./numbers.ts";
import { table } from "./table.ts";

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

/** What a fit says of data drawn anew. */
export interface Prediction extends Predicted {
  readonly model: string;
  readonly seed: Seed;
  readonly sources: readonly LatentSource[];
  /** Of the posterior that the draws come from. */
  readonly verdict: Verdict;
}

/** One observed datum, in the names of the JSON output. */
export interface PredictedReport {
  readonly mean: Nested;
  readonly sd: Nested;
  readonly q05: Nested;
  readonly q50: Nested;
  readonly q95: Nested;
  /** The probability of 0, 1, ... in a list for each entry; absent unless the datum is a small whole number. */
  readonly probabilities?: Nested;
  readonly observed?: Nested;
}

/** The object that `stratum predict --json` prints. */
export interface PredictionReport extends Omit<Prediction, "sites"> {
  readonly sites: Readonly<Record<string, PredictedReport>>;
}

const columns = ["mean", "sd", "q05", "q50", "q95"] as const;

export function predictionReport(prediction: Prediction): PredictionReport {
  const sites = prediction.sites.map((site): [string, PredictedReport] => {
    const { name, shape, probabilities, categories, observed } = site;
    const of = (what: (typeof columns)[number]) => nest(shape, site[what]);
    return [
      name,
      {
        mean: of("mean"),
        sd: of("sd"),
        q05: of("q05"),
        q50: of("q50"),
        q95: of("q95"),
        ...(probabilities ? { probabilities: nest([...shape, categories], probabilities) } : {}),
        ...(observed ? { observed: nest(shape, observed) } : {}),
      },
    ];
  });
  return { ...prediction, sites: Object.fromEntries(sites) };
}

/** Rows of one site in the table; the report as JSON or CSV has them all. */
const mostRows = 10;
const mostProbabilities = 6;

/** What `stratum predict` prints. Ends with a newline. */
export function predictionText(prediction: Prediction): string {
  const { model, draws, seed, sources, verdict, sites, checks } = prediction;
  const from = (kind: LatentSource["from"]): string =>
    sources.flatMap((source) => (source.from === kind ? [source.site] : [])).join(", ");
  const words = { posterior: "posterior", network: "read off the new data by the guide's network", guide: "the guide, for the new data", prior: "prior, for new elements" }; // prettier-ignore
  const origins = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) =>
    from(kind) === "" ? [] : [`${from(kind)}: ${words[kind]}`],
  );
  const sections = [
    `${model}  posterior predictive, ${count(draws)} draws; seed ${seed}\n${origins.join("; ")}`,
    ...(verdict.trusted ? [] : [verdict.sentence]),
    ...sites.map(siteTable),
    ...(checks.length === 0 ? [] : [checkTable(prediction)]),
  ];
  return `${sections.join("\n\n")}\n`;
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
  const rows = Array.from({ length: shown }, (_, at) => [
    entryName(site.name, shape, at),
    ...(observed ? [against(observed[at]!, sd[at]!)] : []),
    ...columns.map((what) => against(site[what][at]!, sd[at]!)),
    ...Array.from({ length: shownCategories }, (_, k) =>
      plain(probabilities![at * categories + k]!, 3),
    ),
  ]);
  if (shown < sd.length) rows.push([`… ${count(sd.length - shown)} more`]);
  return table(head, rows);
}

/** `y[3, 1]` */
function entryName(name: string, shape: readonly number[], at: number): string {
  return shape.length === 0 ? name : `${name}[${indexOf(shape, at).join(", ")}]`;
}

function indexOf(shape: readonly number[], at: number): number[] {
  let rest = at;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
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
      : `Data drawn from the model differ from those observed in ${extreme.map(({ site, statistic }) => `${statistic}(${site})`).join(", ")}.`; // prettier-ignore
  return `${table(head, rows)}\n${told}`;
}

/** p-values nearer than this to 0 or 1 are worth a sentence. */
const tail = 0.01;

/** One row for each entry of each datum: site, index, summaries, observed value, probabilities. */
export function predictionCsv({ sites }: Prediction): string {
  const categories = Math.max(
    0,
    ...sites.map((site) => (site.probabilities ? site.categories : 0)),
  );
  const head = [
    "site",
    "index",
    ...columns,
    "observed",
    ...Array.from({ length: categories }, (_, k) => `p${k}`),
  ];
  const lines = sites.flatMap((site) =>
    Array.from(site.mean, (_, at) =>
      [
        site.name,
        indexOf(site.shape, at).join(" "),
        ...columns.map((what) => String(site[what][at]!)),
        site.observed ? String(site.observed[at]!) : "",
        ...Array.from({ length: categories }, (_, k) =>
          site.probabilities && k < site.categories
            ? String(site.probabilities[at * site.categories + k]!)
            : "",
        ),
      ].join(","),
    ),
  );
  return `${[head.join(","), ...lines].join("\n")}\n`;
}
