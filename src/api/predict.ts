import * as usage from "../diagnostics/catalogue/usage.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import type { Bound } from "../model/bound.ts";
import type { LatentNode, Model } from "../model/model.ts";
import { bindUnobserved, observedNames } from "../model/unobserved.ts";
import type { Lowered } from "../objective/lowered.ts";
import type { Draws } from "../posterior/draws.ts";
import { defaultEvaluateOptions, drawGuide } from "../posterior/evaluate.ts";
import type { LoadedRun } from "../posterior/load.ts";
import { makePosterior, named } from "../posterior/posterior.ts";
import { learnedOf, predict, type PredictHooks } from "../posterior/predict.ts";
import { resample } from "../posterior/resample.ts";
import { statisticNames } from "../posterior/statistics.ts";
import type { Verdict } from "../posterior/verdict.ts";
import { weightsOf } from "../posterior/weights.ts";
import type { LatentSource, Prediction } from "../report/prediction.ts";
import { applyRun, checkRun } from "./apply.ts";
import { newPlates, sizesFor } from "./elements.ts";

type Raw = Readonly<Record<string, unknown>>;

export interface PredictSettings extends PredictHooks {
  readonly draws: number;
  readonly seed: Seed;
  readonly statistics: readonly string[];
  /** Sizes that no data tell; those of the run otherwise. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Where the draws of latents come from. */
interface Chosen {
  readonly draws: Draws;
  readonly verdict: Verdict;
  readonly sources: readonly LatentSource[];
  /** Latents that are left to their prior. */
  readonly fresh: ReadonlySet<string>;
}

/**
 * The posterior predictive of a saved run: for the data it was fitted to, or for others.
 *
 * Latents outside plates are drawn from the posterior, and so are those of plates whose elements are the ones that
 * the run was fitted to: as many of them, with the same data. Elements of other plates are new. A network reads their
 * latents off their data where the guide has one and the data are all there; otherwise they come from their prior,
 * given the latents that are not new.
 */
export async function predictRun(
  run: LoadedRun,
  raw: Raw | null,
  open: (lowered: Lowered) => Promise<Outcome<Executor>>,
  settings: PredictSettings,
): Promise<Outcome<Prediction>> {
  const known = statisticNames();
  const unknown = settings.statistics.find((name) => !known.includes(name));
  if (unknown !== undefined) return failed(usage.unknownStatistic({ name: unknown, known }));
  const checked = checkRun(run);
  if (!checked.ok) return checked;
  const { model } = checked.value;
  const given = raw ?? {};
  const bound = bindUnobserved(model, given, sizesFor(run, model, given, settings.sizes), "`stratum predict`"); // prettier-ignore
  if (!bound.ok) return bound;
  const chosen = await chooseDraws(run, model, bound.value, given, open, settings);
  if (!chosen.ok) return chosen;

  const { draws, sources, verdict, fresh } = chosen.value;
  const all = named(draws);
  const latents = Object.fromEntries(
    latentsOf(model).flatMap(({ name }) => {
      const values = all[name];
      return fresh.has(name) || !values ? [] : [[name, values] as const];
    }),
  );
  const observed = new Map(
    [...observedNames(model)].flatMap((name) =>
      Object.hasOwn(given, name) ? [[name, bound.value.data.get(name)!]] : [],
    ),
  );
  const predicted = await predict(
    {
      model,
      bound: bound.value,
      parameters: learnedOf(run.record.slots, run.parameters),
      latents,
      count: settings.draws,
      seed: settings.seed,
      observed,
      statistics: settings.statistics,
    },
    settings,
  );
  if (!predicted.ok) return predicted;
  const warnings = [checked, bound, chosen].flatMap((stage) => stage.warnings);
  return ok({ model: model.name, seed: settings.seed, ...predicted.value, sources, verdict }, warnings); // prettier-ignore
}

async function chooseDraws(
  run: LoadedRun,
  model: Model,
  bound: Bound,
  raw: Raw,
  open: (lowered: Lowered) => Promise<Outcome<Executor>>,
  { draws: count, seed }: PredictSettings,
): Promise<Outcome<Chosen>> {
  const { posterior } = run;
  if (posterior === null)
    return failed(usage.notARun({ path: run.source.path, problem: "it was saved before it was finished" })); // prettier-ignore
  const isNew = await newPlates(run, model, bound, raw);
  const latents = latentsOf(model);
  const unseen = latents.filter(({ plates }) => plates.some(isNew)).map(({ name }) => name);
  // a discrete site that is summed out for good has no draws
  const summedOut = latents
    .filter(({ name }) => !posterior.draws.sites.some((site) => site.name === name))
    .map(({ name }) => name);
  const fresh = [...new Set([...unseen, ...summedOut])];
  const sources = (other: LatentSource["from"]): LatentSource[] =>
    latents.map(({ name }) => ({ site: name, from: fresh.includes(name) ? other : "posterior" }));

  const complete = [...observedNames(model)].every((name) => Object.hasOwn(raw, name));
  if (unseen.length > 0 && complete && Object.keys(run.record.encoders).length > 0) {
    const applied = applyRun(run, raw, "kept");
    if (applied.ok) {
      const lowered = applied.value;
      const opened = await open(lowered);
      if (!opened.ok) return opened;
      const executor = opened.value;
      const warnings = [...applied.warnings, ...opened.warnings];
      const joint = lowered.guide.blocks.some(({ plates }) => plates.length === 0);
      if (joint) {
        // weights would count the new data as evidence in place of those of the run
        const draws = await drawGuide(lowered, executor, run.parameters, { seed: `${seed}/guide`, count }); // prettier-ignore
        const from = latents.map(({ name }): LatentSource => ({ site: name, from: "guide" }));
        return ok({ draws, sources: from, verdict: posterior.verdict, fresh: new Set() }, warnings);
      }
      const options = { ...defaultEvaluateOptions, seed };
      const answer = await makePosterior(lowered, executor, run.parameters, options);
      const draws = resample(answer.draws, count, seed, weightsOf);
      return ok({ draws, sources: sources("network"), verdict: answer.verdict, fresh: new Set() }, warnings); // prettier-ignore
    }
    // a guide with parameters for each datum knows nothing of new ones
    if (applied.errors.some(({ code }) => code !== "PPL782")) return applied;
  }

  const misfits = latents
    .filter(({ name }) => !fresh.includes(name))
    .flatMap((node) => misfit(posterior.draws, model, bound, node));
  const [first, ...rest] = misfits;
  if (first) return failed(first, ...rest);
  const draws = resample(posterior.draws, count, seed, weightsOf);
  return ok({ draws, sources: sources("prior"), verdict: posterior.verdict, fresh: new Set(fresh) }); // prettier-ignore
}

function latentsOf(model: Model): LatentNode[] {
  return model.nodes.filter((node) => node.kind === "latent");
}

function misfit(draws: Draws, model: Model, bound: Bound, node: LatentNode): Diagnostic[] {
  const plates = node.plates.map((id) => bound.size(model.plates.find((p) => p.id === id)!.size));
  const asked = [...plates, ...node.type.shape.map(bound.size)];
  const saved = draws.sites.find(({ name }) => name === node.name)?.shape ?? [];
  return saved.join() === asked.join()
    ? []
    : [usage.otherLatentShape({ site: node.name, saved, asked })];
}
