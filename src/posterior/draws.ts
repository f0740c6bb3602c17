import { present } from "../base/assert.ts";
import { sizeOf, type Shape } from "../tensor/shape.ts";

/** What the draws of one block weigh. A datum is one element of the block's plates; the global block has one datum. */
export interface BlockDraws {
  readonly id: string;
  /** Sizes of the block's plates; [] for the global block. */
  readonly data: Shape;
  /** log w = log p - log q, row-major [count, data...]; likewise below. */
  readonly logWeight: Float64Array;
  /** log p(x, z), unnormalised in z. */
  readonly logJoint: Float64Array;
  /** log q(z | x) of the whole mixture. */
  readonly logQ: Float64Array;
  /** The component that each draw came from. */
  readonly component: Float64Array;
}

/**
 * Draws of one latent site, or of a `let` that depends on one. A `probability` is of a discrete site that was summed
 * out: for each draw of the other sites the probability of each of its values, which lie along a last axis.
 */
export interface SiteDraws {
  readonly name: string;
  readonly kind: "sample" | "let" | "probability";
  /** The block whose weights apply; null for a `let` that mixes data, which no single weight belongs to. */
  readonly block: string | null;
  /** Of one draw: plates, then the declared shape. */
  readonly shape: Shape;
  /** Row-major [count, shape...]. */
  readonly values: Float64Array;
}

/** Independent draws from the guide, with everything that is needed to reweigh them. */
export interface Draws {
  readonly count: number;
  readonly blocks: readonly BlockDraws[];
  readonly sites: readonly SiteDraws[];
}

export function blockOf({ blocks }: Draws, id: string): BlockDraws {
  return present(
    blocks.find((block) => block.id === id),
    `block ${id}`,
  );
}

/** Entry `column` of each draw, of row-major draws [count, columns]. */
export function columnOf(
  values: Float64Array,
  columns: number,
  column: number,
  count = values.length / columns,
): Float64Array {
  const out = new Float64Array(count);
  for (let draw = 0; draw < count; draw++) out[draw] = values[draw * columns + column]!;
  return out;
}

/** Number of entries that one datum has in a draw of the site. */
export function perDatum(site: Pick<SiteDraws, "shape">, data: Shape): number {
  return sizeOf(site.shape) / Math.max(1, sizeOf(data));
}
