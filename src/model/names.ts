/** Words of guides and networks, which stand in models and in options. */

/** What lies between the layers of a network. */
export const activations = ["elu", "relu", "tanh", "sigmoid", "softplus"] as const;
export type Activation = (typeof activations)[number];

/** What one component of a guide may be (see guide/components.ts). */
export const componentNames = ["mean_field", "full_rank", "low_rank"] as const;
export type ComponentName = (typeof componentNames)[number];

/** `laplace` is one full-rank Gaussian, at a mode and with the curvature there, that is not trained. */
export const guideFamilies = [...componentNames, "laplace", "mixture"] as const;
export type GuideFamily = (typeof guideFamilies)[number];
