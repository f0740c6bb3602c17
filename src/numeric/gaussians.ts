import { present } from "../base/assert.ts";
import type { Pausable } from "../base/turns.ts";
import { choleskyInPlace } from "./linalg.ts";
import type { RandomStream } from "./random.ts";

/** One Gaussian of a mixture over D real numbers. */
export interface Component {
  /** Weights of a mixture sum to 1. */
  readonly weight: number;
  /** [D] */
  readonly centre: Float64Array;
  /** Lower Cholesky factor of the covariance, [D, D] row-major. */
  readonly factor: Float64Array;
}

/** The lower Cholesky factor of a covariance, or null when it is not positive definite. */
export function factorOf(covariance: Float64Array, D: number): Float64Array | null {
  const factor = covariance.slice();
  return choleskyInPlace(factor, D) ? factor : null;
}

export function covarianceOf(factor: Float64Array, D: number): Float64Array {
  const out = new Float64Array(D * D);
  for (let i = 0; i < D; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += factor[i * D + k]! * factor[j * D + k]!;
      out[i * D + j] = sum;
      out[j * D + i] = sum;
    }
  return out;
}

/** sum_i log L_ii */
export function logDiagonal(factor: Float64Array, D: number): number {
  let sum = 0;
  for (let i = 0; i < D; i++) sum += Math.log(factor[i * D + i]!);
  return sum;
}

/** centre + L eps */
export function pushed({ centre, factor }: Component, eps: Float64Array): Float64Array {
  const D = centre.length;
  const out = centre.slice();
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) out[i]! += factor[i * D + j]! * eps[j]!;
  return out;
}

/** L^-1 (u - centre) */
export function whitened({ centre, factor }: Component, u: Float64Array): Float64Array {
  const D = centre.length;
  const z = new Float64Array(D);
  for (let i = 0; i < D; i++) {
    let sum = u[i]! - centre[i]!;
    for (let j = 0; j < i; j++) sum -= factor[i * D + j]! * z[j]!;
    z[i] = sum / factor[i * D + i]!;
  }
  return z;
}

/**
 * Heavier tails than a Gaussian's, for every component of a mixture alike: this share of each is `scale` times as
 * broad about the same centre. What a Student t has in all widths, in two.
 */
export interface Tails {
  readonly share: number;
  readonly scale: number;
}

export const noTails: Tails = { share: 0, scale: 1 };

/** A mixture whose components have tails, as one of Gaussians alone: twice as many. */
export function spelledOut(mixture: readonly Component[], { share, scale }: Tails): Component[] {
  if (share === 0) return [...mixture];
  return mixture.flatMap(({ weight, centre, factor }) => [
    { weight: (1 - share) * weight, centre, factor },
    { weight: share * weight, centre, factor: factor.map((x) => scale * x) },
  ]);
}

/** Densities of many points under a mixture: points [n, D] row-major, nats. */
export interface Densities {
  /** log(weight_k N(u; k)) [n, K]; -Infinity where that is less than e^-30 of what another component has there. */
  readonly each: Float64Array;
  /** log of their sum over k [n] */
  readonly total: Float64Array;
  /** The mean of 1 / scale^2 over narrow and broad part, as a draw that came from component k has them [n, K]: 1 without tails. */
  readonly precision: Float64Array;
}

/** Terms smaller than e^-30 = 1e-13 of the largest are lost in a sum. */
const lost = 30;

/** How many real numbers a mixture is over. */
function dimensionOf([first]: readonly Component[]): number {
  return present(first, "a mixture of something").centre.length;
}

