import type { FitProgress, TrainingProgress } from "../inference/progress.ts";
import { typed, type Source } from "../options/config.ts";
import type { OptionValues } from "../options/values.ts";

/** How far training has come. */
export type Progress = TrainingProgress;

/** Options of `compile` and `infer`: data, hooks, and those of `stratum infer` in camelCase, with the same defaults. */
export interface InferOptions extends OptionValues {
  /** Values by name: numbers, nested arrays, typed arrays, or `{ shape, values }`. */
  readonly data?: Readonly<Record<string, unknown>>;

  /** Data that are not trained on: predictions of them are scored in `report().test`. */
  readonly test?: Readonly<Record<string, unknown>>;

  /** Ends the fit early, whatever it is doing; what was learned is evaluated by as many draws as are quick. */
  readonly signal?: AbortSignal;

  /** Called ten to twenty times a second with what the fit is doing, and how far it has come: `phase` tells which. */
  readonly onProgress?: (progress: FitProgress) => void;

  /** Called about twenty times a second while training; returning `false` ends it early. */
  readonly onStep?: (progress: Progress) => boolean | void;
}

/** What stands beside the options that have rows. */
const beside: ReadonlySet<string> = new Set([
  "data",
  "test",
  "signal",
  "onStep",
  "onProgress",
] satisfies (keyof InferOptions)[]);

/** The options that a program gave; `undefined` is as good as left out. */
export function sourceOf(options: InferOptions): Source {
  const given = Object.entries(options).filter(([name, value]) => !beside.has(name) && value !== undefined);
  return { door: typed, given: Object.fromEntries(given), where: "options" };
}
