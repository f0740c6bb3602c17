import { assert, present } from "../base/assert.ts";
import { log1mExp } from "../distributions/parts.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Component, Frame } from "./component.ts";
import { identity } from "./raw.ts";

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

/** A Gaussian as a component. */
export function gaussianComponent(b: Builder, gaussian: Gaussian): Component {
  const { loc, diagonal, factor, low } = gaussian;
  const change = (array: Value | null, by: (array: Value, rank: number) => Value): Value | null =>
    array === null ? null : by(array, 2);
  const independent = factor === null && low === null;
  return {
    noise: { width: noiseWidth(b, gaussian), kind: "normal" },
    push: (noise) => push(b, gaussian, noise),
    logDensity: (u) => logDensity(b, gaussian, u),
    logDensityAtNoise: (noise) => standardised(b, gaussian, noise),
    location: loc,
    image: (points) => push(b, dense(b, gaussian), points),
    map: (by) =>
      gaussianComponent(b, {
        loc: by(loc, 1),
        diagonal: by(diagonal, 1),
        factor: change(factor, by),
        low: change(low, by),
      }),
    solves: factor !== null,
    coordinates: independent
      ? {
          logDensities: (u) => logDensities(b, gaussian, u),
          logMass: (from, to) => logMass(b, gaussian, from, to),
        }
      : null,
    within: low === null ? (frames) => gaussianComponent(b, within(b, gaussian, frames)) : null,
  };
}

/** How many standard normal numbers a draw is made of. */
function noiseWidth(b: Builder, { loc, low }: Gaussian): number {
  return lastSize(b, loc) + (low === null ? 0 : lastSize(b, low));
}

/** loc + L eps, for standard normal eps [..., D]; of a low rank, loc + diagonal eps_1 + low eps_2, eps [..., D + R]. */
function push(b: Builder, gaussian: Gaussian, eps: Value): Value {
  const { loc, diagonal, factor, low } = gaussian;
  if (low !== null) return b.add(loc, deviation(b, gaussian, eps));
  if (factor === null) return b.add(loc, b.mul(diagonal, eps));
  // L eps as a sum over columns: the leading axes of both sides broadcast, which a matrix product would copy
  return b.add(loc, b.sum(b.mul(factor, b.expand(eps, -2)), [-1]));
}

/** diagonal eps_1 + low eps_2 [..., D]. */
function deviation(b: Builder, { loc, diagonal, low }: Gaussian, eps: Value): Value {
  const D = lastSize(b, loc);
  const R = lastSize(b, eps) - D;
  const along = b.mul(present(low, "directions"), b.expand(b.narrow(eps, -1, D, R), -2));
  return b.add(b.mul(diagonal, b.narrow(eps, -1, 0, D)), b.sum(along, [-1]));
}

/**
 * Gaussians [K, ...] given in the coordinates of their frames, u = c + A v, in those of u: N(c + A m, A L L' A').
 * The product of lower triangles is one.
 */
