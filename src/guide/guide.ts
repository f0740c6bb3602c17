import type { Expr, LayerCall, PlateId } from "../model/model.ts";
import type { RandomStream } from "../numeric/random.ts";
import type { Shape } from "../tensor/shape.ts";
import type { Least } from "./bins.ts";
import type { Frame } from "../components/component.ts";
import type { ComponentName } from "../components/index.ts";
import { axisName } from "../program/names.ts";

/** One latent site's part of a block's unconstrained vector. */
export interface BlockSite {
  readonly name: string;
  /** First entry and number of entries in the block's vector. */
  readonly offset: number;
  readonly size: number;
  /** Plates of the site that are inside the datum: their sizes lead the event. */
  readonly inner: readonly PlateId[];
  /** Shape in the model's coordinates: inner plates, then the declared shape. */
  readonly event: Shape;
  /** Shape before the bijection. */
  readonly unconstrained: Shape;
  /** Of a discrete site: the data that it cannot be below. Null where values are real numbers. */
  readonly integer: { readonly least: readonly Least[] } | null;
}

/** Where a block's variational parameters come from. */
export type BlockSource =
  /** Parameters of their own: one set, or one for each datum of the block's plates. */
  | { readonly kind: "free" }
  /** A network reads the datum: amortized inference. */
  | {
      readonly kind: "network";
      /** Data expressions inside the block's plates; flattened and joined they are the network's input. */
      readonly given: readonly Expr[];
      /** Shape of its input, plates apart. */
      readonly input: Shape;
      /** All but the last, which gives as many numbers as the components take. */
      readonly layers: readonly LayerCall[];
      /** Inputs are standardised by these, learned from the training data; by 0 and 1 where they are read as they are. */
      readonly centre: readonly number[];
      readonly spread: readonly number[];
    };

export type NetworkSource = Extract<BlockSource, { readonly kind: "network" }>;

/**
 * A mixture of K components over the joined unconstrained vector of some latent sites.
 * Without plates it is global: one mixture. With plates it is local: one mixture for each datum.
 */
export interface Block {
  /** "global", or of the plates' names (program/names.ts). */
  readonly id: string;
  readonly plates: readonly PlateId[];
  readonly sites: readonly BlockSite[];
  /** Length of the unconstrained vector, D. */
  readonly dimension: number;
  readonly K: number;
  /** Whether the weights of several components are learned, or 1 / K each. */
  readonly weights: "learned" | "uniform";
  readonly component: ComponentName;
  /** Directions of each component beside its diagonal, for `low_rank`: at most D. */
  readonly rank: number;
  readonly source: BlockSource;
  /** One for each component of a free global block; null where the unconstrained scale itself is used. */
  readonly frames: readonly Frame[] | null;
}

/** q(global) prod_n q(local_n | datum n). At most one block has no plates; it comes first. */
export interface Guide {
  readonly blocks: readonly Block[];
}

/** One learned array: its name, its place in the flat vector of everything that is learned, and where it starts. */
export interface ParamSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
  /** Guide parameters, or parameters of the model (`param`, `net`), which estimators treat differently. */
  readonly role: "guide" | "model";
  /** Weights of a network (its biases apart): what weight decay shrinks. */
  readonly shrinks: boolean;
  /** Starting values, row-major. */
  readonly init: (random: RandomStream) => ArrayLike<number>;
}

/** One before it has its place in the flat vector. */
export type Unplaced = Omit<ParamSpec, "offset" | "size">;

/** Whether a block holds discrete sites: their values are drawn, and no derivative passes through them. */
export function drawsIntegers({ sites }: Block): boolean {
  return sites.some(({ integer }) => integer !== null);
}

/** Axis names of a block: its draws, the one left out of them, the components they come from, and the components that score them. */
export const axesOf = ({ id }: Block) => ({
  left: axisName.left(id),
  draw: axisName.draw(id),
  component: axisName.component(id),
  member: axisName.member(id),
});

/** The sites of a block, for people. */
export function sitesIn({ sites }: Block): string {
  return sites.map(({ name }) => name).join(", ");
}
