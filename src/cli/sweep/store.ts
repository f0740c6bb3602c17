import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../../api/version.ts";
import { readText } from "../../data/files.ts";
import { writeWhole } from "../../data/whole.ts";
import { metricsOf } from "../../sweep/metrics.ts";
import type { Ended, Machine } from "../../sweep/results.ts";
import type { Path, Setting, Sweep } from "../../sweep/sweep.ts";
import { from } from "./inputs.ts";
import type { Exited, Launch } from "./launch.ts";
import { schemaVersion } from "../output.ts";

/** The folder of a sweep's results, and where its paths start. */
export interface Place {
  readonly out: string;
  /** Of the sweep file. */
  readonly base: string;
}

/** A cell as its folder remembers it. Metrics are read off its report each time: a sweep file may ask for other ones. */
type Remembered = Omit<Ended, "metrics">;

type Json = Readonly<Record<string, unknown>>;

export const cellFolder = ({ out }: Place, hash: string): string => join(out, "cells", hash);

/** What became of a cell, or null when it has not come to an end. */
export async function recall(
  place: Place,
  hash: string,
  metrics: Readonly<Record<string, Path>>,
): Promise<Ended | null> {
  const folder = cellFolder(place, hash);
  const cell = (await json(join(folder, "cell.json"))) as Remembered | null;
  if (cell === null) return null;
  const { state, exit, trusted, seconds, peakMemoryBytes, machine, message } = cell;
  const ended = { state, exit, trusted, seconds, peakMemoryBytes, machine, message };
  if (state === "failed") return { ...ended, metrics: {} };
  const report = await json(join(folder, "report.json"));
  return report === null ? null : { ...ended, metrics: metricsOf({ report, seconds }, metrics) };
}

/**
 * Fits one cell. Its folder is begun anew, and its `cell.json` is written last: a cell without one has not come to an
 * end. Null when it was stopped.
 */
export async function fitCell(
  { hash, setting }: { readonly hash: string; readonly setting: Setting },
  sweep: Sweep,
  place: Place,
  world: { readonly launch: Launch; readonly stop: AbortSignal; readonly machine: Machine },
): Promise<Ended | null> {
  const folder = cellFolder(place, hash);
  const [out, err] = [join(folder, "report.json"), join(folder, "log.txt")];
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const args = argumentsOf(setting, sweep.dataFolder, place.base);
  const exited = await world.launch([...args, "--out", folder], { out, err }, world.stop);
  // an interrupt reaches the processes of a terminal all at once
  if (world.stop.aborted || exited.exit === 130) return null;

  const report = await json(out);
  const verdict = report?.["verdict"] as { readonly trusted?: unknown } | undefined;
  const done = (exited.exit === 0 || exited.exit === 2) && report !== null && verdict !== undefined;
  const { exit, seconds, peakMemoryBytes } = exited;
  const remembered: Remembered = {
    state: done ? "done" : "failed",
    exit,
    trusted: done ? verdict.trusted === true : null,
    seconds,
    peakMemoryBytes,
    machine: world.machine,
    message: done ? null : await reason(exited, report, err),
  };
  const record = { schemaVersion, stratum: version, hash, setting, ...remembered };
  await writeWhole(join(folder, "cell.json"), `${JSON.stringify(record, null, 2)}\n`);
  const metrics = done ? metricsOf({ report, seconds }, sweep.metrics) : {};
  return { ...remembered, metrics };
}

/** `infer MODEL ... --json`, as a person would type it. */
export function argumentsOf(
  { model, data, test, options }: Setting,
  dataFolder: string | null,
  base: string,
): readonly string[] {
  const path = (name: string, value: string | null): readonly string[] =>
    value === null ? [] : [`--${name}`, from(base, value)];
  return [
    ...["infer", from(base, model)],
    ...path("data", data),
    ...path("data-folder", dataFolder),
    ...path("test", test),
    ...Object.entries(options).map(([name, value]) =>
      name === "amortize" ? `--${String(value) === "true" ? "" : "no-"}${name}` : `--${name}=${String(value)}`,
    ),
    "--json",
  ];
}

/** Why a cell failed, in its own words where it had any. */
async function reason({ exit, signal }: Exited, report: Json | null, log: string): Promise<string> {
  const diagnostics = report?.["diagnostics"];
  if (Array.isArray(diagnostics) && diagnostics.length > 0)
    return (diagnostics as readonly Json[])
      .map(({ code, message }) => `${String(message)} [${String(code)}]`)
      .join("\n");
  const read = await readText(log);
  const said = "text" in read ? read.text.trim() : "";
  if (signal !== null) return `it was ended by ${signal}${signal === "SIGKILL" ? ", perhaps for want of memory" : ""}`;
  return said === "" ? `it ended with status ${exit} and said nothing` : said;
}

/** An object in a file; null where there is none, or half of one. */
async function json(path: string): Promise<Json | null> {
  const read = await readText(path);
  if (!("text" in read)) return null;
  try {
    const value: unknown = JSON.parse(read.text);
    return typeof value === "object" && value !== null ? (value as Json) : null;
  } catch {
    return null;
  }
}
