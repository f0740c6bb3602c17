import type { LayerCall } from "../model/model.ts";

/** One affine layer. */
export function denseLayer(units: number): LayerCall {
  return { layer: "dense", args: { units }, span: null };
}

/** The hidden layers of a multilayer perceptron: affine maps, an activation behind each. */
export function hiddenLayers(widths: readonly number[], activation: string): readonly LayerCall[] {
  return widths.flatMap((units) => [denseLayer(units), { layer: activation, args: {}, span: null }]);
}
