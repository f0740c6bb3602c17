import type { ComponentFamily } from "./component.ts";
import { gaussianComponent } from "./gaussian.ts";
import { positive, rawScale } from "./raw.ts";

/** Independent Gaussians: locations, then raw scales. */
export const meanField: ComponentFamily = {
  doc: "independent Gaussians",
  size: (D) => 2 * D,
  unpack: (b, raw, D) =>
    gaussianComponent(b, {
      loc: b.narrow(raw, -1, 0, D),
      diagonal: positive(b, b.narrow(raw, -1, D, D)),
      factor: null,
      low: null,
    }),
  start: (location, sd) => [...location, ...location.map(() => rawScale(sd))],
  coordinateOf: (raw, D) => raw % D,
  independent: true,
};
