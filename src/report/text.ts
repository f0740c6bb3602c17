import { inBytes } from "../base/bytes.ts";
import pc from "picocolors";
import { visible } from "../base/escape.ts";
import { statistics } from "../posterior/summary.ts";
import { against, count, duration, measured, plain } from "./numbers.ts";
import { entriesOf, summariesOf } from "./nested.ts";
import type { ComponentReport, FitReport, SiteReport } from "./report.ts";
import type { ProfileRow } from "./profile.ts";
import { scoreSections } from "./scores.ts";
import { table } from "./table.ts";
import { entryOf } from "../base/records.ts";

/** Rows of one site in the table; a longer one is cut, and the JSON report has the rest. */
const mostRows = 6;

export interface TextOptions {
  readonly color: boolean;
}

/** The report as a person reads it. Ends with a newline. The verdict stands above the numbers that it judges. */
export function reportText(report: FitReport, { color }: TextOptions): string {
  const paint = pc.createColors(color);
  const { verdict } = report;
  const judged = (verdict.trusted ? paint.green : paint.red)(visible(verdict.sentence));
  const sections = [
    `${paint.bold(visible(report.model))}  ${heading(report)}\n${paint.dim(ran(report))}`,
    ...found(report),
    verdict.suggestion === null ? judged : `${judged}\n  try: ${verdict.suggestion}`,
    quality(report),
    ...test(report),
    ...sites(report),
    ...params(report),
    ...components(report),
    ...missing(report),
    ...(report.profile === null ? [] : [profile(report.profile)]),
    ...report.warnings.map(
      ({ code, message }) => `${paint.yellow(code === null ? "warning" : `warning[${code}]`)}: ${visible(message)}`,
    ),
  ];
  return `${sections.join("\n\n")}\n`;
}

function heading({ guide, objective, sites }: FitReport): string {
  if (guide.component === "" && Object.keys(sites).length === 0) return "no latents; maximum likelihood";
  if (guide.component === "") return "every latent summed out exactly";
  const family =
    guide.family === "mixture"
      ? `mixture of ${guide.K} ${words(guide.component)} ${guide.K === 1 ? "component" : "components"}`
      : `${words(guide.family)} guide`;
  const extra = [
    objective.gradient,
    objective.gradient === "score" && objective.baseline !== "none" ? `baseline ${objective.baseline}` : null,
    `T = ${objective.T}`,
    objective.beta === 1 ? null : `beta = ${plain(objective.beta)}`,
  ].filter((part) => part !== null);
  return `${family}${guide.amortized ? ", amortized" : ""}; ${objective.bound} (${extra.join(", ")})`;
}

/** How a guide was found that nobody chose, in a few lines. */
function found({ guide, steps }: FitReport): readonly string[] {
  const { search, K, component } = guide;
  if (search === null) return [];
  const { modes, searches, starts, astray, restarts, polished } = search;
  const times = `${searches.length === 1 ? "" : `${searches.length} times `}${starts} starts`;
  const some = modes === 1 ? "1 mode" : `${count(modes)} modes`;
  const where =
    search.ended === "modes"
      ? modes === 0
        ? "no mode yet when the search was ended: about the highest point that it had met"
        : `${some} when the search was ended`
      : modes === 0
        ? `no proper mode from ${times}: from the curvature along their paths`
        : `${some} from ${times}${astray > 0 ? `, ${count(astray)} of which led to none` : ""}`;
  const what = K === 1 ? `one ${words(component)} Gaussian` : `mixture of ${K} ${words(component)} components`;
  const evidences = restarts.map(({ evidence, standardError }) => measured(evidence, standardError)).join(", ");
  const training =
    steps === 0
      ? "not trained further"
      : polished
        ? "training improved it"
        : "training did not improve it, and was dropped";
  const chosen = `guide: auto -> ${what} (${where}; ${training})`;
  if (restarts.length === 0) return [chosen];
  return [`${chosen}\nlog evidence of ${restarts.length} restarts: ${evidences} nats`];
}

