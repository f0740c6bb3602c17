import type * as v from "valibot";
import { lookUp, present } from "../base/assert.ts";
import { missingRunFile, otherSchema, unreadableRunFile } from "../diagnostics/catalogue/run.ts";
import { failed, outcome, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import type { Checkpoint } from "../inference/checkpoint.ts";
import { hostTensor, sameShape, showShape, sizeOf, type HostTensor, type Shape } from "../tensor/shape.ts";
import { decodeJson } from "./json.ts";
import { readNpy } from "./npy.ts";
import { posteriorOf, type Posterior } from "./posterior.ts";
import { schemaVersion, type RunRecord, type SummaryRecord } from "./record.ts";
import { fileStems } from "./siteFiles.ts";
import { restoreSummary, type RunFiles } from "./run.ts";
import { readBy, shapeOf } from "./schema.ts";
import { runSchema, summarySchema } from "./schemas.ts";
import type { Scores } from "./score.ts";
import { flatten, statistics, type Nested } from "./summary.ts";

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
  const other = typeof files["run.json"] === "string" ? otherVersion(files["run.json"]) : null;
  if (other) return failed(other);
  const reader = readerOf(files);
  const record = reader.json("run.json", runSchema);
  const summary = record?.draws ? reader.json("summary.json", summarySchema) : null;
  const source = reader.text("model.ppl");
  const trace = reader.text("trace.csv");
  const arrays = record ? reader.arrays(arraysOf(record, summary)) : new Map<string, HostTensor>();
  return outcome(() => assemble(present(record, "the record"), summary, { source, trace, arrays }), reader.problems);
}

/** What is wrong with the record of a run that another version wrote; null where it is of this one, or no record. */
export function otherVersion(text: string): Diagnostic | null {
  const found = decodeJson(text);
  if (typeof found !== "object" || found === null || !("schemaVersion" in found)) return null;
  return found.schemaVersion === schemaVersion
    ? null
    : otherSchema({ found: found.schemaVersion, expected: schemaVersion });
}

/** The arrays of a run, by file, with the shapes that its records say. */
function arraysOf(record: RunRecord, summary: SummaryRecord | null): ReadonlyMap<string, Shape> {
  const { paramSpecs, training, draws } = record;
  const size = parameterCount(paramSpecs);
  const arrays = new Map<string, Shape>([
    ["parameters.npy", [size]],
    ["state.npy", [training.averaged > 0 ? 4 : 3, size]],
  ]);
  if (draws === null) return arrays;
  const summarised = summary?.sites ?? [];
  const names = namesOf(draws.sites, summarised);
  for (const site of summarised) {
    if ("file" in site) arrays.set(site.file, [statistics.length, ...site.shape]);
    if (site.probabilities) arrays.set(names.probability(site), [...site.shape, site.probabilities.count]);
  }
  draws.blocks.forEach(({ data }, i) => arrays.set(`weights.${i}.npy`, [4, draws.count, ...data]));
  for (const site of draws.sites) arrays.set(names.draws(site), [draws.count, ...site.shape]);
  return arrays;
}

interface Named {
  readonly name: string;
}

/** The files of sites. */
function namesOf(drawn: readonly Named[], summarised: readonly Named[]) {
  const stems = (sites: readonly Named[]) => fileStems(sites.map(({ name }) => name));
  const [draws, probabilities] = [stems(drawn), stems(summarised)];
  return {
    draws: ({ name }: Named): string => `draws.${lookUp(draws, name)}.npy`,
    probability: ({ name }: Named): string => `probability.${lookUp(probabilities, name)}.npy`,
  };
}

const parameterCount = (specs: RunRecord["paramSpecs"]): number =>
  specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

/** The files of a run, checked. */
interface Contents {
  readonly source: string;
  readonly trace: string;
  readonly arrays: ReadonlyMap<string, HostTensor>;
}

function assemble(record: RunRecord, summary: SummaryRecord | null, contents: Contents): LoadedRun {
  const { arrays, source, trace } = contents;
  return {
    source: { path: record.model.file, text: source },
    record,
    parameters: lookUp(arrays, "parameters.npy").values,
    checkpoint: checkpointFrom(lookUp(arrays, "state.npy"), trace, record.training.averaged),
    posterior: record.draws && summary ? posteriorFrom(record.draws, summary, arrays) : null,
    test: summary?.test ?? null,
  };
}

