import type { ComponentFamily } from "./component.ts";
import { fullRank } from "./full_rank.ts";
import { lowRank } from "./low_rank.ts";
import { meanField } from "./mean_field.ts";
import { studentT } from "./student_t.ts";

/** Every family that a guide's components may be of. */
export const componentFamilies = {
  mean_field: meanField,
  full_rank: fullRank,
  low_rank: lowRank,
  student_t: studentT,
} as const satisfies Readonly<Record<string, ComponentFamily>>;

export type ComponentName = keyof typeof componentFamilies;
export const componentNames = Object.keys(componentFamilies) as readonly ComponentName[];

export function isComponent(name: string | null | undefined): name is ComponentName {
  return typeof name === "string" && Object.hasOwn(componentFamilies, name);
}

/**
 * What a guide may be: one component of a family, a mixture of several, or `laplace`, one full-rank Gaussian at a mode
 * and with the curvature there, that is not trained.
 */
export const guideFamilyNames = [...componentNames, "laplace", "mixture"] as const;
export type GuideFamily = (typeof guideFamilyNames)[number];