/** Costs n K D^2 / 2, less where components lie apart: a distance is summed only until it is hopeless. */
export function* densitiesOf(
  mixture: readonly Component[],
  points: Float64Array,
  tails: Tails = noTails,
): Pausable<Densities> {
  const K = mixture.length;
  const D = dimensionOf(mixture);
  const n = points.length / D;
  const whiteners = mixture.map(whitener);
  // log of broad over narrow part is `odds` at the centre, and rises by `rise` for each squared standard deviation
  const odds = Math.log(tails.share / (1 - tails.share)) - D * Math.log(tails.scale);
  const rise = 0.5 * (1 - 1 / tails.scale ** 2);
  const narrow = Math.log1p(-tails.share);
  const precision = new Float64Array(n * K).fill(1);
  const each = new Float64Array(n * K);
  const total = new Float64Array(n);
  const z = new Float64Array(D);
  let nearest = 0;
  for (let row = 0; row < n; row++) {
    yield;
    let largest = -Infinity;
    // draws come component by component: where the last one was nearest, this one is likely to be, and the others hopeless
    const begin = nearest;
    for (let turn = -1; turn < K; turn++) {
      if (turn === begin) continue;
      const k = turn < 0 ? begin : turn;
      const { constant, centre, scaled } = whiteners[k]!;
      const farthest = 2 * tails.scale ** 2 * (constant - largest + lost);
      let squares = 0;
      for (let i = 0, at = 0; i < D && squares <= farthest; i++) {
        let sum = (points[row * D + i]! - centre[i]!) * scaled[at + i]!;
        for (let j = 0; j < i; j++) sum -= scaled[at + j]! * z[j]!;
        z[i] = sum;
        squares += sum * sum;
        at += i + 1;
      }
      let log = squares <= farthest ? constant + narrow - 0.5 * squares : -Infinity;
      const broader = odds + rise * squares;
      if (broader > lost && log > -Infinity) {
        log += broader;
        precision[row * K + k] = 1 - 2 * rise;
      } else if (broader > -lost && log > -Infinity) {
        const ratio = Math.exp(-broader);
        log += broader + Math.log1p(ratio);
        precision[row * K + k] = 1 - (2 * rise) / (1 + ratio);
      }
      each[row * K + k] = log;
      if (log > largest) {
        largest = log;
        nearest = k;
      }
    }
    let sum = 0;
    for (let k = 0; k < K; k++) {
      const below = each[row * K + k]! - largest;
      if (below > -lost) sum += Math.exp(below);
    }
    total[row] = largest === -Infinity ? largest : largest + Math.log(sum);
  }
  return { each, total, precision };
}

/** A component as densities want it: rows of the lower factor packed, divided by their diagonals, which are inverted. */
function whitener({ weight, centre, factor }: Component) {
  const D = centre.length;
  const scaled = new Float64Array((D * (D + 1)) / 2);
  for (let i = 0, at = 0; i < D; i++) {
    const reciprocal = 1 / factor[i * D + i]!;
    for (let j = 0; j < i; j++) scaled[at++] = factor[i * D + j]! * reciprocal;
    scaled[at++] = reciprocal;
  }
  const constant = Math.log(weight) - logDiagonal(factor, D) - 0.5 * D * Math.log(2 * Math.PI);
  return { constant, centre, scaled };
}

/** `count` draws [count, D], components by their weights with systematic (stratified) numbers of each. */
export function* drawFrom(
  mixture: readonly Component[],
  count: number,
  random: RandomStream,
  tails: Tails = noTails,
): Pausable<Float64Array> {
  const D = dimensionOf(mixture);
  const offset = random.uniform();
  const points = new Float64Array(count * D);
  const eps = new Float64Array(D);
  const later = mixture.slice(1).values();
  let component = present(mixture[0], "a mixture of something");
  let below = component.weight;
  for (let row = 0; row < count; row++) {
    yield;
    while (below < (row + offset) / count) {
      const next = later.next();
      if (next.done) break;
      component = next.value;
      below += component.weight;
    }
    for (let d = 0; d < D; d++) eps[d] = random.normal();
    const broad = tails.share > 0 && random.uniform() < tails.share;
    if (broad) eps.forEach((deviation, d) => (eps[d] = deviation * tails.scale));
    const { centre, factor } = component;
    for (let i = 0; i < D; i++) {
      let sum = centre[i]!;
      for (let j = 0; j <= i; j++) sum += factor[i * D + j]! * eps[j]!;
      points[row * D + i] = sum;
    }
  }
  return points;
}

/** Weights scaled to sum to 1. */
export function balanced(mixture: readonly Component[]): Component[] {
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0);
  return mixture.map((component) => ({ ...component, weight: component.weight / total }));
}
