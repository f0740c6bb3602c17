import * as v from "valibot";
import { bounds } from "../base/bounds.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import * as drawing from "../diagnostics/catalogue/draws.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import { maskName } from "../library/missing.ts";
import type { Programs } from "../lower/programs.ts";
import type { Program } from "../program/program.ts";
import { openExecutor } from "../execute/select.ts";
import { densitiesAt } from "../posterior/density.ts";
import { fromFiles } from "../posterior/load.ts";
import type { NamedDraws, Posterior } from "../posterior/posterior.ts";
import type { RunFiles } from "../posterior/run.ts";
import { usualStatistics } from "../posterior/statistics.ts";
import type { Verdict } from "../posterior/verdict.ts";
import { predictionReport, type PredictionReport } from "../report/prediction.ts";
import type { ComponentReport, FitReport, SiteReport } from "../report/report.ts";
import { sizeOf, type HostTensor } from "../tensor/shape.ts";
import { StratumError, unwrap } from "./error.ts";
import {
  anyText,
  folderName,
  given,
  lastingData,
  list,
  numbers,
  object,
  options as optionsIn,
  record,
  seed,
  signal,
  whole,
  yesOrNo,
} from "./given.ts";
import { predictRun } from "../app/predict.ts";
import { entryOf } from "../base/records.ts";

/** The answer of `infer` or `load`. Numbers in the model's own coordinates; log densities in nats. */
export interface Inference {
  /** Whether the approximation is to be trusted, why, and what to try. */
  readonly verdict: Verdict;
  /** What was learned [P]; see `compile(...).paramSpecs` for its layout. */
  readonly parameters: Float64Array;
  /** The bound at each training step, nats. */
  readonly trace: Float64Array;
  /** The guide, its draws and their weights, as data. */
  readonly posterior: Posterior;

  /** `n` draws from the guide: by site name, [n, plates..., shape...]. The same seed gives the same draws. */
  sample(n: number, seed?: Seed): NamedDraws;
  /** `n` draws of the implicit posterior: the guide's, resampled in proportion to p / q (Cremer et al. 2017). */
  resample(n: number, seed?: Seed): NamedDraws;
  /** Mean, sd and quantiles of each site, as nested arrays (a number for a scalar). */
  summary(): Readonly<Record<string, SiteReport>>;
  /** Weight and location of each component of the guide. */
  components(): readonly ComponentReport[];
  /** Everything there is to say: the object that `stratum infer --json` prints. */
  report(): FitReport;
  /**
   * log q at given values of every latent site, [n]; summed over data. `values` is shaped as `sample` returns it.
   * @throws StratumError  when the answer was loaded without data and its guide reads data
   */
  logProb(values: NamedDraws): Promise<Float64Array>;
  /** log p(data, values), [n]: the unnormalised posterior. Needs the data. */
  logJoint(values: NamedDraws): Promise<Float64Array>;
  /**
   * Data drawn anew from the posterior predictive, summarised, and compared with those observed: what
   * `stratum predict --json` prints. An answer that was loaded without data needs `data`, unless nothing but
   * observations are missing.
   * @throws StratumError  when the data do not fit the model, or a statistic is unknown
   */
  predict(options?: PredictOptions): Promise<PredictionReport>;
  /** Writes a run folder, which `load` reads. Node only. */
  save(folder: string): Promise<void>;
}

export interface PredictOptions {
  /** What to predict for; the data that were fitted when left out. Observations may be missing. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** Draws that predictions are averaged over, and data sets to draw, at most: 1,000 when left out. */
  readonly draws?: number;
  readonly seed?: Seed;
  /** Nothing but the scores, and what they are made from. */
  readonly scoresOnly?: boolean;
  /** Of data: functions of the language that make one number of an array, and `median`. */
  readonly statistics?: readonly string[];
  /** Sizes that no data tell. */
  readonly size?: Readonly<Record<string, number>>;
  /** Ends it early: what was drawn is summarised. */
  readonly signal?: AbortSignal;
}

const shaped = "`{ shape, values }` with as many values as the shape asks for";

/** What an Inference is made of. */
export interface Parts {
  readonly source: SourceFile;
  readonly posterior: Posterior;
  readonly report: FitReport;
  readonly parameters: Float64Array;
  readonly trace: Float64Array;
  /** Null when it was loaded without data. */
  readonly programs: Programs | null;
  readonly executor: () => Promise<Executor>;
  readonly files: () => Promise<RunFiles>;
}

