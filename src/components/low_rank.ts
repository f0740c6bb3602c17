import type { ComponentFamily } from "./component.ts";
import { gaussianComponent } from "./gaussian.ts";
import { positive, rawScale } from "./raw.ts";

/** A diagonal covariance and R directions more: locations, raw scales, then the D x R directions. */
export const lowRank: ComponentFamily = {
  doc: "a Gaussian with a diagonal covariance and a few directions more",
  size: (D, { rank }) => 2 * D + D * rank,
  unpack: (b, raw, D, { rank }) => {
    const rest = b.narrow(raw, -1, 2 * D, D * rank);
    return gaussianComponent(b, {
      loc: b.narrow(raw, -1, 0, D),
      diagonal: positive(b, b.narrow(raw, -1, D, D)),
      factor: null,
      low: b.reshape(rest, [...b.shapeOf(rest).slice(0, -1), D, rank]),
    });
  },
  start: (location, sd, { rank }) => [
    ...location,
    ...location.map(() => rawScale(sd)),
    ...location.flatMap((_, i) => directions(i, location.length, rank).map((x) => 0.1 * sd * x)),
  ],
  coordinateOf: (raw, D, { rank }) => (raw < 2 * D ? raw % D : Math.floor((raw - 2 * D) / rank)),
  independent: false,
};

/**
 * Row i of R orthogonal waves over D entries. Directions of length 0 would stay so: nothing tells one from its opposite,
 * so the derivative of every bound is 0 there.
 */
function directions(i: number, D: number, rank: number): number[] {
  return Array.from({ length: rank }, (_, r) => Math.cos((Math.PI * (i + 0.5) * r) / D));
}
