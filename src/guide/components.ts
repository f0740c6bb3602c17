import { assert, present } from "../base/assert.ts";
import type { ComponentName } from "../model/names.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";

/** A Gaussian over D real numbers; every value may have leading axes, which broadcast. */
export interface Gaussian {
  /** [..., D] */
  readonly loc: Value;
  /** Standard deviations [..., D] of a mean field, or the diagonal of the lower factor. */
  readonly diagonal: Value;
  /** Lower factor [..., D, D] of the covariance; null for a mean field. */
  readonly factor: Value | null;
  /** [..., D, R]: the covariance is diagonal^2 + low low'; null for the others. */
  readonly low: Value | null;
}

/**
 * Coordinates of a component's own: u = centre + factor v. A guide that is learned in v does not care how large or how
 * correlated the model's latents are.
 */
export interface Frame {
  /** The component's starting weight; those of a block sum to 1. */
  readonly weight: number;
  /** [D] */
  readonly centre: readonly number[];
  /** Lower triangular with a positive diagonal [D, D], row-major. */
  readonly factor: readonly number[];
}

/** What one component of a guide is, as a function of `size(D)` raw real numbers. */
export interface ComponentFamily {
  readonly name: ComponentName;
  readonly size: (D: number, rank: number) => number;
  /** raw [..., size(D, rank)]; any real numbers give a proper Gaussian. `rank` is for `low_rank` alone. */
  readonly unpack: (b: Builder, raw: Value, D: number, rank: number) => Gaussian;
  /** Raw numbers for a component at `loc` with standard deviation `sd` in every direction, about. */
  readonly raw: (loc: readonly number[], sd: number, rank: number) => number[];
}

/** Smallest scale: nothing divides by a number that can reach zero. Far below any posterior scale of unit order. */
const floor = 1e-5;

export const componentFamilies: { readonly [K in ComponentName]: ComponentFamily } = {
  /** Independent Gaussians: locations, then raw scales. */
  mean_field: {
    name: "mean_field",
    size: (D) => 2 * D,
    unpack: (b, raw, D) => ({
      loc: b.narrow(raw, -1, 0, D),
      diagonal: positive(b, b.narrow(raw, -1, D, D)),
      factor: null,
      low: null,
    }),
    raw: (loc, sd) => [...loc, ...loc.map(() => rawScale(sd))],
  },

  /** A full covariance L L': locations, raw diagonal of L, then a D x D matrix whose strict lower triangle is L's. */
  full_rank: {
    name: "full_rank",
    size: (D) => 2 * D + D * D,
    unpack: (b, raw, D) => {
      const diagonal = positive(b, b.narrow(raw, -1, D, D));
      const rest = b.narrow(raw, -1, 2 * D, D * D);
      const square = b.reshape(rest, [...b.shapeOf(rest).slice(0, -1), D, D]);
      const below = b.array(
        [D, D],
        mask(D, (row, column) => row > column),
      );
      const identity = b.array(
        [D, D],
        mask(D, (row, column) => row === column),
      );
      const factor = b.add(b.mul(square, below), b.mul(b.expand(diagonal, -1), identity));
      return { loc: b.narrow(raw, -1, 0, D), diagonal, factor, low: null };
    },
    raw: (loc, sd) => [...loc, ...loc.map(() => rawScale(sd)), ...new Array<number>(loc.length ** 2).fill(0)],
  },

  /** A diagonal covariance and R directions more: locations, raw scales, then the D x R directions. */
  low_rank: {
    name: "low_rank",
    size: (D, rank) => 2 * D + D * rank,
    unpack: (b, raw, D, rank) => {
      const rest = b.narrow(raw, -1, 2 * D, D * rank);
      return {
        loc: b.narrow(raw, -1, 0, D),
        diagonal: positive(b, b.narrow(raw, -1, D, D)),
        factor: null,
        low: b.reshape(rest, [...b.shapeOf(rest).slice(0, -1), D, rank]),
      };
    },
    raw: (loc, sd, rank) => [
      ...loc,
      ...loc.map(() => rawScale(sd)),
      ...loc.flatMap((_, i) => directions(i, loc.length, rank).map((x) => 0.1 * sd * x)),
    ],
  },
};

export function isComponent(name: string | null | undefined): name is ComponentName {
  return typeof name === "string" && Object.hasOwn(componentFamilies, name);
}

/**
 * Row i of R orthogonal waves over D entries. Directions of length 0 would stay so: nothing tells one from its opposite,
 * so the derivative of every bound is 0 there.
 */
function directions(i: number, D: number, rank: number): number[] {
  return Array.from({ length: rank }, (_, r) => Math.cos((Math.PI * (i + 0.5) * r) / D));
}

/** How many standard normal numbers a draw is made of. */
export function noiseWidth(b: Builder, { loc, low }: Gaussian): number {
  return b.shapeOf(loc).at(-1)! + (low === null ? 0 : b.shapeOf(low).at(-1)!);
}

/** loc + L eps, for standard normal eps [..., D]; of a low rank, loc + diagonal eps_1 + low eps_2, eps [..., D + R]. */
export function push(b: Builder, gaussian: Gaussian, eps: Value): Value {
  const { loc, diagonal, factor, low } = gaussian;
  if (low !== null) return b.add(loc, deviation(b, gaussian, eps));
  if (factor === null) return b.add(loc, b.mul(diagonal, eps));
  // L eps as a sum over columns: the leading axes of both sides broadcast, which a matrix product would copy
  return b.add(loc, b.sum(b.mul(factor, b.expand(eps, -2)), [-1]));
}

