import type { Diagnostic, Outcome } from "../../diagnostics/diagnostic.ts";
import type { Executor } from "../../execute/executor.ts";
import type { Need } from "../../execute/select.ts";
import type { GuideFamily } from "../../components/index.ts";
import type { Programs } from "../../lower/programs.ts";
import type { BoundName } from "../../objective/bounds/index.ts";
import type { EstimatorName } from "../../objective/estimators/index.ts";
import type { CompileOptions } from "../../plan/options.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Program } from "../../program/program.ts";
import type { Checkpoint } from "../checkpoint.ts";
import type { Fit } from "../fit.ts";
import type { FitProgress } from "../progress.ts";
import type { GuideRecord, SearchState } from "../search/state.ts";
import type { FitOptions } from "../fit-options.ts";

/** What a strategy may choose where nobody has chosen: names and units of the options of `infer`. */
export interface Choices {
  readonly objective: BoundName;
  readonly gradient: EstimatorName;
  readonly T: number;
  readonly innerT: number;
  readonly batch: Readonly<Record<string, number>>;
  readonly amortize: boolean;
  readonly steps: number;
  readonly lr: number;
  readonly schedule: "constant";
  readonly stop: "plateau";
  readonly window: number;
  readonly patience: number;
  readonly settle: number;
}

/** What was asked of an inference, every option settled. */
export interface Settings {
  readonly guide: "auto" | GuideFamily;
  readonly plan: CompileOptions;
  readonly fit: FitOptions;
  /** Somebody said how long to train. */
  readonly lengthGiven: boolean;
  /** The same with these choices, where nobody made them. */
  readonly otherwise: (choices: Partial<Choices>) => Settings;
}

/** How far a fit has come, whichever strategy it is made by: what it need not do again. */
export interface FitState {
  /** Null where nothing is searched for, or nothing was yet. */
  readonly search: SearchState | null;
  /** Null before training has begun. */
  readonly training: Checkpoint | null;
}

/** Where states of a fit are kept, for a run that is not allowed to end. */
export interface Checkpoints {
  /** Where an earlier run of the same fit had come to; null for the beginning. */
  readonly from: FitState | null;
  /** Whether it is time to keep another one. */
  readonly isDue: () => boolean;
  readonly keep: (state: FitState) => Promise<void>;
}

/** What a fit tells on its way, and heeds. */
export interface StrategyHooks {
  readonly onProgress?: (progress: FitProgress) => void;
  /** Ends the fit at the next chance, keeping what was learned. */
  readonly signal?: AbortSignal;
  readonly checkpoints?: Checkpoints;
}

/** What a strategy runs on. */
export interface Services {
  /**
   * Starts what the user asked programs to run on.
   *
   * @param program    the largest of them; null where it is not known yet
   * @param precision  64 bits where the engine has them and they are asked for; else what the program needs
   */
  readonly open: (program: Program | null, precision: Need["precision"]) => Promise<Outcome<Executor>>;
  /** 64 bits on any machine, whatever the user asked for: what modes are searched with. */
  readonly exact: () => Executor;
  /** Log weights of draws from a guide of one block at given parameters, nats: what a guide is judged by. */
  readonly logWeights: (
    programs: Programs,
    executor: Executor,
    parameters: Float64Array,
    options: { readonly seed: string; readonly count: number; readonly signal?: AbortSignal | undefined },
  ) => Promise<Float64Array>;
  readonly seed: number;
  readonly hooks: StrategyHooks;
  /** Called between fitting and judging. */
  readonly onFitted?: () => void;
}

/** A guide that is about to be judged, and the training it had. */
export interface FitResult {
  readonly programs: Programs;
  readonly executor: Executor;
  readonly fit: Fit;
  readonly options: FitOptions;
  /** How the guide was found; null where it was chosen. */
  readonly search: GuideRecord | null;
}

/** One way to approximate a posterior. */
export interface Strategy {
  readonly name: string;
  /** For people: when it is taken, and what it does. */
  readonly doc: string;
  /** Whether it is the one to take; of a list the first that applies is. */
  readonly applies: (plan: Plan, settings: Settings) => boolean;
  /** Fails with what the user has to change; nothing is written that is not run. */
  readonly run: (plan: Plan, settings: Settings, services: Services) => Promise<Outcome<FitResult>>;
}

/** Warnings of the stages that a strategy goes through. */
export function warningsOf(...stages: readonly { readonly warnings: readonly Diagnostic[] }[]): Diagnostic[] {
  return stages.flatMap(({ warnings }) => warnings);
}
