import type { Equation, Program } from "../program/program.ts";

/** The words a run may draw from; the same seed gives the same numbers on every executor, to rounding. */
export type Seed = number | string;

/** Values of the `feed` inputs at one step (learning rate, beta, minibatch rows), by input name. */
export type Feed = (step: number) => Readonly<Record<string, number | ArrayLike<number>>>;

/** Rank-0 outputs by name, one entry for each step that was run. */
export type Trace = Readonly<Record<string, Float64Array>>;

/**
 * Somewhere programs run. Nothing above `execute/` knows which one it has.
 * `open` loads a program; it does no work that grows with the number of steps.
 */
export interface Executor {
  /** "reference", "tfjs-cpu", "tfjs-wasm", ... */
  readonly name: string;
  readonly precision: "float32" | "float64";
  open(program: Program, options: { readonly seed: Seed }): Promise<Session>;
}

/** A program loaded on a device, its inputs resident there. */
export interface Session {
  /** Bytes that its tensors take at the peak of a step; null where the engine does not plan its memory. */
  readonly memory: number | null;
  /**
   * Sets a `state` or `data` input, row-major. Every one must be set before the first run. Data may be read until the
   * session is disposed of, rather than copied: leave the array as it is until then.
   */
  write(input: string, values: ArrayLike<number>): void;
  /**
   * The current value of a `state` input, or an output of the last step run, as float64.
   * An output that is carried is read under its own name.
   */
  read(name: string): Promise<Float64Array>;
  /**
   * Runs steps `first`, `first + 1`, ..., each with its own noise, carrying outputs into inputs in between.
   * Stops before it carries over a step in which any traced (rank-0) output is not finite: the trace then ends with
   * that step, and the state is what that step started from.
   *
   * The host has its turn between steps, and in the middle of long ones. A signal that is aborted then ends the run by
   * its reason, and whatever was computed is of no use.
   */
  run(first: number, steps: number, feed?: Feed, signal?: AbortSignal): Promise<Trace>;
  /**
   * Runs steps from `first` on for about `seconds`, timing each part of a step; absent where an engine cannot tell.
   * What the steps computed is left in the state.
   */
  profile?(first: number, seconds: number, feed?: Feed): Promise<Profile>;
  /** Frees everything; a disposed session is not used again. */
  dispose(): void;
}

/** Where the time of a step goes: means over the steps that were timed, in seconds. */
export interface Profile {
  readonly steps: number;
  /** A whole step, noise and carrying over included. */
  readonly step: number;
  /** What runs as one, in order: a loop with all that was fused into it, or one product. */
  readonly parts: readonly { readonly equations: readonly Equation[]; readonly seconds: number }[];
}
