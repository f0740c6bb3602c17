import { csvField, markdownCell, markdownTarget, markdownText } from "../base/escape.ts";
import { count, duration, measured, plain } from "../report/numbers.ts";
import type { Machine, Row, Spread, Table } from "./results.ts";
import type { Scalar } from "./sweep.ts";
import { entryOf } from "../base/records.ts";

/** Metrics that are in every table of numbers, and would only widen those that people read. */
const quiet = new Set(["k_hat", "train_seconds", "seconds"]);

/** The metrics of a table for people: those that some cell has. */
export function shownMetrics(tables: readonly Table[], metrics: readonly string[]): readonly string[] {
  const known = (name: string): boolean =>
    tables.some(({ lines }) => lines.some((line) => (entryOf(line.metrics, name) ?? null) !== null));
  return metrics.filter((name) => !quiet.has(name) && known(name));
}

/** A value over seeds: `0.912 ± 0.004`; without a spread, to as many digits as it has. */
export function spreadText(spread: Spread | null): string {
  if (spread === null) return "";
  return spread.sd === null ? plain(spread.mean, 5) : measured(spread.mean, spread.sd);
}

/** Heads and rows of one table. */
export function tableCells(
  { axes, lines }: Table,
  metrics: readonly string[],
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  return {
    head: [...axes, "seeds", ...metrics, "trusted", "min per fit"],
    rows: lines.map((line) => {
      const { done, failed, waiting, running } = line.states;
      const all = done + failed + waiting + running;
      return [
        ...axes.map((name) => String(entryOf(line.axes, name))),
        `${done === all ? done : `${done} of ${all}`}${failed > 0 ? ` (${failed} failed)` : ""}`,
        ...metrics.map((name) => spreadText(entryOf(line.metrics, name) ?? null)),
        line.trusted === null ? "" : `${plain(line.trusted * 100, 3)}%`,
        line.minutes === null ? "" : plain(line.minutes, 3),
      ];
    }),
  };
}

/** What holds all over a grid: `T = 1, objective = siwae`. */
export const fixedText = (fixed: Readonly<Record<string, Scalar>>): string =>
  Object.entries(fixed)
    .map(([name, value]) => `${name} = ${String(value)}`)
    .join(", ");

/** What there is to print of a sweep. */
export interface Results {
  readonly name: string;
  readonly tables: readonly Table[];
  readonly metrics: readonly string[];
  readonly rows: readonly Row[];
  readonly machine: Machine;
  /** Names of their files. */
  readonly plots: readonly string[];
}

/** The results as a page. */
export function markdown({ name, tables, metrics, rows, machine, plots }: Results): string {
  const shown = shownMetrics(tables, metrics);
  const parts = tables.map((table, nth) => {
    const title = tables.length === 1 ? "Results" : `Grid ${nth + 1}`;
    const fixed = fixedText(table.fixed);
    const { head, rows: body } = tableCells(table, shown);
    const rule = head.map((_, column) => (column < table.axes.length ? "---" : "---:"));
    const lines = [head.map(markdownCell), rule, ...body.map((cells) => cells.map(markdownCell))].map(
      (cells) => `| ${cells.join(" | ")} |`,
    );
    return [`## ${title}`, ...(fixed === "" ? [] : [`${markdownText(fixed)}.`]), lines.join("\n")].join("\n\n");
  });
  const failures = rows.filter(({ state }) => state === "failed");
  return (
    [
      `# ${markdownText(name)}`,
      summary(rows, machine),
      ...parts,
      ...plots.map((file) => `![${markdownText(file.replace(/\.svg$/, ""))}](${markdownTarget(file)})`),
      ...(failures.length === 0 ? [] : [`## Failed\n\n${failures.map(failureLine).join("\n")}`]),
    ].join("\n\n") + "\n"
  );
}

function failureLine({ hash, axes, outcome }: Row): string {
  const [first] = (outcome?.message ?? "").split("\n");
  return `- \`${hash}\` (${markdownText(fixedText(axes))}): ${markdownText(first ?? "")}`;
}

/** How much is done, and on what. */
export function summary(rows: readonly Row[], { cores, node, platform }: Machine): string {
  const unique = [...new Map(rows.map((row) => [row.hash, row])).values()];
  const done = unique.filter(({ state }) => state === "done").length;
  const failed = unique.filter(({ state }) => state === "failed").length;
  const seconds = unique.reduce((sum, { outcome }) => sum + (outcome?.seconds ?? 0), 0);
  const memory = Math.max(0, ...unique.map(({ outcome }) => outcome?.peakMemoryBytes ?? 0));
  const took =
    seconds === 0
      ? ""
      : ` Their processes took ${duration(seconds)} in all` +
        (memory > 0 ? `, and at most ${count(Math.ceil(memory / 1e6))} MB each.` : ".");
  return (
    `${count(done)} of ${count(unique.length)} fits done${failed > 0 ? `, ${count(failed)} failed` : ""}.${took} ` +
    `Values are means ± standard deviations over seeds. ${cores} cores, ${platform}, Node ${node}.`
  );
}

/** One row for each cell, for other programs. */
export function csv(rows: readonly Row[], metrics: readonly string[]): string {
  const axes = [...new Set(rows.flatMap((row) => Object.keys(row.axes)))];
  const columns = metrics.filter((name) => name !== "seconds");
  const head = [...axes, ...columns, "seconds", "peak_memory_bytes", "trusted", "state", "cell"];
  const lines = rows.map(({ hash, axes: shown, state, outcome }) =>
    [
      ...axes.map((name) => entryOf(shown, name) ?? ""),
      ...columns.map((name) => entryOf(outcome?.metrics ?? {}, name) ?? ""),
      outcome?.seconds ?? "",
      outcome?.peakMemoryBytes ?? "",
      outcome?.trusted ?? "",
      state,
      hash,
    ]
      .map((value) => csvField(String(value)))
      .join(","),
  );
  return [head.map(csvField).join(","), ...lines, ""].join("\n");
}
