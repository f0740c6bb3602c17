import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Component, ComponentFamily } from "./component.ts";
import { positive, rawScale } from "./raw.ts";

/** Independent Student t distributions of one number of degrees of freedom; values may lead with axes. */
interface StudentT {
  /** [..., D] */
  readonly loc: Value;
  /** [..., D] */
  readonly scale: Value;
  /** Degrees of freedom [..., 1], above 1. */
  readonly dof: Value;
}

/** Degrees of freedom to start with: tails that can grow heavier or lighter. */
const startingDof = 12;

/**
 * Independent Student t distributions, with degrees of freedom of each component's own: locations, raw scales, and one
 * raw number for the degrees of freedom, 1 + softplus.
 */
export const studentT: ComponentFamily = {
  doc: "independent Student t distributions, with degrees of freedom of each component's own: heavy tails are learned",
  size: (D) => 2 * D + 1,
  unpack: (b, raw, D) =>
    component(b, {
      loc: b.narrow(raw, -1, 0, D),
      scale: positive(b, b.narrow(raw, -1, D, D)),
      dof: b.shift(positive(b, b.narrow(raw, -1, 2 * D, 1)), 1),
    }),
  start: (location, sd) => [...location, ...location.map(() => rawScale(sd)), rawScale(startingDof - 1)],
  coordinateOf: (raw, D) => (raw < 2 * D ? raw % D : null),
  independent: false,
};

function component(b: Builder, t: StudentT): Component {
  const { loc, scale, dof } = t;
  const D = b
    .shapeOf(loc)
    .slice(-1)
    .reduce((_, size) => size, 0);
  return {
    noise: { width: 2 * D, kind: "uniform" },
    push: (noise) => b.add(loc, b.mul(scale, standardDraw(b, dof, noise, D))),
    logDensity: (u) => logDensity(b, t, b.div(b.sub(u, loc), scale), D),
    logDensityAtNoise: (noise) => logDensity(b, t, standardDraw(b, dof, noise, D), D),
    location: loc,
    image: (points) => b.add(loc, b.mul(scale, points)),
    map: (change) => component(b, { loc: change(loc, 1), scale: change(scale, 1), dof: change(dof, 1) }),
    solves: false,
    coordinates: null,
    within: null,
  };
}

/**
 * t = cos(2 pi V) sqrt(nu (U^(-2 / nu) - 1)) for uniform U and V: exact for any nu, and smooth in it. Bailey (1994),
 * Polar generation of random variates with the t-distribution.
 */
function standardDraw(b: Builder, dof: Value, noise: Value, D: number): Value {
  const [U, V] = [b.narrow(noise, -1, 0, D), b.narrow(noise, -1, D, D)];
  const squared = b.mul(dof, b.expm1(b.div(b.scale(-2, b.log(U)), dof)));
  return b.mul(b.cos(b.scale(2 * Math.PI, V)), b.sqrt(squared));
}

/** log density [...] at loc + scale t, nats. */
function logDensity(b: Builder, { scale, dof }: StudentT, t: Value, D: number): Value {
  const half = b.scale(0.5, b.shift(dof, 1));
  const kernel = b.neg(b.mul(half, b.log1p(b.div(b.square(t), dof))));
  const normaliser = b.sub(
    b.sub(b.lgamma(half), b.lgamma(b.scale(0.5, dof))),
    b.scale(0.5, b.shift(b.log(dof), Math.log(Math.PI))),
  );
  const perComponent = b.sub(b.scale(D, b.sum(normaliser, [-1])), b.sum(b.log(scale), [-1]));
  return b.add(b.sum(kernel, [-1]), perComponent);
}
