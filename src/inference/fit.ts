import { present } from "../base/assert.ts";
import { breathe } from "../base/turns.ts";
import { otherParameters } from "../diagnostics/catalogue/run.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Feed, Session } from "../execute/executor.ts";
import type { Programs } from "../lower/programs.ts";
import { mean } from "../numeric/statistics.ts";
import type { Program } from "../program/program.ts";
import { adamFeeds } from "./adam.ts";
import { batchRows } from "./batches.ts";
import type { Checkpoint, FitTrace } from "./checkpoint.ts";
import { startAt } from "./checkpoint.ts";
import type { NotFinite } from "./diagnose.ts";
import { diagnose, firstNotFinite } from "./diagnose.ts";
import type { FitOptions } from "./fit-options.ts";
import { checkOptions, stepsOf } from "./fit-options.ts";
import { endedBy, type EndedEarly } from "./ending.ts";
import { initialise } from "./initialise.ts";
import { feedOf, inputsAt, writeInputs } from "./inputs.ts";
import { isCheckpoint, isSnapshot, nextStop, settleOf } from "./milestones.ts";
import { firstPlateau } from "./plateau.ts";
import type { TrainingProgress } from "./progress.ts";
import { betaAt, rateAt } from "./schedules.ts";
import { inputName } from "../program/names.ts";

export interface Fit {
  /** What was learned [P]: the average if that was asked for and has begun, else the last iterate. */
  readonly parameters: Float64Array;
  readonly checkpoint: Checkpoint;
  readonly trace: FitTrace;
  /** Steps done, those before a checkpoint included, and those asked for. */
  readonly steps: number;
  readonly stepsAsked: number;
  /** Wall-clock seconds of this call. */
  readonly seconds: number;
  readonly stopped: "finished" | "plateau" | EndedEarly;
  /** Bytes of a step at its peak; null where the engine does not plan its memory. */
  readonly memory: number | null;
}

export interface FitHooks {
  /** Called about twenty times a second, and after the last step. */
  readonly onProgress?: (progress: TrainingProgress) => void;
  /** Stops the run at the next chance, keeping what was learned. */
  readonly signal?: AbortSignal;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
  /** Asked between steps: whether one is due, beside those that the options ask for. */
  readonly isCheckpointDue?: () => boolean;
}

/** What is known of parameters that no training has touched. */
export function untrained(parameters: Float64Array): Fit {
  const checkpoint = startAt(parameters);
  return {
    parameters,
    checkpoint,
    trace: checkpoint.trace,
    steps: 0,
    stepsAsked: 0,
    seconds: 0,
    memory: null,
    stopped: "finished",
  };
}

/** An unfinished run as far as it got: what to save from `onCheckpoint`. */
export function soFar(checkpoint: Checkpoint, stepsAsked: number): Omit<Fit, "seconds" | "memory"> {
  const { step: steps, parameters, trace } = checkpoint;
  return { parameters, checkpoint, trace, steps, stepsAsked, stopped: "interrupted" };
}

/**
 * Trains. The result is a function of the model, its data and the options alone: a run that is interrupted and
 * continued from its checkpoint gives bit for bit the answer of one that was not.
 *
 * Fails when a step gives a bound or a gradient that is not finite, saying which term of the model is to blame.
 */
export async function fit(
  programs: Programs,
  executor: Executor,
  options: FitOptions,
  hooks: FitHooks = {},
  from: Checkpoint = startAt(initialise(programs, options.seed)),
): Promise<Outcome<Fit>> {
  const steps = stepsOf(options, programs);
  const mistake = checkOptions(options, steps) ?? checkSize(programs, from);
  if (mistake) return failed(mistake);

  const program = programs.step();
  const session = await executor.open(program, { seed: options.seed });
  const feed = trainingFeed(programs, options, steps);
  try {
    return await runSteps({ programs, executor, options, hooks, from, steps, program, feed, session });
  } finally {
    session.dispose();
  }
}

