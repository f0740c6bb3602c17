import type { LatentPlotOptions, LatentPosterior } from "./latent/data.ts";
import { alongLine } from "./latent/line.ts";
import { inPlane } from "./latent/plane.ts";
import type { Spec } from "./spec.ts";

/**
 * The latent space of a classifier. Behind: what the model predicts at each place, the colour that of the likeliest
 * class, stronger the surer. Before it: the guide's components for some data, and draws of their posteriors.
 */
export function latentPlot(data: readonly LatentPosterior[], options: LatentPlotOptions): Spec {
  return options.coordinates.length === 1 ? alongLine(data, options) : inPlane(data, options);
}
