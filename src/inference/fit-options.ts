import { badFitOption } from "../diagnostics/catalogue/run.ts";
import { type Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Seed } from "../execute/executor.ts";
import { stepsPerEpoch } from "./batches.ts";
import type { Programs } from "../lower/programs.ts";
import { type Plateau } from "./plateau.ts";
import { type BetaSchedule, type RateSchedule } from "./schedules.ts";

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

/** Number of steps that the options ask for. */
export function stepsOf(options: FitOptions, programs: Pick<Programs, "minibatches">): number {
  if ("steps" in options.length) return options.length.steps;
  return Math.ceil(options.length.epochs * stepsPerEpoch(programs.minibatches));
}

export function checkOptions(options: FitOptions, steps: number): Diagnostic | null {
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
