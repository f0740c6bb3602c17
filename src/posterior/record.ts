import { countMissing } from "../bind/missing.ts";
import type { SourceFile } from "../diagnostics/span.ts";
import type { FitOptions } from "../inference/fit-options.ts";
import type { Fit } from "../inference/fit.ts";
import type { GuideRecord } from "../inference/search/state.ts";
import { improperSites } from "../model/probabilities.ts";
import type { CompileOptions } from "../plan/options.ts";
import type { Plan } from "../plan/plan.ts";
import { type HostTensor, type Shape } from "../tensor/shape.ts";
import type { BlockDraws, SiteDraws } from "./draws.ts";
import type { Evaluated, EvaluateOptions } from "./evaluate.ts";
import type { Posterior } from "./posterior.ts";
import type { Scores } from "./score.ts";
import type { Nested, Probabilities, SiteSummary, Summary } from "./summary.ts";
import type { Verdict } from "./verdict.ts";

export const schemaVersion = 2;

/** What a run was, other than its numbers. */
export interface RunSettings {
  readonly compile: CompileOptions;
  readonly fit: FitOptions;
  readonly evaluate: EvaluateOptions;
}

/** `run.json`. No times and no paths: the same inputs and seed give the same bytes. */
export interface RunRecord {
  readonly schemaVersion: number;
  readonly model: {
    readonly name: string;
    readonly file: string;
    readonly sha256: string;
    /** Latents with improper priors; absent when there are none. */
    readonly improper?: readonly string[];
  };
  readonly settings: RunSettings;
  readonly seed: number | string;
  /** Of this program, the executor, the runtime. */
  readonly versions: Readonly<Record<string, string>>;
  readonly executor: { readonly name: string; readonly precision: "float32" | "float64" };
  readonly sizes: Readonly<Record<string, number>>;
  readonly consts: Readonly<Record<string, { readonly shape: Shape; readonly values: number[] }>>;
  /** Fingerprints of the data: little-endian 64-bit floats, row-major. */
  readonly data: Readonly<Record<string, { readonly shape: Shape; readonly sha256: string }>>;
  /** Missing entries of the data that have some; folders of earlier versions do not say. */
  readonly missing?: ReturnType<typeof countMissing>;
  /** Where each learned array lies in parameters.npy. */
  readonly paramSpecs: readonly {
    readonly name: string;
    readonly shape: Shape;
    readonly offset: number;
    readonly role: "guide" | "model";
  }[];
  /** What networks standardise their inputs by: learned from the training data, needed for new ones. */
  readonly encoders: Readonly<
    Record<string, { readonly centre: readonly number[]; readonly spread: readonly number[] }>
  >;
  readonly perData: number;
  readonly training: {
    readonly steps: number;
    readonly stepsAsked: number;
    readonly stopped: Fit["stopped"];
    /** Iterates averaged into parameters.npy; 0 when they are the last one. */
    readonly averaged: number;
  };
  /** The draws' layout; null when the run was saved before they were taken. */
  readonly draws: {
    readonly count: number;
    readonly blocks: readonly Pick<BlockDraws, "id" | "data">[];
    readonly sites: readonly Omit<SiteDraws, "values">[];
  } | null;
}

/** `summary.json`. */
export interface SummaryRecord extends Pick<Evaluated, "bound" | "evidence" | "checks"> {
  /** Its findings are absent in run folders of before they were kept. */
  readonly verdict: Omit<Verdict, "findings"> & Partial<Pick<Verdict, "findings">>;
  /** Absent in run folders of before it was estimated. */
  readonly separation?: Evaluated["separation"];
  /** How the guide was found; absent where it was chosen. */
  readonly search?: GuideRecord;
  readonly schemaVersion: number;
  /** How well a test set was predicted; absent where none was given. */
  readonly test?: Scores;
  readonly sites: readonly SavedSite[];
  readonly constants: Readonly<Record<string, { readonly shape: Shape; readonly value: Nested }>>;
  readonly components: readonly {
    readonly id: string;
    readonly weights: Nested;
    readonly locations: Readonly<Record<string, Nested>>;
  }[];
}

export type SavedSite = Pick<SiteSummary, "name" | "kind" | "shape" | "corrected"> & {
  /** Of a discrete site that was summed out: `probability.NAME.npy` holds [shape..., count]. */
  readonly probabilities?: Pick<Probabilities, "lower" | "count">;
} & (Summary<Nested> | { readonly file: string });

/** A fit, and what was asked of it. */
export interface Finished {
  readonly plan: Plan;
  readonly executor: RunRecord["executor"];
  readonly fit: Pick<Fit, "parameters" | "checkpoint" | "steps" | "stepsAsked" | "stopped">;
  readonly fitOptions: FitOptions;
  readonly evaluateOptions: EvaluateOptions;
  readonly posterior: Posterior | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly test?: Scores | null;
}

/** What `run.json` says of a fit. */
export async function recordOf(run: Finished): Promise<RunRecord> {
  const { plan, fit, posterior, fitOptions } = run;
  const { source } = plan.model;
  const improper = improperSites(plan.model);
  const { name, precision } = run.executor;
  return {
    schemaVersion,
    model: {
      name: plan.model.name,
      file: fileName(source),
      sha256: await sha256(new TextEncoder().encode(source.text)),
      ...(improper.length > 0 ? { improper } : {}),
    },
    settings: { compile: plan.options, fit: fitOptions, evaluate: run.evaluateOptions },
    seed: fitOptions.seed,
    versions: run.versions,
    executor: { name, precision },
    sizes: Object.fromEntries(plan.numbers.sizes),
    consts: mapEntries(plan.numbers.consts, ({ shape, values }) => ({ shape, values: [...values] })),
    data: await fingerprints(plan.numbers.data),
    missing: countMissing(plan.model, plan.numbers),
    paramSpecs: plan.paramSpecs.map(({ name, shape, offset, role }) => ({ name, shape, offset, role })),
    encoders: Object.fromEntries(
      plan.guide.blocks.flatMap(({ id, source: from }) =>
        from.kind === "network" ? [[id, { centre: from.centre, spread: from.spread }]] : [],
      ),
    ),
    perData: plan.perData,
    training: {
      steps: fit.steps,
      stepsAsked: fit.stepsAsked,
      stopped: fit.stopped,
      averaged: fit.checkpoint.average?.count ?? 0,
    },
    draws: posterior && {
      count: posterior.draws.count,
      blocks: posterior.draws.blocks.map(({ id, data }) => ({ id, data })),
      sites: posterior.draws.sites.map(({ name, kind, block, shape }) => ({
        name,
        kind,
        block,
        shape,
      })),
    },
  };
}

/** SHA-256 of each datum. */
export async function fingerprints(data: ReadonlyMap<string, HostTensor>): Promise<RunRecord["data"]> {
  const entries = await Promise.all(
    [...data].map(async ([name, { shape, values }]) => {
      // Little-endian on every machine that runs JavaScript today
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return [name, { shape, sha256: await sha256(bytes) }] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** In hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The last part of the path: where a file lies on somebody's machine is nobody else's business. */
function fileName({ path }: SourceFile): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

export function mapEntries<A, B>(entries: Iterable<readonly [string, A]>, body: (value: A) => B) {
  return Object.fromEntries([...entries].map(([name, value]) => [name, body(value)]));
}
