import { assert } from "../base/assert.ts";
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

/** Densities of many points under a mixture: points [n, D] row-major, nats. */
export interface Densities {
  /** log(weight_k N(u; k)) [n, K] */
  readonly each: Float64Array;
  /** log of their sum over k [n] */
  readonly total: Float64Array;
}

export function densitiesOf(mixture: readonly Component[], points: Float64Array): Densities {
  const K = mixture.length;
  const D = mixture[0]!.centre.length;
  const n = points.length / D;
  const each = new Float64Array(n * K);
  const z = new Float64Array(D);
  mixture.forEach(({ weight, centre, factor }, k) => {
    const constant = Math.log(weight) - logDiagonal(factor, D) - 0.5 * D * Math.log(2 * Math.PI);
    const reciprocal = Float64Array.from({ length: D }, (_, i) => 1 / factor[i * D + i]!);
    for (let row = 0; row < n; row++) {
      let squares = 0;
      for (let i = 0; i < D; i++) {
        let sum = points[row * D + i]! - centre[i]!;
        for (let j = 0; j < i; j++) sum -= factor[i * D + j]! * z[j]!;
        sum *= reciprocal[i]!;
        z[i] = sum;
        squares += sum * sum;
      }
      each[row * K + k] = constant - 0.5 * squares;
    }
  });
  const total = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let largest = -Infinity;
    for (let k = 0; k < K; k++) largest = Math.max(largest, each[row * K + k]!);
    let sum = 0;
    for (let k = 0; k < K; k++) sum += Math.exp(each[row * K + k]! - largest);
    total[row] = largest === -Infinity ? largest : largest + Math.log(sum);
  }
  return { each, total };
}

/** `count` draws [count, D], components by their weights with systematic (stratified) numbers of each. */
export function drawFrom(
  mixture: readonly Component[],
  count: number,
  random: RandomStream,
): Float64Array {
  assert(mixture.length > 0, "a mixture of something");
  const D = mixture[0]!.centre.length;
  const offset = random.uniform();
  const points = new Float64Array(count * D);
  let k = 0;
  let below = mixture[0]!.weight;
  for (let row = 0; row < count; row++) {
    while (below < (row + offset) / count && k < mixture.length - 1) below += mixture[++k]!.weight;
    const eps = Float64Array.from({ length: D }, () => random.normal());
    points.set(pushed(mixture[k]!, eps), row * D);
  }
  return points;
}

/** Weights scaled to sum to 1. */
export function balanced(mixture: readonly Component[]): Component[] {
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0);
  return mixture.map((component) => ({ ...component, weight: component.weight / total }));
}
