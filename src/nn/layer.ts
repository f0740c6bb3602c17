import { present } from "../base/assert.ts";
import type { RandomStream } from "../numeric/random.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/program.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";

/** One argument of a layer: a whole number, given in order or by name. */
export interface LayerArgument {
  /** One line for the manual. */
  readonly doc: string;
  readonly least: number;
  /** What it is when it is not given; null where it has to be. */
  readonly otherwise: number | null;
}

/** How large weights start, which the layers around them decide. */
export interface Gain {
  /** Whether an activation follows, which lets about half of the variance through. */
  readonly activated: boolean;
  /** What they are multiplied by. */
  readonly scale: number;
}

/** One array that a layer learns. */
export interface LayerParameter {
  readonly shape: Shape;
  /** Whether weight decay shrinks it: weights, but no biases. */
  readonly shrinks: boolean;
  /** Starting values, row-major. */
  readonly start: (random: RandomStream, gain: Gain) => Float64Array;
}

/** Why a layer cannot read an input, in words that follow its name: "reads two or three axes". */
export interface Misfit {
  readonly misfit: string;
}

/**
 * A kind of layer, complete in one record: how it is written, what shapes it takes, what it learns and what it computes.
 * Shapes are those of one input, with the channels last; `apply` is given many, along one axis in front. Derivatives
 * and executors follow from the program that it writes.
 *
 * A and P are the names of its arguments and of its parameters.
 */
export interface Layer<A extends string = string, P extends string = string> {
  readonly name: string;
  /** A sentence for the manual. */
  readonly doc: string;
  /** In the order in which they are written. */
  readonly arguments: { readonly [K in A]: LayerArgument };
  /** The shape that it makes of an input's. */
  shape(input: Shape, args: { readonly [K in A]: number }): Shape | Misfit;
  /** What it learns, in the order of the flat parameter vector. */
  parameters(input: Shape, args: { readonly [K in A]: number }): { readonly [K in P]: LayerParameter };
  /** x [rows, input...] to [rows, output...]. */
  apply(b: Builder, x: Value, parameters: { readonly [K in P]: Value }, args: { readonly [K in A]: number }): Value;
}

/** A layer whose arguments and parameters are typed from the record itself. */
export function layer<A extends string, P extends string>(record: Layer<A, P>): Layer {
  return record;
}

/**
 * Weights, of which every output sums `fanIn` inputs: He et al. (2015), normal with variance 2 / fanIn before an
 * activation, and 1 / fanIn where none halves it.
 */
export function weights(shape: Shape, fanIn: number): LayerParameter {
  return {
    shape,
    shrinks: true,
    start(random, { activated, scale }) {
      const sd = activated ? scale * Math.sqrt(2 / fanIn) : scale / Math.sqrt(fanIn);
      return Float64Array.from({ length: sizeOf(shape) }, () => sd * random.normal());
    },
  };
}

/** Biases: they start at 0. */
export function biases(shape: Shape): LayerParameter {
  return { shape, shrinks: false, start: () => new Float64Array(sizeOf(shape)) };
}

/** "channels, width, stride = 1": what a layer takes. Empty for one that takes nothing. */
export function argumentsText({ arguments: rules }: Layer): string {
  const written = Object.entries(rules).map(([name, { otherwise }]) =>
    otherwise === null ? name : `${name} = ${otherwise}`,
  );
  return written.join(", ");
}

/** Of x [rows, input...], as `apply` is given it: the number of rows, and the shape of one. */
export function rowsOf(b: Builder, x: Value): { readonly rows: number; readonly input: Shape } {
  const [rows, ...input] = b.shapeOf(x);
  return { rows: present(rows, "an axis of rows"), input };
}

/** x [rows, ...] with all entries of a row along one axis. */
export function flatRows(b: Builder, x: Value): Value {
  const { rows, input } = rowsOf(b, x);
  return b.reshape(x, [rows, sizeOf(input)]);
}
