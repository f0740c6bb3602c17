import { lookUp, present } from "../base/assert.ts";
import { missingRunFile, otherSchema, unreadableRunFile } from "../diagnostics/catalogue/run.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import { hostTensor, sameShape, showShape, sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import { decodeJson } from "./json.ts";
import { readNpy } from "./npy.ts";
import { posteriorOf, type Posterior } from "./posterior.ts";
import { fileStems } from "./siteFiles.ts";
import { restoreSummary, type RunFiles } from "./run.ts";
import type { Scores } from "./score.ts";
import { flatten, statistics, type Nested } from "./summary.ts";
import type { Checkpoint } from "../inference/checkpoint.ts";
import { schemaVersion, type RunRecord, type SummaryRecord } from "./record.ts";

/** A run folder that was read back: enough to look at, to sample, to continue, and to apply to new data. */
export interface LoadedRun {
  readonly source: SourceFile;
  readonly record: RunRecord;
  readonly parameters: Float64Array;
  readonly checkpoint: Checkpoint;
  /** Null for a run that was saved before it was finished. */
  readonly posterior: Posterior | null;
  /** How well a test set was predicted; null where none was given. */
  readonly test: Scores | null;
}

/** Reads what `toFiles` wrote. Fails with a diagnostic for each file that is missing or cannot be understood. */
export function fromFiles(files: RunFiles): Outcome<LoadedRun> {
  const reader = readerOf(files);
  const record = reader.json<RunRecord>("run.json", ["schemaVersion"]);
  if (record && record.schemaVersion !== schemaVersion)
    return failed(otherSchema({ found: record.schemaVersion, expected: schemaVersion }));
  const whole = record && reader.json<RunRecord>("run.json", ["model", "paramSpecs", "training"]);
  const run = whole && read(reader, whole);
  const [first, ...rest] = reader.problems;
  if (first) return failed(first, ...rest);
  return ok(present(run, "the run"));
}

/** What is wrong with the record of a run that another version wrote; null where it is of this one, or no record. */
export function otherVersion(text: string): Diagnostic | null {
  const found = decodeJson(text);
  if (typeof found !== "object" || found === null || !("schemaVersion" in found)) return null;
  return found.schemaVersion === schemaVersion
    ? null
    : otherSchema({ found: found.schemaVersion, expected: schemaVersion });
}

function read(reader: Reader, record: RunRecord): LoadedRun {
  const size = record.paramSpecs.reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
  return {
    source: { path: record.model.file, text: reader.text("model.ppl") },
    record,
    parameters: reader.array("parameters.npy", [size]).values,
    checkpoint: checkpointFrom(reader, record, size),
    posterior: record.draws ? posteriorFrom(reader, record.draws) : null,
    test: record.draws ? (reader.json<SummaryRecord>("summary.json", [])?.test ?? null) : null,
  };
}

function checkpointFrom(reader: Reader, record: RunRecord, size: number): Checkpoint {
  const { averaged } = record.training;
  const state = reader.array("state.npy", [averaged > 0 ? 4 : 3, size]).values;
  const row = (nth: number): Float64Array => state.slice(nth * size, (nth + 1) * size);
  const lines = reader.text("trace.csv").trim().split("\n").slice(1);
  const column = (nth: number) => Float64Array.from(lines, (line) => Number(line.split(",")[nth]));
  return {
    step: lines.length,
    parameters: row(0),
    m: row(1),
    v: row(2),
    average: averaged > 0 ? { sum: row(3), count: averaged } : null,
    trace: { bound: column(1), gradientNorm: column(2) },
  };
}

