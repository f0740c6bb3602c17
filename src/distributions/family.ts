import { present } from "../base/assert.ts";
import type { RandomStream } from "../numeric/random.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Domain, FamilySupport } from "../tensor/support.ts";

/** One named argument of a family. */
export interface Parameter {
  /** Rank of one parameter: 0 a number, 1 a vector, 2 a matrix. */
  readonly rank: 0 | 1 | 2;
  readonly domain: Domain;
  /** One line for the manual. */
  readonly doc: string;
}

/** Plain parameter values, for samplers and moments: a number for rank 0, row-major entries otherwise. */
export type Plain = number | Float64Array;

/**
 * A kind of distribution, complete in one record, in the order of a textbook entry. Nothing here is a derivative, a
 * backend or a plate: those follow from the density.
 *
 * Shapes: every Value has leading axes, which broadcast against each other under NumPy's rule, followed by its own
 * (`rank` for parameters, `eventRank` for x). The density has the broadcast leading axes.
 */
export interface Family<P extends string = string> {
  readonly name: string;
  /** In the order of positional arguments. */
  readonly parameters: { readonly [K in P]: Parameter };
  /** Groups of names of which exactly one is given, such as `p` or `logits`; the first is the positional one. */
  readonly alternatives: readonly (readonly P[])[];
  /** Rank of one draw: 0 a number, 1 a vector, 2 a matrix. */
  readonly eventRank: 0 | 1 | 2;
  /** The parameter whose value is the length of one draw; left out, a vector is as long as the vector parameters. */
  readonly eventSize?: P;
  readonly support: FamilySupport;
  /** Not normalisable: the evidence of a model that uses it is defined up to a constant only. */
  readonly improper?: true;
  /**
   * log p(x), normalised, in nats. Correct inside the support; outside it may be anything but the caller then masks
   * it (see `maskedLogDensity`). Arguments of an alternative that is not given are undefined.
   */
  readonly logDensity: (b: Builder, x: Value, args: { readonly [K in P]: Value }) => Value;
  /**
   * log p of the entries of a vector that are there (`there` is 1) with the others (0) integrated out; 0 when none is.
   * For families of vectors; without it a vector is observed as a whole or not at all.
   */
  readonly marginal?: (b: Builder, x: Value, mask: Value, args: { readonly [K in P]: Value }) => Value;
  /** log P(X <= x) and log P(X > x), where they are elementary: needed to truncate and to censor. Scalar
   * families only, and only points inside the support are asked about (whole numbers, for counts). */
  readonly logCdf?: (b: Builder, x: Value, args: { readonly [K in P]: Value }) => Value;
  readonly logSurvival?: (b: Builder, x: Value, args: { readonly [K in P]: Value }) => Value;
  /** One draw. `event` is its shape, which the arguments of most families imply. */
  readonly draw: (random: RandomStream, args: { readonly [K in P]: Plain }, event: Shape) => Plain;
  /** Mean and variance of a scalar family (NaN or Infinity where they do not exist), for tests and summaries. */
  readonly moments?: {
    readonly mean: (args: { readonly [K in P]: number }) => number;
    readonly variance: (args: { readonly [K in P]: number }) => number;
  };
  /** Where the formulas are from. */
  readonly source: string;
}

/** The parameter of this name, which the caller knows to be one of the family's. */
export function parameterNamed({ name: of, parameters }: Family, name: string): Parameter {
  return present(Object.hasOwn(parameters, name) ? parameters[name] : null, `the parameter ${name} of ${of}`);
}

/** A family whose parameter names are typed from the record itself. */
export function family<P extends string>(
  record: Omit<Family<P>, "alternatives" | "eventSize"> & {
    readonly eventSize?: NoInfer<P>;
    readonly alternatives?: readonly (readonly NoInfer<P>[])[];
  },
): Family;
export function family(record: Omit<Family, "alternatives"> & Partial<Pick<Family, "alternatives">>): Family {
  return { alternatives: [], ...record };
}
