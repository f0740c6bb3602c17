import { elbo } from "./elbo.ts";
import { iwae } from "./iwae.ts";
import { miselbo } from "./miselbo.ts";
import { selbo } from "./selbo.ts";
import { siwae } from "./siwae.ts";
import type { BoundRule } from "./bound.ts";

/** Every bound. Reading down a column is reading the literature. */
export const bounds = { elbo, selbo, iwae, siwae, miselbo } as const satisfies Readonly<Record<string, BoundRule>>;

export type BoundName = keyof typeof bounds;
export const boundNames = Object.keys(bounds) as readonly BoundName[];

/** The rule of a bound, whichever it is. */
export function ruleOf(name: BoundName): BoundRule {
  return bounds[name];
}
