import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Component, Frame } from "./component.ts";

/**
 * Components in the coordinates of their frames, u = centre + factor v: composed by the family itself where it is closed
 * under affine maps, else by the change of variables. Arrays of the frames lead with the component axis [K].
 */
export function framed(b: Builder, components: Component, frames: readonly Frame[]): Component {
  if (components.within !== null) return components.within(frames);
  const K = frames.length;
  const D = frames.flatMap(({ centre }) => centre).length / K;
  const centre = b.array(
    [K, D],
    frames.flatMap((frame) => frame.centre),
  );
  const factor = b.array(
    [K, D, D],
    frames.flatMap((frame) => frame.factor),
  );
  const logDet = b.array(
    [K],
    frames.map((frame) => frame.centre.reduce((sum, _, i) => sum + Math.log(frame.factor[i * D + i] ?? NaN), 0)),
  );
  return mapped(b, components, { centre, factor, logDet });
}

/** An affine map of the components' coordinates. */
interface Affine {
  /** [..., D] */
  readonly centre: Value;
  /** Lower triangular [..., D, D]. */
  readonly factor: Value;
  /** log |det factor| [...]. */
  readonly logDet: Value;
}

function mapped(b: Builder, inner: Component, affine: Affine): Component {
  const { centre, factor, logDet } = affine;
  // as a sum over columns: the leading axes of both sides broadcast, which a matrix product would copy
  const out = (v: Value): Value => b.add(centre, b.sum(b.mul(factor, b.expand(v, -2)), [-1]));
  const back = (u: Value): Value => {
    const solved = b.solveTriangular(factor, b.expand(b.sub(u, centre), -1));
    return b.reshape(solved, b.shapeOf(solved).slice(0, -1));
  };
  return {
    noise: inner.noise,
    push: (noise) => out(inner.push(noise)),
    logDensity: (u) => b.sub(inner.logDensity(back(u)), logDet),
    logDensityAtNoise: (noise) => b.sub(inner.logDensityAtNoise(noise), logDet),
    location: out(inner.location),
    image: (points) => out(inner.image(points)),
    map: (change) =>
      mapped(b, inner.map(change), { centre: change(centre, 1), factor: change(factor, 2), logDet: change(logDet, 0) }),
    solves: true,
    coordinates: null,
    within: null,
  };
}
