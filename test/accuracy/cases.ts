import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A number of ours, entry by entry of a site, against one of the reference. */
export interface Pair {
  readonly site: string;
  /** Flat position in the site; null for a scalar. */
  readonly at: number;
  readonly reference: string;
}

export interface PosteriorCase {
  readonly name: string;
  /** Folder under models/. */
  readonly model: string;
  readonly pairs: readonly Pair[];
}

const scalars = (...names: readonly string[]): Pair[] => names.map((site) => ({ site, at: 0, reference: site }));
const vector = (site: string, size: number, reference = site): Pair[] =>
  Array.from({ length: size }, (_, at) => ({ site, at, reference: `${reference}[${at + 1}]` }));
const posterior = (name: string, ...pairs: readonly (readonly Pair[])[]): PosteriorCase => ({
  name,
  model: `posteriordb/${name}`,
  pairs: pairs.flat(),
});

/** The posteriors of posteriordb, and which of our numbers is which of theirs. */
export const posteriors: readonly PosteriorCase[] = [
  posterior("arK-arK", scalars("alpha", "sigma"), vector("beta", 5)),
  posterior("earnings-earn_height", vector("beta", 2), scalars("sigma")),
  posterior("earnings-logearn_interaction", vector("beta", 4), scalars("sigma")),
  posterior("eight_schools-eight_schools_centered", scalars("mu", "tau"), vector("theta", 8)),
  posterior("eight_schools-eight_schools_noncentered", scalars("mu", "tau"), vector("theta", 8)),
  posterior("garch-garch11", scalars("mu", "alpha0", "alpha1", "beta1")),
  posterior("gp_pois_regr-gp_regr", scalars("rho", "alpha", "sigma")),
  posterior("hmm_example-hmm_example", vector("mu", 2), vector("theta1", 2), vector("theta2", 2)),
  posterior("kidiq-kidscore_interaction", vector("beta", 4), scalars("sigma")),
  posterior("kidiq-kidscore_momiq", vector("beta", 2), scalars("sigma")),
  posterior("kilpisjarvi_mod-kilpisjarvi", scalars("alpha", "beta", "sigma")),
  posterior("low_dim_gauss_mix-low_dim_gauss_mix", vector("mu", 2), vector("sigma", 2), scalars("theta")),
  posterior("mesquite-logmesquite", vector("beta", 7), scalars("sigma")),
  posterior("mesquite-mesquite", vector("beta", 7), scalars("sigma")),
  posterior("nes1972-nes", vector("beta", 9), scalars("sigma")),
  posterior("nes2000-nes", vector("beta", 9), scalars("sigma")),
  posterior("sblrc-blr", vector("beta", 5), scalars("sigma")),
];

interface Reference {
  readonly parameters: Readonly<Record<string, { readonly mean: number; readonly sd: number }>>;
}

export const readJson = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

export function referenceOf(folder: string, name: string): Reference["parameters"] {
  return (readJson(join(folder, "posteriordb", name, "reference.json")) as Reference).parameters;
}

/** Rows of a file of numbers with a line of names above them. */
export function readRows(path: string): number[][] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
}
