import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";

/** What a component's draws are made of. */
export interface NoiseShape {
  /** How many numbers a draw takes. */
  readonly width: number;
  readonly kind: "normal" | "uniform";
}

/**
 * Some components of a guide, each a density over R^D, as functions of their parameters. Arrays of parameters may lead
 * with axes (data, components), which broadcast against those of noise and points; what the arrays are is nobody else's
 * business.
 */
export interface Component {
  readonly noise: NoiseShape;
  /** u = T(noise) [..., D], noise [..., width]: differentiable in the parameters. */
  readonly push: (noise: Value) => Value;
  /** log q(u) [...] at points u [..., D], nats. */
  readonly logDensity: (u: Value) => Value;
  /** log q(T(noise)) [...], from the noise itself: exact however narrow the component, and needing no inverse. */
  readonly logDensityAtNoise: (noise: Value) => Value;
  /** Where the component is [..., D]: for reports, and for starting apart. */
  readonly location: Value;
  /** Where standard normal points [..., D] lie in a component of this place, breadth and orientation: its outline. */
  readonly image: (points: Value) => Value;
  /** The same component with each array of parameters changed: the function sees the array and its own rank. */
  readonly map: (change: (array: Value, rank: number) => Value) => Component;
  /** `logDensity` solves a system, which magnifies rounding: a draw's own density is better taken from its noise. */
  readonly solves: boolean;
  /** Each coordinate by itself, where they are independent and their distribution function is known. */
  readonly coordinates: Coordinates | null;
  /** In the coordinates of frames: where the family is closed under affine maps. Null where it is not. */
  readonly within: ((frames: readonly Frame[]) => Component) | null;
}

/** Independent coordinates. */
export interface Coordinates {
  /** log density of each entry [..., D], nats. */
  readonly logDensities: (u: Value) => Value;
  /** log P(low <= u < high) of each entry [..., D], nats; ends may be infinite. */
  readonly logMass: (low: Value, high: Value) => Value;
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

export interface FamilyOptions {
  /** Directions beside the diagonal, for `low_rank`. */
  readonly rank: number;
}

/** A family of components: how raw real numbers, of any size, become one. */
export interface ComponentFamily {
  /** For people: in help and the manual. */
  readonly doc: string;
  /** How many raw numbers a component over R^D has. */
  readonly size: (D: number, options: FamilyOptions) => number;
  /** raw [..., size]: any real numbers give a proper density. */
  readonly unpack: (b: Builder, raw: Value, D: number, options: FamilyOptions) => Component;
  /** Raw numbers for a component at `location` with standard deviation `sd` in every direction, about. */
  readonly start: (location: readonly number[], sd: number, options: FamilyOptions) => number[];
  /** The coordinate that a raw number belongs to; null where it belongs to all of them. */
  readonly coordinateOf: (raw: number, D: number, options: FamilyOptions) => number | null;
  /** Coordinates are independent, with a known distribution function: integer-valued latents can be drawn from it. */
  readonly independent: boolean;
}
