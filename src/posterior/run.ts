import { lookUp } from "../base/assert.ts";
import { concatArrays } from "../numeric/arrays.ts";
import type { Checkpoint } from "../inference/checkpoint.ts";
import { hostTensor, type HostTensor } from "../tensor/shape.ts";
import { inferenceData } from "./arviz.ts";
import type { BlockComponents } from "./components.ts";
import { encodeJson } from "./json.ts";
import { writeNpy } from "./npy.ts";
import type { Posterior } from "./posterior.ts";
import type { Finished, SavedSite, SummaryRecord } from "./record.ts";
import { mapEntries, recordOf, schemaVersion } from "./record.ts";
import type { Scores } from "./score.ts";
import { fileStems } from "./siteFiles.ts";
import type { SiteSummary } from "./summary.ts";
import { flatten, nest, nestSummary, statistics, summaryFrom } from "./summary.ts";

/** Contents of a run folder by file name. Whoever may touch a disk writes them. */
export type RunFiles = Readonly<Record<string, string | Uint8Array>>;

/** Whether a name is one that `toFiles` gives. */
export function isRunFile(name: string): boolean {
  return /^(model\.ppl|(run|summary|posterior)\.json|trace\.csv|(parameters|state|(draws|weights|summary|probability)\..+)\.npy)$/.test(
    name,
  );
}

/** Larger summaries go to a file of their own. */
const largestInJson = 10_000;

/**
 * The run folder of a fit:
 *
 * - `model.ppl`: the source; `run.json`: see RunRecord;
 * - `parameters.npy` [P]: what was learned; `state.npy` [3 or 4, P]: last iterate, Adam's m and v, and the running
 *   sum of averaged iterates, to continue from; `trace.csv`: bound and gradient norm of each step;
 * - `summary.json`; `draws.NAME.npy` [draws, plates..., shape...] (see siteFiles.ts), `weights.NUMBER.npy` [4, draws, data...] (log
 *   weight, log joint, log q and component of block NUMBER); `posterior.json`: InferenceData for ArviZ.
 *
 * The posterior is null for a run that is saved before it is finished.
 */
export async function toFiles(run: Finished): Promise<RunFiles> {
  const { plan, fit, posterior, fitOptions } = run;
  const { source } = plan.model;
  return {
    "model.ppl": source.text,
    "run.json": encodeJson(await recordOf(run)),
    "parameters.npy": writeNpy(hostTensor([plan.parameterCount], fit.parameters)),
    "state.npy": writeNpy(stateOf(fit.checkpoint)),
    "trace.csv": traceCsv(fit.checkpoint),
    ...(posterior ? posteriorFiles(posterior, run.executor.precision, fitOptions.seed, run.test ?? null) : {}),
  };
}

function posteriorFiles(
  posterior: Posterior,
  precision: "float32" | "float64",
  seed: number | string,
  test: Scores | null,
): RunFiles {
  const { draws, summary, bound, evidence, checks, verdict } = posterior;
  const bits = precision === "float32" ? 32 : 64;
  const files: Record<string, string | Uint8Array> = {};
  const summarised = fileStems(summary.map(({ name }) => name));
  const drawn = fileStems(draws.sites.map(({ name }) => name));
  const sites = summary.map((site): SavedSite => {
    const { name, kind, shape, corrected, probabilities } = site;
    const saved = { name, kind, shape, corrected };
    const stem = lookUp(summarised, name);
    const discrete = probabilities && { lower: probabilities.lower, count: probabilities.count };
    const common = discrete ? { ...saved, probabilities: discrete } : saved;
    if (probabilities)
      files[`probability.${stem}.npy`] = writeNpy(hostTensor([...shape, probabilities.count], probabilities.values));
    if (site.mean.length <= largestInJson) {
      return { ...common, ...nestSummary(shape, site) };
    }
    const file = `summary.${stem}.npy`;
    const values = concatArrays(statistics.map((what) => site[what]));
    files[file] = writeNpy(hostTensor([statistics.length, ...shape], values));
    return { ...common, file };
  });
  const record: SummaryRecord = {
    schemaVersion,
    bound,
    evidence,
    checks,
    verdict,
    separation: posterior.separation,
    ...(posterior.search ? { search: posterior.search } : {}),
    ...(test ? { test } : {}),
    sites,
    constants: mapEntries(Object.entries(posterior.constants), ({ shape, values }) => ({
      shape,
      value: nest(shape, values),
    })),
    components: posterior.components.map(({ id, weights, locations }: BlockComponents) => ({
      id,
      weights: nest(weights.shape, weights.values),
      locations: mapEntries(Object.entries(locations), ({ shape, values }) => nest(shape, values)),
    })),
  };
  files["summary.json"] = encodeJson(record);
  for (const { name, shape, values } of draws.sites)
    files[`draws.${lookUp(drawn, name)}.npy`] = writeNpy(hostTensor([draws.count, ...shape], values), bits);
  draws.blocks.forEach(({ data, logWeight, logJoint, logQ, component }, i) => {
    const values = concatArrays([logWeight, logJoint, logQ, component]);
    files[`weights.${i}.npy`] = writeNpy(hostTensor([4, draws.count, ...data], values), bits);
  });
  files["posterior.json"] = inferenceData(posterior, 1000, seed);
  return files;
}

function stateOf({ parameters, m, v, average }: Checkpoint): HostTensor {
  const rows = [parameters, m, v, ...(average ? [average.sum] : [])];
  return hostTensor([rows.length, parameters.length], concatArrays(rows));
}

function traceCsv({ trace: { bound, gradientNorm } }: Checkpoint): string {
  const lines = Array.from(bound, (value, step) => `${step},${value},${gradientNorm[step] ?? NaN}`);
  return `${["step,bound,gradient_norm", ...lines].join("\n")}\n`;
}

/** A saved summary of a site as it was computed. */
export function restoreSummary(saved: SavedSite, file: HostTensor | null, chances: HostTensor | null): SiteSummary {
  const { name, kind, shape, corrected } = saved;
  const of = (what: (typeof statistics)[number]): Float64Array => {
    if (!("file" in saved)) return flatten(saved[what]);
    const size = file!.values.length / statistics.length;
    return file!.values.slice(statistics.indexOf(what) * size).slice(0, size);
  };
  const probabilities = saved.probabilities ? { ...saved.probabilities, values: chances!.values } : null;
  return {
    name,
    kind,
    shape,
    corrected,
    probabilities,
    ...summaryFrom(of),
  };
}
