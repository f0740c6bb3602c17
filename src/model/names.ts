/** Words of guides, which stand in models and in options. */

/** What one component of a guide may be (see guide/components.ts). */
export const componentNames = ["mean_field", "full_rank", "low_rank"] as const;
export type ComponentName = (typeof componentNames)[number];

/** `laplace` is one full-rank Gaussian, at a mode and with the curvature there, that is not trained. */
export const guideFamilies = [...componentNames, "laplace", "mixture"] as const;
export type GuideFamily = (typeof guideFamilies)[number];
