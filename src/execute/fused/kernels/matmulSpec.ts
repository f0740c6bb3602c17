import type { Expr, FunctionBuilder, Local } from "../wasm/assembler.ts";
import type { Share } from "../threads/team.ts";
import type { Precision } from "./lanes.ts";

/** C = op(A) op(B), row-major: C is [m, n], op(A) is [m, k], op(B) is [k, n]; every size is at least 1. */
export interface MatmulSpec {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly precision: Precision;
  /** A is stored [k, m]. */
  readonly transposeA?: boolean;
  /** B is stored [n, k]. */
  readonly transposeB?: boolean;
  /** Entries from one stored row of A, B or C to the next, where that is more than a row's length. */
  readonly strideA?: number;
  readonly strideB?: number;
  readonly strideC?: number;
  /** Leading axes, outermost first: a product for each of their entries. */
  readonly batch?: readonly BatchAxis[];
  /** Adds to what C holds. */
  readonly accumulate?: boolean;
  /** What becomes of an entry before it is stored: a bias, an activation. */
  readonly epilogue?: Epilogue;
  /** Who shares the product out; left out, one thread does it all. Each needs scratch of its own. */
  readonly team?: Sharing;
  /** Further pointers, parameters after the four of every product, that the epilogue sees. */
  readonly extras?: number;
}

/** Threads that run the product together: how many, and code for the share of some units that the running one does. */
export interface Sharing {
  readonly threads: number;
  readonly share: (f: FunctionBuilder, units: number) => Share;
}

/** A leading axis: how many entries A, B and C advance by at each of its steps, 0 where an operand is broadcast. */
export interface BatchAxis {
  readonly size: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/**
 * Rewrites some neighbouring entries of C, a vector of them in a register. Lanes beyond `at.lanes` are not stored; they
 * hold anything, and so may what is computed in them.
 */
export type Epilogue = (f: FunctionBuilder, tile: Local<"v128">, at: TilePosition) => Expr<"v128">;

/** Where an epilogue is, told without regard to which way round the product is computed. */
export interface TilePosition {
  /** How many of the tile's lanes are entries of C. */
  readonly lanes: number;
  /** The `extras` parameters. */
  readonly extras: readonly Local<"i32">[];
  /** The same entries of another array of the shape and strides of C, its leading axes included. Reads whole vectors. */
  load(array: Expr<"i32">): Expr<"v128">;
  /** Stores to the same entries of another such array. */
  store(array: Expr<"i32">, value: Local<"v128">): void;
  /** The entries of a vector of n numbers, one for each column, the same for all matrices. Reads whole vectors. */
  loadForColumns(vector: Expr<"i32">): Expr<"v128">;
  /**
   * The entries of a vector of numbers, one for each row of C, those of all its matrices counted: along leading axes
   * these follow each other without gaps.
   */
  loadForRows(vector: Expr<"i32">): Expr<"v128">;
}