const endings: Readonly<Record<string, string>> = {
  finished: "",
  plateau: ", where the bound no longer rose",
  interrupted: ", then interrupted",
  "time limit": ", then the time was up",
};

function ran(report: FitReport): string {
  const { steps, stopped, seconds, engine, precision, seed, memoryBytes } = report;
  const how = endings[stopped] ?? "";
  const memory = memoryBytes === null ? "" : `, ${inBytes(memoryBytes)}`;
  const where = `${engine}, ${precision}${memory}; seed ${seed}`;
  const trained = `${count(steps)} ${steps === 1 ? "step" : "steps"}`;
  if (seconds === null) return `${trained}${how}\n${where}`;
  const { compile, train, evaluate } = seconds;
  const times = `compiled in ${duration(compile)}, evaluated in ${duration(evaluate)}`;
  const searched = stopped === "finished" || report.guide.search !== null;
  if (steps === 0 && train !== null && searched) return `searched for ${duration(train)}${how}; ${times}\n${where}`;
  const pace = train === null ? "" : ` in ${duration(train)} (${plain(steps / Math.max(train, 1e-3), 3)} a second)`;
  return `${trained}${pace}${how}; ${times}\n${where}`;
}

/** The numbers by which the fit is judged. */
function quality({ bound, logEvidence, kHat, kHats, effectiveSampleSize, objective, guide }: FitReport): string {
  const { value, standardError, draws, perDatum, perDatumStandardError, improper } = logEvidence;
  const first: [string, string] = [
    objective.bound,
    `${measured(bound.value, bound.standardError)} nats per ${bound.per}`,
  ];
  if (draws === 0)
    return `log likelihood  ${standardError === 0 ? plain(value, 7) : measured(value, standardError)} nats`;
  const rows: [string, string][] = [
    first,
    ["log evidence", `${measured(value, standardError)} nats, ${count(draws)} importance draws`],
  ];
  if (improper.length > 0) rows.push(["", `up to a constant: the prior of ${improper.join(", ")} is improper`]);
  if (perDatum !== null && perDatumStandardError !== null)
    rows.push(["", `${measured(perDatum, perDatumStandardError)} per datum`]);
  rows.push([
    "k-hat",
    kHats === null
      ? kHat === null
        ? "unknown"
        : plain(kHat, 2)
      : `median ${plain(kHats.median, 2)}, largest ${plain(kHats.largest, 2)}; ` +
        `${plain(100 * kHats.shareAboveThreshold, 2)}% of the data above ${plain(kHats.threshold, 2)}`,
  ]);
  rows.push(["effective draws", plain(Math.round(effectiveSampleSize))]);
  for (const [block, divergence] of Object.entries(guide.separation))
    rows.push([
      block === "global" ? "between components" : `between components of ${block}`,
      `${plain(divergence, 2)} nats (Jensen-Shannon; at most ${plain(Math.log(guide.K), 2)})`,
    ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`).join("\n");
}

/** The scores of a test set stand above the latents. */
function test({ test }: FitReport): readonly string[] {
  if (test === null) return [];
  const took = test.seconds === null ? "" : ` (scored in ${duration(test.seconds)})`;
  const draws = test.scores[0] ? `, ${count(test.scores[0].draws)} draws${took}` : "";
  const [first, ...rest] = scoreSections(test);
  return first ? [`test data${draws}\n${first}`, ...rest] : [];
}

function missing(report: FitReport): readonly string[] {
  const gaps = Object.entries(report.missing);
  if (gaps.length === 0) return [];
  const counts = gaps.map(([name, gap]) => `${count(gap.missing)} of ${count(gap.entries)} entries of ${name}`);
  return [`missing, and left out of the likelihood: ${counts.join(", ")}`];
}

function sites(report: FitReport): readonly string[] {
  const all = Object.entries(report.sites);
  if (all.length === 0) return [];
  const rows = all.flatMap(([name, site]) => siteRows(name, site));
  const summary = `${table(["site", "mean", "sd", "5%", "50%", "95%"], rows)}\n(${report.summariesFrom})`;
  return [summary, ...all.flatMap(([name, site]) => probabilityTable(name, site))];
}

/** Columns of a table of probabilities; a site with more values has the rest in the JSON report. */
const mostColumns = 8;

/** What a discrete site may be, where its mean does not say it all. */
function probabilityTable(name: string, { probabilities }: SiteReport): readonly string[] {
  if (!probabilities || probabilities.values.length <= 2) return [];
  const { values, of } = probabilities;
  const shown = values.slice(0, values.length <= mostColumns ? mostColumns : mostColumns - 1);
  const entries = entriesOf(name, of);
  const count = entries.length / values.length;
  const listed = count <= mostRows ? count : mostRows - 1;
  const rows = Array.from({ length: listed }, (_, at) => {
    const own = entries.slice(at * values.length, (at + 1) * values.length);
    const [label = name] = own.map((first) => first.name.replace(/(, )?0\]$/, "]").replace("[]", ""));
    return [label, ...own.slice(0, shown.length).map(({ value }) => plain(value, 3))];
  });
  if (listed < count) rows.push([`… ${String(count - listed)} more`]);
  const rest = shown.length < values.length ? [`(and ${values.length - shown.length} more values)`] : [];
  return [[table(["probability of", ...shown.map(String)], rows), ...rest].join("\n")];
}

function siteRows(name: string, site: SiteReport): readonly (readonly string[])[] {
  const entries = summariesOf(name, site);
  const shown = entries.length <= mostRows ? entries.length : mostRows - 1;
  const rows = entries
    .slice(0, shown)
    .map(({ name: entry, summary }) => [entry, ...statistics.map((what) => against(summary[what], summary.sd))]);
  if (shown < entries.length) rows.push([`… ${count(entries.length - shown)} more`]);
  return rows;
}

function params({ params }: FitReport): readonly string[] {
  const rows = Object.entries(params).flatMap(([name, value]) => {
    const entries = entriesOf(name, value);
    const shown = entries.length <= mostRows ? entries.length : mostRows - 1;
    const listed = entries.slice(0, shown).map((entry) => [entry.name, plain(entry.value, 5)]);
    return shown < entries.length ? [...listed, [`… ${count(entries.length - shown)} more`]] : listed;
  });
  return rows.length === 0 ? [] : [table(["param", "value"], rows)];
}

function components({ components, sites }: FitReport): readonly string[] {
  const blocks = [...new Set(components.map(({ block }) => block))];
  return blocks.flatMap((block) => {
    const some = components.filter((component) => component.block === block);
    const title = block === "global" ? "component" : `component of ${block}`;
    return some.length < 2 ? [] : [componentTable(title, some, sites)];
  });
}

function componentTable(title: string, components: readonly ComponentReport[], sites: FitReport["sites"]): string {
  const cells = ({ location }: Pick<ComponentReport, "location">) =>
    Object.entries(location).flatMap(([site, value]) => {
      const summary = entryOf(sites, site);
      const spreads = summary ? entriesOf(site, summary.sd) : [];
      return entriesOf(site, value).map((entry, at) => ({ ...entry, spread: spreads[at]?.value ?? 0 }));
    });
  const columns = cells(components[0] ?? { location: {} });
  const shown = columns.slice(0, mostRows);
  const rows = components.map((component, k) => [
    String(k),
    component.weight.toFixed(3),
    ...cells(component)
      .slice(0, mostRows)
      .map(({ value, spread }) => against(value, spread)),
  ]);
  const local = columns.length === 0 ? "\n(mean weights over the data)" : "";
  const more = shown.length < columns.length ? `\n… ${count(columns.length - shown.length)} more columns` : "";
  return table([title, "weight", ...shown.map(({ name }) => name)], rows) + local + more;
}

function profile(rows: readonly ProfileRow[]): string {
  const body = rows.map(({ line, term, microseconds, gradient, share }) => [
    term,
    line === null ? "" : String(line),
    plain(microseconds, 3),
    plain(gradient, 3),
    `${(100 * share).toFixed(1)}%`,
  ]);
  return table(["where a step's time goes", "line", "microseconds", "gradient", "share"], body);
}

const words = (name: string): string => name.replaceAll("_", " ");
