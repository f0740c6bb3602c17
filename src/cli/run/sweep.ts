import { basename, dirname, extname, join } from "node:path";
import { parseJson } from "../../data/formats/json.ts";
import { pathsBeside } from "../../data/files.ts";
import { lockFolder } from "../../data/lock.ts";
import { readShortText } from "../../data/text.ts";
import { clearParts } from "../../data/whole.ts";
import { changedCells, metricNowhere, sweepFile, sweepForm } from "../../diagnostics/catalogue/sweep.ts";
import { toJson } from "../../diagnostics/render.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../diagnostics/span.ts";
import { duration } from "../../report/numbers.ts";
import { table } from "../../report/table.ts";
import { fixedText, shownMetrics, spreadText, summary, tableCells } from "../../sweep/print.ts";
import { pathText } from "../../sweep/metrics.ts";
import { readSweep } from "../../sweep/read.ts";
import { mergeRows, type Row } from "../../sweep/results.ts";
import type { Sweep } from "../../sweep/sweep.ts";
import type { Run } from "../command.ts";
import type { sweep as sweepUsage } from "../commands/sweep.ts";
import type { Io } from "../io.ts";
import { counted, status, type Output } from "../output.ts";
import { readInputs, type Mistakes } from "../sweep/inputs.ts";
import { launchProcess, type Launch } from "../sweep/launch.ts";
import { writePlots } from "../sweep/plots.ts";
import { atOnce } from "../sweep/pool.ts";
import { machine, metricNames, resultsOf, tablesOf, writeResults } from "../sweep/results.ts";
import { screenOn } from "../sweep/screen.ts";
import { fitCell, recall, type Place } from "../sweep/store.ts";
import { entryOf } from "../../base/records.ts";

/** `stratum sweep FILE`: fits every cell of a grid that is not done yet, and writes tables of all that are. */
export const run: Run<typeof sweepUsage> = (call) => sweepWith(launchProcess)(call);

/** The command, with another way of running its cells. */
export const sweepWith =
  (launch: Launch): Run<typeof sweepUsage> =>
  async ({ request, io, output }) => {
    const [path] = request.args;
    const { out: asked, jobs, dryRun, reportOnly } = request.flags;
    const text = await readShortText(path);
    if (!("text" in text))
      return output.fail([sweepFile({ path, ...text, beside: await pathsBeside(path), where: "stratum sweep" })]);
    const json = parseJson(text.text.replace(/^\uFEFF/, ""), path);
    if (!json.ok) return output.fail(json.errors.map((one) => (one.code === "PPL624" ? noObject(path) : one)));
    const read = readSweep(json.value, path);
    if (!read.ok) return output.fail(read.errors);
    const sweep = read.value;
    const inputs = await readInputs(sweep, path, io);
    if (inputs.mistakes.length > 0) return failAll(inputs.mistakes, output);

    const name = basename(path, extname(path));
    const base = dirname(path);
    const place: Place = { out: asked ?? join(base, name), base };
    const recalled = () => rowsOf(sweep, inputs.hashes, place);
    if (dryRun) return list(name, sweep, (await recalled()).rows, output);

    const lock = await lockFolder(place.out);
    if (!lock.ok) return output.fail(lock.errors);
    try {
      await clearParts(place.out);
      const { rows, changed } = await recalled();
      const source = { path, text: text.text };
      if (changed.length > 0) output.warn([changedCells({ cells: changed, where: place.out })], source);
      const stop = io.interruptible();
      const running = { sweep, place, name, launch, stop, jobs };
      const ran = reportOnly ? rows : await runCells(rows, running, io, output);
      return "code" in ran ? output.fail([ran]) : await conclude(ran, running, source, output);
    } finally {
      await lock.value.release();
    }
  };

/** Writes and tells what a sweep came to. */
async function conclude(
  rows: readonly Row[],
  { sweep, place, name, stop }: Running,
  source: SourceFile,
  output: Output,
): Promise<number> {
  const plots = await writePlots(place.out, sweep, rows);
  const unplotted = "code" in plots;
  const problem = await writeResults(place.out, name, sweep, rows, unplotted ? [] : plots);
  if (problem !== null) return output.fail([problem]);
  if (unplotted) return output.fail([plots]);
  output.warn(nowhere(source.path, sweep, rows, place), source);
  output.text(`${tablesText(sweep, rows)}\n\n${summary(rows, machine)}\n`);
  output.note(`results in ${place.out}`);
  output.data(resultsOf(name, sweep, rows));
  if (stop.aborted) return status.interrupted;
  return rows.some(({ state }) => state === "failed") ? status.wrongInput : status.fine;
}

/** Metrics of the file that no finished fit has. */
function nowhere(where: string, { metrics }: Sweep, rows: readonly Row[], place: Place): readonly Diagnostic[] {
  const done = rows.flatMap(({ outcome }) => (outcome?.state === "done" ? [outcome] : []));
  const reports = join(place.out, "cells", "*", "report.json");
  return Object.entries(metrics)
    .filter(([name]) => done.length > 0 && done.every((one) => entryOf(one.metrics, name) === null))
    .map(([name, path]) => metricNowhere({ name, path: pathText(path), reports, where }));
}

/** JSON, and not an object: what is said of data is not said of sweeps. */
const noObject = (path: string): Diagnostic =>
  sweepForm({
    key: basename(path),
    expected: "an object with a `grid`",
    found: "none",
    example: `{ "model": "model.ppl", "grid": { "K": [1, 5] } }`,
    where: path,
  });

