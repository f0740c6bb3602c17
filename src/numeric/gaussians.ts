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
  for (let i = 0; i < D; i++)
    for (let j = 0; j <= i; j++) out[i]! += factor[i * D + j]! * eps[j]!;
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

/** A function that gives log(weight N(u; component)) for every component, and the log of their sum. Nats. */
export function densitiesOf(
  mixture: readonly Component[],
): (u: Float64Array) => { readonly each: Float64Array; readonly total: number } {
  const constants = mixture.map(({ weight, centre, factor }) => {
    const D = centre.length;
    return Math.log(weight) - logDiagonal(factor, D) - 0.5 * D * Math.log(2 * Math.PI);
  });
  return (u) => {
    const each = new Float64Array(mixture.length);
    let largest = -Infinity;
    mixture.forEach((component, k) => {
      const z = whitened(component, u);
      let squares = 0;
      for (let i = 0; i < z.length; i++) squares += z[i]! * z[i]!;
      each[k] = constants[k]! - 0.5 * squares;
      largest = Math.max(largest, each[k]!);
    });
    if (!Number.isFinite(largest)) return { each, total: largest };
    let sum = 0;
    for (const log of each) sum += Math.exp(log - largest);
    return { each, total: largest + Math.log(sum) };
  };
}

/** `count` draws, components by their weights with systematic (stratified) numbers of each. */
export function drawFrom(
  mixture: readonly Component[],
  count: number,
  random: RandomStream,
): { readonly points: Float64Array[]; readonly component: Uint32Array } {
  assert(mixture.length > 0, "a mixture of something");
  const offset = random.uniform();
  const component = new Uint32Array(count);
  let k = 0;
  let below = mixture[0]!.weight;
  for (let i = 0; i < count; i++) {
    while (below < (i + offset) / count && k < mixture.length - 1) below += mixture[++k]!.weight;
    component[i] = k;
  }
  const points = Array.from(component, (k) => {
    const one = mixture[k]!;
    return pushed(one, Float64Array.from(one.centre, () => random.normal()));
  });
  return { points, component };
}

/** Weights scaled to sum to 1. */
export function balanced(mixture: readonly Component[]): Component[] {
  const total = mixture.reduce((sum, { weight }) => sum + weight, 0);
  return mixture.map((component) => ({ ...component, weight: component.weight / total }));
}
