import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { version } from "../../api/version.ts";
import { inWords, readText } from "../../data/files.ts";
import { sha256Of } from "../../data/manifest.ts";
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

/** What `cell.json` is, of the version that writes it now. */
const cellSchema = v.object({
  schemaVersion: v.literal(schemaVersion),
  hash: v.string(),
  state: v.picklist(["done", "failed"]),
  exit: v.nullable(v.number()),
  trusted: v.nullable(v.boolean()),
  seconds: v.number(),
  peakMemoryBytes: v.nullable(v.number()),
  machine: v.object({ cores: v.number(), node: v.string(), platform: v.string() }),
  message: v.nullable(v.string()),
  /** SHA-256 of `report.json`; null where there is no use in it. */
  report: v.nullable(v.string()),
});
const reportSchema = v.looseObject({ verdict: v.looseObject({ trusted: v.boolean() }) });

/** What became of a cell; null when it has not come to an end, "changed" when its files are not what was written of it. */
export async function recall(
  place: Place,
  hash: string,
  metrics: Readonly<Record<string, Path>>,
): Promise<Ended | "changed" | null> {
  const folder = cellFolder(place, hash);
  const kept = await readText(join(folder, "cell.json"));
  if (!("text" in kept)) return null;
  const cell = v.safeParse(cellSchema, parsed(kept.text));
  if (!cell.success || cell.output.hash !== hash) return "changed";
  const { state, exit, trusted, seconds, peakMemoryBytes, machine, message } = cell.output;
  const ended = { state, exit, trusted, seconds, peakMemoryBytes, machine, message };
  if (state === "failed") return { ...ended, metrics: {} };
  const read = await readText(join(folder, "report.json"));
  const report = "text" in read && sha256Of(read.text) === cell.output.report ? finished(read.text) : null;
  return report === null ? "changed" : { ...ended, metrics: metricsOf({ report, seconds }, metrics) };
}

/** The report of a fit that came to an end; null where the text is none. */
function finished(text: string): v.InferOutput<typeof reportSchema> | null {
  const read = v.safeParse(reportSchema, parsed(text));
  return read.success ? read.output : null;
}

interface World {
  readonly launch: Launch;
  readonly stop: AbortSignal;
  readonly machine: Machine;
}

/** Fits one cell. Null when it was stopped. */
export async function fitCell(
  cell: { readonly hash: string; readonly setting: Setting },
  sweep: Sweep,
  place: Place,
  world: World,
): Promise<Ended | null> {
  try {
    return await fitInto(cellFolder(place, cell.hash), cell, sweep, { place, world });
  } catch (error) {
    // its folder cannot be made or written to
    const nothing = { exit: null, trusted: null, metrics: {}, seconds: 0, peakMemoryBytes: null };
    return { ...nothing, state: "failed", machine: world.machine, message: `its folder: ${inWords(error)}` };
  }
}

/** The folder is begun anew, and its `cell.json` is written last: a cell without one has not come to an end. */
async function fitInto(
  folder: string,
  { hash, setting }: { readonly hash: string; readonly setting: Setting },
  sweep: Sweep,
  { place, world }: { readonly place: Place; readonly world: World },
): Promise<Ended | null> {
  const [out, err] = [join(folder, "report.json"), join(folder, "log.txt")];
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const args = argumentsOf(setting, sweep.dataFolder, place.base);
  const exited = await world.launch([...args, "--out", folder], { out, err }, world.stop);
  // an interrupt reaches the processes of a terminal all at once
  if (world.stop.aborted || exited.exit === 130) return null;

  const read = await readText(out);
  const text = "text" in read ? read.text : "";
  const report = exited.exit === 0 || exited.exit === 2 ? finished(text) : null;
  const { exit, seconds, peakMemoryBytes } = exited;
  const remembered: Remembered = {
    state: report ? "done" : "failed",
    exit,
    trusted: report ? report.verdict.trusted : null,
    seconds,
    peakMemoryBytes,
    machine: world.machine,
    message: report ? null : await reason(exited, parsed(text), err),
  };
  const record = { schemaVersion, stratum: version, hash, setting, ...remembered, report: report && sha256Of(text) };
  const problem = await writeWhole(join(folder, "cell.json"), `${JSON.stringify(record, null, 2)}\n`);
  if (problem !== null)
    return { ...remembered, state: "failed", trusted: null, metrics: {}, message: `\`cell.json\`: ${problem}` };
  return { ...remembered, metrics: report ? metricsOf({ report, seconds }, sweep.metrics) : {} };
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
async function reason({ exit, signal }: Exited, report: unknown, log: string): Promise<string> {
  const diagnostics = (report as Json | null)?.["diagnostics"];
  if (Array.isArray(diagnostics) && diagnostics.length > 0)
    return (diagnostics as readonly Json[])
      .map(({ code, message }) => `${String(message)} [${String(code)}]`)
      .join("\n");
  const read = await readText(log);
  const said = "text" in read ? read.text.trim() : "";
  if (signal !== null) return `it was ended by ${signal}${signal === "SIGKILL" ? ", perhaps for want of memory" : ""}`;
  return said === "" ? `it ended with status ${exit} and said nothing` : said;
}

/** A JSON text; null where it is none, or half of one. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
