import { present } from "../../base/assert.ts";
import { unlessStopped } from "../../base/turns.ts";
import type { Executor, Seed } from "../../execute/executor.ts";
import { balanced, type Component } from "../../numeric/gaussians.ts";
import type { Evaluation } from "../../numeric/lbfgs.ts";
import { randomStream, seedKey, type RandomStream } from "../../numeric/random.ts";
import { paced, type FitProgress } from "../progress.ts";
import { adapt, isEnough, score, type AdaptOptions, type Adapted } from "./adapt.ts";
import { componentsOf, distance, findModes, type Mode } from "./modes.ts";
import { alongPaths, thinned } from "./paths.ts";
import {
  disagree,
  mostSearches,
  nothingFound,
  recordOf,
  starts,
  type SearchRecord,
  type SearchState,
} from "./state.ts";
import { openTarget, type Target } from "./target.ts";
import type { Programs } from "../../lower/programs.ts";
import { weigh, type Fitness } from "./weigh.ts";

export interface Search {
  readonly mixture: readonly Component[];
  /** Null for a mixture that was never weighed: the search was ended before. */
  readonly fit: Fitness | null;
  readonly record: SearchRecord;
}

/** What a search tells on its way, and heeds. */
export interface SearchHooks {
  readonly onProgress?: (progress: FitProgress) => void;
  /** Ends it at the next chance: what was found until then is its result. */
  readonly signal?: AbortSignal;
  /** Where an earlier run of the same search had come to; null for the beginning. */
  readonly from?: SearchState | null;
  /** Called between two parts of it. */
  readonly onState?: (state: SearchState) => Promise<void>;
}

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
 *
 * Null where it was ended before it had met a point of finite density.
 */
export async function search(
  programs: Programs,
  executor: Executor,
  seed: Seed,
  hooks: SearchHooks = {},
): Promise<Search | null> {
  const { signal } = hooks;
  const diary = diaryOf(hooks);
  const target = watched(openTarget(programs, executor, signal), diary);
  const stream = (purpose: string) => randomStream(seedKey(seed, `search.${purpose}`));
  try {
    const whole = await unlessStopped(signal, async () => {
      await searchModes(target, stream, diary);
      await adaptAll(target, stream, diary);
      return true;
    });
    return whole ? finished(diary.state) : soFar(diary, target.evaluations());
  } finally {
    target.dispose();
  }
}

function finished({ found, runs, evaluations }: SearchState): Search {
  const { mixture, fit } = bestOf(runs);
  return { mixture, fit, record: recordOf(found, runs, evaluations) };
}

/** The best that a search knew when it was ended. */
function soFar({ state, mixture, modes, highest }: Diary, evaluations: number): Search | null {
  const { found, settled } = state;
  const runs = mixture ? [...state.runs, mixture] : state.runs;
  const ended = settled ? "adaptation" : "modes";
  const record = { ...recordOf({ ...found, modes: [...found.modes, ...modes] }, runs, evaluations), ended } as const;
  if (runs.length > 0) return { ...bestOf(runs), record };
  const known = [...found.modes, ...modes];
  if (known.length > 0) return { mixture: componentsOf(known), fit: null, record };
  // no mode was reached: about the highest point as wide as a coordinate's own unit, which its weights will judge
  return (
    highest && {
      mixture: [{ weight: 1, centre: highest.point, factor: identity(highest.point.length) }],
      fit: null,
      record,
    }
  );
}

function identity(D: number): Float64Array {
  return Float64Array.from({ length: D * D }, (_, at) => (at % (D + 1) === 0 ? 1 : 0));
}

/** Random numbers of their own for each purpose. */
type Streams = (purpose: string) => RandomStream;

/** What a search writes down as it goes: where it is between two parts, and what it knows in the middle of one. */
interface Diary {
  readonly hooks: SearchHooks;
  readonly tell: (progress: FitProgress) => void;
  state: SearchState;
  /** Of the mode search under way: those that no search before it had found, and starts that are done with. */
  modes: readonly Mode[];
  done: number;
  /** Of the adaptation under way. */
  mixture: Adapted | null;
  /** The highest point that any search has met. */
  highest: { readonly point: Float64Array; readonly value: number } | null;
}

function diaryOf(hooks: SearchHooks): Diary {
  const state = hooks.from ?? nothingFound;
  return { hooks, tell: paced(hooks.onProgress), state, modes: [], done: 0, mixture: null, highest: null };
}

/** Notes that a part is done. */
async function turnPage(diary: Diary, target: Target, change: Partial<SearchState>): Promise<void> {
  diary.state = { ...diary.state, ...change, evaluations: target.evaluations() };
  diary.modes = [];
  diary.done = 0;
  diary.mixture = null;
  await diary.hooks.onState?.(diary.state);
}

