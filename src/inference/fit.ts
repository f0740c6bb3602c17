import { present } from "../base/assert.ts";
import { badFitOption, otherParameters } from "../diagnostics/catalogue/run.ts";
import { failed, ok, type Diagnostic, type Outcome } from "../diagnostics/diagnostic.ts";
import type { Executor, Feed, Seed, Session, Trace } from "../execute/executor.ts";
import type { Programs } from "../lower/programs.ts";
import { adamFeeds } from "./adam.ts";
import { batchRows, stepsPerEpoch } from "./batches.ts";
import { diagnose } from "./diagnose.ts";
import { initialise } from "./initialise.ts";
import { feedOf, inputsAt, writeInputs } from "./inputs.ts";
import { firstPlateau, type Plateau } from "./plateau.ts";
import { betaAt, rateAt, type BetaSchedule, type RateSchedule } from "./schedules.ts";

/** What training needs to know of a lowered model. */
export type Trainable = Programs;

export interface FitOptions {
  readonly seed: Seed;
  /** Epochs are passes over the data of the most finely minibatched plate; without minibatches, steps. */
  readonly length: { readonly steps: number } | { readonly epochs: number };
  readonly rate: RateSchedule;
  /** Null: run to the end. */
  readonly plateau: Plateau | null;
  /** Only read by programs that are fed their beta. */
  readonly beta: BetaSchedule;
  /** The answer is the mean of the parameters over this share of the steps, the last ones; 0 for the last iterate. */
  readonly averageLast: number;
  /** Steps between calls of `onCheckpoint`; null for none. */
  readonly checkpointEvery: number | null;
}

export const defaultFitOptions: FitOptions = {
  seed: 0,
  length: { steps: 5000 },
  rate: { rate: 0.01, decay: { kind: "cosine", floor: 0.01 }, warmUp: 0 },
  plateau: null,
  beta: { from: 1, to: 1, steps: 0 },
  averageLast: 0,
  checkpointEvery: null,
};

/** One number for each step done. */
export interface FitTrace {
  /** Nats; to be made large. */
  readonly bound: Float64Array;
  /** Before clipping. */
  readonly gradientNorm: Float64Array;
}

/** Everything that the rest of a run depends on. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  readonly parameters: Float64Array;
  /** Adam's running means of the gradient and of its square. */
  readonly m: Float64Array;
  readonly v: Float64Array;
  /** Sum of the parameters seen since averaging began, and how many; null before. */
  readonly average: { readonly sum: Float64Array; readonly count: number } | null;
  readonly trace: FitTrace;
}

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
  readonly stopped: "finished" | "plateau" | "interrupted";
  /** Bytes of a step at its peak; null where the engine does not plan its memory. */
  readonly memory: number | null;
}

export interface FitHooks {
  /** Called about ten times a second; `bound` is the mean over the latest steps. */
  readonly onProgress?: (progress: {
    readonly step: number;
    readonly steps: number;
    readonly bound: number;
    readonly stepsPerSecond: number;
  }) => void;
  /** Stops the run at the next chance, keeping what was learned. */
  readonly signal?: AbortSignal;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
}

