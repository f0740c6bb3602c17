import type { Executor, Seed } from "../../execute/executor.ts";
import { balanced, type Component } from "../../numeric/gaussians.ts";
import { randomStream, seedKey, type RandomStream } from "../../numeric/random.ts";
import { adapt, isEnough, score, type AdaptOptions, type Adapted } from "./adapt.ts";
import { componentsOf, distance, findModes, type Mode, type ModeSearch } from "./modes.ts";
import { alongPaths } from "./paths.ts";
import type { Programs } from "../../lower/programs.ts";
import { openTarget, type Target } from "./target.ts";
import { weigh, type Fitness } from "./weigh.ts";

/** What a search found, and how sure it can be. */
export interface SearchRecord {
  /** Starts of each mode search. */
  readonly starts: number;
  /** For each mode search in turn: the modes it found, and how many of them no search before it had found. */
  readonly searches: readonly { readonly modes: number; readonly fresh: number }[];
  /** Distinct modes that matter; 0 where the density has no proper maximum. */
  readonly modes: number;
  /** Starts that led to no proper maximum. */
  readonly astray: number;
  /** The last search still found a mode that those before it had missed: there may be more. */
  readonly incomplete: boolean;
  /** The mixtures that independent adaptations ended at. */
  readonly restarts: readonly {
    readonly components: number;
    readonly rounds: number;
    readonly kHat: number;
    readonly share: number;
    readonly evidence: number;
    readonly standardError: number;
  }[];
  /** Their evidences differ by more than their standard errors explain. */
  readonly disagree: boolean;
  /** Evaluations of the log joint density. */
  readonly evaluations: number;
}

/** A search, and whether training the guide that it found made it better; if not, it was left as it was found. */
export interface GuideRecord extends SearchRecord {
  readonly polished: boolean;
}

export interface Search {
  readonly mixture: readonly Component[];
  readonly fit: Fitness;
  readonly record: SearchRecord;
}

/**
 * Starts of one mode search. A mode whose basin holds a share b of the starts is missed by both of two searches with
 * probability (1 - b)^48: 2e-3 for b = 1/8.
 */
export const starts = 24;
const mostSearches = 4;
const restarts = 2;
/** Draws that confirm a mixture, and the k-hat that they may find at most. */
const validationDraws = 10_000;
const safe = 0.4;
/** Above this dimension a search takes more than it gives. */
export const mostDimensions = 300;

/** Components and rounds that a mixture may grow to; in many dimensions a covariance cannot be learned from few draws. */
function adaptOptions(D: number, modes: number): AdaptOptions {
  if (D > 40) return { draws: 2000, mostRounds: 8, mostComponents: 2 * modes + 1 };
  return { draws: 3000, mostRounds: 22, mostComponents: 12 + Math.min(modes, 8) };
}

/** Two mixtures as one have twice the numbers to be told by draws, and less way to go. */
function together(options: AdaptOptions): AdaptOptions {
  const { draws, mostRounds } = options;
  return { ...options, draws: Math.round((5 / 3) * draws), mostRounds: Math.min(mostRounds, 10) };
}

/**
 * Finds a mixture of Gaussians that covers a posterior, on the unconstrained scale, without being told anything about
 * it: modes from many starts, their curvature, and refitting by importance weights. A function of model, data and seed.
 */
export async function search(programs: Programs, executor: Executor, seed: Seed): Promise<Search> {
  const target = openTarget(programs, executor);
  const stream = (purpose: string) => randomStream(seedKey(seed, `search.${purpose}`));
  try {
    const found = await searchModes(target, stream);
    const runs = await adaptAll(target, found, stream);
    const { mixture, fit } = bestOf(runs);
    return { mixture, fit, record: recordOf(found, runs, target.evaluations()) };
  } finally {
    target.dispose();
  }
}

/** Random numbers of their own for each purpose. */
type Streams = (purpose: string) => RandomStream;

/** What the mode searches found together. */
interface Found {
  readonly modes: readonly Mode[];
  readonly searches: SearchRecord["searches"];
  readonly ends: ModeSearch["ends"];
  readonly diverged: number;
}

