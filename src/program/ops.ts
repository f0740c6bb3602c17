import type { Shape } from "../tensor/shape.ts";

type None = Readonly<Record<string, never>>;
interface Axes {
  /** Reduced axes, ascending; they disappear from the shape. */
  readonly axes: readonly number[];
}

/**
 * What an input is, which tells executors when it changes:
 * - `state`: parameters and optimiser moments; a step's output may be carried into the next step;
 * - `data`: written once;
 * - `noise`: drawn anew each step from the counter-based stream named after the input (see execute/noise.ts);
 * - `feed`: supplied by the host each step (learning rate, beta, minibatch rows).
 */
export type InputRole = "state" | "data" | "noise" | "feed";

/**
 * The vocabulary of gradient programs: each operation with its compile-time attributes.
 * To add one, add a row and follow the type errors: types.ts, evaluate.ts, differentiate.ts, print.ts and every
 * executor hold total tables over these names. All values are real tensors; comparisons give 0 or 1; indices are
 * whole numbers held as reals. Elementwise operations broadcast under NumPy's rule. `Body` is Program: see program.ts,
 * whose `Ops` is this vocabulary.
 */
export interface Vocabulary<Body> {
  // sources
  readonly input: {
    readonly name: string;
    readonly shape: Shape;
    readonly role: InputRole;
    /** Only for noise: standard normal, or uniform on the open interval (0, 1). */
    readonly noise?: "normal" | "uniform";
  };
  /** Row-major values; a constant with one value and any shape is a fill. */
  readonly constant: { readonly shape: Shape; readonly values: readonly number[] };

  // elementwise, one argument
  readonly neg: None;
  readonly exp: None;
  readonly expm1: None;
  readonly log: None;
  readonly log1p: None;
  readonly sqrt: None;
  readonly abs: None;
  readonly sign: None;
  readonly floor: None;
  readonly sin: None;
  readonly cos: None;
  readonly atan: None;
  readonly tanh: None;
  readonly sigmoid: None;
  readonly softplus: None;
  readonly lgamma: None;
  readonly digamma: None;
  readonly trigamma: None;
  readonly erf: None;
  /** log of the standard normal distribution function, accurate in both tails. */
  readonly log_ndtr: None;

  // elementwise, two arguments, broadcasting
  readonly add: None;
  readonly sub: None;
  readonly mul: None;
  readonly div: None;
  readonly pow: None;
  readonly max: None;
  readonly min: None;
  readonly less: None;
  readonly less_equal: None;
  readonly equal: None;

  /** (condition, a, b): a where the condition is not 0, else b; the value not taken never leaks, NaN included. */
  readonly where: None;
  /** The argument, through which no derivative passes. */
  readonly stop: None;

  // shape
  readonly reshape: { readonly shape: Shape };
  readonly transpose: { readonly permutation: readonly number[] };
  readonly broadcast: { readonly shape: Shape };
  readonly slice: { readonly begin: readonly number[]; readonly size: readonly number[] };
  /** Zeros around: the adjoint of slice. */
  readonly pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Any number of arguments. */
  readonly concat: { readonly axis: number };

  // reductions and scans
  readonly sum: Axes;
  readonly reduce_max: Axes;
  /** -Infinity for all -Infinity; never NaN unless an argument is. */
  readonly logsumexp: Axes;
  /** Inclusive running sum; `reverse` runs from the end. */
  readonly cumsum: { readonly axis: number; readonly reverse: boolean };

  // linear algebra on the last two axes; leading axes broadcast
  readonly matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** Lower factor; reads the lower triangle only. NaN when not positive definite. */
  readonly cholesky: None;
  /** (A, B): X with A X = B, or A' X = B when `transpose`; A lower triangular, its upper triangle never read. */
  readonly solve_triangular: { readonly transpose: boolean };

  // indexing
  /** (x, indices): indices of any shape replace `axis`. */
  readonly gather: { readonly axis: number };
  /** (updates, indices): the adjoint of gather; `axis` of the result has `size` entries, repeated indices add up. */
  readonly scatter_add: { readonly axis: number; readonly size: number };

  // recurrences
  /**
   * A recurrence: `body`, a program of its own, run `count` times, one iteration after another. The arguments stand in
   * the order of the body's inputs. A `state` input begins as its argument and is carried from iteration to iteration
   * by the output that says so; a `feed` input is a row of its argument, [count, ...]; a `data` input is its argument
   * in every iteration. The result is one vector: the body's outputs one after another, row-major; of a carried output
   * the value after the last iteration, of any other the values of all iterations, [count, ...]. With `reverse` the
   * iterations go from the last row to the first. See scan.ts.
   */
  readonly scan: { readonly body: Body; readonly count: number; readonly reverse: boolean };
}

export type OpName = keyof Vocabulary<never>;
