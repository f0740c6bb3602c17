/** How far training has come. */
export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  /** The mean over the latest steps, nats. */
  readonly bound: number;
  readonly stepsPerSecond: number;
}

/** What a fit is doing, and how far it has come with that. */
export type FitProgress =
  /** Looking for modes (`guide = auto`, `laplace`). */
  | {
      readonly phase: "search";
      /** Modes found so far, and starts that are done with, of those that there will be at least. */
      readonly modes: number;
      readonly done: number;
      readonly starts: number;
      /** Evaluations of the log joint density. */
      readonly evaluations: number;
    }
  /** Refitting a mixture to its own importance weights (`guide = auto`). */
  | {
      readonly phase: "adapt";
      /** Counted from 1. */
      readonly restart: number;
      readonly round: number;
      /** At most. */
      readonly rounds: number;
      readonly components: number;
      /** Of the latest round, and the share of its draws that are effective. */
      readonly kHat: number;
      readonly share: number;
      readonly evaluations: number;
    }
  | ({ readonly phase: "train" } & TrainingProgress)
  /** Drawing from the fitted guide, to judge it and to summarise. */
  | { readonly phase: "evaluate"; readonly done: number; readonly total: number };

/** Milliseconds between two reports. */
const beat = 100;

/** The same, called at most ten times a second. */
export function paced<P>(report: ((progress: P) => void) | undefined): (progress: P) => void {
  let last = -Infinity;
  return (progress) => {
    const now = performance.now();
    if (!report || now - last < beat) return;
    last = now;
    report(progress);
  };
}