/** One call of `fit`: what stays the same while it runs. */
interface Run {
  readonly programs: Programs;
  readonly executor: Executor;
  readonly options: FitOptions;
  readonly hooks: FitHooks;
  readonly from: Checkpoint;
  /** Steps asked for. */
  readonly steps: number;
  readonly program: Program;
  readonly feed: Feed | undefined;
  readonly session: Session;
}

/** Where it stands between two chunks of steps. */
interface State {
  /** Steps done. */
  readonly step: number;
  readonly average: Checkpoint["average"];
  /** The step at which the bounds had come to a plateau, if they have. */
  readonly flat: number | null;
  /** Steps of the next chunk, at most. */
  readonly chunk: number;
  /** Room for all steps, of which the first `step` are filled. */
  readonly trace: FitTrace;
}

async function runSteps(run: Run): Promise<Outcome<Fit>> {
  const { options, hooks, steps, from } = run;
  writeInputs(run.session, run.program, run.programs.numbers, adamState(from));
  const trace = { bound: extended(from.trace.bound, steps), gradientNorm: extended(from.trace.gradientNorm, steps) };
  let state: State = { step: from.step, average: from.average, flat: null, chunk: 1, trace };
  state = { ...state, flat: flatAt(run, state) };
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let stopped: Fit["stopped"] = "finished";
  while (state.step < steps && !hasSettled(run, state)) {
    if (hooks.signal?.aborted) {
      stopped = endedBy(hooks.signal);
      break;
    }
    const advanced = await advance(run, state);
    if (!advanced.ok) return advanced;
    state = lookForPlateau(run, advanced.value);
    hooks.onProgress?.(progressOf(run, state, seconds()));
    if (isCheckpoint(state.step, options) || hooks.isCheckpointDue?.())
      await hooks.onCheckpoint?.(await checkpointOf(run, state));
    await breathe();
  }
  if (hasSettled(run, state)) stopped = "plateau";
  return ok(await fitOf(run, state, stopped, seconds));
}

function progressOf({ from, steps }: Run, { step, trace }: State, seconds: number): TrainingProgress {
  return {
    step,
    steps,
    bound: mean(trace.bound.subarray(Math.max(from.step, step - recent), step)),
    stepsPerSecond: (step - from.step) / Math.max(1e-9, seconds),
  };
}

/** Runs the next chunk of steps and takes its traces; fails at the first step that is not finite. */
async function advance(run: Run, state: State): Promise<Outcome<State>> {
  const { options, steps, session } = run;
  const { step: first, trace, flat } = state;
  const size = Math.min(state.chunk, nextStop(first, steps, options, flat) - first);
  const began = performance.now();
  const found = await session.run(first, size, run.feed);
  const failure = firstNotFinite(found);
  if (failure) return failed(await blame(run, { ...failure, at: first + failure.at }));
  trace.bound.set(present(found["bound"], "traced bound"), first);
  trace.gradientNorm.set(found["gradient_norm"] ?? [], first);
  const step = first + size;
  const chunk = chunkAfter(state.chunk, size, performance.now() - began);
  const average = isSnapshot(step, steps, options, flat) ? await added(state.average, session) : state.average;
  return ok({ ...state, step, chunk, average });
}

/** Which term of the model made a step not finite. */
async function blame({ programs, executor, options, program, feed, session }: Run, failure: NotFinite) {
  const state = adamState(await readAdam(session));
  const inputs = inputsAt(program, { numbers: programs.numbers, state, seed: options.seed }, failure.at, feed);
  return diagnose(program, inputs, { ...failure, step: failure.at, executor: executor.name });
}

/** What one step hands to the next. */
type AdamState = Pick<Checkpoint, "parameters" | "m" | "v">;

function adamState({ parameters, m, v }: AdamState): Record<string, Float64Array> {
  return { [inputName.parameters]: parameters, [inputName.adam.m]: m, [inputName.adam.v]: v };
}

