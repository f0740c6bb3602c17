import { activations } from "../activations.ts";
import type { Layer } from "../layer.ts";
import { conv2d } from "./conv2d.ts";
import { dense } from "./dense.ts";
import { flatten } from "./flatten.ts";

/** Layers that are more than a function of each entry, in the order of the manual. To add one, write its record and list it. */
export const ownLayers: readonly Layer[] = [dense, flatten, conv2d];

/** Every layer by the name it has in a model, activations included. */
export const layers: Readonly<Record<string, Layer>> = Object.fromEntries(
  [...ownLayers, ...activations].map((layer) => [layer.name, layer]),
);
