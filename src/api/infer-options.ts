import type { FitHooks } from "../inference/fit.ts";
import { typed, type Source } from "../options/config.ts";
import type { OptionValues } from "../options/values.ts";

/** How far training has come. */
export type Progress = Parameters<NonNullable<FitHooks["onProgress"]>>[0];

/** Options of `compile` and `infer`: data, hooks, and those of `stratum infer` in camelCase, with the same defaults. */
export interface InferOptions extends OptionValues {
  /** Values by name: numbers, nested arrays, typed arrays, or `{ shape, values }`. */
  readonly data?: Readonly<Record<string, unknown>>;

  /** Data that are not trained on: predictions of them are scored in `report().test`. */
  readonly test?: Readonly<Record<string, unknown>>;

  /** Ends training early; what was learned is evaluated. */
  readonly signal?: AbortSignal;

  /** Called about ten times a second while training; returning `false` ends it early. */
  readonly onStep?: (progress: Progress) => boolean | void;
}

/** What stands beside the options that have rows. */
const beside: ReadonlySet<string> = new Set(["data", "test", "signal", "onStep"] satisfies (keyof InferOptions)[]);

/** The options that a program gave; `undefined` is as good as left out. */
export function sourceOf(options: InferOptions): Source {
  const given = Object.entries(options).filter(([name, value]) => !beside.has(name) && value !== undefined);
  return { door: typed, given: Object.fromEntries(given), where: "options" };
}
