import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FitReport } from "../../src/report/report.ts";
import type { Reference } from "../../scripts/references.ts";
import { stratum, type World } from "../cli/harness.ts";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** `stratum infer models/NAME --json ...`, as a person would run it, with the options that the model recommends. */
export async function inferred(
  name: string,
  options: readonly string[],
  world: World = {},
): Promise<{ readonly code: number; readonly report: FitReport }> {
  const { code, out, err } = await stratum(["infer", join(root, "models", name), "--json", ...options], world);
  if (!out.startsWith("{")) throw new Error(err);
  return { code, report: JSON.parse(out) as FitReport };
}

export function referenceOf(name: string): Reference {
  return json(join(root, "models", name, "reference.json")) as Reference;
}

/** Long-run posterior moments from elsewhere: of `posteriordb/NAME`, at `folder`. */
export function longRun(folder: string): Readonly<Record<string, LongRun>> {
  const path = join(folder, "reference.json");
  return (json(path) as { parameters: Record<string, LongRun> }).parameters;
}
export interface LongRun {
  readonly mean: number;
  readonly sd: number;
}

function json(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8"));
}

/** The numbers of a site, entry by entry. */
export function entries(value: unknown): number[] {
  return [value].flat(Infinity) as number[];
}
