import type { ComponentFamily } from "./component.ts";
import { gaussianComponent } from "./gaussian.ts";
import { belowDiagonal, identity, positive, rawScale } from "./raw.ts";

/** A full covariance L L': locations, raw diagonal of L, then a D x D matrix whose strict lower triangle is L's. */
export const fullRank: ComponentFamily = {
  doc: "a Gaussian with a full covariance",
  size: (D) => 2 * D + D * D,
  unpack: (b, raw, D) => {
    const diagonal = positive(b, b.narrow(raw, -1, D, D));
    const rest = b.narrow(raw, -1, 2 * D, D * D);
    const square = b.reshape(rest, [...b.shapeOf(rest).slice(0, -1), D, D]);
    const below = belowDiagonal(b, D);
    const factor = b.add(b.mul(square, below), b.mul(b.expand(diagonal, -1), identity(b, D)));
    return gaussianComponent(b, { loc: b.narrow(raw, -1, 0, D), diagonal, factor, low: null });
  },
  start: (location, sd) => [
    ...location,
    ...location.map(() => rawScale(sd)),
    ...new Array<number>(location.length ** 2).fill(0),
  ],
  coordinateOf: (raw, D) => (raw < 2 * D ? raw % D : Math.floor((raw - 2 * D) / D)),
  independent: false,
};