function within(b: Builder, own: Gaussian, frames: readonly Frame[]): Gaussian {
  const K = frames.length;
  const D = lastSize(b, own.loc);
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

/** The same Gaussian with as many directions as it has entries: a low rank by the factor of its covariance. */
function dense(b: Builder, gaussian: Gaussian): Gaussian {
  const { loc, diagonal, low } = gaussian;
  if (low === null) return gaussian;
  const D = lastSize(b, loc);
  const outer: Value = b.sum(b.mul(b.expand(low, -2), b.expand(low, -3)), [-1]);
  const covariance = b.add(outer, b.mul(b.expand(b.square(diagonal), -1), identity(b, D)));
  const factor = b.cholesky(covariance);
  return { loc, diagonal: b.sum(b.mul(factor, identity(b, D)), [-1]), factor, low: null };
}

/** log N(u; loc, L L') [...], u [..., D]. */
function logDensity(b: Builder, gaussian: Gaussian, u: Value): Value {
  const { loc, diagonal, factor, low } = gaussian;
  const centred = b.sub(u, loc);
  if (low !== null) return lowRankDensity(b, gaussian, centred);
  if (factor === null) {
    // every draw meets every component: one reciprocal for each scale, and products from then on
    const precision = b.div(b.constant(1), diagonal);
    return standardised(b, gaussian, b.mul(centred, precision));
  }
  const solved = b.solveTriangular(factor, b.expand(centred, -1));
  return standardised(b, gaussian, b.reshape(solved, b.shapeOf(solved).slice(0, -1)));
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
  // sums, not products of matrices: the leading axes of draws and components broadcast
  const C = b.add(identity(b, R), b.sum(b.mul(b.expand(W, -1), b.expand(W, -2)), [-3]));
  const L = b.cholesky(C);
  const Wz = b.sum(b.mul(W, b.expand(z, -1)), [-2]);
  const solved = b.solveTriangular(L, b.solveTriangular(L, b.expand(Wz, -1)), true);
  const c = b.reshape(solved, b.shapeOf(solved).slice(0, -1));
  const rest = b.sub(z, b.sum(b.mul(W, b.expand(c, -2)), [-1]));
  const quadratic = b.add(b.sum(b.square(rest), [-1]), b.sum(b.square(c), [-1]));
  const roots = b.add(b.sum(b.log(diagonal), [-1]), b.sum(b.log(b.sum(b.mul(L, identity(b, R)), [-1])), [-1]));
  return b.sub(b.scale(-0.5, quadratic), b.shift(roots, 0.5 * D * Math.log(2 * Math.PI)));
}

/** log N(u; loc, diagonal) of each entry alone, of a mean field [..., D]. */
function logDensities(b: Builder, { loc, diagonal }: Gaussian, u: Value): Value {
  const quadratic = b.scale(-0.5, b.square(b.div(b.sub(u, loc), diagonal)));
  return b.sub(quadratic, b.shift(b.log(diagonal), 0.5 * Math.log(2 * Math.PI)));
}

/** log P(low <= u < high) of each entry under independent normals, nats [..., D]. */
function logMass(b: Builder, { loc, diagonal }: Gaussian, low: Value, high: Value): Value {
  const zero = b.constant(0);
  const one = b.constant(1);
  const noLow = b.lessEqual(low, b.constant(-Infinity));
  const noHigh = b.lessEqual(b.constant(Infinity), high);
  const from = b.div(b.sub(b.where(noLow, zero, low), loc), diagonal);
  const to = b.div(b.sub(b.where(noHigh, zero, high), loc), diagonal);
  // in the lower tail, where nothing cancels
  const mirrored = b.where(noLow, zero, b.where(noHigh, one, b.less(zero, b.add(from, to))));
  const large = b.logNdtr(b.where(mirrored, b.neg(from), to));
  const small = b.logNdtr(b.where(mirrored, b.neg(to), from));
  const open = b.max(noLow, noHigh);
  // rounding may leave nothing between the ends of a cell far away
  const gap = b.where(open, b.constant(-1), b.min(b.sub(small, large), b.constant(-1e-30)));
  const inside = b.where(open, large, b.add(large, log1mExp(b, gap)));
  return b.where(b.mul(noLow, noHigh), zero, inside);
}

/** log N(loc + L eps; loc, L L') [...], from eps [..., D] itself. */
function standardised(b: Builder, gaussian: Gaussian, eps: Value): Value {
  if (gaussian.low !== null) return lowRankDensity(b, gaussian, deviation(b, gaussian, eps));
  const { diagonal } = gaussian;
  const D = lastSize(b, eps);
  const quadratic = b.scale(-0.5, b.sum(b.square(eps), [-1]));
  // one subtraction for each draw: the normaliser is that of the component
  const normaliser = b.shift(b.sum(b.log(diagonal), [-1]), 0.5 * D * Math.log(2 * Math.PI));
  return b.sub(quadratic, normaliser);
}

/** The size of the last axis. */
function lastSize(b: Builder, x: Value): number {
  return present(b.shapeOf(x).at(-1), "an axis");
}