async function readAdam(session: Session): Promise<AdamState> {
  return {
    parameters: await session.read(inputName.parameters),
    m: await session.read(inputName.adam.m),
    v: await session.read(inputName.adam.v),
  };
}

function flatAt({ programs, options }: Run, { step, trace }: State): number | null {
  // While beta still moves, the bound moves with it
  const moving = isFed(programs) ? options.beta.steps : 0;
  return options.plateau && firstPlateau(trace.bound.subarray(0, step), options.plateau, moving);
}

/** Notes a plateau that the latest steps have come to. */
function lookForPlateau(run: Run, state: State): State {
  if (state.flat !== null) return state;
  const flat = flatAt(run, state);
  // what was averaged before is no part of the answer
  const average = flat !== null && settleOf(run.options) > 0 ? null : state.average;
  return { ...state, flat, average };
}

function hasSettled({ options }: Run, { step, flat }: State): boolean {
  return flat !== null && step >= flat + settleOf(options);
}

async function checkpointOf({ session }: Run, { step, average, trace }: State): Promise<Checkpoint> {
  const soFar = { bound: trace.bound.slice(0, step), gradientNorm: trace.gradientNorm.slice(0, step) };
  return { step, ...(await readAdam(session)), average, trace: soFar };
}

async function fitOf(run: Run, state: State, stopped: Fit["stopped"], seconds: () => number): Promise<Fit> {
  const checkpoint = await checkpointOf(run, state);
  const { average, parameters, trace } = checkpoint;
  return {
    parameters: average ? average.sum.map((sum) => sum / average.count) : parameters,
    checkpoint,
    trace,
    steps: state.step,
    stepsAsked: run.steps,
    seconds: seconds(),
    stopped,
    memory: run.session.memory,
  };
}

/** Progress shows the mean bound over this many steps. */
const recent = 100;
/** Milliseconds between two looks at the clock: short enough to answer Ctrl-C, long enough to cost nothing. */
const beat = 50;

/** The next chunk's length: what would have taken one beat, growing at most fourfold at a time. */
function chunkAfter(chunk: number, done: number, milliseconds: number): number {
  const perStep = Math.max(1e-4, milliseconds / done);
  return Math.max(1, Math.min(Math.floor(beat / perStep), 4 * chunk));
}

/** Learning rate, epsilon, beta and the rows of minibatches, step by step. */
export function trainingFeed(programs: Programs, options: FitOptions, steps: number): Feed | undefined {
  const adam = (step: number) => adamFeeds(rateAt(options.rate, step, steps), step);
  return feedOf(programs.step(), {
    [inputName.adam.rate]: (step) => adam(step)[inputName.adam.rate],
    [inputName.adam.epsilon]: (step) => adam(step)[inputName.adam.epsilon],
    [inputName.adam.learningRate]: (step) => rateAt(options.rate, step, steps),
    [inputName.beta]: (step) => betaAt(options.beta, step),
    ...Object.fromEntries(programs.minibatches.map((m) => [m.feed, batchRows(options.seed, m)])),
  });
}

function isFed({ step }: Programs): boolean {
  return step().equations.some(({ op, attributes }) => op === "input" && attributes.name === inputName.beta);
}

async function added(average: Checkpoint["average"], session: Session): Promise<NonNullable<Checkpoint["average"]>> {
  const now = await session.read(inputName.parameters);
  if (!average) return { sum: now, count: 1 };
  const { sum, count } = average;
  return { sum: now.map((value, i) => (sum[i] ?? NaN) + value), count: count + 1 };
}

function checkSize({ parameterCount }: Programs, { parameters }: Checkpoint): Diagnostic | null {
  if (parameters.length === parameterCount) return null;
  return otherParameters({ expected: parameterCount, found: parameters.length });
}

function extended(values: Float64Array, length: number): Float64Array {
  const out = new Float64Array(Math.max(length, values.length));
  out.set(values);
  return out;
}