/** The state of a run that is about to begin at the given parameters. */
export function startAt(parameters: Float64Array): Checkpoint {
  const none = new Float64Array(0);
  return {
    step: 0,
    parameters,
    m: new Float64Array(parameters.length),
    v: new Float64Array(parameters.length),
    average: null,
    trace: { bound: none, gradientNorm: none },
  };
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

/** Number of steps that the options ask for. */
export function stepsOf(options: FitOptions, lowered: Pick<Trainable, "minibatches">): number {
  if ("steps" in options.length) return options.length.steps;
  return Math.ceil(options.length.epochs * stepsPerEpoch(lowered.minibatches));
}

/**
 * Trains. The result is a function of the model, its data and the options alone: a run that is interrupted and
 * continued from its checkpoint gives bit for bit the answer of one that was not.
 *
 * Fails when a step gives a bound or a gradient that is not finite, saying which term of the model is to blame.
 */
export async function fit(
  lowered: Trainable,
  executor: Executor,
  options: FitOptions,
  hooks: FitHooks = {},
  from: Checkpoint = startAt(initialise(lowered, options.seed)),
): Promise<Outcome<Fit>> {
  const steps = stepsOf(options, lowered);
  const mistake = checkOptions(options, steps) ?? checkSize(lowered, from);
  if (mistake) return failed(mistake);

  const { numbers } = lowered;
  const program = lowered.step();
  const feed = trainingFeed(lowered, options, steps);
  const session = await executor.open(program, { seed: options.seed });
  try {
    const start = { parameters: from.parameters, "adam.m": from.m, "adam.v": from.v };
    writeInputs(session, program, numbers, start);
    const bounds = extended(from.trace.bound, steps);
    const norms = extended(from.trace.gradientNorm, steps);
    let { step, average } = from;
    let stopped: Fit["stopped"] = "finished";
    let chunk = 1;
    // While beta still moves, the bound moves with it
    const moving = isFed(lowered) ? options.beta.steps : 0;
    const flatAt = (): number | null =>
      options.plateau && firstPlateau(bounds.subarray(0, step), options.plateau, moving);
    let flat = flatAt();
    const settle = options.plateau?.settle ?? 0;
    const began = performance.now();
    const checkpoint = async (): Promise<Checkpoint> => ({
      step,
      parameters: await session.read("parameters"),
      m: await session.read("adam.m"),
      v: await session.read("adam.v"),
      average,
      trace: { bound: bounds.slice(0, step), gradientNorm: norms.slice(0, step) },
    });

    while (step < steps) {
      if (hooks.signal?.aborted) {
        stopped = "interrupted";
        break;
      }
      const first = step;
      const stop = nextStop(step, steps, options, flat);
      const size = Math.min(chunk, stop - step);
      const chunkBegan = performance.now();
      const trace = await session.run(step, size, feed);
      const failure = firstNotFinite(trace);
      if (failure) {
        const state = {
          parameters: await session.read("parameters"),
          "adam.m": await session.read("adam.m"),
          "adam.v": await session.read("adam.v"),
        };
        const at = first + failure.at;
        const inputs = inputsAt(program, { numbers, state, seed: options.seed }, at, feed);
        return failed(diagnose(program, inputs, { ...failure, step: at, executor: executor.name }));
      }
      bounds.set(present(trace["bound"], "traced bound"), first);
      norms.set(trace["gradient_norm"] ?? [], first);
      step += size;
      chunk = paced(chunk, size, performance.now() - chunkBegan);

      if (isSnapshot(step, steps, options, flat)) average = await added(average, session);
      hooks.onProgress?.({
        step,
        steps,
        bound: meanOf(bounds.subarray(Math.max(from.step, step - recent), step)),
        stepsPerSecond: (step - from.step) / Math.max(1e-9, (performance.now() - began) / 1000),
      });
      const { checkpointEvery } = options;
      if (flat === null) {
        flat = flatAt();
        // what was averaged before is no part of the answer
        if (flat !== null && settle > 0) average = null;
      }
      if (checkpointEvery !== null && step % checkpointEvery === 0) await hooks.onCheckpoint?.(await checkpoint());
      if (flat !== null && step >= flat + settle) {
        stopped = "plateau";
        break;
      }
      // Lets signals and timers of the host have their turn
      await new Promise((resolve) => setTimeout(resolve, 0));
    }

    const last = await checkpoint();
    return ok({
      parameters: average ? average.sum.map((sum) => sum / average!.count) : last.parameters,
      checkpoint: last,
      trace: last.trace,
      steps: step,
      stepsAsked: steps,
      seconds: (performance.now() - began) / 1000,
      stopped,
      memory: session.memory,
    });
  } finally {
    session.dispose();
  }
}

/** Progress shows the mean bound over this many steps. */
const recent = 100;
/** Milliseconds between two looks at the clock: short enough to answer Ctrl-C, long enough to cost nothing. */
const beat = 100;

/** The next chunk's length: what would have taken one beat, growing at most fourfold at a time. */
function paced(chunk: number, done: number, milliseconds: number): number {
  const perStep = Math.max(1e-4, milliseconds / done);
  return Math.max(1, Math.min(Math.floor(beat / perStep), 4 * chunk));
}

/** Learning rate, epsilon, beta and the rows of minibatches, step by step. */
export function trainingFeed(lowered: Trainable, options: FitOptions, steps: number): Feed | undefined {
  const adam = (step: number) => adamFeeds(rateAt(options.rate, step, steps), step);
  return feedOf(lowered.step(), {
    "adam.rate": (step) => adam(step)["adam.rate"],
    "adam.epsilon": (step) => adam(step)["adam.epsilon"],
    rate: (step) => rateAt(options.rate, step, steps),
    beta: (step) => betaAt(options.beta, step),
    ...Object.fromEntries(lowered.minibatches.map((m) => [m.feed, batchRows(options.seed, m)])),
  });
}

function isFed({ step }: Trainable): boolean {
  return step().equations.some(({ op, attributes }) => op === "input" && attributes.name === "beta");
}

/** Chunks end where something is looked at, so that where they end otherwise does not matter. */
function nextStop(step: number, steps: number, options: FitOptions, flat: number | null): number {
  const { plateau, checkpointEvery } = options;
  const after = (every: number, from = 0): number => from + (Math.floor((step - from) / every) + 1) * every;
  const stops = [steps];
  if (plateau && flat === null) stops.push(after(plateau.window), after(plateau.window, options.beta.steps));
  if (checkpointEvery !== null) stops.push(after(checkpointEvery));
  const averaged = snapshots(steps, options, flat);
  if (averaged) stops.push(step < averaged.from ? averaged.from : after(averaged.every, averaged.from));
  if (plateau && flat !== null) stops.push(flat + (plateau.settle ?? 0));
  return Math.min(...stops.filter((stop) => stop > step));
}

/** The averaged iterates: about 64 of them, `every` steps apart, the first at `from + every`; null for none. */
function snapshots(
  steps: number,
  { plateau, averageLast }: FitOptions,
  flat: number | null,
): { from: number; every: number } | null {
  const settle = plateau?.settle ?? 0;
  const settling = flat !== null && settle > 0;
  if (!settling && averageLast === 0) return null;
  const from = settling ? flat : Math.round(steps * (1 - averageLast));
  const count = settling ? settle : steps - from;
  return { from, every: Math.max(1, Math.floor(count / 64)) };
}

function isSnapshot(step: number, steps: number, options: FitOptions, flat: number | null): boolean {
  const averaged = snapshots(steps, options, flat);
  return averaged !== null && step > averaged.from && (step - averaged.from) % averaged.every === 0;
}

async function added(average: Checkpoint["average"], session: Session): Promise<NonNullable<Checkpoint["average"]>> {
  const now = await session.read("parameters");
  if (!average) return { sum: now, count: 1 };
  return { sum: average.sum.map((sum, i) => sum + now[i]!), count: average.count + 1 };
}

/** The first step of a trace with an output that is not finite, the bound before the others. */
function firstNotFinite(trace: Trace): { at: number; output: string; value: number } | null {
  const columns = Object.entries(trace).sort(([a], [b]) => Number(b === "bound") - Number(a === "bound"));
  const found = columns.flatMap(([output, values]) => {
    const at = values.findIndex((value) => !Number.isFinite(value));
    return at === -1 ? [] : [{ at, output, value: values[at]! }];
  });
  return found.sort((a, b) => a.at - b.at)[0] ?? null;
}

function checkOptions(options: FitOptions, steps: number): Diagnostic | null {
  const whole = (n: number): boolean => Number.isInteger(n) && n >= 1;
  const { rate, plateau, averageLast, checkpointEvery } = options;
  const length = "steps" in options.length ? "steps" : "epochs";
  const rules: [boolean, string, unknown, string][] = [
    [whole(steps), length, Object.values(options.length)[0], "a whole number of at least 1"],
    [rate.rate > 0 && Number.isFinite(rate.rate), "lr", rate.rate, "a number above 0"],
    [rate.warmUp >= 0, "warm-up", rate.warmUp, "a number of at least 0"],
    [averageLast >= 0 && averageLast <= 1, "average-last", averageLast, "a share between 0 and 1"],
    [!plateau || whole(plateau.window), "window", plateau?.window, "a whole number of at least 1"],
    [!plateau || whole(plateau.patience), "patience", plateau?.patience, "a whole number of at least 1"],
    [
      checkpointEvery === null || whole(checkpointEvery),
      "checkpoint-every",
      checkpointEvery,
      "a whole number of at least 1",
    ],
  ];
  const broken = rules.find(([holds]) => !holds);
  return broken ? badFitOption({ option: broken[1], found: broken[2], expected: broken[3] }) : null;
}

function checkSize({ parameterCount }: Trainable, { parameters }: Checkpoint): Diagnostic | null {
  if (parameters.length === parameterCount) return null;
  return otherParameters({ expected: parameterCount, found: parameters.length });
}

function extended(values: Float64Array, length: number): Float64Array {
  const out = new Float64Array(Math.max(length, values.length));
  out.set(values);
  return out;
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
