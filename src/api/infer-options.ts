import * as v from "valibot";
import type { FitProgress, TrainingProgress } from "../inference/progress.ts";
import { readConfig, typed, type Config, type Source } from "../options/config.ts";
import type { OptionValues } from "../options/values.ts";
import { unwrap } from "./error.ts";
import { data, given, is, lastingData, record, signal } from "./given.ts";

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

  /**
   * Called ten to twenty times a second with what the fit is doing, and how far it has come: `phase` tells which. What
   * it throws, or a promise of its that is rejected, ends the fit with a `StratumError` that has it as its `cause`.
   */
  readonly onProgress?: (progress: FitProgress) => void;

  /** Called about twenty times a second while training; returning `false` ends it early. What it throws, as above. */
  readonly onStep?: (progress: Progress) => boolean | void;
}

/** What stands beside the options that have rows. */
const beside = {
  data: v.optional(data),
  test: v.optional(lastingData),
  signal: v.optional(signal),
  onStep: v.optional(is<NonNullable<InferOptions["onStep"]>>((value) => typeof value === "function", "a function")),
  onProgress: v.optional(
    is<NonNullable<InferOptions["onProgress"]>>((value) => typeof value === "function", "a function"),
  ),
} satisfies { readonly [K in Exclude<keyof InferOptions, keyof OptionValues>]: v.GenericSchema };

type Beside = Pick<InferOptions, keyof typeof beside>;

/** The options that a program gave; `undefined` is as good as left out. */
export function sourceOf(options: Readonly<Record<string, unknown>> | InferOptions): Source {
  const rows = Object.entries(options).filter(([name, value]) => !Object.hasOwn(beside, name) && value !== undefined);
  const door = { ...typed, names: [...typed.names, ...Object.keys(beside)] };
  return { door, given: Object.fromEntries(rows), where: "options" };
}

/** Everything that a call was given as options: those that have rows, and what stands beside them. */
export function optionsOf(options: unknown, call: string): { readonly config: Config; readonly beside: Beside } {
  const all = given(record("an object of options"), options, "options", call);
  const config = unwrap(readConfig([sourceOf(all)]), { path: call, text: "" });
  return { config, beside: given(v.object(beside), all, "options", call) as Beside };
}