/** diagonal eps_1 + low eps_2 [..., D]. */
function deviation(b: Builder, { loc, diagonal, low }: Gaussian, eps: Value): Value {
  const D = b.shapeOf(loc).at(-1)!;
  const R = b.shapeOf(eps).at(-1)! - D;
  const along = b.mul(present(low, "directions"), b.expand(b.narrow(eps, -1, D, R), -2));
  return b.add(b.mul(diagonal, b.narrow(eps, -1, 0, D)), b.sum(along, [-1]));
}

/**
 * Gaussians [K, ...] given in the coordinates of their frames, u = c + A v, in those of u: N(c + A m, A L L' A').
 * The product of lower triangles is one.
 */
export function within(b: Builder, own: Gaussian, frames: readonly Frame[]): Gaussian {
  const K = frames.length;
  const D = b.shapeOf(own.loc).at(-1)!;
  const centre = b.array(
    [K, D],
    frames.flatMap((frame) => frame.centre),
  );
  const factor = b.array(
    [K, D, D],
    frames.flatMap((frame) => frame.factor),
  );
  const diagonal = b.array(
    [K, D],
    frames.flatMap((frame) => frame.centre.map((_, i) => frame.factor[i * D + i]!)),
  );
  assert(own.low === null, "components in frames have no low rank");
  return {
    low: null,
    loc: b.add(centre, b.sum(b.mul(factor, b.expand(own.loc, 1)), [-1])),
    diagonal: b.mul(diagonal, own.diagonal),
    factor:
      own.factor === null
        ? b.mul(factor, b.expand(own.diagonal, 1))
        : // as a sum, not a product of matrices, which would make a program for 32 bits
          b.sum(b.mul(b.expand(factor, -1), b.expand(own.factor, 1)), [2]),
  };
}

/** log N(u; loc, L L') [...], u [..., D]. */
export function logDensity(b: Builder, component: Gaussian, u: Value): Value {
  const { loc, diagonal, factor, low } = component;
  const centred = b.sub(u, loc);
  if (low !== null) return lowRankDensity(b, component, centred);
  if (factor === null) {
    // every draw meets every component: one reciprocal for each scale, and products from then on
    const precision = b.div(b.constant(1), diagonal);
    return standardised(b, component, b.mul(centred, precision));
  }
  const solved = b.solveTriangular(factor, b.expand(centred, -1));
  return standardised(b, component, b.reshape(solved, b.shapeOf(solved).slice(0, -1)));
}

/**
 * log N(x; 0, diagonal^2 + low low') [...], x [..., D]. With z = x / diagonal, W = low / diagonal and C = I + W' W, the
 * Woodbury identity gives x' S^-1 x = |z - W c|^2 + |c|^2 for C c = W' z: a sum of squares, which loses no digits where
 * the directions are much longer than the diagonal; and log |S| = 2 sum log diagonal + log |C|.
 */
function lowRankDensity(b: Builder, { diagonal, low }: Gaussian, x: Value): Value {
  const precision = b.div(b.constant(1), diagonal);
  const z = b.mul(x, precision);
  const W = b.mul(present(low, "directions"), b.expand(precision, -1));
  const [D, R] = b.shapeOf(W).slice(-2) as [number, number];
  const identity = b.array(
    [R, R],
    mask(R, (row, column) => row === column),
  );
  // sums, not products of matrices: the leading axes of draws and components broadcast
  const C = b.add(identity, b.sum(b.mul(b.expand(W, -1), b.expand(W, -2)), [-3]));
  const L = b.cholesky(C);
  const Wz = b.sum(b.mul(W, b.expand(z, -1)), [-2]);
  const solved = b.solveTriangular(L, b.solveTriangular(L, b.expand(Wz, -1)), true);
  const c = b.reshape(solved, b.shapeOf(solved).slice(0, -1));
  const rest = b.sub(z, b.sum(b.mul(W, b.expand(c, -2)), [-1]));
  const quadratic = b.add(b.sum(b.square(rest), [-1]), b.sum(b.square(c), [-1]));
  const roots = b.add(b.sum(b.log(diagonal), [-1]), b.sum(b.log(b.sum(b.mul(L, identity), [-1])), [-1]));
  return b.sub(b.scale(-0.5, quadratic), b.shift(roots, 0.5 * D * Math.log(2 * Math.PI)));
}

/** log N(u; loc, diagonal) of each entry alone, of a mean field [..., D]. */
export function logDensities(b: Builder, { loc, diagonal }: Gaussian, u: Value): Value {
  const quadratic = b.scale(-0.5, b.square(b.div(b.sub(u, loc), diagonal)));
  return b.sub(quadratic, b.shift(b.log(diagonal), 0.5 * Math.log(2 * Math.PI)));
}

/** log N(loc + L eps; loc, L L') [...], from eps [..., D] itself. */
export function standardised(b: Builder, gaussian: Gaussian, eps: Value): Value {
  if (gaussian.low !== null) return lowRankDensity(b, gaussian, deviation(b, gaussian, eps));
  const { diagonal } = gaussian;
  const D = b.shapeOf(eps).at(-1)!;
  const quadratic = b.scale(-0.5, b.sum(b.square(eps), [-1]));
  // one subtraction for each draw: the normaliser is that of the component
  const normaliser = b.shift(b.sum(b.log(diagonal), [-1]), 0.5 * D * Math.log(2 * Math.PI));
  return b.sub(quadratic, normaliser);
}

function positive(b: Builder, raw: Value): Value {
  return b.shift(b.softplus(raw), floor);
}

/** The raw number whose scale is sd: the inverse of floor + softplus. */
function rawScale(sd: number): number {
  return Math.log(Math.expm1(Math.max(sd - floor, floor)));
}

function mask(D: number, keep: (row: number, column: number) => boolean): number[] {
  return Array.from({ length: D * D }, (_, i) => Number(keep(Math.floor(i / D), i % D)));
}
