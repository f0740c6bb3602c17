import type { FitReport } from "../report/report.ts";
import type { Path } from "./sweep.ts";

/** What a metric can be read off: the report, and what its process took. */
export interface Measured {
  readonly report: Readonly<Record<string, unknown>>;
  /** Wall clock of the whole process, start-up and files included. */
  readonly seconds: number;
}

interface Standing {
  readonly doc: string;
  readonly of: (report: Partial<FitReport>, seconds: number) => number | null | undefined;
}

/** The metrics that every sweep has. To add one, add a row. */
export const standing = {
  bound: {
    doc: "the bound, nats per datum (per data set, with global latents)",
    of: ({ bound }) => bound?.value,
  },
  log_evidence: {
    doc: "the importance-sampling estimate of the log evidence, in the same unit",
    of: ({ logEvidence }) => logEvidence?.perDatum ?? logEvidence?.value,
  },
  k_hat: { doc: "Pareto k-hat, the largest over the data", of: ({ kHat }) => kHat },
  k_hat_share: {
    doc: "share of the data whose k-hat is above its threshold (local latents)",
    of: ({ kHats }) => kHats?.shareAboveThreshold,
  },
  train_seconds: { doc: "training, wall clock", of: ({ seconds }) => seconds?.train },
  seconds: { doc: "the whole process, wall clock", of: (_, seconds) => seconds },
} as const satisfies Readonly<Record<string, Standing>>;

/** `test.scores[0].accuracy`, or null where the text is no such path. */
export function readPath(text: string): Path | null {
  if (!/^[\w-]+(?:\.[\w-]+|\[\d+\])*$/.test(text)) return null;
  return [...text.matchAll(/([\w-]+)(?=[.[]|$)|\[(\d+)\]/g)].map(([, name, place]) =>
    name === undefined ? Number(place) : name,
  );
}

/** A path as it is written. */
export const pathText = (path: Path): string =>
  path.map((step, nth) => (typeof step === "number" ? `[${step}]` : `${nth > 0 ? "." : ""}${step}`)).join("");

/** The number at a path; null where there is none. `true` counts as 1 and `false` as 0, so that means are shares. */
export function valueAt(report: unknown, path: Path): number | null {
  let value: unknown = report;
  for (const step of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return null;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  if (typeof value === "boolean") return Number(value);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** Every metric of a fit, those of the sweep file first. */
export function metricsOf(
  { report, seconds }: Measured,
  paths: Readonly<Record<string, Path>>,
): Readonly<Record<string, number | null>> {
  const own = Object.entries(paths).map(([name, path]) => [name, valueAt(report, path)] as const);
  const always = Object.entries(standing).map(
    ([name, { of }]) => [name, of(report as Partial<FitReport>, seconds) ?? null] as const,
  );
  return Object.fromEntries([...own, ...always]);
}