/** Searches for modes until a search finds none that those before it had missed. */
async function searchModes(target: Target, stream: Streams): Promise<Found> {
  let modes: readonly Mode[] = [];
  const searches: { modes: number; fresh: number }[] = [];
  const ends: ModeSearch["ends"][number][] = [];
  let diverged = 0;
  for (let nth = 0; nth < mostSearches; nth++) {
    const found = await findModes(target, stream(`modes.${nth}`), starts);
    ends.push(...found.ends);
    diverged += found.diverged.length;
    const fresh = found.modes.filter((mode) => !modes.some((known) => distance(known, mode.point) < 1));
    searches.push({ modes: found.modes.length, fresh: fresh.length });
    modes = [...modes, ...fresh];
    // without a proper maximum, more searches would find as little
    if (modes.length === 0 || (nth > 0 && fresh.length === 0)) break;
  }
  return { modes, searches, ends, diverged };
}

/** Adapts a mixture from the modes twice, and from both results together where they leave something to be wished. */
async function adaptAll(target: Target, { modes, ends }: Found, stream: Streams): Promise<readonly Adapted[]> {
  const paths = () => alongPaths(target, ends, stream("paths"));
  const first = modes.length > 0 ? componentsOf(modes) : await paths();
  const options = adaptOptions(target.dimension, Math.max(1, modes.length));
  const runs: Adapted[] = [];
  for (let nth = 0; nth < restarts; nth++) {
    // a mode may lie far from the mass (a funnel's does): then what the searches passed by is the better start
    const lost = modes.length > 0 && runs.some(({ fit }) => fit.relativeEss < farFromMass);
    runs.push(await adapt(target, lost ? await paths() : first, stream(`adapt.${nth}`), options));
  }
  // two mixtures that were fitted apart have different gaps: together they cover more
  const poor = !(await isConfirmed(target, bestOf(runs), stream("judge")));
  if (poor || disagree(runs))
    runs.push(await adapt(target, union(runs), stream(`adapt.${restarts}`), together(options)));
  return runs;
}

/** Whether fresh draws agree that a mixture is good: of many rounds scored on few draws, the best looks better than it is. */
async function isConfirmed(target: Target, { mixture, fit }: Adapted, stream: RandomStream): Promise<boolean> {
  if (!isEnough(fit)) return false;
  const { kHat } = (await weigh(target, mixture, stream, validationDraws)).fit;
  return kHat <= safe;
}

function bestOf(runs: readonly Adapted[]): Adapted {
  return runs.reduce((a, b) => (score(b.fit) > score(a.fit) ? b : a));
}

function recordOf({ modes, searches, diverged }: Found, runs: readonly Adapted[], evaluations: number): SearchRecord {
  const last = searches.at(-1)?.fresh ?? 0;
  return {
    starts,
    searches,
    modes: modes.length,
    astray: diverged,
    incomplete: searches.length === mostSearches && last > 0,
    restarts: runs.map(({ mixture, rounds, fit }) => ({
      components: mixture.length,
      rounds,
      kHat: fit.kHat,
      share: fit.relativeEss,
      evidence: fit.evidence.value,
      standardError: fit.evidence.standardError,
    })),
    disagree: disagree(runs.slice(-2)),
    evaluations,
  };
}

/** An effective share that even a mixture fitted from a mode far from the mass stays below. */
const farFromMass = 0.1;

/** Differences in evidence that no summary would show, in nats, and that standard errors allow. */
export const tolerated = { nats: 0.1, errors: 5 };

function disagree(runs: readonly Adapted[]): boolean {
  const [a, b] = runs.map(({ fit }) => fit.evidence);
  if (!a || !b) return false;
  const error = Math.hypot(a.standardError, b.standardError);
  return !(Math.abs(a.value - b.value) <= tolerated.nats + tolerated.errors * error);
}

/** Both mixtures together, each with its share of the larger evidence. */
function union(runs: readonly Adapted[]): Component[] {
  const top = Math.max(...runs.map(({ fit }) => fit.evidence.value));
  return balanced(
    runs.flatMap(({ core, fit }) =>
      core.map((part) => ({
        ...part,
        weight: part.weight * Math.exp(fit.evidence.value - top),
      })),
    ),
  );
}