function posteriorFrom(reader: Reader, layout: NonNullable<RunRecord["draws"]>): Posterior | null {
  const wanted = ["bound", "evidence", "checks", "verdict", "sites", "constants", "components"] as const;
  const saved = reader.json<SummaryRecord>("summary.json", wanted);
  if (!saved) return null;
  const { bound, evidence, checks, verdict } = saved;
  const { count } = layout;
  const summarised = fileStems(saved.sites.map(({ name }) => name));
  const drawn = fileStems(layout.sites.map(({ name }) => name));
  return posteriorOf({
    bound,
    evidence,
    checks,
    // folders of before findings were kept have a verdict in words alone
    verdict: { ...verdict, findings: verdict.findings ?? [] },
    separation: saved.separation ?? [],
    search: saved.search ?? null,
    summary: saved.sites.map((site) =>
      restoreSummary(
        site,
        "file" in site ? reader.array(site.file, [statistics.length, ...site.shape]) : null,
        site.probabilities
          ? reader.array(`probability.${lookUp(summarised, site.name)}.npy`, [...site.shape, site.probabilities.count])
          : null,
      ),
    ),
    draws: {
      count,
      blocks: layout.blocks.map(({ id, data }, i) => {
        const { values } = reader.array(`weights.${i}.npy`, [4, count, ...data]);
        const size = count * sizeOf(data);
        const part = (nth: number) => values.slice(nth * size, (nth + 1) * size);
        return { id, data, logWeight: part(0), logJoint: part(1), logQ: part(2), component: part(3) };
      }),
      sites: layout.sites.map((site) => ({
        ...site,
        values: reader.array(`draws.${lookUp(drawn, site.name)}.npy`, [count, ...site.shape]).values,
      })),
    },
    constants: mapValues(saved.constants, ({ shape, value }) => hostTensor(shape, flatten(value))),
    components: saved.components.map(({ id, weights, locations }) => ({
      id,
      weights: tensor(weights),
      locations: mapValues(locations, tensor),
    })),
  });
}

/** Nested arrays as a tensor; their shape is read off their first entries. */
function tensor(nested: Nested): HostTensor {
  const shape: number[] = [];
  for (let at: Nested | undefined = nested; Array.isArray(at); at = at[0]) shape.push(at.length);
  return hostTensor(shape, flatten(nested));
}

/** The files by what they should hold. What cannot be had becomes a problem, and an empty value in its place. */
interface Reader {
  readonly problems: readonly Diagnostic[];
  text(file: string): string;
  /** Null unless the file is an object with these entries. */
  json<T>(file: string, entries: readonly (keyof T & string)[]): T | null;
  array(file: string, shape: Shape): HostTensor;
}

function readerOf(files: RunFiles): Reader {
  const problems: Diagnostic[] = [];
  const unreadable = (file: string, why: string): null => {
    problems.push(unreadableRunFile({ file, why }));
    return null;
  };
  const content = (file: string): string | Uint8Array | null => {
    const found = files[file];
    if (found === undefined) problems.push(missingRunFile({ file }));
    return found ?? null;
  };
  const text = (file: string): string => {
    const found = content(file) ?? "";
    return typeof found === "string" ? found : new TextDecoder().decode(found);
  };
  return {
    problems,
    text,
    json<T>(file: string, entries: readonly (keyof T & string)[]): T | null {
      if (files[file] === undefined) {
        content(file);
        return null;
      }
      const found = decodeJson(text(file));
      if (typeof found !== "object" || found === null) return unreadable(file, "it is not JSON");
      const lacking = entries.filter((entry) => !(entry in found));
      return lacking.length === 0 ? (found as T) : unreadable(file, `it lacks \`${lacking[0]}\``);
    },
    array(file, shape) {
      const empty = hostTensor(shape, new Float64Array(sizeOf(shape)));
      const bytes = content(file);
      if (bytes === null) return empty;
      const found = typeof bytes === "string" ? null : readNpy(bytes);
      if (!found) unreadable(file, "it is not a NumPy array of floats");
      else if (!sameShape(found.shape, shape))
        unreadable(file, `it has shape ${showShape(found.shape)}, not ${showShape(shape)}`);
      else return found;
      return empty;
    },
  };
}

function mapValues<A, B>(entries: Readonly<Record<string, A>>, body: (value: A) => B) {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, body(value)]));
}
