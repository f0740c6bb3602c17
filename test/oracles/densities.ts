import { readFileSync } from "node:fs";
import type { Args } from "../distributions/cases.ts";

/** A log density that somebody else computed: of a family at its arguments, `normal truncated` where it has ends. */
export interface DensityRow {
  readonly family: string;
  readonly parameters: Args;
  readonly x: number | readonly number[];
  readonly logDensity: number;
}

/** The log density of a model's latent at a point of its unconstrained scale, |det J| included. */
export interface PriorRow {
  readonly model: string;
  readonly u: readonly number[];
  readonly logDensity: number;
}

interface Densities {
  readonly families: readonly DensityRow[];
  readonly priors: readonly PriorRow[];
}

/** What `densities.py` made: 50 digits, rounded once. */
export const densities: Densities = JSON.parse(
  readFileSync(new URL("densities.json", import.meta.url), "utf8"),
) as Densities;

/** Rows that were made elsewhere, `shared/data/densities.json`. */
export const densityRows = (path: string): readonly DensityRow[] =>
  JSON.parse(readFileSync(path, "utf8")) as readonly DensityRow[];

/**
 * How far from a row a density in float64 may be: relative, since rounding is; absolute below 1e-3, where rows that come
 * from elsewhere have only the digits of 1 - 1e-12.
 */
export const densityTolerance = (logDensity: number): number => 1e-9 * Math.max(Math.abs(logDensity), 1e-3);
