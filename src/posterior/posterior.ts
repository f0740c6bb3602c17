import { breathe } from "../base/turns.ts";
import type { Executor, Seed } from "../execute/executor.ts";
import type { FlatDirection } from "../inference/search/flat.ts";
import type { GuideRecord } from "../inference/search/state.ts";
import type { Programs } from "../lower/programs.ts";
import type { HostTensor } from "../tensor/shape.ts";
import { componentsOf, constantsOf, type BlockComponents } from "./components.ts";
import type { Draws } from "./draws.ts";
import { evaluate, type Evaluated, type EvaluateHooks, type EvaluateOptions } from "./evaluate.ts";
import { resample, subsample } from "./resample.ts";
import type { FactsOf } from "./findings.ts";
import { verdictAfter, verdictAfterEnding, verdictAtBeta, verdictWhenFlat } from "./verdict.ts";

/** Draws by site name; [n, plates..., shape...]. */
export type NamedDraws = Readonly<Record<string, HostTensor>>;

/** The answer of a fit: usable alone, without the data or the executor it came from. */
export interface Posterior extends Evaluated {
  /** The model's `param`s in its own coordinates. */
  readonly constants: Readonly<Record<string, HostTensor>>;
  /** The shape of the guide's mixtures; empty when there is too much of it to keep. */
  readonly components: readonly BlockComponents[];
  /** How the guide was found, where nobody chose it (see inference/search/). */
  readonly search: GuideRecord | null;
  /** `n` draws from the guide among those kept, none twice while they last. For fresh ones see `drawGuide`. */
  sample(n: number, seed?: Seed): NamedDraws;
  /** `n` draws from the implicit posterior: the guide's, resampled by their Pareto-smoothed weights. */
  resample(n: number, seed?: Seed): NamedDraws;
}

/** The parts of a posterior that are plain data: what is saved and loaded. */
export type PosteriorData = Omit<Posterior, "sample" | "resample">;

/** Components are kept while they have no more data than this. */
const mostComponents = 1000;

/** Evaluates a fitted guide and puts together everything there is to know about it. */
export async function makePosterior(
  programs: Programs & Programs,
  executor: Executor,
  parameters: Float64Array,
  options: EvaluateOptions,
  hooks: EvaluateHooks = {},
): Promise<Posterior> {
  const evaluated = await evaluate(programs, executor, parameters, options, hooks);
  await breathe(hooks.signal);
  const few = evaluated.draws.blocks.every(({ data }) => (data[0] ?? 1) <= mostComponents);
  return posteriorOf({
    ...evaluated,
    search: null,
    constants: await constantsOf(programs, executor, parameters),
    components: few ? await componentsOf(programs, executor, parameters) : [],
  });
}

/** The answer of a guide that was searched for: the verdict hears of searches that did not agree. */
export function afterSearch(posterior: Posterior, search: GuideRecord): Posterior {
  const verdict = verdictAfter(posterior.verdict, search);
  return posteriorOf({ ...posterior, search, verdict });
}

/** The answer where the posterior itself is flat along these directions. */
export function whenFlat(posterior: Posterior, directions: readonly FlatDirection[]): Posterior {
  return posteriorOf({ ...posterior, verdict: verdictWhenFlat(posterior.verdict, directions) });
}

/** The answer of a fit that was ended early: the verdict says so, and where it stood. */
export function afterEnding(posterior: Posterior, ended: FactsOf["ended-early"]): Posterior {
  return posteriorOf({ ...posterior, verdict: verdictAfterEnding(posterior.verdict, ended) });
}

/** A posterior whose guide was trained at this beta. */
export function atBeta(posterior: Posterior, beta: number): Posterior {
  return posteriorOf({ ...posterior, verdict: verdictAtBeta(posterior.verdict, beta) });
}

/** A posterior from its data. */
export function posteriorOf(data: PosteriorData): Posterior {
  return {
    ...data,
    sample: (n, seed = 0) => named(subsample(data.draws, n, seed)),
    resample: (n, seed = 0) => named(resample(data.draws, n, seed)),
  };
}

/** Draws as tensors by site name. */
export function named({ count, sites }: Draws): NamedDraws {
  return Object.fromEntries(sites.map(({ name, shape, values }) => [name, { shape: [count, ...shape], values }]));
}