/** Mistakes in several texts, each shown with its own. */
function failAll(mistakes: readonly Mistakes[], output: Output): number {
  if (output.json) {
    const nowhere = { path: "", text: "" };
    output.data({
      ok: false,
      total: mistakes.reduce((sum, { errors }) => sum + errors.length, 0),
      diagnostics: mistakes.flatMap(({ errors, source }) => toJson(errors, source ?? nowhere)),
    });
  } else for (const { errors, source } of mistakes) output.fail(errors, source);
  return status.wrongInput;
}

/** Every cell of every grid, with what is remembered of it, and those whose files are not what was written. */
async function rowsOf(
  sweep: Sweep,
  hashes: Awaited<ReturnType<typeof readInputs>>["hashes"],
  place: Place,
): Promise<{ readonly rows: readonly Row[]; readonly changed: readonly string[] }> {
  const rows: Row[] = [];
  const changed = new Set<string>();
  for (const [nth, { cells }] of sweep.grids.entries())
    for (const { axes, setting } of cells) {
      const hash = hashes.get(setting);
      // whose files could not be read, as was said
      if (hash === undefined) continue;
      const found = await recall(place, hash, sweep.metrics);
      if (found === "changed") changed.add(hash);
      const outcome = found === "changed" ? null : found;
      rows.push({ hash, axes, setting, grids: [nth], state: outcome?.state ?? "waiting", outcome });
    }
  return { rows: mergeRows(rows), changed: [...changed] };
}

interface Running {
  readonly sweep: Sweep;
  readonly place: Place;
  readonly name: string;
  readonly launch: Launch;
  readonly stop: AbortSignal;
  readonly jobs: number | null;
}

/** Runs what is not done; tables are written after every cell. */
async function runCells(
  before: readonly Row[],
  { sweep, place, name, launch, stop, jobs }: Running,
  io: Io,
  output: Output,
): Promise<readonly Row[] | Diagnostic> {
  const cells = [...new Map(before.map((row) => [row.hash, row])).values()];
  const todo = cells.filter(({ state }) => state !== "done");
  const most = jobs ?? defaultJobs(todo);
  const [metric = ""] = metricNames(sweep);
  const screen = screenOn(io, output.json, sweep, { metric, jobs: most });
  if (cells.length > todo.length)
    output.note(`${cells.length - todo.length} of ${counted(cells.length, "fit")} done before`);

  const waiting = new Set(todo.map(({ hash }) => hash));
  let rows: readonly Row[] = before.map((row) =>
    waiting.has(row.hash) ? { ...row, state: "waiting", outcome: null } : row,
  );
  screen.show(rows);
  const change = (hash: string, now: Pick<Row, "state" | "outcome">): void => {
    rows = rows.map((row) => (row.hash === hash ? { ...row, ...now } : row));
    screen.show(rows);
  };

  // one at a time: two that write the same table would race for the last word
  let writing: Promise<Diagnostic | null> = writeResults(place.out, name, sweep, rows, []);
  const unwritten = await writing;
  if (unwritten !== null) return unwritten;
  await atOnce(todo, most, stop, async (cell) => {
    change(cell.hash, { state: "running", outcome: null });
    const outcome = await fitCell(cell, sweep, place, { launch, stop, machine });
    change(cell.hash, { state: outcome?.state ?? "waiting", outcome });
    if (outcome === null) return;
    const ended = rows.filter(({ state }) => state === "done" || state === "failed");
    const many = new Set(ended.map(({ hash }) => hash)).size;
    // a table on a terminal shows the others
    if (io.screen === null || output.json || outcome.state === "failed")
      screen.above(() => output.note(`${many} of ${cells.length}  ${lineOf({ ...cell, outcome }, metric)}`));
    writing = writing.then(() => writeResults(place.out, name, sweep, rows, []));
    await writing;
  });
  screen.stop();
  return (await writing) ?? rows;
}

/** As many as there are cores; fewer where each fit has several threads. */
function defaultJobs(todo: readonly Row[]): number {
  const threads = Math.max(1, ...todo.map(({ setting }) => Number(setting.options["threads"] ?? 1)));
  return Math.max(1, Math.floor(machine.cores / threads));
}

/** `objective = siwae, K = 5, seed = 0: accuracy 0.912; 12 s` */
function lineOf({ axes, outcome }: Row, metric: string): string {
  const value = entryOf(outcome?.metrics ?? {}, metric) ?? null;
  const shown = value === null ? "" : `${metric} ${spreadText({ n: 1, mean: value, sd: null })}; `;
  const result =
    outcome?.state === "failed"
      ? `failed: ${outcome.message}`
      : `${shown}${outcome?.trusted === false ? "not trusted; " : ""}${duration(outcome?.seconds ?? 0)}`;
  return `${fixedText(axes)}: ${result}`;
}

function tablesText(sweep: Sweep, rows: readonly Row[]): string {
  const tables = tablesOf(sweep, rows);
  const shown = shownMetrics(tables, metricNames(sweep));
  return tables
    .map((one) => {
      const { head, rows: body } = tableCells(one, shown);
      const fixed = fixedText(one.fixed);
      return `${fixed === "" ? "" : `${fixed}\n`}${table(head, body)}`;
    })
    .join("\n\n");
}

/** `--dry-run` */
function list(name: string, sweep: Sweep, rows: readonly Row[], output: Output): number {
  const axes = [...new Set(rows.flatMap((row) => Object.keys(row.axes)))];
  const body = rows.map((row) => [...axes.map((axis) => String(entryOf(row.axes, axis) ?? "")), row.state, row.hash]);
  output.text(`${table([...axes, "state", "cell"], body)}\n`);
  output.data(resultsOf(name, sweep, rows));
  return status.fine;
}
