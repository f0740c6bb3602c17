import { availableParallelism } from "node:os";
import { join } from "node:path";
import { version } from "../../api/version.ts";
import { writeWhole } from "../../data/whole.ts";
import * as usage from "../../diagnostics/catalogue/usage.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { standing } from "../../sweep/metrics.ts";
import { csv, markdown } from "../../sweep/print.ts";
import { tabulate, type Machine, type Row, type Table } from "../../sweep/results.ts";
import type { Sweep } from "../../sweep/sweep.ts";
import { schemaVersion } from "../output.ts";

/** This machine, without its name. */
export const machine: Machine = {
  cores: availableParallelism(),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
};

export const metricNames = ({ metrics }: Sweep): readonly string[] => [
  ...Object.keys(metrics),
  ...Object.keys(standing),
];

export const tablesOf = (sweep: Sweep, rows: readonly Row[]): readonly Table[] =>
  sweep.grids.map(({ axes }, nth) =>
    tabulate(
      axes,
      rows.filter((row) => row.grids.includes(nth)),
      metricNames(sweep),
    ),
  );

/** What `results.json` holds, and `--json` prints. */
export function resultsOf(name: string, sweep: Sweep, rows: readonly Row[]): object {
  return {
    ok: rows.every(({ state }) => state !== "failed"),
    sweep: name,
    stratum: version,
    machine,
    tables: tablesOf(sweep, rows),
    cells: rows.map(({ hash, axes, grids, setting, state, outcome }) => ({
      cell: hash,
      axes,
      grids,
      setting,
      state,
      ...(outcome ?? {}),
    })),
  };
}

/** Writes the tables, each as a whole: a sweep that is killed has those of what it finished. */
export async function writeResults(
  out: string,
  name: string,
  sweep: Sweep,
  rows: readonly Row[],
  plots: readonly string[],
): Promise<Diagnostic | null> {
  const metrics = metricNames(sweep);
  const json = { schemaVersion, ...resultsOf(name, sweep, rows) };
  const files = {
    "results.json": `${JSON.stringify(json, null, 2)}\n`,
    "results.csv": csv(rows, metrics),
    "results.md": markdown({ name, tables: tablesOf(sweep, rows), metrics, rows, machine, plots }),
  };
  for (const [file, text] of Object.entries(files)) {
    const path = join(out, file);
    const problem = await writeWhole(path, text);
    if (problem !== null) return usage.unwritable({ path, problem });
  }
  return null;
}