function checkpointFrom({ values, shape }: HostTensor, trace: string, averaged: number): Checkpoint {
  const size = present(shape[1], "the number of parameters");
  const row = (nth: number): Float64Array => values.slice(nth * size, (nth + 1) * size);
  const lines = trace.trim().split("\n").slice(1);
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

function posteriorFrom(
  layout: NonNullable<RunRecord["draws"]>,
  summary: SummaryRecord,
  arrays: Contents["arrays"],
): Posterior {
  const { bound, evidence, checks, verdict } = summary;
  const { count } = layout;
  const names = namesOf(layout.sites, summary.sites);
  return posteriorOf({
    bound,
    evidence,
    checks,
    // folders of before findings were kept have a verdict in words alone
    verdict: { ...verdict, findings: verdict.findings ?? [] },
    separation: summary.separation ?? [],
    search: summary.search ?? null,
    summary: summary.sites.map((site) =>
      restoreSummary(
        site,
        "file" in site ? lookUp(arrays, site.file) : null,
        site.probabilities ? lookUp(arrays, names.probability(site)) : null,
      ),
    ),
    draws: {
      count,
      blocks: layout.blocks.map(({ id, data }, i) => {
        const { values } = lookUp(arrays, `weights.${i}.npy`);
        const size = count * sizeOf(data);
        const part = (nth: number) => values.slice(nth * size, (nth + 1) * size);
        return { id, data, logWeight: part(0), logJoint: part(1), logQ: part(2), component: part(3) };
      }),
      sites: layout.sites.map((site) => ({ ...site, values: lookUp(arrays, names.draws(site)).values })),
    },
    constants: mapValues(summary.constants, ({ shape, value }) => hostTensor(shape, flatten(value))),
    components: summary.components.map(({ id, weights, locations }) => ({
      id,
      weights: tensor(weights),
      locations: mapValues(locations, tensor),
    })),
  });
}

const tensor = (nested: Nested): HostTensor =>
  hostTensor(present(shapeOf(nested), "the shape of nested lists"), flatten(nested));

/** The files by what they should hold. What cannot be had becomes a problem. */
interface Reader {
  readonly problems: readonly Diagnostic[];
  /** Empty where there is none. */
  text(file: string): string;
  json<T>(file: string, schema: v.GenericSchema<unknown, T>): T | null;
  /** Those that are as they should be. */
  arrays(expected: ReadonlyMap<string, Shape>): ReadonlyMap<string, HostTensor>;
}

function readerOf(files: RunFiles): Reader {
  const problems: Diagnostic[] = [];
  const unreadable = (file: string, why: string): null => {
    problems.push(unreadableRunFile({ file, why }));
    return null;
  };
  const content = (file: string): string | Uint8Array | null => {
    const found = Object.hasOwn(files, file) ? files[file] : undefined;
    if (found === undefined) problems.push(missingRunFile({ file }));
    return found ?? null;
  };
  const textOf = (found: string | Uint8Array): string =>
    typeof found === "string" ? found : new TextDecoder().decode(found);
  const array = (file: string, shape: Shape): HostTensor | null => {
    const bytes = content(file);
    if (bytes === null) return null;
    const found = typeof bytes === "string" ? null : readNpy(bytes);
    if (!found) return unreadable(file, "it is not a NumPy array of floats");
    if (sameShape(found.shape, shape)) return found;
    return unreadable(file, `it has shape ${showShape(found.shape)}, not ${showShape(shape)}`);
  };
  return {
    problems,
    text: (file) => textOf(content(file) ?? ""),
    json(file, schema) {
      const found = content(file);
      if (found === null) return null;
      const value = decodeJson(textOf(found));
      if (typeof value !== "object" || value === null) return unreadable(file, "it is not JSON");
      const read = readBy(schema, value);
      return "problem" in read ? unreadable(file, read.problem) : read.value;
    },
    arrays: (expected) =>
      new Map(
        [...expected].flatMap(([file, shape]) => {
          const found = array(file, shape);
          return found ? [[file, found] as const] : [];
        }),
      ),
  };
}

function mapValues<A, B>(entries: Readonly<Record<string, A>>, body: (value: A) => B) {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, body(value)]));
}