export function inferenceOf(parts: Parts): Inference {
  const { source, posterior, report, parameters, trace } = parts;
  const densities = async (points: NamedDraws, call: string) => {
    const values = given(namedDraws, points, "values", call);
    const { programs } = parts;
    if (programs === null) throw new StratumError([drawing.densityNeedsData()], source);
    const problem = misfit(programs, values);
    if (problem) throw new StratumError([problem], source);
    return densitiesAt(programs, await parts.executor(), parameters, values);
  };
  /** So many draws that they have no more numbers than one array may have. */
  const perDraw = posterior.draws.sites.reduce((sum, { shape }) => sum + sizeOf(shape), 1);
  const count = whole(1, Math.floor(bounds.numbers / perDraw));
  const drawn =
    (draw: Posterior["sample"], call: string) =>
    (n: number, from?: Seed): NamedDraws =>
      draw(given(count, n, "n", call), given(v.optional(seed), from, "seed", call));
  const sample = drawn(posterior.sample, "sample");
  const resample = drawn(posterior.resample, "resample");
  return {
    verdict: posterior.verdict,
    parameters,
    trace,
    posterior: { ...posterior, sample, resample },
    sample,
    resample,
    summary: () => report.sites,
    components: () => report.components,
    report: () => report,
    logProb: async (values) => (await densities(values, "logProb")).logQ,
    logJoint: async (values) => (await densities(values, "logJoint")).logJoint,
    predict: async (asked = {}) => {
      const options = given(predictOptions, asked, "options", "predict");
      const { programs } = parts;
      const run = unwrap(fromFiles(await parts.files()), source);
      const raw = options.data ?? (programs && rawOf(programs));
      const open = (program: Program) => openExecutor({ program });
      const predicted = await predictRun(run, raw, open, {
        draws: options.draws ?? 1000,
        seed: options.seed ?? run.record.seed,
        statistics: options.statistics ?? usualStatistics,
        sizes: options.size ?? {},
        ...(options.scoresOnly ? { scoresOnly: true } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      });
      return predictionReport(unwrap(predicted, source));
    },
    save: async (path) => {
      const folder = given(folderName, path, "folder", "save");
      const { saveRun } = await import("../data/runs.ts");
      const problem = await saveRun(folder, await parts.files());
      if (problem) throw new StratumError([problem], source);
    },
  };
}

const namedDraws = v.pipe(
  record("values by the names of sites, as `sample` returns them"),
  v.record(
    v.string(),
    v.pipe(
      object({ shape: list(whole(0, bounds.numbers), "a list of sizes", bounds.depth), values: numbers }, shaped),
      v.check(({ shape, values }) => values.length === sizeOf(shape), shaped),
      v.transform(({ shape, values }): HostTensor => ({ shape, values: Float64Array.from(values) })),
    ),
  ),
);

const predictOptions = optionsIn({
  data: v.optional(lastingData),
  draws: v.optional(whole(1, 1e7)),
  seed: v.optional(seed),
  scoresOnly: v.optional(yesOrNo),
  statistics: v.optional(list(anyText, "a list of functions", 100)),
  size: v.optional(v.pipe(record("sizes by name"), v.record(v.string(), whole(1, bounds.numbers)))),
  signal: v.optional(signal),
});

/** The data as they were given: NaN where something is missing. */
function rawOf({ numbers, model }: Programs): Readonly<Record<string, HostTensor>> {
  return Object.fromEntries(
    model.data.flatMap(({ name }) => {
      const found = numbers.data.get(name);
      const mask = numbers.data.get(maskName(name))?.values;
      if (!found) return [];
      const values = mask ? found.values.map((x, i) => (mask[i] === 1 ? x : NaN)) : found.values;
      return [[name, { shape: found.shape, values }]];
    }),
  );
}

/** Why values are not points of the model's latent space; null when they are. */
function misfit({ guide, numbers, model }: Programs, values: Readonly<Record<string, HostTensor>>) {
  const rows = Object.values(values)[0]?.shape[0] ?? 0;
  for (const block of guide.blocks)
    for (const site of block.sites) {
      const data = block.plates.map((id) => numbers.size(model.plates.find((p) => p.id === id)!.size));
      const expected = [rows, ...data, ...site.event];
      const found = entryOf(values, site.name)?.shape ?? null;
      if (found === null || found.join() !== expected.join())
        return drawing.valuesOfOtherShape({ site: site.name, expected, found });
    }
  return null;
}