/** The same target, which counts on from where an earlier run had come to, notes the highest point, and tells. */
function watched(target: Target, diary: Diary): Target {
  const before = diary.state.evaluations;
  const evaluations = () => before + target.evaluations();
  return {
    ...target,
    evaluations,
    descend: async (points) => {
      const found = await target.descend(points);
      found.forEach((at, i) => noteHeight(diary, points[i], at));
      if (!diary.state.settled) tellModes(diary, evaluations());
      return found;
    },
  };
}

function noteHeight(diary: Diary, point: Float64Array | undefined, { value, gradient }: Evaluation): void {
  if (!point || !Number.isFinite(value) || !gradient.every(Number.isFinite)) return;
  if (diary.highest === null || -value > diary.highest.value) diary.highest = { point, value: -value };
}

/** Searches for modes until a search finds none that those before it had missed. */
async function searchModes(target: Target, stream: Streams, diary: Diary): Promise<void> {
  while (!diary.state.settled) {
    const { found } = diary.state;
    const nth = found.searches.length;
    const isFresh = ({ point }: Mode): boolean => !found.modes.some((known) => distance(known, point) < 1);
    const report = (modes: readonly Mode[], done: number): void => {
      diary.modes = modes.filter(isFresh);
      diary.done = done;
    };
    const here = await findModes(target, stream(`modes.${nth}`), starts, report);
    const fresh = here.modes.filter(isFresh);
    const modes = [...found.modes, ...fresh];
    const searches = [...found.searches, { modes: here.modes.length, fresh: fresh.length }];
    const ends = [...found.ends, ...here.ends.map(thinned)];
    // without a proper maximum, more searches would find as little
    const settled = modes.length === 0 || (nth > 0 && fresh.length === 0) || nth + 1 === mostSearches;
    const diverged = found.diverged + here.diverged.length;
    await turnPage(diary, target, { found: { modes, searches, ends, diverged }, settled });
  }
}

function tellModes({ state: { found }, modes, done, tell }: Diary, evaluations: number): void {
  const before = found.searches.length;
  tell({
    phase: "search",
    modes: found.modes.length + modes.length,
    done: before * starts + done,
    // one search is never enough to know that nothing was missed
    starts: Math.max(2, before + 1) * starts,
    evaluations,
  });
}

/** Adapts a mixture from the modes twice, and from both results together where they leave something to be wished. */
async function adaptAll(target: Target, stream: Streams, diary: Diary): Promise<void> {
  const { found } = diary.state;
  const paths = () => alongPaths(target, found.ends, stream("paths"));
  const options = adaptOptions(target.dimension, Math.max(1, found.modes.length));
  if (diary.state.start === null) {
    const start = found.modes.length > 0 ? componentsOf(found.modes) : await paths();
    await turnPage(diary, target, { start });
  }
  while (diary.state.runs.length < restarts) {
    const { runs, start } = diary.state;
    // a mode may lie far from the mass (a funnel's does): then what the searches passed by is the better start
    const lost = found.modes.length > 0 && runs.some(({ fit }) => fit.relativeEss < farFromMass);
    const from = lost ? await paths() : present(start, "a mixture to start from");
    await adaptOnce(target, from, stream, diary, options);
  }
  if (diary.state.finished) return;
  const { runs } = diary.state;
  // two mixtures that were fitted apart have different gaps: together they cover more
  const poor = !(await isConfirmed(target, bestOf(runs), stream("judge")));
  if (poor || disagree(runs)) await adaptOnce(target, union(runs), stream, diary, together(options));
  await turnPage(diary, target, { finished: true });
}

/** One more adaptation, with random numbers of its own. */
async function adaptOnce(
  target: Target,
  start: readonly Component[],
  stream: Streams,
  diary: Diary,
  options: AdaptOptions,
): Promise<void> {
  const { runs } = diary.state;
  const nth = runs.length;
  const run = await adapt(target, start, stream(`adapt.${nth}`), options, (best, { kHat, relativeEss: share }) => {
    diary.mixture = best;
    const { rounds: round, core } = best;
    const [restart, rounds, components] = [nth + 1, options.mostRounds, core.length];
    const evaluations = target.evaluations();
    diary.tell({ phase: "adapt", restart, round, rounds, components, kHat, share, evaluations });
  });
  await turnPage(diary, target, { runs: [...runs, run], finished: nth >= restarts });
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

/** An effective share that even a mixture fitted from a mode far from the mass stays below. */
const farFromMass = 0.1;

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
