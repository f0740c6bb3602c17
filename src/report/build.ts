import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { improperSites } from "../model/probabilities.ts";
import type { Fit } from "../inference/fit.ts";
import type { Programs } from "../lower/programs.ts";
import type { BlockComponents } from "../posterior/components.ts";
import type { LoadedRun } from "../posterior/load.ts";
import type { Posterior } from "../posterior/posterior.ts";
import { nest, nestSummary, type Probabilities, type SiteSummary } from "../posterior/summary.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { ProfileRow } from "./profile.ts";
import type { ComponentReport, FitReport, SiteReport } from "./report.ts";
import { countMissing } from "../bind/missing.ts";
import type { CompileOptions } from "../plan/options.ts";

/** What was fitted. */
export interface Fitted {
  readonly name: string;
  readonly options: CompileOptions;
  /** Family of the guide: that of its blocks, which a model's `guide { }` may have chosen. */
  readonly family: string;
  readonly component: string;
  /** Components of the largest mixture. */
  readonly K: number;
  readonly amortized: boolean;
  /** No latent is shared: data are independent given the model, and each has a bound of its own. */
  readonly local: boolean;
  /** Latents with improper priors. */
  readonly improper: readonly string[];
  readonly missing: FitReport["missing"];
}

export function fittedOf({ model, options, guide, numbers }: Programs): Fitted {
  const { blocks } = guide;
  return {
    name: model.name,
    options,
    family: familyOf(blocks.length, blocks.some(({ K }) => K > 1) ? "mixture" : options.guide.family),
    component: [...new Set(blocks.map(({ component }) => component))].join(", "),
    K: Math.max(1, ...blocks.map(({ K }) => K)),
    amortized: blocks.some(({ source }) => source.kind === "network"),
    local: blocks.length > 0 && blocks.every(({ plates }) => plates.length > 0),
    improper: improperSites(model),
    missing: countMissing(model, numbers),
  };
}

/** Where no latent is left to a guide it has no family. */
const familyOf = (blocks: number, family: string): string => (blocks === 0 ? "none" : family);

/** The same of a run that was read back. */
export function fittedThen({ record, posterior }: LoadedRun): Fitted {
  const blocks = record.draws?.blocks ?? [];
  const guided = record.paramSpecs.some(({ role }) => role === "guide");
  const counts = posterior?.components.map(({ weights }) => weights.shape.at(-1) ?? 1) ?? [];
  return {
    name: record.model.name,
    options: record.settings.compile,
    family: familyOf(guided ? 1 : 0, record.settings.compile.guide.family),
    component: guided ? record.settings.compile.guide.component : "",
    K: counts.length > 0 ? Math.max(...counts) : guided ? record.settings.compile.guide.K : 1,
    amortized: Object.keys(record.encoders).length > 0,
    local: blocks.length > 0 && blocks.every(({ data }) => data.length > 0),
    improper: record.model.improper ?? [],
    missing: record.missing ?? {},
  };
}

/** What a report is made from. */
export interface Ingredients {
  readonly fitted: Fitted;
  readonly fit: Pick<Fit, "steps" | "stopped">;
  readonly posterior: Posterior;
  readonly seed: number | string;
  readonly engine: { readonly name: string; readonly precision: string };
  /** Beta at the end of training. */
  readonly beta: number;
  readonly seconds: FitReport["seconds"];
  readonly memory?: number | null;
  readonly profile?: readonly ProfileRow[] | null;
  readonly test?: FitReport["test"];
  readonly warnings: readonly Diagnostic[];
}

/** Everything a fit has to say. */
export function fitReport(given: Ingredients): FitReport {
  const { fitted, fit, posterior, seed, engine, beta, seconds } = given;
  const { objective } = fitted.options;
  const { local } = fitted;
  const { bound, evidence, checks, verdict, summary, constants } = posterior;
  const { largest, median, shareAbove, threshold, data } = checks.kHat;
  return {
    model: fitted.name,
    guide: {
      family: fitted.family,
      K: fitted.K,
      component: fitted.component,
      amortized: fitted.amortized,
      separation: Object.fromEntries(posterior.separation.map(({ block, divergence }) => [block, divergence])),
      search: posterior.search,
    },
    objective: {
      bound: objective.bound,
      gradient: objective.estimator,
      T: objective.T,
      baseline: objective.baseline,
      beta,
    },
    seed,
    engine: engine.name,
    precision: engine.precision,
    steps: fit.steps,
    stopped: fit.stopped,
    seconds,
    bound: {
      value: bound.value,
      standardError: bound.standardError,
      per: local ? "datum" : "data set",
    },
    logEvidence: {
      value: evidence.value,
      standardError: evidence.standardError,
      draws: evidence.draws,
      perDatum: local ? evidence.perDatum : null,
      perDatumStandardError: local ? evidence.perDatumStandardError : null,
      bias: evidence.bias,
      improper: fitted.improper,
    },
    kHat: Number.isFinite(largest) ? largest : null,
    kHats: data > 1 ? { median, largest, shareAboveThreshold: shareAbove, threshold } : null,
    effectiveSampleSize: checks.effectiveSampleSize.median,
    verdict,
    summariesFrom: posterior.draws.blocks.length === 0 ? "exact, given the params" : summariesFrom(summary),
    sites: Object.fromEntries(summary.map((site) => [site.name, siteReport(site)])),
    params: Object.fromEntries(
      Object.entries(constants).map(([name, { shape, values }]) => [name, nest(shape, values)]),
    ),
    components: posterior.components.flatMap(componentReports),
    test: given.test ?? null,
    missing: fitted.missing,
    memoryBytes: given.memory ?? null,
    profile: given.profile ?? null,
    warnings: given.warnings.map(({ code, message }) => ({ code, message })),
  };
}

function siteReport(site: SiteSummary): SiteReport {
  return {
    ...nestSummary(site.shape, site),
    ...(site.probabilities ? { probabilities: probabilitiesOf(site.shape, site.probabilities) } : {}),
  };
}

function probabilitiesOf(shape: SiteSummary["shape"], found: Probabilities) {
  const { lower, count, values } = found;
  return {
    values: Array.from({ length: count }, (_, v) => lower + v),
    of: nest([...shape, count], values),
  };
}

function summariesFrom(summary: readonly SiteSummary[]): string {
  if (summary.every(({ corrected }) => corrected >= 1)) return "from importance-weighted draws";
  if (summary.every(({ corrected }) => corrected <= 0))
    return "from the guide's own draws, which importance weights cannot correct";
  return "from importance-weighted draws where k-hat allows, else from the guide's own";
}

function componentReports({ id, weights, locations }: BlockComponents): ComponentReport[] {
  const K = weights.shape.at(-1) ?? 1;
  const data = sizeOf(weights.shape) / K;
  return Array.from({ length: K }, (_, k) => {
    const total = weights.values.reduce((sum, weight, at) => (at % K === k ? sum + weight : sum), 0);
    const location =
      weights.shape.length > 1
        ? {}
        : Object.fromEntries(
            Object.entries(locations).map(([site, { shape, values }]) => {
              const own = shape.slice(1);
              return [site, nest(own, values, k * sizeOf(own))];
            }),
          );
    return { block: id, weight: total / data, location };
  });
}
