import { familyNamed } from "../distributions/index.ts";
import type { Dist, Expr, Model } from "./model.ts";
import { partsOf } from "./walk.ts";

/** Distributions that are made of distributions: their names are taken like those of families. */
export const compoundNames: readonly string[] = ["mixture", "truncate", "censor", "zero_inflate"];

/** A number that is known when the program is written: a literal, a size, a scalar `const`. */
export function isFixed({ kind, type }: Expr): boolean {
  return type.size !== undefined || kind === "number" || (kind === "const" && type.shape.length === 0);
}

/**
 * Why the probability of what lies between such bounds cannot be computed, or null when it can: by the distribution
 * function where it is elementary, by adding up probabilities for whole numbers between fixed bounds.
 */
export function massProblem(dist: Dist, bounds: readonly (Expr | null)[]): string | null {
  const given = bounds.filter((bound) => bound !== null);
  switch (dist.kind) {
    case "family": {
      const { name, eventRank, improper, support, logCdf, logSurvival } = familyNamed(dist.family);
      if (improper) return `\`${name}\` has no probabilities`;
      if (eventRank > 0) return `\`${name}\` gives ${eventRank === 1 ? "vectors" : "matrices"}`;
      if (logCdf && logSurvival) return null;
      const why = `the distribution function of \`${name}\` is not elementary`;
      if (support.kind !== "interval" || !support.integer) return why;
      return given.every(isFixed) ? null : `${why}, and its probabilities can be added up between plain numbers only`;
    }
    case "mixture":
      if (dist.event.length > 0) return "the components of this mixture are whole arrays";
      break;
    case "truncate":
      return massProblem(dist.of, [...given, dist.lower, dist.upper]);
    case "censor":
      return "censoring is the last thing that happens to a value: put `censor` outermost";
    case "zero_inflate":
      break;
  }
  const problems = partsOf(dist).map((part) => massProblem(part, bounds));
  return problems.find((problem) => problem !== null) ?? null;
}

/** The latents whose prior is improper: with any, the evidence is defined up to a constant only. */
export function improperSites({ nodes }: Pick<Model, "nodes">): string[] {
  const improper = nodes
    .filter((node) => node.kind === "latent" || node.kind === "entries")
    .filter(({ dist }) => dist && isImproper(dist));
  return [...new Set(improper.map(({ name }) => name))];
}

/** Whether a distribution, or one that it is made of, is improper. */
export function isImproper(dist: Dist): boolean {
  return dist.kind === "family" ? familyNamed(dist.family).improper === true : partsOf(dist).some(isImproper);
}
