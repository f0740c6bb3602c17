import type { Pausable } from "../../base/turns.ts";
import { factorOf, logDiagonal } from "../../numeric/gaussians.ts";
import { eigenSymmetric } from "../../numeric/symmetric.ts";
import type { Target } from "./target.ts";

/** The Gaussian that a log density's curvature at a point suggests. */
export interface Curvature {
  /** Lower Cholesky factor of the covariance [D, D]. */
  readonly factor: Float64Array;
  /** The density curves downwards in every direction: a mode may be here. */
  readonly proper: boolean;
}

/** Steps of central differences, in units of a coordinate's own scale: errors of 1e-4 from above and far less from rounding. */
const step = 1e-2;
/** In scaled coordinates: curvature that is weaker than this, or upside down, is no curvature to rely on. */
const weakest = 1e-7;

/**
 * Minus the Hessian at a point [D, D], by central differences of the gradient, in two passes: the first finds each
 * coordinate's scale, the second takes steps of that size. Null where the gradient is not finite.
 */
export async function hessianAt(target: Target, point: Float64Array): Promise<Float64Array | null> {
  const D = point.length;
  const differences = async (sizes: Float64Array): Promise<Float64Array | null> => {
    const points = Array.from({ length: 2 * D }, (_, i) => {
      const moved = point.slice();
      moved[i >> 1]! += (i % 2 === 0 ? 1 : -1) * sizes[i >> 1]!;
      return moved;
    });
    const found = await target.descend(points);
    const out = new Float64Array(D * D);
    for (let i = 0; i < D; i++)
      for (let j = 0; j < D; j++)
        out[i * D + j] = (found[2 * i]!.gradient[j]! - found[2 * i + 1]!.gradient[j]!) / (2 * sizes[i]!);
    return out.every(Number.isFinite) ? out : null;
  };
  const first = point.map((x) => 1e-5 * Math.max(1, Math.abs(x)));
  const rough = await differences(first);
  if (rough === null) return null;
  const sizes = first.map((h, i) => {
    const curve = Math.abs(rough[i * D + i]!);
    return curve > 0 ? Math.min(step / Math.sqrt(curve), 1e4 * h) : h;
  });
  const fine = (await differences(sizes)) ?? rough;
  for (let i = 0; i < D; i++)
    for (let j = 0; j < i; j++) {
      const both = (fine[i * D + j]! + fine[j * D + i]!) / 2;
      fine[i * D + j] = both;
      fine[j * D + i] = both;
    }
  return fine;
}

/**
 * The covariance behind minus a Hessian. Where the density does not curve downwards, the strength of the curvature
 * counts, not its sign, and a direction without any is given the width `widest` (in the coordinate's own units).
 */
export function* curvatureOf(precision: Float64Array, D: number, widest = 10): Pausable<Curvature | null> {
  const scale = Float64Array.from({ length: D }, (_, i) => {
    const curve = Math.abs(precision[i * D + i]!);
    return curve > 1e-300 ? 1 / Math.sqrt(curve) : 1;
  });
  const scaled = precision.map((h, at) => h * scale[Math.floor(at / D)]! * scale[at % D]!);
  const { values, vectors } = yield* eigenSymmetric(scaled, D);
  const proper = values.every((value) => value > weakest);
  const variances = values.map((value) => 1 / Math.max(Math.abs(value), proper ? 0 : 1 / widest ** 2));
  const covariance = new Float64Array(D * D);
  for (let i = 0; i < D; i++) {
    yield;
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < D; k++) sum += vectors[k * D + i]! * vectors[k * D + j]! * variances[k]!;
      covariance[i * D + j] = sum * scale[i]! * scale[j]!;
      covariance[j * D + i] = covariance[i * D + j]!;
    }
  }
  const factor = factorOf(covariance, D);
  return factor && { factor, proper };
}

/** log of the integral of exp(value - |L^-1 (u - point)|^2 / 2): Laplace's method. Nats. */
export function laplaceEvidence(value: number, factor: Float64Array, D: number): number {
  return value + logDiagonal(factor, D) + 0.5 * D * Math.log(2 * Math.PI);
}

/** L L' g */
export function newtonStep(factor: Float64Array, gradient: Float64Array): Float64Array {
  const D = gradient.length;
  const half = new Float64Array(D);
  for (let j = 0; j < D; j++) for (let i = j; i < D; i++) half[j]! += factor[i * D + j]! * gradient[i]!;
  const out = new Float64Array(D);
  for (let i = 0; i < D; i++) for (let j = 0; j <= i; j++) out[i]! += factor[i * D + j]! * half[j]!;
  return out;
}
